"""The verdict: each expectation looked up in the records, and a miss for each that was not met.

1. `in_order` is greedy: each event is the first that comes true after the one before it, or at the very same
   record, as the end of a turn and the grant of the next. What comes late is a miss of timing and counts as
   having come; what never comes is a miss, and ends the order.
2. `never` tells of the first `MOST` occurrences.
3. `always` bounds every observation (`min`, `max`), or all of them (`p50`, `p95`, `p99`). Shares are looked
   at whenever a turn ends, from the meeting's first minute on, and at its end.
   What `then` follows may be bounded, too: `after` and `within` of `when` count from the start, those of
   `then` from each `when`. It may follow at the very same record.
   A measure without observations, and a `when` that never came, *measured nothing*: neither met nor missed.
4. `at_end` counts over the whole meeting.
5. A miss is of *infrastructure* where it is about sessions and errors, where the participant in question had
   failed for good, or where the meeting ended of a failure; of *timing* where something took too long or came
   too late; of *behaviour* otherwise.
6. Of a meeting that was interrupted, or that its services failed, nothing is judged: each miss would say the
   same. Where the scenario expects that very end, all is judged.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final, assert_never

from attrs import evolve

from trialogue.arguments import checks_arguments
from trialogue.brain.happenings import SaidWords, fits
from trialogue.expect.bounds import bound_results
from trialogue.expect.excused import windows
from trialogue.expect.findings import Finding, HeldRecords, Looked
from trialogue.expect.occurrences import Happenings, Occurrence, in_turn
from trialogue.expect.record_lines import around
from trialogue.expect.unjudged import why_unjudged
from trialogue.model.checked import Checked
from trialogue.model.commands import EndTurn
from trialogue.model.expectations import (
    OF_SESSIONS,
    Advice,
    Bound,
    ErrorPattern,
    EventPattern,
    Expectations,
    Expected,
    Findings,
    Happening,
    Kind,
    Miss,
    SeatPattern,
    SoundPattern,
    SpokenPattern,
    ToolPattern,
    Whenever,
)
from trialogue.model.text import brief, safe_text
from trialogue.report.result import BAD_ENDS
from trialogue.values import frozen

__all__ = ["HeldRecords", "judge"]

MOST: Final = 3
"""Number of occurrences of what must never happen that are told of one expectation; the rest are counted."""

QUOTED: Final = 80
"""Most characters of the words that are quoted where others were expected; the rest are counted."""

_SENTENCE: Final = re.compile(r"[.!?…] +")
"""End of a sentence."""

UNASKED: Final = "no model was asked"
"""Reason why a question has no answer; a model's answers take the place of this."""


@checks_arguments
def judge(expectations: Expectations, held: HeldRecords) -> Findings:
    """Look up everything that was expected."""
    advice = tuple(Advice(each.place, "skipped", UNASKED) for each in expectations.questions)
    if why := why_unjudged(held, expectations):
        return Findings(expectations.count, advice=advice, unjudged=why)
    looking = _Looking(held, Happenings.of(held.records, held.result.failures))
    found = [
        *(each for expected in expectations.always for each in looking.always(expected)),
        *looking.in_order(expectations.in_order),
        *(looking.never(expected) for expected in expectations.never),
        *(each for expected in expectations.at_end for each in looking.at_end(expected)),
    ]
    return Findings(
        expectations.count,
        tuple(looking.told(miss) for each in found for miss in each.misses),
        advice,
        results=tuple(each.result for each in found),
    )


