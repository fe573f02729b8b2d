"""Keys of expectations, under `expect`."""

from __future__ import annotations

from typing import Annotated

from attrs import field

from trialogue.model.kinds import Anything, Whole
from trialogue.scenario.patterns import EventKeys
from trialogue.scenario.vocabulary import MOST_COUNTED, Identifier, OptionalCount
from trialogue.services.keys import EndpointKeys
from trialogue.values import frozen


@frozen
class TimesKeys:
    """Number of occurrences of an event."""

    min: OptionalCount = None
    """Fewest occurrences."""

    max: Annotated[int | None, Whole(0, MOST_COUNTED)] = None
    """Most occurrences; 0 for never."""


@frozen
class BoundKeys:
    """Bounds of a measure: `2.5s` for times, `8%` for shares, `1.50 USD` for money, else a number."""

    min: Annotated[object, Anything()] = None
    """Lower limit of every observation."""

    max: Annotated[object, Anything()] = None
    """Upper limit of every observation."""

    p50: Annotated[object, Anything()] = None
    """Upper limit of the median."""

    p95: Annotated[object, Anything()] = None
    """Upper limit of the 95th percentile."""

    p99: Annotated[object, Anything()] = None
    """Upper limit of the 99th percentile."""

    each: tuple[Identifier, ...] | None = None
    """Participants, each of which must meet the bounds."""

    total: TimesKeys | None = None
    """For `turns` and `words`: bounds of the sum over all participants, instead of each one's number."""


@frozen
class ExpectationKeys(EventKeys):
    """Expectation: an event, or a measure within its bounds."""

    times: TimesKeys | None = None
    """Under `at_end`: number of occurrences; at least one where it is left out."""

    called: TimesKeys | None = None
    """Under `at_end`, for `tool`: number of calls."""

    when: EventKeys | None = None
    """Under `always`: event that `then` must follow each time."""

    then: EventKeys | None = None
    """Under `always`: event that must follow `when`, `within` a time."""

    response_latency: BoundKeys | None = field(default=None, metadata={"key": "response-latency"})
    """Time from a grant to the first sound."""

    stop_latency: BoundKeys | None = field(default=None, metadata={"key": "stop-latency"})
    """Time from the decision to stop a turn to its last sound."""

    turn_length: BoundKeys | None = field(default=None, metadata={"key": "turn-length"})
    """Length of turns, from grant to end."""

    silence: BoundKeys | None = None
    """Stretches without a voice, between the first sound and the last."""

    floor_transfer: BoundKeys | None = field(default=None, metadata={"key": "floor-transfer"})
    """Time from one participant's last sound to another's first; below 0 where they overlap."""

    overlap_ratio: BoundKeys | None = field(default=None, metadata={"key": "overlap-ratio"})
    """Time with two voices or more, as a share of the time with any."""

    floor_share: BoundKeys | None = field(default=None, metadata={"key": "floor-share"})
    """Share of one participant in all speech."""

    silence_share: BoundKeys | None = field(default=None, metadata={"key": "silence-share"})
    """Share of the meeting's time without a voice."""

    turns: BoundKeys | None = None
    """Number of turns in which a participant was heard, or typed."""

    words: BoundKeys | None = None
    """Number of words heard from a participant."""

    interruptions: BoundKeys | None = None
    """Number of attempts to interrupt, without backchannels."""

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
    """Expectations that hold at any time: measures within bounds, and events that must follow others."""

    in_order: tuple[EventKeys, ...] | None = None
    """Events in their order."""

    never: tuple[EventKeys, ...] | None = None
    """Events that do not happen."""

    at_end: tuple[ExpectationKeys, ...] | None = None
    """Expectations of the meeting's end."""

    judge: JudgeKeys | None = None
    """Questions to a model, for advice."""
