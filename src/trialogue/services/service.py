"""One entry of the list of services: a vendor, whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from attrs import field

from trialogue.services.hosted import Hosted
from trialogue.services.keys import ServiceKeys
from trialogue.values import frozen

if TYPE_CHECKING:
    from trialogue.services.port import Dialect


def _no_hosts(_: Mapping[str, str]) -> tuple[str, ...]:
    return ()


@frozen
class VoiceNames:
    """Names of a vendor's voices, and the local voices that stand in for them where it is not at hand."""

    local: Mapping[str, str] = field(factory=dict[str, str], hash=False)
    """The local voice for each given name of the vendor's."""

    given: Callable[[str], str] = str
    """The given name in the whole name of a voice, in small letters; empty where there is none."""

    whole: Callable[[str], str] = str
    """The whole name of the voice of a given name, as agents are told it."""

    def standing_in(self, voice: str) -> list[str]:
        """The given names that a local voice stands in for."""
        return sorted(given for given, own in self.local.items() if own == voice)

    @property
    def spellings(self) -> list[str]:
        """The whole names of all that there are stand-ins for."""
        return [self.whole(given) for given in self.local]


@frozen
class Service:
    """One entry of the list of services."""

    title: str
    """Name that people give it."""

    dialect: Dialect
    """Dialect."""

    keys: ServiceKeys
    """Keys that it adds to scenarios."""

    hosted: Hosted | None = None
    """Address and key of it; None for the embedded server."""

    voices: VoiceNames = VoiceNames()
    """The names of its voices, where local ones stand in for them."""

    leave_of: Callable[[Mapping[str, str]], tuple[str, ...]] = _no_hosts
    """The hosts of models that an operator's environment permits."""
