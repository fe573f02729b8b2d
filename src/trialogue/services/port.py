"""Port of services: the interface by which a meeting uses any vendor's dialect.

1. A dialect is sans I/O. Time is an input (`now`, in seconds on a clock that does not go back) and the next
   deadline an output; the owner of the socket calls it, sends its messages and passes on what comes.
2. An offer has everything that a session is asked for, as the dialect writes it. It opens a wire for each
   connection: a new connection needs a new wire.
3. Any message from a service, in any order, becomes facts (`trialogue.services.facts`) and never an
   exception. An order that may not be sent at the moment is a LocalProtocolError.
4. Sound is linear16 mono, at the rate of the offer, unless the offer was made on other terms.
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
from trialogue.services.hosted import Hosted as Hosted  # noqa: PLC0414 - exported
from trialogue.services.json_values import Json
from trialogue.services.sound_terms import SessionTerms
from trialogue.values import frozen

Message: TypeAlias = str | bytes
"""Whole message over a socket: text or binary."""


@frozen
class CloseUserTurn:
    """End of the user's turn, whatever the recognizer has detected."""


@frozen
class StayAlive:
    """Keep-alive message, so that the session stays open without sound."""


@frozen
class SpeakFreely:
    """Request that the agent says something in words of its own."""

    behavior: Behavior = "default"
    """Behaviour while somebody speaks, as in `Speak`."""


@frozen
class HandThrough:
    """Message for the agent's model, which the service passes on."""

    content: Json = field(hash=False, repr=False)
    """Any JSON. May be personal."""


Order: TypeAlias = Cue | Speak | AnswerTool | CloseUserTurn | StayAlive | SpeakFreely | HandThrough
"""Order to an agent's session: the first three in a meeting, all of them for an agent without a meeting."""

Header: TypeAlias = Callable[[str], str | None]
"""Function that gives a header of the handshake's response by its name."""


class Wire(Protocol):
    """Protocol state of one connection, of any kind."""

    @property
    def request_id(self) -> str:
        """Id that the service gives the session; empty before it is known."""
        ...

    @property
    def last_error(self) -> Failed | None:
        """Last error from the service, which explains an end better than the close code."""
        ...

    def next_deadline(self) -> float | None:
        """Next moment at which `tick` is to be called, in seconds; None while time changes nothing."""
        ...


class AgentWire(Wire, Protocol):
    """Protocol state of one connection of an agent."""

    @property
    def is_running(self) -> bool:
        """Whether the settings are applied: sound and orders may flow."""
        ...

    @property
    def open_calls(self) -> tuple[str, ...]:
        """Ids of the tool calls that wait for our response, oldest first."""
        ...

    def start(self, now: float) -> list[Message]:
        """Messages that open the session, with its settings."""
        ...

    def hear(self, pcm: bytes, now: float) -> Message:
        """Message that feeds the agent a stretch of sound; only while it runs."""
        ...

    def order(self, order: Order, now: float) -> list[Message]:
        """Messages that carry out an order; only while it runs."""
        ...

    def receive(self, data: Message, now: float) -> list[Fact]:
        """Facts in a message."""
        ...

    def receive_sound(self, data: bytes) -> bytes | None:
        """The sound that a binary message is, where it tells nothing else; None, and no change, else.

        What it gives `receive` would give as one `ReplyAudio`: this is the short way of most messages.
        """
        ...

    def receive_close(self, code: int) -> list[Fact]:
        """Facts from the connection's end."""
        ...

    def tick(self, now: float) -> list[Due]:
        """Actions that are due at `now`; after a Timeout the session is over."""
        ...


class AgentOffer(Protocol):
    """Everything that one agent's session is asked for: a value, from which changes make another."""

    @property
    def sample_rate(self) -> int:
        """Samples a second, both ways."""
        ...

    def changed(self, updates: Sequence[Update]) -> AgentOffer:
        """Offer after these changes, in order."""
        ...

    def change(self, update: Update, earlier: Sequence[Update]) -> list[Message]:
        """Messages that make a change in a running session of this offer after `earlier` changes."""
        ...

    def restored(self, context: Sequence[ContextItem]) -> AgentOffer:
        """Offer for an agent that was at the table before: it remembers this, and does not greet."""
        ...

    def silence(self, seconds: float) -> bytes:
        """So many seconds of silence for its ear; empty for a compressed format, which is not made here."""
        ...

    def with_lines(self, stand: ScriptStand) -> AgentOffer:
        """Offer with the place of its script; itself where it has none."""
        ...

    def open(self, now: float) -> AgentWire:
        """Protocol state of a connection that has just opened."""
        ...

    def classify(self, lost: ConnectionLost) -> Classification:
        """Classification of the end of a session, or of a dial."""
        ...


class EarWire(Wire, Protocol):
    """Protocol state of one connection of a person's ear."""

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
        """Number of utterances, including one without an end."""
        ...

    @property
    def is_inside(self) -> bool:
        """Whether an utterance has no end yet."""
        ...

    def start(self, now: float) -> list[EarFact]:
        """Facts from the open socket."""
        ...

    def hear(self, pcm: bytes, now: float, at: float) -> Message:
        """Message for sound; `at` is the place of its first sample, on the axis of the facts' places."""
        ...

    def end_utterance(self, now: float) -> list[Message]:
        """Messages that end the open utterance now, whatever the service has detected."""
        ...

    def finish(self, now: float) -> list[Message]:
        """Messages that end the session: its last words come, then the service closes."""
        ...

    def receive(self, data: Message, now: float) -> list[EarFact]:
        """Facts in a message."""
        ...

    def receive_close(self, code: int, now: float) -> list[EarFact]:
        """Facts from the connection's end."""
        ...

    def tick(self, now: float) -> list[EarDue]:
        """Actions that are due at `now`; after a Timeout the session is over."""
        ...


class EarOffer(Protocol):
    """Everything that one ear's session is asked for."""

    @property
    def sample_rate(self) -> int:
        """Samples a second."""
        ...

    def at_rate(self, sample_rate: int) -> EarOffer:
        """Offer for sound of another rate."""
        ...

    def address(self, url: str) -> str:
        """Address of the ear at the service whose agents are dialled at `url`."""
        ...

    def open(self, header: Header) -> EarWire:
        """Protocol state of a connection whose handshake was answered with these headers."""
        ...

    def classify(self, lost: ConnectionLost) -> Classification:
        """Classification of the end of a session, or of a dial."""
        ...


class Dialect(Protocol):
    """Dialect of one vendor."""

    def offer(self, block: Mapping[str, object], sample_rate: int) -> AgentOffer:
        """Offer of an agent, from its object of plain JSON; RemoteProtocolError for an invalid one."""
        ...

    def offer_on(self, agent: Mapping[str, object] | str, terms: SessionTerms) -> AgentOffer:
        """Offer on terms of one's own; the agent may also be the id of one that is stored at the service."""
        ...

    def check_change(self, part: Part, content: str) -> None:
        """Raise LocalProtocolError where this is no such part of an agent's settings."""
        ...
