"""A batch for people: its progress, and the table at its end."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Final, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from trialogue.batch.figures import FIGURES
from trialogue.batch.outcomes import Outcome
from trialogue.batch.tally import GroupTally, Regression
from trialogue.cli.view_lines import Line, Span, Tone, counted, line, padded, span
from trialogue.cli.view_screens import put
from trialogue.model.text import brief, safe_text

__all__ = ["Showing", "open_progress", "table"]

TOLD_FAILURES: Final = 20
"""Most failed meetings that are listed; the rest are counted."""

SHOWN: Final = ("duration", "turns", "response p50", "response p95", "silence", "failures")
"""Figures whose spread the table shows where there are repeats."""


class Showing(Protocol):
    """Shows each outcome of a batch as it arrives."""

    def __call__(self, outcome: Outcome) -> None:
        """Show one outcome."""
        ...


@contextmanager
def open_progress(total: int, *, is_shown: bool) -> Generator[Showing]:
    """Show the progress of a batch: a bar with the time left, or one line per meeting without a terminal."""
    console = Console(file=sys.stderr, highlight=False)
    if not is_shown or not console.is_terminal:
        yield _liner(total) if is_shown else _silent
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    failed = 0
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("meetings", total=total)

        def told(outcome: Outcome) -> None:
            nonlocal failed
            failed += not outcome.passed
            shown = f"meetings, {failed} failed" if failed else "meetings"
            progress.update(task, advance=1, description=shown)

        yield told


def _silent(outcome: Outcome) -> None:
    """Show nothing."""
    del outcome


def _liner(total: int) -> Showing:
    count = 0

    def told(outcome: Outcome) -> None:
        nonlocal count
        count += 1
        word = "passed" if outcome.passed else "FAILED"
        put(f"{count}/{total}  {word}  {safe_text(outcome.name)}: {_how(outcome)}")

    return told


def _how(outcome: Outcome) -> str:
    kept = "held earlier, " if outcome.state == "kept" else ""
    unmet = f", {counted(len(outcome.unmet), 'expectation')} not met" if outcome.unmet else ""
    empty = f", {len(outcome.empty)} measured nothing" if outcome.empty else ""
    return brief(safe_text(f"{kept}{outcome.told}{unmet}{empty}"), 300)


def table(
    tallies: Sequence[GroupTally], outcomes: Sequence[Outcome], worse: Sequence[Regression]
) -> Iterator[Line]:
    """Table of a batch: pass rates, the spread of figures, failures, and figures that got worse."""
    width = max([len("meeting"), *(len(each.group) for each in tallies)])
    yield line(Span(f"  {padded('meeting', width)}  runs  passed  rate, with interval", Tone.FAINT))
    for tally in tallies:
        yield _row(tally, width)
        yield from _spreads(tally)
    yield from _failures([each for each in outcomes if not each.passed])
    for each in worse:
        yield line(span(f"  worse     {safe_text(each.group)}: {each.name}, {each.text}", Tone.WARNING))
    yield line()
    yield _sum(outcomes)


def _row(tally: GroupTally, width: int) -> Line:
    low, high = tally.between
    sure = f"{tally.rate:>4.0%}  {low:.0%} to {high:.0%}" if tally.runs > 1 else f"{tally.rate:>4.0%}"
    tone = Tone.NORMAL if tally.passed == tally.runs else Tone.WARNING
    name = padded(safe_text(tally.group), width)
    return line(Span(f"  {name}  {tally.runs:>4}  {tally.passed:>6}  {sure}", tone))


def _spreads(tally: GroupTally) -> Iterator[Line]:
    if tally.runs < 2:
        return
    for figure in FIGURES:
        values = tally.figures.get(figure.name, ())
        if figure.name in SHOWN and values:
            middle, least, most = (figure.told(each) for each in (median(values), values[0], values[-1]))
            told = middle if least == most else f"{middle} ({least} to {most})"
            yield line(Span(f"      {figure.name:<14}{told}", Tone.FAINT))


def _failures(failed: Sequence[Outcome]) -> Iterator[Line]:
    if failed:
        yield line()
    for outcome in failed[:TOLD_FAILURES]:
        yield line(span(f"  {safe_text(outcome.name)}: {_how(outcome)}", Tone.WARNING), hang=4)
        for unmet in outcome.unmet:
            told = brief(safe_text(f"{unmet.place} (line {unmet.line}), {unmet.kind}: {unmet.text}"), 400)
            yield line(span(f"    {told}"), hang=6)
        yield line(Span(f"    {safe_text(outcome.folder)}", Tone.FAINT), hang=6)
    if len(failed) > TOLD_FAILURES:
        yield line(span(f"  and {len(failed) - TOLD_FAILURES} more", Tone.WARNING))


def _sum(outcomes: Sequence[Outcome]) -> Line:
    passed = sum(each.passed for each in outcomes)
    kept = sum(each.state == "kept" for each in outcomes)
    again = f", {kept} of them from an earlier batch" if kept else ""
    minutes = sum(each.meeting_s for each in outcomes) / 60
    tone = Tone.NORMAL if passed == len(outcomes) else Tone.WARNING
    told = f"{passed} of {counted(len(outcomes), 'meeting')} passed{again}; {minutes:.0f} minutes of meetings"
    empty = sum(len(each.empty) for each in outcomes)
    aside = f"; {counted(empty, 'expectation')} measured nothing" if empty else ""
    return line(span(f"{told}{aside}", tone))
