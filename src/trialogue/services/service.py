"""Entry of the list of services: everything about a vendor."""

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
    """Names of a vendor's voices, and the local voices that stand in for them offline."""

    local: Mapping[str, str] = field(factory=dict[str, str], hash=False)
    """Local voice for each given name of the vendor's."""

    given: Callable[[str], str] = str
    """Given name in the whole name of a voice, in small letters; empty where there is none."""

    whole: Callable[[str], str] = str
    """Whole name of the voice with a given name, as agents get it."""

    def standing_in(self, voice: str) -> list[str]:
        """Given names for which a local voice stands in."""
        return sorted(given for given, own in self.local.items() if own == voice)

    @property
    def spellings(self) -> list[str]:
        """Whole names of all voices with a stand-in."""
        return [self.whole(given) for given in self.local]


@frozen
class Service:
    """Entry of the list of services."""

    title: str
    """Display name."""

    dialect: Dialect
    """Dialect of the vendor."""

    keys: ServiceKeys
    """Keys that it adds to scenarios."""

    hosted: Hosted | None = None
    """Its address and key; None for the embedded server."""

    voices: VoiceNames = VoiceNames()
    """Names of its voices, where local ones stand in for them."""

    permitted_hosts: Callable[[Mapping[str, str]], tuple[str, ...]] = _no_hosts
    """Function that gives the hosts of models that an operator's environment permits."""
