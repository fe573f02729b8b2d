"""Keys of a service in scenarios, for `listen`, `think` and `speak`, with their checks and prices.

The keys of a stage are an attrs class of the service, whose annotations are read like all of a scenario's
(`trialogue.model.kinds`). The Protocols here have what scenarios need to know of any service's stage.
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
    from trialogue.services.port import AgentOffer, EarOffer

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
"""Stage of listening, by its service's keys."""


@frozen
class EndpointKeys:
    """Endpoint of a model or a voice that the service does not manage."""

    url: str
    """Address that the service calls."""

    headers: Mapping[str, str] | None = None
    """Headers of its requests; write keys as `${env:NAME}`. Secret."""


class ThinkStage(attrs.AttrsInstance, Protocol):
    """Thinking of an agent, by its service's keys."""

    @property
    def script(self) -> tuple[ScriptEntryKeys, ...] | str | None:
        """Script that it plays: its entries, or a path until that is read; None without a script."""
        ...

    @property
    def endpoint(self) -> EndpointKeys | None:
        """Endpoint of the model; None where the service manages it."""
        ...

    @property
    def is_scripted(self) -> bool:
        """Whether it plays a script."""
        ...

    @property
    def installed(self) -> str | None:
        """Name of the installed package's model; None for any other provider."""
        ...


class SpeakStage(attrs.AttrsInstance, Protocol):
    """Voice of an agent, by its service's keys."""

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
    """Stages of an agent: hearing, thinking and voice, by its service's keys."""

    listen: ListenStage | None
    """Hearing."""

    think: tuple[ThinkStage, ...]
    """Thinking, in the order of trying."""

    speak: SpeakStage | None
    """Voice."""


@frozen
class Briefing:
    """Briefing of an agent: its instructions beside its stages."""

    prompt: str = field(repr=False)
    """Prompt: its role and behaviour; may be empty. Personal."""

    greeting: str | None = field(repr=False)
    """Words that it says as soon as it is connected. Personal."""

    functions: tuple[JsonObject, ...]
    """Tools that it is offered: name, description, parameters."""

    seed: int
    """Seed of a script's random numbers."""


class ServiceKeys(Protocol):
    """Keys of one service, with their checks and prices."""

    @property
    def listen(self) -> type[attrs.AttrsInstance]:
        """Class of its `listen`."""
        ...

    @property
    def think(self) -> type[attrs.AttrsInstance]:
        """Class of its `think`."""
        ...

    @property
    def speak(self) -> type[attrs.AttrsInstance]:
        """Class of its `speak`."""
        ...

    @property
    def voices(self) -> tuple[str, ...]:
        """Default voices by seat, so that neighbours are easy to distinguish."""
        ...

    @property
    def model(self) -> ThinkStage | None:
        """Default thinking; None where the scenario must name it."""
        ...

    @property
    def plays_scripts(self) -> bool:
        """Whether an agent may be scripted here."""
        ...

    @property
    def ear_keys(self) -> frozenset[str]:
        """Keys of a person's `listen` that an ear uses."""
        ...

    @property
    def unheeded(self) -> frozenset[tuple[str, str]]:
        """Keys, each with its stage, that have no effect at this service, though another has them."""
        ...

    def scripted(self, script: tuple[ScriptEntryKeys, ...]) -> ThinkStage | None:
        """Thinking that plays this script; None where none can."""
        ...

    def listens(self, own: ListenStage | None, shared: ListenStage | None) -> ListenStage:
        """Hearing of an agent: its own keys, over those of `defaults`, over the service's."""
        ...

    def speaks(self, own: SpeakStage | None, shared: SpeakStage | None, voice: str) -> SpeakStage:
        """Voice of an agent: like `listens`, with this voice where no keys name one."""
        ...

    def published_voices(self, speak: SpeakStage) -> tuple[str, ...]:
        """Service's own voices, if `speak` names one of them; empty where their list is not known."""
        ...

    def faults(self, think: ThinkStage) -> Iterator[KeyFault]:
        """Faults of a `think`, in any run of the scenario."""
        ...

    def listen_faults(self, listen: ListenStage) -> Iterator[KeyFault]:
        """Faults of an agent's completed `listen`, or of a person's."""
        ...

    def offer_faults(self, offer: AgentOffer) -> Iterator[KeyFault]:
        """Faults of an agent as its dialect reads it, by paths below the agent: keys that are never sent."""
        ...

    def thinks(self, think: ThinkStage) -> ThinkStage:
        """Thinking of an agent, completed by the service; secrets are still references."""
        ...

    def run_faults(self, think: ThinkStage) -> Iterator[KeyFault]:
        """Faults that keep a `think` from running at this service."""
        ...

    def block(self, stages: Stages, briefing: Briefing) -> JsonObject:
        """Agent in the form that the dialect's `offer` takes, of plain JSON; secrets are still references."""
        ...

    def with_functions(
        self, block: Mapping[str, object], told: Callable[[Mapping[str, object]], Mapping[str, object]]
    ) -> Mapping[str, object]:
        """Agent from `block`, with other functions."""
        ...

    def ear(self, listen: ListenStage | None) -> EarOffer:
        """Offer of a person's ear, without the rate of the meeting's sound."""
        ...

    def price(self, stages: Stages) -> Price | None:
        """Price of an agent; None where it is free, without `usd_a_minute` where its price is unknown."""
        ...

    def ear_price(self, offer: EarOffer) -> Price | None:
        """Price of an ear; None and `usd_a_minute` as for an agent."""
        ...


def over(value: _Values | None, fallback: _Values) -> _Values:
    """Value whose unwritten attributes come from `fallback`."""
    if value is None:
        return fallback
    written = attrs.asdict(value, recurse=False, filter=lambda _, item: item is not None)
    return type(fallback)(**{**attrs.asdict(fallback, recurse=False), **written})
