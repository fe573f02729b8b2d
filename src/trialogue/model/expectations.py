"""Expectations of a meeting, and what came of them: values that a scenario, a run and its page share."""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal, TypeAlias

from attrs import field

from trialogue.values import frozen

Kind = Literal["behaviour", "timing", "infrastructure"]
"""Kind of a miss: a participant acted otherwise, something came too late or lasted too long, or a part of the
meeting broke.
"""

Section = Literal["always", "in_order", "never", "at_end"]
"""Section of `expect` in which an expectation stands."""

Statistic = Literal["min", "max", "p50", "p95", "p99"]
"""Statistic of a measure that a bound limits."""


class Happening(Enum):
    """Happening to a participant, or to a point of the agenda."""

    STARTED = "started"
    DONE = "done"
    READY = "ready"
    LOST = "lost"
    REJOINED = "rejoined"
    FAILED = "failed"
    JOINED = "joined"
    LEFT = "left"
    GRANTED = "granted"
    HEARD = "heard"
    INTERRUPTED = "interrupted"
    HAND = "hand"
    TIMEOUT = "timeout"


OF_AGENDA = frozenset({Happening.STARTED, Happening.DONE})
"""Happenings of a point of the agenda; all others are a participant's."""

OF_SESSIONS = frozenset({Happening.READY, Happening.LOST, Happening.REJOINED, Happening.FAILED})
"""Happenings of a participant's sessions: what a service did, not what anybody said."""


@frozen
class SpokenPattern:
    """Words were heard, in one turn or one remark."""

    matches: tuple[str, ...]
    """Regular expressions, each of which is in them."""

    by: str | None = None
    """Only of this participant."""

    number: float | None = None
    """A number that is in them, in digits or in words."""


@frozen
class SoundPattern:
    """A participant is heard for that long without a break."""

    by: str
    """Participant who is heard."""

    for_s: float = 0.0
    """Length in seconds."""


@frozen
class AgendaPattern:
    """A point of the agenda began or is done."""

    item: str
    """Id of the agenda's item."""

    event: Happening
    """`STARTED` or `DONE`."""


@frozen
class SeatPattern:
    """Happening to a participant."""

    participant: str
    """Participant concerned."""

    event: Happening
    """Happening."""


@frozen
class ToolPattern:
    """A tool call has ended."""

    tool: str
    """Name of the tool."""

    by: str | None = None
    """Only of this participant."""

    outcome: str | None = None
    """Only with this end."""

    arguments: str | None = None
    """A regular expression that is in its arguments' JSON."""

    result: str | None = None
    """A regular expression that is in what came back."""


@frozen
class ErrorPattern:
    """A failure, as in `failures` of `result.json`."""

    code: str | None = None
    """Only of this code."""

    by: str | None = None
    """Only where it concerns this participant."""


@frozen
class EndPattern:
    """The meeting ended for a reason."""

    reason: str
    """The reason."""


@frozen
class TimePattern:
    """The meeting has reached a time."""

    at_s: float
    """Seconds since its start."""


EventPattern: TypeAlias = (
    SpokenPattern
    | SoundPattern
    | AgendaPattern
    | SeatPattern
    | ToolPattern
    | ErrorPattern
    | EndPattern
    | TimePattern
)
"""All that can happen, as scenarios name it; a `match` over it ends in `assert_never`."""


@frozen
class Trigger:
    """A pattern that triggers an action in the meeting, with the number of the match that counts."""

    when: EventPattern
    """Pattern of the event that is waited for."""

    nth: int = 1
    """Number of the match, from 1; a time comes but once."""

    after_s: float = 0.0
    """Delay behind the match, in seconds."""

    within_s: float | None = None
    """Matches after so many seconds of the meeting do not count; None for no limit."""


@frozen
class Expected:
    """An event that must happen, or must not happen."""

    pattern: EventPattern
    """Pattern of the event."""

    text: str
    """The same in words."""

    place: str = ""
    """Place in the scenario: `expect.never[0]`."""

    nth: int = 1
    """Number of the match that counts, from 1."""

    after_s: float = 0.0
    """Not before this: since what stands before it in an order, else since the start, in seconds."""

    within_s: float | None = None
    """Not after this, counted likewise; None for no limit."""

    excepted: frozenset[str] = frozenset()
    """Codes of errors, and faults of the scenario, that do not count."""

    least: int | None = None
    """At the end: how often it happened at least."""

    most: int | None = None
    """At the end: how often it happened at most."""


