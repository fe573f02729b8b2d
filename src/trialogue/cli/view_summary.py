"""Summary of a finished meeting on one screen: its end, shares of speech, failures, and files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from trialogue.cli.view_lines import Line, Span, Tone, bar, counted, line, padded, span
from trialogue.cli.view_story import UNTOLD
from trialogue.cli.view_story_lines import LONGEST_NOTICE, Seating, reason_in_words
from trialogue.cli.view_verdict import headline, nowhere, told_empty
from trialogue.model.clock_time import clock
from trialogue.model.expectations import Miss
from trialogue.model.plan import MeetingPlan
from trialogue.model.text import brief, safe_text
from trialogue.report.measures import Measures, ParticipantMeasures, Spread
from trialogue.report.measures.shares import heard_turns
from trialogue.report.result import LOST, WHY_UNHEARD, Result
from trialogue.report.shortfall import FELL_SHORT
from trialogue.values import frozen

SHARE_CELLS: Final = 10
"""Width of the bar of a share, in cells."""

FAILURES: Final = 5
"""Most kinds of failures that are listed; the rest are counted."""

SHORT: Final = 200
"""Most characters of an unmet expectation under --quiet."""

NAMED: Final = 3
"""Most unmet expectations that --quiet names; the rest are counted."""

GOOD: Final = frozenset({"succeeded", "answered", "not-ours"})
"""Outcomes of tool calls that are no failures."""


@frozen
class Ended:
    """Parts of a summary."""

    plan: MeetingPlan
    """Plan of the meeting."""

    result: Result
    """Result of the meeting."""

    folder: str | None = None
    """Directory of the run; None where only its journal was read."""

    machine_s: float | None = None
    """Seconds of real time that it took; None where that was not measured."""

    where: Callable[[str], str] = nowhere
    """Function that gives the file and line of an expectation, by its place."""

    never_came: tuple[str, ...] = ()
    """Texts about conditions of `end` that never came, where a limit ended the meeting."""

    unplayed: tuple[str, ...] = ()
    """Lines about clips that were never played."""


def summary(ended: Ended) -> list[Line]:
    """The whole screen, for 80 columns."""
    measured = ended.result.measures
    return [
        _headline(ended),
        *_pace(ended),
        line(),
        *figures(ended.plan, measured),
        *_cost(ended),
        *_failures(ended),
        *_never_came(ended),
        *_unplayed(ended),
        *_expected(ended),
        *_files(ended),
    ]


def figures(plan: MeetingPlan, measured: Measures) -> list[Line]:
    """The middle of the summary: how much each participant spoke, and how turns followed each other."""
    return [*_table(Seating(plan), measured), line(), *_facts(measured)]


def in_one_line(ended: Ended) -> str:
    """The result in one line."""
    result = ended.result
    turns = counted(heard_turns(result.measures.participants), "turn")
    short = f", {FELL_SHORT[result.shortfall]}" if result.shortfall else ""
    where = f"{short}, {ended.folder}" if ended.folder else short
    where = "; ".join([where, *_first(ended.never_came)])
    where = f"{where}; {headline(result.expectations, named=True)}" if result.expectations else where
    where = "; ".join([where, *_why_failed(ended)])
    return span(f"{result.name}: {result.reason} after {clock(result.duration_s)}, {turns}{where}").text


def in_brief(ended: Ended) -> Iterator[str]:
    """The result for --quiet: one line, and below it the first expectations that were not met."""
    yield in_one_line(ended)
    verdict = ended.result.expectations
    misses = verdict.misses if verdict else ()
    for miss in misses[:NAMED]:
        yield span(f"  {brief(_told(miss, ended.where(miss.place)), SHORT)}").text
    if len(misses) > NAMED:
        yield f"  and {len(misses) - NAMED} more, in result.json"


def _why_failed(ended: Ended) -> list[str]:
    """Why agents left for good, in the services' words, or why services failed if no agent could speak.

    Of an agent that left for good, the lost sessions before that are left out: they have the same reason.
    """
    told = [each for each in ended.result.failures if each.code in WHY_UNHEARD and each.participant]
    left = {each.participant for each in told if each.code == "session-failed"}
    if ended.result.ok:
        told = [each for each in told if each.code == "session-failed"]
    names: dict[str, set[str]] = {}
    for each in told:
        if each.participant and (each.code != LOST or each.participant not in left):
            names.setdefault(each.text, set()).add(each.participant)
    return [f"{_listed(ended.plan, who)}: {brief(text, LONGEST_NOTICE)}" for text, who in names.items()]


def _listed(plan: MeetingPlan, names: set[str]) -> str:
    """Labels of participants, in the plan's order; of those who joined, by name."""
    seats = [each.name for each in plan.participants if each.name in names]
    joined = sorted(names.difference(seats))
    return ", ".join(map(Seating(plan).label, (*seats, *joined)))


