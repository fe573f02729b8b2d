"""The port: what a vendor's dialect must do, so that a meeting can speak to it without knowing whose it is.

1. A dialect is sans I/O. Time is an input (`now`, in seconds on a clock that does not go back) and the next
   deadline an output; whoever owns the socket asks, sends and tells.
2. An offer is all that a session is asked for, as the dialect writes it. It opens a wire for each connection:
   a new connection takes a new wire.
3. Whatever a service sends, in whatever order, becomes facts (`trialogue.services.facts`) and never an
   exception. An order that may not be sent just now is a LocalProtocolError.
4. Sound is linear16 mono, at the rate that the offer was made for, unless it was made on other terms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from attrs import field

from trialogue.errors import ConnectionLost
from trialogue.model.commands import AnswerTool, Behavior, Cue, Speak, Update
from trialogue.model.events import Part
from trialogue.model.memory import ContextItem, ScriptStand
from trialogue.services.close_codes import Classification
from trialogue.services.facts import Due, EarDue, EarFact, Fact, Failed
from trialogue.services.hosted import Hosted as Hosted  # noqa: PLC0414 - a part of the port
from trialogue.services.json_values import Json
from trialogue.services.sound_terms import SessionTerms
from trialogue.values import frozen

Message: TypeAlias = str | bytes
"""Message over a socket in one piece: text, or binary."""


@frozen
class CloseUserTurn:
    """The user has ended its turn, whatever the recognizer still waits for."""


@frozen
class StayAlive:
    """The session is to be kept, though nobody says anything."""


@frozen
class SpeakFreely:
    """The agent is to say something, in words of its own."""

    behavior: Behavior = "default"
    """Behaviour towards whoever speaks, as in `Speak`."""


@frozen
class HandThrough:
    """Message for the agent's model alone, which the service hands through."""

    content: Json = field(hash=False, repr=False)
    """Any JSON. May be personal."""


Order: TypeAlias = Cue | Speak | AnswerTool | CloseUserTurn | StayAlive | SpeakFreely | HandThrough
"""Order to an agent's session: the first three in a meeting, all by whoever holds one agent."""

Header: TypeAlias = Callable[[str], str | None]
"""Gives a header of the handshake's answer by its name."""


class Wire(Protocol):
    """One connection's protocol state, of whatever kind."""

    @property
    def request_id(self) -> str:
        """Id that the service gives the session; empty before it says so."""
        ...

    @property
    def last_error(self) -> Failed | None:
        """The last error that the service told: it says more about an end than the close code does."""
        ...

    def next_deadline(self) -> float | None:
        """When `tick` has something to do, in seconds; None while time changes nothing."""
        ...


class AgentWire(Wire, Protocol):
    """One connection of an agent."""

    @property
    def is_running(self) -> bool:
        """Whether the settings hold: sound and orders may flow."""
        ...

    @property
    def open_calls(self) -> tuple[str, ...]:
        """Ids of the tool calls that wait for our answer, oldest first."""
        ...

    def start(self, now: float) -> list[Message]:
        """The messages that open the session: what it is asked for."""
        ...

    def hear(self, pcm: bytes, now: float) -> Message:
        """The message that lets the agent hear a stretch of sound; only while it runs."""
        ...

    def order(self, order: Order, now: float) -> list[Message]:
        """The messages that carry out an order; only while it runs."""
        ...

    def receive(self, data: Message, now: float) -> list[Fact]:
        """Facts of a message."""
        ...

    def receive_close(self, code: int) -> list[Fact]:
        """Facts of the connection's end."""
        ...

    def tick(self, now: float) -> list[Due]:
        """Actions that are due at `now`; after a Timeout the session is over."""
        ...


class AgentOffer(Protocol):
    """All that one agent's session is asked for: a value, which changes make another of."""

    @property
    def sample_rate(self) -> int:
        """Samples a second, both ways."""
        ...

    def changed(self, updates: Sequence[Update]) -> AgentOffer:
        """The offer after these changes, in their order."""
        ...

    def change(self, update: Update, earlier: Sequence[Update]) -> list[Message]:
        """The messages that make a change in a running session that knows the offer and `earlier` ones."""
        ...

    def restored(self, context: Sequence[ContextItem]) -> AgentOffer:
        """The offer for an agent that was at the table before: it remembers this, and does not greet."""
        ...

    def silence(self, seconds: float) -> bytes:
        """So much silence for its ear; empty where its sound is compressed, and cannot be made here."""
        ...

    def with_lines(self, stand: ScriptStand) -> AgentOffer:
        """The offer, knowing where its script stands; itself where it has none."""
        ...

    def open(self, now: float) -> AgentWire:
        """The protocol state of a connection that is open now."""
        ...

    def classify(self, lost: ConnectionLost) -> Classification:
        """Classify the end of a session, or of a dial."""
        ...


class EarWire(Wire, Protocol):
    """One connection of a person's ear."""

    @property
    def is_listening(self) -> bool:
        """Whether sound may flow."""
        ...

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        ...

    @property
    def utterances(self) -> int:
        """Number of utterances, with the one that has no end yet."""
        ...

    @property
    def is_inside(self) -> bool:
        """Whether an utterance has no end yet."""
        ...

    def start(self, now: float) -> list[EarFact]:
        """Facts of the open socket by itself."""
        ...

    def hear(self, pcm: bytes, now: float, at: float) -> Message:
        """The message for sound whose first sample lies at `at` on the axis by which facts give places."""
        ...

    def end_utterance(self, now: float) -> list[Message]:
        """The messages that end the open utterance now, whatever the service thinks."""
        ...

    def finish(self, now: float) -> list[Message]:
        """The messages that end the session: its last words come, then the service closes."""
        ...

    def receive(self, data: Message, now: float) -> list[EarFact]:
        """Facts of a message."""
        ...

    def receive_close(self, code: int, now: float) -> list[EarFact]:
        """Facts of the connection's end."""
        ...

    def tick(self, now: float) -> list[EarDue]:
        """Actions that are due at `now`; after a Timeout the session is over."""
        ...


class EarOffer(Protocol):
    """All that one ear's session is asked for."""

    @property
    def sample_rate(self) -> int:
        """Samples a second."""
        ...

    def at_rate(self, sample_rate: int) -> EarOffer:
        """The same for sound of another rate."""
        ...

    def address(self, url: str) -> str:
        """Address of the ear at the service whose agents are dialled at `url`."""
        ...

    def open(self, header: Header) -> EarWire:
        """The protocol state of a connection whose handshake was answered with these headers."""
        ...

    def classify(self, lost: ConnectionLost) -> Classification:
        """Classify the end of a session, or of a dial."""
        ...


class Dialect(Protocol):
    """Dialect of one vendor."""

    def offer(self, block: Mapping[str, object], sample_rate: int) -> AgentOffer:
        """Offer of an agent, from its object of plain JSON; RemoteProtocolError where it is none."""
        ...

    def offer_on(self, agent: Mapping[str, object] | str, terms: SessionTerms) -> AgentOffer:
        """The same on terms of one's own, also of an agent that is kept at the service, by its id."""
        ...

    def check_change(self, part: Part, content: str) -> None:
        """LocalProtocolError where this is no such part of an agent's settings."""
        ...