@frozen
class Whenever:
    """Whenever one event happens, another must follow."""

    when: Expected
    """Event that sets the expectation off."""

    then: Expected
    """Event that follows, within its time."""

    place: str
    """Place in the scenario."""


@frozen
class Bound:
    """A measure must stay within a limit."""

    measure: str
    """Name of the measure in scenarios: `response-latency`."""

    statistic: Statistic
    """Statistic of the measure."""

    limit: float
    """The bound: seconds, a share from 0 to 1, US dollars, or a count."""

    names: tuple[str, ...]
    """Of each of these participants by itself; none for the whole meeting."""

    text: str
    """The same in words."""

    place: str
    """Place in the scenario."""

    excepted: frozenset[str] = frozenset()
    """Faults of the scenario: what was observed of whom they struck does not count while they last."""


@frozen
class Question:
    """A question about the meeting that a model answers, as advice."""

    ask: str
    """The question; yes is what is wished. Personal."""

    place: str
    """Place in the scenario."""


@frozen
class Expectations:
    """All expectations of a meeting."""

    always: tuple[Whenever | Bound, ...] = ()
    """Expectations that hold at any time."""

    in_order: tuple[Expected, ...] = ()
    """Events in their order."""

    never: tuple[Expected, ...] = ()
    """Events that do not happen."""

    at_end: tuple[Expected | Bound, ...] = ()
    """Expectations of the meeting's end."""

    questions: tuple[Question, ...] = ()
    """Questions to a model, for advice."""

    @property
    def count(self) -> int:
        """Number of the expectations, without questions."""
        return len(self.always) + len(self.in_order) + len(self.never) + len(self.at_end)


NOTHING_EXPECTED: Final = Expectations()
"""Whatever happens is well."""


@frozen
class Miss:
    """An expectation that was not met."""

    place: str
    """Place in the scenario: `expect.in_order[1]`."""

    section: Section
    """List of the expectation."""

    kind: Kind
    """Kind of the miss: behaviour, timing or infrastructure."""

    expected: str
    """Expected event, in words."""

    happened: str
    """Actual event, in words; without speech."""

    at: float
    """Moment, in seconds since the meeting's start."""

    participant: str | None = None
    """Participant concerned, if any."""

    seq: int = 0
    """The record at which it shows; 0 where none does."""

    around: tuple[str, ...] = ()
    """The records around it, one line each; texts are counted, not told."""


@frozen
class Advice:
    """A model's answer to a question; only advice."""

    place: str
    """Place of the question in the scenario."""

    answer: Literal["yes", "no", "unclear", "skipped"]
    """Answer; `skipped` where no model was asked."""

    reason: str = ""
    """Reason for which no model was asked, or the model's own words. Personal."""


@frozen
class Findings:
    """Results of checking a meeting's expectations."""

    checked: int
    """Number of expectations that were looked at."""

    misses: tuple[Miss, ...] = ()
    """Those that were not met, in the order of the scenario."""

    advice: tuple[Advice, ...] = field(default=())
    """Answers of a model, where one was asked."""

    unjudged: str = ""
    """Reason, in words, for which nothing was judged: the meeting did not come to an end of its own. Else
    empty.
    """

    @property
    def is_met(self) -> bool:
        """Whether all expectations were met."""
        return not self.misses and not self.unjudged

    @property
    def not_judged(self) -> str:
        """`15 expectations not judged: the meeting was interrupted`, or empty if they were judged."""
        noun = "expectation" if self.checked == 1 else "expectations"
        return f"{self.checked} {noun} not judged: {self.unjudged}" if self.unjudged else ""

    @property
    def kinds(self) -> frozenset[Kind]:
        """Kinds of the expectations that were not met."""
        return frozenset(each.kind for each in self.misses)