def _headline(ended: Ended) -> Line:
    result = ended.result
    tone = Tone.NORMAL if result.ok else Tone.WARNING
    short = f", and {FELL_SHORT[result.shortfall]}" if result.shortfall else ""
    how = span(f" ended after {clock(result.duration_s)}: {reason_in_words(result.reason)}{short}", tone)
    code = span(f" ({result.reason})", Tone.FAINT)
    return line(span(result.name, Tone.STRONG), how, code)


def _pace(ended: Ended) -> Iterator[Line]:
    speed = ended.result.speed
    if speed is not None:
        took = f", in {ended.machine_s:.1f} s" if ended.machine_s is not None else ""
        yield line(Span(f"virtual clock: {speed:.1f} times faster than real time{took}", Tone.FAINT))


def _table(seating: Seating, measured: Measures) -> Iterator[Line]:
    heads = f"{'turns':>5}  {'spoken':>7}  {'share':<{SHARE_CELLS + 5}}  {'words':>5}  {'wpm':>3}"
    yield line(Span(f"  {' ' * seating.cells}  {heads}  response", Tone.FAINT))
    for each in measured.participants:
        yield _row(seating, each)


def _row(seating: Seating, each: ParticipantMeasures) -> Line:
    share = each.share or 0.0
    words = "-" if each.words is None else str(each.words)
    wpm = "-" if each.words_per_minute is None else f"{each.words_per_minute:.0f}"
    return line(
        "  ",
        seating.name(each.name),
        f"  {each.turns + each.typed:>5}  {each.spoken_s:>5.1f} s  ",
        Span(bar(share, SHARE_CELLS), seat=seating.seat(each.name)),
        f" {share:>4.0%}  {words:>5}  {wpm:>3}  {_median(each.response)}",
    )


def _facts(measured: Measures) -> Iterator[Line]:
    timing, sessions = measured.timing, measured.sessions
    floor = f"{counted(timing.gaps, 'gap')}, {counted(timing.overlaps, 'overlap')}"
    transfer = f"; floor transfer {_median(timing.transfer)}" if timing.transfer.n else ""
    silence = "" if timing.silence_share is None else f"; silence {timing.silence_share:.0%}"
    yield _fact("floor", f"{floor}{transfer}{silence}")
    yield from _cutting_in(measured)
    if measured.floor.requests:
        waits = f"; granted after {_median(measured.floor.wait)}" if measured.floor.wait.n else ""
        yield _fact("hands", f"{measured.floor.requests} raised{waits}")
    if measured.floor.revocations:
        causes = ", ".join(f"{count} {cause}" for cause, count in measured.floor.revocations.items())
        yield _fact("revoked", f"{counted(sum(measured.floor.revocations.values()), 'turn')}: {causes}")
    if measured.tools:
        outcomes = Counter(call.outcome for call in measured.tools)
        told = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
        amiss = any(outcome not in GOOD for outcome in outcomes)
        yield _fact("tools", f"{counted(len(measured.tools), 'call')}: {told}", is_amiss=amiss)
    if sessions.lost:
        back = f", back after {_median(sessions.recovery)}" if sessions.recovery.n else ""
        yield _fact("sessions", f"{sessions.lost} lost{back}", is_amiss=True)


def _cutting_in(measured: Measures) -> Iterator[Line]:
    """Lines about overlapping speech, if there was any."""
    found, overlap = measured.interruptions, measured.timing.overlap
    if overlap.ratio:
        small = f", {counted(found.backchannels, 'backchannel')}" if found.backchannels else ""
        tried = f"; {counted(found.tried, 'interruption')}, {found.succeeded} gave way" if found.tried else ""
        yield _fact("overlap", f"{overlap.ratio:.0%} of speech{tried}{small}")
    if found.yield_latency.n:
        yield _fact("yielding", f"silent after {_median(found.yield_latency)}")
    told = measured.selectivity
    real = f"{told.stopped.hits} of {counted(told.stopped.n, 'interruption')}" if told.stopped.n else ""
    false = f"{told.false_stops.hits} of {counted(told.false_stops.n, 'backchannel')}"
    parts = [each for each in (real, false if told.false_stops.n else "") if each]
    if parts:
        is_amiss = told.false_stops.hits > 0
        yield _fact("stopped", f"an agent fell silent for {' and '.join(parts)}", is_amiss=is_amiss)