@frozen
class _Looking:
    """One meeting, looked at."""

    held: HeldRecords
    happened: Happenings

    def always(self, expected: Whenever | Bound) -> Iterator[Looked]:
        match expected:
            case Whenever():
                yield self._whenever(expected)
            case Bound():
                ends = [
                    record.at
                    for record in self.held.records
                    if any(isinstance(command, EndTurn) for command in record.commands)
                ]
                yield from bound_results(expected, self.held, "always", ends)
            case _ as never:
                assert_never(never)

    def at_end(self, expected: Expected | Bound) -> Iterator[Looked]:
        match expected:
            case Expected():
                yield self._count(expected)
            case Bound():
                yield from bound_results(expected, self.held, "at_end", [])
            case _ as never:
                assert_never(never)

    def in_order(self, order: Sequence[Expected]) -> Iterator[Looked]:
        at, seq, before = 0.0, 0, "the start"
        used = set[tuple[int, EventPattern]]()
        for index, expected in enumerate(order):
            wanted = f"{expected.text}{_window(expected, before)}"
            found = [
                each
                for each in self._occurrences(expected)
                if (each.at, each.seq) >= (at, seq)
                and (each.seq, expected.pattern) not in used
                and each.at >= at + expected.after_s - 1e-6
            ]
            if len(found) < expected.nth:
                yield _looked(expected.place, wanted, [self._missing(expected, found, before)], "")
                yield from (_not_reached(each, expected) for each in order[index + 1 :])
                return
            came = found[expected.nth - 1]
            misses = list[Finding]()
            if expected.within_s is not None and came.at > at + expected.within_s + 1e-6:
                happened = f"it came at {came.at:.2f} s, {came.at - at:.2f} s after {before}"
                misses.append(Finding(expected.place, "in_order", wanted, happened, came, "timing"))
            yield _looked(expected.place, wanted, misses, f"at {came.at:.2f} s")
            used.add((came.seq, expected.pattern))
            at, seq, before = came.at, came.seq, f"{expected.text} ({came.at:.2f} s)"

    def _missing(self, expected: Expected, found: Sequence[Occurrence], before: str) -> Finding:
        earlier = self._occurrences(expected)
        happened = f"it did not come after {before}"
        if len(found) > 0:
            happened = f"it came {_often(len(found))} after {before}, not {expected.nth}"
        elif earlier:
            happened += f"; it came at {_times(earlier)}"
        else:
            happened += self._instead(expected)
        at = earlier[-1] if earlier else self._end(_subject(expected))
        wanted = f"{expected.text}{_window(expected, before)}"
        heard = "" if found or earlier else self._heard(expected)
        return Finding(expected.place, "in_order", wanted, happened, at, self._kind(expected, at), heard)

    def never(self, expected: Expected) -> Looked:
        found = self._in_window(expected)
        wanted = f"never {expected.text}{_window(expected)}"
        misses = list[Finding]()
        for index, each in enumerate(found[:MOST]):
            more = f", and {len(found) - MOST} times more" if index == MOST - 1 and len(found) > MOST else ""
            code = f": {each.failure.code}: {each.failure.text}" if each.failure else ""
            said = self._said_at(each, expected)
            who = f", said by {said.by}" if said is not None and _subject(expected) is None else ""
            happened = f"it happened at {each.at:.2f} s{who}{code}{more}"
            kind, heard = self._kind(expected, each), _quoted(said, expected)
            misses.append(Finding(expected.place, "never", wanted, happened, each, kind, heard))
        return _looked(expected.place, wanted, misses, "it never happened")

    def _count(self, expected: Expected) -> Looked:
        found = self._in_window(expected)
        least = 1 if expected.least is None and expected.most is None else expected.least or 0
        wanted = f"{expected.text} {_counted(least, expected.most)}{_window(expected)}"
        happened = f"{_often(len(found))}{f', at {_times(found)}' if found else ''}"
        if len(found) >= least and (expected.most is None or len(found) <= expected.most):
            return _looked(expected.place, wanted, [], happened)
        outside = [each for each in self._occurrences(expected) if each not in found]
        if outside:
            happened += f"; outside of that time at {_times(outside)}"
        elif not found:
            happened += self._instead(expected)
        heard = "" if found or outside else self._heard(expected)
        if found and len(found) >= least:
            heard = _quoted(self._said_at(found[-1], expected), expected)
        at = found[-1] if found else outside[0] if outside else self._end(_subject(expected))
        is_late = len(found) < least <= len(found) + len(outside)
        kind = self._kind(expected, at)
        kind = "timing" if is_late and kind == "behaviour" else kind
        miss = Finding(expected.place, "at_end", wanted, happened, at, kind, heard)
        return _looked(expected.place, wanted, [miss], "")

    def _whenever(self, expected: Whenever) -> Looked:
        limit, wait = expected.then.within_s, expected.then.after_s
        wanted = f"whenever {expected.when.text}, {expected.then.text}"
        wanted += f" at least {wait:g} s later" if wait else ""
        wanted += "" if limit is None else f" within {limit:g} s"
        begun = self._in_window(expected.when)
        if not begun:
            return Looked(
                Checked(expected.place, "measured-nothing", wanted, f"{expected.when.text} never came")
            )
        follows = self._occurrences(expected.then)
        later = [self._followed(expected, wanted, first, follows) for first in begun]
        told = f"{expected.when.text} came {_often(len(begun))}, at {_times(begun)}"
        return _looked(expected.place, wanted, [each for each in later if each is not None], told)

    def _followed(
        self, expected: Whenever, wanted: str, first: Occurrence, follows: Sequence[Occurrence]
    ) -> Finding | None:
        """Miss of what must follow one occurrence; None where it follows in time, or the end comes before."""
        limit, wait = expected.then.within_s, expected.then.after_s
        place = bisect_right(follows, in_turn(first), key=in_turn)
        later = (follows[index] for index in range(place, len(follows)))
        then = next((each for each in later if each.at >= first.at + wait - 1e-6), None)
        if then is None:
            if limit is not None and first.at + limit > self.happened.ended_at:
                return None  # the meeting was over before the time was
            happened = f"after {first.at:.2f} s it never came"
            kind = self._kind(expected.then, first)
            return Finding(expected.place, "always", wanted, happened, first, kind)
        if limit is not None and then.at > first.at + limit + 1e-6:
            happened = f"it came {then.at - first.at:.2f} s after {first.at:.2f} s"
            return Finding(expected.place, "always", wanted, happened, then, "timing")
        return None

    def _in_window(self, expected: Expected) -> list[Occurrence]:
        """Occurrences within the times that are counted from the start."""
        return [each for each in self._occurrences(expected) if _is_in_window(expected, each)]

    def _occurrences(self, expected: Expected) -> list[Occurrence]:
        found = self.happened.find(expected.pattern)
        if not expected.excepted:
            return found
        felt = windows(self.held.records, expected.excepted)
        return [
            each
            for each in found
            if not (each.failure and each.failure.code in expected.excepted)
            and not any(window.holds(each.at, each.participant) for window in felt)
        ]

    def _end(self, participant: str | None = None) -> Occurrence:
        at = self.happened.ended_at
        return Occurrence(at, self.happened.seq_at(at), participant)

    def _instead(self, expected: Expected) -> str:
        """Event in the place of one that never came, as far as it can be said without speech."""
        match expected.pattern:
            case SpokenPattern(by=by):
                told = self._spoken(by)
                last = f", {'the last ' if len(told) > 1 else ''}at {told[-1].at:.2f} s" if told else ""
                return f"; {by or 'anybody'} spoke {_often(len(told))}{last}"
            case ToolPattern(tool=tool):
                calls = [f"{each.by} at {each.at:.2f} s: {each.outcome}" for each in self.happened.calls]
                return (
                    f"; calls that ended: {', '.join(calls[:MOST])}" if calls else f"; {tool} was not called"
                )
            case _:
                return f"; the meeting ended at {self.happened.ended_at:.2f} s: {self.happened.reason}"

    def _spoken(self, by: str | None) -> list[SaidWords]:
        """Speech with words of one participant, or of anybody."""
        return [each for each in self.happened.spoken if by in {None, each.by} and each.text]

    def _heard(self, expected: Expected) -> str:
        """The last words of those who never said what was expected, quoted. Personal."""
        match expected.pattern:
            case SpokenPattern(by=by) if told := self._spoken(by):
                return _quoted(told[-1], expected)
            case _:
                return ""

    def _said_at(self, found: Occurrence, expected: Expected) -> SaidWords | None:
        """The speech that came true there; None for an event of another kind."""
        if not isinstance(expected.pattern, SpokenPattern):
            return None
        place = found.at, found.seq, found.participant
        return next((each for each in self.happened.spoken if (each.at, each.seq, each.by) == place), None)

    def _kind(self, expected: Expected, found: Occurrence) -> Kind:
        pattern = expected.pattern
        is_of_sessions = isinstance(pattern, SeatPattern) and pattern.event in OF_SESSIONS
        if isinstance(pattern, ErrorPattern) or is_of_sessions or self.happened.reason in BAD_ENDS:
            return "infrastructure"
        failed = {each.participant for each in self.happened.seats if each.event is Happening.FAILED}
        return "infrastructure" if failed & {_subject(expected), found.participant} else "behaviour"

    def told(self, found: Finding) -> Miss:
        """A miss with the records around it."""
        return Miss(
            place=found.place,
            section=found.section,
            kind=found.kind,
            expected=found.expected,
            happened=found.happened,
            at=found.at.at,
            participant=found.at.participant,
            seq=found.at.seq,
            around=around(self.held.records, found.at.seq or self.happened.seq_at(found.at.at)),
            heard=found.heard,
        )


