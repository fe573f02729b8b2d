"""Keys of a service in scenarios, for `listen`, `think` and `speak`, with their checks and prices.

The keys of a stage are an attrs class of the service's own, whose annotations are read as everywhere in a
scenario (`trialogue.model.kinds`). What scenarios must know of a stage, whoever's it is, is said here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

import attrs
from attrs import field

from trialogue.model.participants import Price
from trialogue.services.script import JsonObject, KeyFault, ScriptEntryKeys
from trialogue.values import frozen

if TYPE_CHECKING:
    from trialogue.services.port import EarOffer

__all__ = [
    "Briefing",
    "EndpointKeys",
    "KeyFault",
    "ListenStage",
    "ServiceKeys",
    "SpeakStage",
    "Stages",
    "ThinkStage",
    "over",
]

_Values = TypeVar("_Values", bound=attrs.AttrsInstance)

ListenStage: TypeAlias = attrs.AttrsInstance
"""Stage of listening, in its service's keys."""


@frozen
class EndpointKeys:
    """Endpoint of a model or a voice that the service does not manage."""

    url: str
    """The address that the service will call."""

    headers: Mapping[str, str] | None = None
    """Sent along; keys belong into `${env:NAME}`. Secret."""


class ThinkStage(attrs.AttrsInstance, Protocol):
    """Thinking of an agent, in its service's keys."""

    @property
    def script(self) -> tuple[ScriptEntryKeys, ...] | str | None:
        """Script that it says, where that stands in the scenario; a path before it is included."""
        ...

    @property
    def endpoint(self) -> EndpointKeys | None:
        """Endpoint of the model, unless the service manages it."""
        ...

    @property
    def is_scripted(self) -> bool:
        """Whether it says what its script says."""
        ...

    @property
    def installed(self) -> str | None:
        """Name of the model of an installed package that it is; None where it is none."""
        ...


class SpeakStage(attrs.AttrsInstance, Protocol):
    """Voice of an agent, in its service's keys."""

    @property
    def model(self) -> str | None:
        """Model of the voice."""
        ...

    @property
    def endpoint(self) -> EndpointKeys | None:
        """Endpoint of the voice, unless it is the service's."""
        ...


@frozen
class Stages:
    """Stages of an agent: how it hears, thinks and sounds, all of it in its service's keys."""

    listen: ListenStage | None
    """Hearing."""

    think: tuple[ThinkStage, ...]
    """Thinking, in order of trial."""

    speak: SpeakStage | None
    """Voice."""


@frozen
class Briefing:
    """Briefing of an agent: what it is told beside its stages."""

    prompt: str = field(repr=False)
    """Prompt: who it is and how it shall behave; may be empty. Personal."""

    greeting: str | None = field(repr=False)
    """Words that it says as soon as it is connected. Personal."""

    functions: tuple[JsonObject, ...]
    """The tools that it is offered: name, description, parameters."""

    seed: int
    """Seed from which chances of a script are drawn."""


class ServiceKeys(Protocol):
    """The keys of one service."""

    @property
    def listen(self) -> type[attrs.AttrsInstance]:
        """The class of its `listen`."""
        ...

    @property
    def think(self) -> type[attrs.AttrsInstance]:
        """The class of its `think`."""
        ...

    @property
    def speak(self) -> type[attrs.AttrsInstance]:
        """The class of its `speak`."""
        ...

    @property
    def voices(self) -> tuple[str, ...]:
        """Voices by seat, for agents that name none: neighbours are easy to tell apart."""
        ...

    @property
    def model(self) -> ThinkStage | None:
        """Thinking where nothing is said; None where the scenario must say."""
        ...

    @property
    def plays_scripts(self) -> bool:
        """Whether an agent may be scripted here."""
        ...

    @property
    def ear_keys(self) -> frozenset[str]:
        """The keys of a person's `listen` that an ear is asked for."""
        ...

    def scripted(self, script: tuple[ScriptEntryKeys, ...]) -> ThinkStage | None:
        """Thinking of an agent that says this script; None where none can."""
        ...

    def listens(self, own: ListenStage | None, shared: ListenStage | None) -> ListenStage:
        """Hearing of an agent: its own keys, over those of `defaults`, over what is built in."""
        ...

    def speaks(self, own: SpeakStage | None, shared: SpeakStage | None, voice: str) -> SpeakStage:
        """Voice of an agent: likewise, in this voice where none is named."""
        ...

    def published_voices(self, speak: SpeakStage) -> tuple[str, ...]:
        """The service's own voices, where `speak` names one of them; none where nobody can list them."""
        ...

    def faults(self, think: ThinkStage) -> Iterator[KeyFault]:
        """Faults of a `think`, however the scenario is run."""
        ...

    def listen_faults(self, listen: ListenStage) -> Iterator[KeyFault]:
        """Faults of a completed `listen`."""
        ...

    def thinks(self, think: ThinkStage) -> ThinkStage:
        """Thinking of an agent here, with what the service fills in; secrets are references still."""
        ...

    def run_faults(self, think: ThinkStage) -> Iterator[KeyFault]:
        """Faults that keep a `think` from being run here."""
        ...

    def block(self, stages: Stages, briefing: Briefing) -> JsonObject:
        """The agent as the dialect's `offer` takes it, of plain JSON; secrets are references still."""
        ...

    def with_functions(
        self, block: Mapping[str, object], told: Callable[[Mapping[str, object]], Mapping[str, object]]
    ) -> Mapping[str, object]:
        """The agent that `block` made, each of its functions replaced by what is told of it."""
        ...

    def ear(self, listen: ListenStage | None) -> EarOffer:
        """Offer of a person's ear, but for the rate of the meeting's sound."""
        ...

    def price(self, stages: Stages) -> Price | None:
        """Price of an agent; None where nothing is paid, no `usd_a_minute` where no price is known."""
        ...

    def ear_price(self, offer: EarOffer) -> Price | None:
        """Price of an ear: likewise."""
        ...


def over(value: _Values | None, fallback: _Values) -> _Values:
    """A value whose unwritten attributes are those of `fallback`."""
    if value is None:
        return fallback
    written = attrs.asdict(value, recurse=False, filter=lambda _, item: item is not None)
    return type(fallback)(**{**attrs.asdict(fallback, recurse=False), **written})
