"""Figures from a run's recordings, beside those from its records: a line of `report`, or all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import asdict

from trialogue.cli.replay import to_the_end
from trialogue.cli.verify import tell_problems
from trialogue.cli.view_lines import Line, Span, Tone, counted, line, span
from trialogue.cli.view_screens import put_json, show
from trialogue.errors import SetupError
from trialogue.journal.files import journal_of
from trialogue.journal.reader import read
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.report.cast import with_everybody
from trialogue.report.measures import measures
from trialogue.report.measures.by_sound import APART_S, SecondReckoning, of_recordings
from trialogue.report.measures.spread import Spread
from trialogue.report.result import rounded
from trialogue.values import frozen

__all__ = ["BySound", "print_by_sound"]


@frozen
class BySound:
    """Measures of the recordings next to those of the journal, as a report shows them."""

    found: SecondReckoning
    """The measures."""

    @classmethod
    def of(
        cls, plan: MeetingPlan, records: Sequence[Record], folder: Path, duration_s: float
    ) -> BySound | None:
        """The measures of a run's `audio` folder; None and errors as for `of_recordings`."""
        found = of_recordings(plan, records, folder, duration_s)
        return cls(found) if found else None

    def lines(self) -> Iterator[Line]:
        """Short form: one line, and a second one if the journal and the sound disagree."""
        then, now = self.found.records, self.found.sound
        parts = [
            _beside("floor transfer", then.transfer.p50, now.transfer.p50, "s"),
            _beside("overlap", then.overlap, now.overlap, "%"),
            _beside("silence", then.silence, now.silence, "%"),
        ]
        yield line(Span("  by sound  ", Tone.FAINT), "; ".join(each for each in parts if each), hang=12)
        if not self.found.agrees:
            far = f"more than {APART_S * 1000:.0f} ms from the journal's figure: see report --by-sound"
            yield line(" " * 12, span(far, Tone.WARNING))

    def told(self) -> dict[str, object]:
        """As JSON values."""
        values = {name: rounded(value) for name, value in asdict(self.found).items()}
        return {"agrees": self.found.agrees, **values}


def print_by_sound(run: Path, *, as_json: bool) -> int:
    """Print both sets of measures and their difference; SetupError for a run without recordings."""
    reading = read(journal_of(run))
    records = tuple(to_the_end(reading))
    plan = with_everybody(reading.header.plan, records)
    folder = reading.path.parent / "audio"
    found = of_recordings(plan, records, folder, measures(plan, records).duration_s)
    if found is None:
        raise SetupError(f"{run} has no recordings; only its journal can be measured")
    if as_json:
        put_json({"trialogue": 1, "kind": "by-sound", "name": plan.name, **BySound(found).told()})
    else:
        show([*_lines(found)])
    tell_problems(reading.problems)
    return 0


def _lines(found: SecondReckoning) -> Iterator[Line]:
    then, now = found.records, found.sound
    yield line(f"  {'':26}{'records':>12}{'sound':>12}{'difference':>13}")
    yield _row("floor transfer p50", then.transfer.p50, now.transfer.p50)
    yield _row("floor transfer p95", then.transfer.p95, now.transfer.p95)
    yield line(
        f"  {'floor transfers':26}{then.transfer.n:>12}{now.transfer.n:>12}",
        f"{now.transfer.n - then.transfer.n:>+13}",
    )
    yield _row("overlap of speech", then.overlap, now.overlap, "%")
    yield _row("silence", then.silence, now.silence, "%")
    for name in then.spoken_s:
        yield _row(f"spoken by {name}", then.spoken_s[name], now.spoken_s.get(name, 0.0))
    yield line()
    yield line(
        f"  voices begin {_late(found.begins)} later and end {_late(found.ends)} earlier in the recordings"
    )
    if found.unheard:
        yield line(f"  {counted(found.unheard, 'sound')} of the records without a voice in the recordings")
    if found.unrecorded:
        yield line(f"  {counted(found.unrecorded, 'voice')} in the recordings and in no record")
    if found.apart_s is not None:
        far = f"  the medians of floor transfer are {abs(found.apart_s) * 1000:.0f} ms apart"
        if found.agrees:
            yield line(far)
        else:
            yield line(
                span(f"{far}: more than {APART_S * 1000:.0f} ms, so they are not one figure", Tone.WARNING)
            )


def _row(name: str, then: float | None, now: float | None, unit: str = "s") -> Line:
    apart = None if then is None or now is None else now - then
    told = (_told(then, unit), _told(now, unit), _told(apart, unit, sign="+"))
    return line(f"  {name[:25]:26}{told[0]:>12}{told[1]:>12}{told[2]:>13}")


def _beside(name: str, then: float | None, now: float | None, unit: str) -> str:
    if then is None or now is None:
        return ""
    return f"{name} {_told(now, unit)} ({_told(now - then, unit, sign='+')})"


def _told(value: float | None, unit: str, sign: str = "") -> str:
    if value is None:
        return "-"
    return f"{value:{sign}.2f} s" if unit == "s" else f"{value:{sign}.1%}"


def _late(found: Spread) -> str:
    return "-" if found.p50 is None else f"{round(found.p50, 2) + 0.0:.2f} s (median, n={found.n})"