def _cost(ended: Ended) -> Iterator[Line]:
    """Lines about the cost, if there is any; usage without a known price is listed."""
    cost, seating = ended.result.cost, Seating(ended.plan)
    known = [
        f"{seating.label(each.name)} {each.usd:.2f}" for each in cost.participants if each.usd is not None
    ]
    if known:
        yield _fact("cost", f"{cost.usd:.2f} USD at the prices of {cost.as_of}: {', '.join(known)}")
    unpriced = [each for each in cost.participants if each.usd is None]
    for index, each in enumerate(unpriced):
        told = f"unpriced, not counted: {each.service} ({seating.label(each.name)})"
        yield _fact("" if known or index else "cost", told, is_amiss=True)


def _failures(ended: Ended) -> Iterator[Line]:
    seating = Seating(ended.plan)
    told = [each for each in ended.result.failures if each.code not in UNTOLD]
    kinds = Counter((each.code, each.text, each.participant) for each in told)
    if not kinds:
        yield _fact("failures", "none")
    for index, ((code, text, name), count) in enumerate(list(kinds.items())[:FAILURES]):
        who = f" ({seating.label(name)})" if name else ""
        what = f"{text.removesuffix('.')}, {count} times" if count > 1 else text
        yield _fact("" if index else "failures", f"{code}{who}: {what}", is_amiss=True)
    if len(kinds) > FAILURES:
        yield _fact("", f"and {counted(len(kinds) - FAILURES, 'more kind')}, in result.json", is_amiss=True)


def _expected(ended: Ended) -> Iterator[Line]:
    """Lines about the expectations: how many were met, and the first ones that were not."""
    verdict = ended.result.expectations
    if verdict is None:
        return
    yield _fact("expected", headline(verdict), is_amiss=not verdict.is_met)
    for miss in verdict.misses[:FAILURES]:
        yield _fact("", _told(miss, ended.where(miss.place)), is_amiss=True)
    if len(verdict.misses) > FAILURES:
        yield _fact("", f"and {len(verdict.misses) - FAILURES} more, in result.json", is_amiss=True)
    for result in verdict.empty[:FAILURES]:
        yield _fact("", told_empty(result))
    if len(verdict.empty) > FAILURES:
        yield _fact("", f"and {len(verdict.empty) - FAILURES} more that measured nothing, in result.json")


def _never_came(ended: Ended) -> Iterator[Line]:
    """Lines about the conditions that were to end the meeting, which ended otherwise."""
    for index, told in enumerate(_first(ended.never_came)):
        yield _fact("" if index else "end", told, is_amiss=True)


def _first(told: Sequence[str]) -> list[str]:
    """The first texts, and the number of the rest."""
    return [*told[:NAMED], *([f"and {len(told) - NAMED} more"] if len(told) > NAMED else [])]


def _unplayed(ended: Ended) -> Iterator[Line]:
    """Lines about the first clips that were never played, which may be why somebody said nothing."""
    for index, told in enumerate(ended.unplayed[:FAILURES]):
        yield _fact("" if index else "clips", told, is_amiss=True)
    if len(ended.unplayed) > FAILURES:
        yield _fact("", f"and {counted(len(ended.unplayed) - FAILURES, 'more clip')}", is_amiss=True)


def _told(miss: Miss, file: str) -> str:
    where = f"{miss.place} ({file})" if file else miss.place
    return f"{where}, {miss.kind}: expected {miss.expected}; {miss.happened_and_heard}"


def _files(ended: Ended) -> Iterator[Line]:
    if ended.folder is None:
        return
    yield line()
    yield line("  ", span(ended.folder, Tone.STRONG))
    for row in _rows([safe_text(each) for each in _grouped(ended.result.files)], 74):
        yield line(Span(f"    {row}", Tone.FAINT))


def _grouped(files: Sequence[str]) -> list[str]:
    """The file names, with the recordings in one group."""
    recordings = [file.removeprefix("audio/").removesuffix(".wav") for file in files if "audio/" in file]
    together = [f"audio/{{{','.join(recordings)}}}.wav"] if recordings else []
    return [*together, *(file for file in files if not file.startswith("audio/"))]


def _rows(words: Sequence[str], columns: int) -> Iterator[str]:
    row = ""
    for word in words:
        if row and len(row) + 2 + len(word) > columns:
            yield row
            row = ""
        row = f"{row}  {word}" if row else word
    if row:
        yield row


def _fact(name: str, text: str, *, is_amiss: bool = False) -> Line:
    tone = Tone.WARNING if is_amiss else Tone.NORMAL
    return line(Span(f"  {padded(name, 10)}", Tone.FAINT), span(brief(text, LONGEST_NOTICE), tone), hang=12)


def _median(spread: Spread) -> str:
    return "-" if spread.p50 is None else f"{spread.p50:.2f} s (n={spread.n})"