def _quoted(said: SaidWords | None, expected: Expected) -> str:
    """Words, quoted; of many, those from the first sentence on that has what was meant. Personal."""
    if said is None:
        return ""
    begins = [each.end() for each in _SENTENCE.finditer(said.text)] if len(said.text) > QUOTED else []
    ends = [*begins, len(said.text)]
    for begin, end in zip(begins, ends[1:], strict=True):
        if fits(expected.pattern, evolve(said, text=said.text[:begin])):
            break
        if fits(expected.pattern, evolve(said, text=said.text[begin:end])):
            return f'"… {brief(safe_text(said.text[begin:]), QUOTED)}"'
    return f'"{brief(safe_text(said.text), QUOTED)}"'


def _looked(place: str, wanted: str, misses: Sequence[Finding], found: str) -> Looked:
    """Missed expectation with its first miss's words, or a met one with what was found."""
    if misses:
        return Looked(Checked(place, "missed", wanted, misses[0].happened), tuple(misses))
    return Looked(Checked(place, "met", wanted, found))


def _not_reached(expected: Expected, before: Expected) -> Looked:
    """Event of an order that ended before it."""
    return Looked(Checked(expected.place, "not-reached", expected.text, f"{before.place} did not come"))


def _subject(expected: Expected) -> str | None:
    """Participant whom an expectation is about."""
    match expected.pattern:
        case SpokenPattern(by=by) | SoundPattern(by=by) | ToolPattern(by=by) | ErrorPattern(by=by):
            return by
        case SeatPattern(participant=name):
            return name
        case _:
            return None


def _is_in_window(expected: Expected, found: Occurrence) -> bool:
    return found.at >= expected.after_s - 1e-6 and (
        expected.within_s is None or found.at <= expected.within_s + 1e-6
    )


def _window(expected: Expected, since: str = "the start") -> str:
    """Times between which an event counts, in words; begins with a space, or is empty."""
    after, within = expected.after_s, expected.within_s
    if within is None:
        return f" at least {after:g} s after {since}" if after else ""
    return f" from {after:g} s to {within:g} s after {since}" if after else f" within {within:g} s of {since}"


def _times(found: Sequence[Occurrence]) -> str:
    told = ", ".join(f"{each.at:.2f} s" for each in found[:MOST])
    return f"{told} and {len(found) - MOST} times more" if len(found) > MOST else told


def _often(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _counted(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {_often(least)}"
    if least == most:
        return _often(least)
    return f"at most {_often(most)}" if least == 0 else f"{least} to {most} times"
