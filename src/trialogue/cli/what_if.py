"""`trialogue replay RUN --what-if`: a recorded meeting under other rules."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from attrs import asdict

from trialogue.cli.run import as_requested
from trialogue.cli.verify import tell_problems
from trialogue.cli.view_lines import Line, Tone, counted, line, span
from trialogue.cli.view_screens import put_json, show
from trialogue.errors import SetupError
from trialogue.journal.files import journal_of, write_entered
from trialogue.journal.reader import Reading, read
from trialogue.meeting.edges import Edges
from trialogue.meeting.exporting import held_meeting
from trialogue.meeting.first_difference import Difference
from trialogue.meeting.what_if import WhatIf, what_if
from trialogue.model.clock_time import clock
from trialogue.report.measures.shares import heard_turns
from trialogue.report.result import Result
from trialogue.values import frozen

__all__ = ["WhatIfTold", "ask_what_if"]

PAGE: Final = "what-if.html"
"""Name of the page in a run's directory."""


@frozen
class WhatIfTold:
    """Options for how a what-if is reported."""

    out: Path | None = None
    """Directory of the meeting under the changed settings; None for none."""

    html: bool = False
    """Whether a page is written: into `out`, or else beside the recorded run."""

    as_json: bool = False
    """Whether the output is JSON."""


def ask_what_if(run: Path, changes: Sequence[str], told: WhatIfTold, edges: Edges) -> int:
    """Print what other floor settings would have chosen, and how the meeting would have gone."""
    pairs = dict(_pair(each) for each in changes)
    reading = read(journal_of(run))
    with tempfile.TemporaryDirectory(prefix="trialogue-") as folder:
        came = what_if(reading, pairs, told.out or Path(folder) / "run", edges)
        page = _write_page(reading, came, told.out) if told.html else None
        if told.as_json:
            where = {"page": str(page)} if page else {}
            put_json(_document(came, told.out) | where)
        else:
            kept = [line(f"  run       {as_requested(came.folder, told.out)}")] if told.out else []
            show([*_lines(came), *kept, *([line(f"  page      {page}")] if page else [])])
    tell_problems(reading.problems)
    return 0


def _write_page(reading: Reading, came: WhatIf, out: Path | None) -> Path:
    """Write the page of both meetings; in a closed run's directory its digest goes into the manifest."""
    from trialogue.report.page.what_if import WhatIfPage, what_if_document  # noqa: PLC0415 - only for pages

    horizon = came.horizon
    page = WhatIfPage(
        recorded=held_meeting(reading),
        made=held_meeting(read(came.folder / "journal.jsonl")),
        changes=_changes(came),
        asked=came.asked,
        others=[asdict(each) for each in came.others],
        horizon=None if horizon is None else {"turn": horizon.place, "at": round(_parts_at(horizon), 3)},
        outcome="; ".join([_horizon(horizon), *_not_again(came).values()]),
        figures=list(_figures(came.recorded, came.made)),
    )
    folder = out or reading.path.parent
    path = folder / PAGE
    write_entered(folder, path, what_if_document(page))
    return path


def _pair(change: str) -> tuple[str, str]:
    place, sign, value = change.partition("=")
    if not sign or not place.strip():
        raise SetupError(f"--what-if takes PLACE=VALUE, e.g. floor.policy=auction, not {change!r}")
    return place.strip(), value.strip()


def _lines(came: WhatIf) -> Iterator[Line]:
    yield line("what if ", span(_changes(came), Tone.STRONG))
    yield line()
    yield line(
        f"  choices   {len(came.others)} of {counted(came.asked, 'free floor')} would go to someone else"
    )
    for each in came.others:
        yield line(f"    {clock(each.at)}  turn {each.turn:<3}  ", span(each.then), "  ->  ", span(each.now))
    yield line()
    yield line(f"  again     {_horizon(came.horizon)}")
    for name, told in _not_again(came).items():
        yield line(f"  {name:10}{told}")
    yield line()
    yield line(f"  {'':22}{'recorded':>12}{'what if':>12}")
    for name, then, now in _figures(came.recorded, came.made):
        yield line(f"  {name:22}{then:>12}{now:>12}")


def _not_again(came: WhatIf) -> dict[str, str]:
    """Sentences about what happened to the recorded meeting alone, and may be why the two differ."""
    told: dict[str, str] = {}
    if came.lost:
        told["lost"] = f"sessions of {', '.join(came.lost)} were lost, but not in the other meeting"
    if came.pauses:
        moments = ", ".join(map(clock, came.pauses))
        told["pauses"] = f"its process had died or slept at {moments}, but not in the other meeting"
    return told


def _horizon(horizon: Difference | None) -> str:
    if horizon is None:
        return "the same turns in the same order"
    at = clock(_parts_at(horizon))
    return f"as recorded until {at} (turn {horizon.place}); simulated from there on"


def _parts_at(horizon: Difference) -> float:
    """Start of the first turn that differs, in the meeting where it starts earlier."""
    return min(each.start_s for each in (horizon.then, horizon.now) if each is not None)


def _changes(came: WhatIf) -> str:
    return ", ".join(f"{place}={value}" for place, value in came.changes.items())


def _figures(then: Result, now: Result) -> Iterator[tuple[str, str, str]]:
    """Pairs of measures to show side by side."""
    for name, figure in _HEAD:
        yield name, figure(then), figure(now)
    for seat in then.measures.participants:
        yield f"share of {seat.name}", _share(then, seat.name), _share(now, seat.name)
    for name, figure in _MEASURES:
        yield name, figure(then), figure(now)


def _share(told: Result, name: str) -> str:
    found = (each.share for each in told.measures.participants if each.name == name)
    return _percent(next(found, None))


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f} s"


_HEAD: Final[tuple[tuple[str, Callable[[Result], str]], ...]] = (
    ("lasted", lambda told: clock(told.duration_s)),
    ("turns", lambda told: str(heard_turns(told.measures.participants))),
)

_MEASURES: Final[tuple[tuple[str, Callable[[Result], str]], ...]] = (
    ("floor transfer p50", lambda told: _seconds(told.measures.timing.transfer.p50)),
    ("overlap", lambda told: _percent(told.measures.timing.overlap.ratio)),
    ("silence", lambda told: _percent(told.measures.timing.silence_share)),
    ("wait for floor p50", lambda told: _seconds(told.measures.floor.wait.p50)),
    ("imbalance (Gini)", lambda told: _percent(told.measures.balance.gini)),
    ("ended", lambda told: told.reason),
)


def _document(came: WhatIf, out: Path | None) -> dict[str, object]:
    horizon = came.horizon
    return {
        "trialogue": 1,
        "kind": "what-if",
        "changes": dict(came.changes),
        "asked": came.asked,
        "others": [asdict(each) for each in came.others],
        "horizon": horizon
        and {
            "turn": horizon.place,
            "then": horizon.then and horizon.then.participant,
            "now": horizon.now and horizon.now.participant,
            "at": _parts_at(horizon),
        },
        "lost": list(came.lost),
        "pauses": list(came.pauses),
        "recorded": came.recorded.document(),
        "made": came.made.document(),
        "folder": as_requested(came.folder, out) if out else None,
    }
