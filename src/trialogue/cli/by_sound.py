"""`trialogue report RUN --by-sound`: figures from the recordings, beside those from the records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import asdict

from trialogue.cli.replay import to_the_end
from trialogue.cli.verify import tell_problems
from trialogue.cli.view_lines import Line, Tone, counted, line, span
from trialogue.cli.view_screens import put_json, show
from trialogue.errors import SetupError
from trialogue.journal.files import journal_of
from trialogue.journal.reader import read
from trialogue.report.cast import with_everybody
from trialogue.report.measures import measures
from trialogue.report.measures.by_sound import APART_S, SecondReckoning, second_reckoning
from trialogue.report.measures.spread import Spread
from trialogue.report.recordings import parts_of
from trialogue.report.result import rounded
from trialogue.report.stretches import stretches

__all__ = ["print_by_sound"]


def print_by_sound(run: Path, *, as_json: bool) -> int:
    """Print both reckonings and their difference; SetupError for a run without recordings."""
    reading = read(journal_of(run))
    records = tuple(to_the_end(reading))
    plan = with_everybody(reading.header.plan, records)
    folder = reading.path.parent / "audio"
    recorded = {each.name: parts_of(folder, each.name) for each in plan.participants}
    recorded = {name: parts for name, parts in recorded.items() if parts}
    if not recorded:
        raise SetupError(f"{run} has no recordings: its figures are those of its records alone")
    duration_s = measures(plan, records).duration_s
    found = second_reckoning(stretches(records), recorded, duration_s)
    if as_json:
        told = {"trialogue": 1, "kind": "by-sound", "name": plan.name, "agrees": found.agrees}
        put_json(told | {name: rounded(value) for name, value in asdict(found).items()})
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


def _told(value: float | None, unit: str, sign: str = "") -> str:
    if value is None:
        return "-"
    return f"{value:{sign}.2f} s" if unit == "s" else f"{value:{sign}.1%}"


def _late(found: Spread) -> str:
    return "-" if found.p50 is None else f"{found.p50:.2f} s (median, n={found.n})"
