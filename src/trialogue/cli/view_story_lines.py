"""A meeting's story as lines for people."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, assert_never

from attrs import Factory, field

from trialogue.cli.view_lines import Line, Span, Tone, line, padded, span, width
from trialogue.cli.view_story import Sort, StoryMoment
from trialogue.model.clock_time import clock
from trialogue.model.plan import MeetingPlan
from trialogue.model.text import brief
from trialogue.report.cues import CUT, labels
from trialogue.values import define

LONGEST_NAME: Final = 16
"""Most cells of a name in a line."""

LONGEST_NOTICE: Final = 400
"""Most characters of a line about a happening: a service's words, a tool's name."""

LONGEST_SENTENCE: Final = 4000
"""Most characters of speech in one line; the journal and the transcripts have all of it."""

REASONS: Final = MappingProxyType(
    {
        "agenda-done": "the agenda is done",
        "all-failed": "no agent is left",
        "crashed": "a bug in trialogue stopped it",
        "ended-by-chair": "the chair ended it",
        "ended-by-hand": "you ended it",
        "happened": "its end condition was met",
        "hung-up": "the terminal hung up",
        "interrupted": "you interrupted it",
        "journal-failed": "the journal could not be written",
        "limit-time": "its time was up",
        "limit-turns": "all of its turns were taken",
        "order-done": "everyone in the order has spoken",
        "participant-failed": "a participant failed for good",
        "refused": "the service refused",
        "said": "the words that end it were said",
        "silence": "it was silent for too long",
        "terminated": "the system asked it to end",
        "unfinished": "its journal stops before its end",
    }
)
"""Reasons for an end, in words for people."""


def reason_in_words(reason: str) -> str:
    """Reason for a meeting's end in words; an app's own reason is returned unchanged."""
    return REASONS.get(reason, reason)


@define
class Seating:
    """Names and colours of a cast."""

    plan: MeetingPlan
    """Plan of the meeting."""

    _labels: dict[str, str] = field(init=False)
    _seats: dict[str, int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Seat everybody in the cast's order."""
        self.take(self.plan)

    def take(self, plan: MeetingPlan) -> None:
        """Seat the new cast after a participant joined."""
        self.plan = plan
        self._labels = labels(plan)
        self._seats = {each.name: seat for seat, each in enumerate(plan.participants)}

    @property
    def cells(self) -> int:
        """Width of the name column, in cells."""
        return min(LONGEST_NAME, max((width(label) for label in self._labels.values()), default=0))

    def label(self, name: str) -> str:
        """Name of a participant as shown to people."""
        return self._labels.get(name, name)

    def seat(self, name: str) -> int | None:
        """Place in the cast, which selects the participant's colour; None for an unknown name."""
        return self._seats.get(name)

    def name(self, name: str, tone: Tone = Tone.STRONG) -> Span:
        """A participant's name in its column and colour."""
        return Span(padded(self.label(name), self.cells), tone, self.seat(name))


@define
class StoryLines:
    """Lines of a story, moment by moment; a turn's further sentences do not name the speaker again."""

    seating: Seating
    """Names and colours."""

    repeats_names: bool = False
    """Whether every sentence names its speaker: for lines that are searched rather than read."""

    _turn: int = Factory(int)

    def line(self, moment: StoryMoment) -> Line:
        """The next moment as a line: `mm:ss`, who, and what."""
        goes_on = moment.turn == self._turn > 0 and not self.repeats_names
        self._turn = moment.turn
        stamp = Span(f"{clock(moment.at)}  ", Tone.FAINT)
        if moment.kind in {Sort.AGENDA, Sort.ENDED}:
            return line(stamp, Span(f"── {_heading(moment)} ──", Tone.STRONG), hang=7)
        who = self._who(moment.participant, is_named=not goes_on)
        return line(stamp, who, "  ", *_what(moment), hang=width(stamp.text) + self.seating.cells + 2)

    def _who(self, name: str | None, *, is_named: bool) -> Span:
        if name is None or not is_named:
            return Span(" " * self.seating.cells)
        return self.seating.name(name)


def _heading(moment: StoryMoment) -> str:
    words = f"ended: {reason_in_words(moment.text)}" if moment.kind is Sort.ENDED else moment.text
    return span(brief(words, LONGEST_NOTICE)).text


def _what(moment: StoryMoment) -> tuple[Span, ...]:
    match moment.kind:
        case Sort.SAID:
            return (span(brief(moment.text, LONGEST_SENTENCE)),)
        case Sort.CUT:
            return (Span(CUT, Tone.WARNING),)
        case Sort.TOOL:
            return (span(f"→ {brief(moment.text, LONGEST_NOTICE)}", Tone.FAINT),)
        case Sort.SOUND:
            return (span(f"♪ {brief(moment.text, LONGEST_NOTICE)}", Tone.FAINT),)
        case Sort.NOTICE:
            return (span(f"! {brief(moment.text, LONGEST_NOTICE)}", Tone.WARNING),)
        case Sort.AGENDA | Sort.ENDED:
            return ()
        case _:
            assert_never(moment.kind)
