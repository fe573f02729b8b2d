"""Keys of expectations, as an author writes them under `expect`."""

from __future__ import annotations

from typing import Annotated

from attrs import field

from trialogue.model.kinds import Anything, Whole
from trialogue.scenario.patterns import EventKeys
from trialogue.scenario.vocabulary import Identifier, OptionalCount
from trialogue.services.keys import EndpointKeys
from trialogue.values import frozen


@frozen
class TimesKeys:
    """Number of times that an event happened."""

    min: OptionalCount = None
    """At least so often."""

    max: Annotated[int | None, Whole(0, 1_000_000)] = None
    """At most so often; 0 for never."""


@frozen
class BoundKeys:
    """Bounds of a measure: `2.5s` for times, `8%` for shares, `1.50 USD` for money, else a number."""

    min: Annotated[object, Anything()] = None
    """No observation is below it."""

    max: Annotated[object, Anything()] = None
    """No observation is above it."""

    p50: Annotated[object, Anything()] = None
    """The median is not above it."""

    p95: Annotated[object, Anything()] = None
    """The 95th percentile is not above it."""

    p99: Annotated[object, Anything()] = None
    """The 99th percentile is not above it."""

    each: tuple[Identifier, ...] | None = None
    """Of each of these participants by itself."""


@frozen
class ExpectationKeys(EventKeys):
    """One expectation: something that happens, or a measure within its bounds."""

    times: TimesKeys | None = None
    """At the end: how often it happened; at least once where nothing is said."""

    called: TimesKeys | None = None
    """The same, for `tool`."""

    when: EventKeys | None = None
    """Always: each time that this happens, `then` follows."""

    then: EventKeys | None = None
    """Always: what follows on `when`, `within` a time."""

    response_latency: BoundKeys | None = field(default=None, metadata={"key": "response-latency"})
    """Time from a grant to the first sound."""

    stop_latency: BoundKeys | None = field(default=None, metadata={"key": "stop-latency"})
    """Time from the decision to stop a turn to its last sound."""

    turn_length: BoundKeys | None = field(default=None, metadata={"key": "turn-length"})
    """Length of turns, from grant to end."""

    silence: BoundKeys | None = None
    """Stretches without a voice, between the first sound and the last."""

    floor_transfer: BoundKeys | None = field(default=None, metadata={"key": "floor-transfer"})
    """Time from one's last sound to another's first; below 0 where they overlap."""

    overlap_ratio: BoundKeys | None = field(default=None, metadata={"key": "overlap-ratio"})
    """Speech of two at once, of all speech."""

    floor_share: BoundKeys | None = field(default=None, metadata={"key": "floor-share"})
    """One's part of all speech."""

    silence_share: BoundKeys | None = field(default=None, metadata={"key": "silence-share"})
    """Time without a voice, of the meeting's."""

    turns: BoundKeys | None = None
    """Turns in which one was heard."""

    words: BoundKeys | None = None
    """Words that were heard of one."""

    interruptions: BoundKeys | None = None
    """Attempts to cut in, backchannels aside."""

    duration: BoundKeys | None = None
    """Length of the meeting."""

    cost: BoundKeys | None = None
    """Cost of the services, as far as their prices are known."""


@frozen
class JudgeKeys:
    """Questions that a model answers about the transcript: advice, never a criterion."""

    ask: tuple[str, ...]
    """Questions whose answer should be yes. Personal."""

    model: str | None = None
    """Model that answers; without one the questions are skipped."""

    endpoint: EndpointKeys | None = None
    """Endpoint of the model: the address of OpenAI-compatible chat completions."""


@frozen
class ExpectKeys:
    """Expectations of the meeting."""

    always: tuple[ExpectationKeys, ...] | None = None
    """Expectations that hold at any time: measures within bounds, and what follows on what."""

    in_order: tuple[EventKeys, ...] | None = None
    """Events in their order, one after another."""

    never: tuple[EventKeys, ...] | None = None
    """Events that do not happen."""

    at_end: tuple[ExpectationKeys, ...] | None = None
    """Expectations of the meeting's end."""

    judge: JudgeKeys | None = None
    """Questions to a model, for advice."""
