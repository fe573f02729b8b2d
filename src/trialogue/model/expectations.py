"""Expectations of a meeting and their results: values that a scenario, a run and its page share."""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal, TypeAlias

from attrs import field

from trialogue.model.checked import Checked, wholly
from trialogue.values import frozen

Kind = Literal["behaviour", "timing", "infrastructure"]
"""Kind of a miss: a participant behaved differently, something came too late or lasted too long, or a part of
the meeting broke.
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
"""Happenings of a point of the agenda; all others belong to a participant."""

OF_SESSIONS = frozenset({Happening.READY, Happening.LOST, Happening.REJOINED, Happening.FAILED})
"""Happenings of a participant's sessions: actions of a service, not of a speaker."""


@frozen
class SpokenPattern:
    """Words heard in one turn or one remark."""

    matches: tuple[str, ...]
    """Regular expressions, all of which must match."""

    by: str | None = None
    """Participant whose words count; None for any."""

    number: float | None = None
    """Number that must be in them, in digits or in words."""


@frozen
class SoundPattern:
    """Sound of a participant for so long without a break."""

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
    """Tool call that has ended."""

    tool: str
    """Name of the tool."""

    by: str | None = None
    """Participant whose calls count; None for any."""

    outcome: str | None = None
    """Outcome that counts; None for any."""

    arguments: str | None = None
    """Regular expression that its arguments' JSON must match."""

    result: str | None = None
    """Regular expression that its result must match."""


@frozen
class ErrorPattern:
    """A failure, as in `failures` of `result.json`."""

    code: str | None = None
    """Code that counts; None for any."""

    by: str | None = None
    """Participant whose failures count; None for any."""


@frozen
class EndPattern:
    """End of the meeting for a reason."""

    reason: str
    """Reason."""


@frozen
class TimePattern:
    """Time that the meeting reaches."""

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
"""Every pattern of events in scenarios; a `match` over it ends in `assert_never`."""


@frozen
class Trigger:
    """A pattern that triggers an action in the meeting, with the number of the match that counts."""

    when: EventPattern
    """Pattern of the event that is waited for."""

    nth: int = 1
    """Number of the match, from 1; a time comes only once."""

    after_s: float = 0.0
    """Delay after the match, in seconds."""

    within_s: float | None = None
    """Seconds of the meeting after which matches do not count; None for no limit."""


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
    """Earliest time, in seconds: since the expectation before it in an order, else since the start."""

    within_s: float | None = None
    """Latest time, counted in the same way; None for no limit."""

    excepted: frozenset[str] = frozenset()
    """Codes of errors, and faults of the scenario, that do not count."""

    least: int | None = None
    """Fewest occurrences, counted at the end."""

    most: int | None = None
    """Most occurrences, counted at the end."""


@frozen
class Whenever:
    """Event that must follow each time that another happens."""

    when: Expected
    """Event that begins the wait."""

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
    """Limit: seconds, a share from 0 to 1, US dollars, or a count."""

    names: tuple[str, ...]
    """Participants, each of which must meet it; none for the whole meeting."""

    text: str
    """The same in words."""

    place: str
    """Place in the scenario."""

    excepted: frozenset[str] = frozenset()
    """Faults of the scenario: observations of their participants do not count while they last."""

    is_total: bool = False
    """Whether the numbers of all participants are added, instead of each being compared."""


@frozen
class Question:
    """A question about the meeting that a model answers, as advice."""

    ask: str
    """Question; the expected answer is yes. Personal."""

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
        """Number of the scenario's expectations, without questions: one with several bounds counts once."""
        return len({each.place for each in (*self.always, *self.in_order, *self.never, *self.at_end)})


NOTHING_EXPECTED: Final = Expectations()
"""No expectations: any meeting meets them."""


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
    """Number of the record at which it shows; 0 where none does."""

    around: tuple[str, ...] = ()
    """Records around it, one line each; texts are counted, not quoted."""

    heard: str = field(default="", repr=False)
    """Words that were heard, quoted; empty where the expectation is not of speech. Personal."""

    @property
    def happened_and_heard(self) -> str:
        """Actual event, with the words that were heard. Personal."""
        return f"{self.happened}: {self.heard}" if self.heard else self.happened


@frozen
class Advice:
    """Answer of a model to a question; only advice."""

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
    """Number of expectations that were checked."""

    misses: tuple[Miss, ...] = ()
    """Unmet expectations, in the order of the scenario."""

    advice: tuple[Advice, ...] = field(default=())
    """Answers of a model, where one was asked."""

    unjudged: str = ""
    """Reason, in words, for which nothing was judged: the meeting did not come to an end of its own. Else
    empty.
    """

    results: tuple[Checked, ...] = ()
    """Result of each expectation, in the order of the scenario; a measure has one for each of its limits and
    participants. Empty where nothing was judged, and for a result of an earlier version.
    """

    @property
    def is_met(self) -> bool:
        """Whether no expectation was missed; those that measured nothing are not."""
        return not self.misses and not self.unjudged

    @property
    def empty(self) -> tuple[Checked, ...]:
        """First result of each expectation that measured nothing: it is neither met nor missed."""
        return wholly(self.results, "measured-nothing")

    @property
    def unreached(self) -> tuple[Checked, ...]:
        """Expectations of an order that ended before them: they are neither met nor missed."""
        return wholly(self.results, "not-reached")

    @property
    def not_judged(self) -> str:
        """`15 expectations not judged: the meeting was interrupted`, or empty if they were judged."""
        noun = "expectation" if self.checked == 1 else "expectations"
        return f"{self.checked} {noun} not judged: {self.unjudged}" if self.unjudged else ""

    @property
    def kinds(self) -> frozenset[Kind]:
        """Kinds of the expectations that were not met."""
        return frozenset(each.kind for each in self.misses)
