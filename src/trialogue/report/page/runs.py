"""Static page of a folder of runs: a row for each run, and each measure's spread over a meeting's runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from statistics import median
from typing import Final, TypeAlias, cast

from trialogue.report.page.document import assemble, asset
from trialogue.values import frozen

__all__ = ["RunRow", "runs_document"]

Result: TypeAlias = Mapping[str, object]
"""Content of `result.json`."""


@frozen
class RunRow:
    """Run of the folder."""

    name: str
    """Directory of the run, relative to the folder."""

    result: Result | None
    """Content of `result.json`; None where the run cannot be read."""

    trouble: str = ""
    """Reason for which it cannot be read, or not wholly; one line."""

    links: tuple[tuple[str, str], ...] = ()
    """Links of the row: names and addresses, relative to the page."""


@frozen
class _Column:
    title: str
    path: str
    """Path of the value in the result."""
    shown: Callable[[float], str]


def _seconds(value: float) -> str:
    return f"{value:.2f} s"


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _count(value: float) -> str:
    return f"{value:g}"


_COLUMNS: Final = (
    _Column("lasted", "duration_s", lambda value: f"{value:.0f} s"),
    _Column("turns", "turns", _count),
    _Column("floor transfer", "measures.timing.transfer.p50", _seconds),
    _Column("response", "measures.timing.response.p50", _seconds),
    _Column("silence", "measures.timing.silence_share", _percent),
    _Column("overlap", "measures.timing.overlap.ratio", _percent),
    _Column("Gini", "measures.balance.gini", lambda value: f"{value:.2f}"),
    _Column("interruptions", "measures.interruptions.tried", _count),
    _Column("backchannels", "measures.interruptions.backchannels", _count),
    _Column("sessions lost", "measures.sessions.lost", _count),
    _Column("failures", "failures", _count),
    _Column("cost", "cost.usd", lambda value: f"{value:.2f} USD"),
)


def runs_document(title: str, rows: Sequence[RunRow]) -> bytes:
    """Page of a folder; `rows` in the order in which they are shown."""
    head = f"<header><h1>{escape(title)}</h1><p>{escape(_sum(rows))}</p></header>"
    body = f"{head}\n<main>\n{_spreads(rows)}\n{_table(rows)}\n</main>"
    return assemble(
        body=body,
        styles=(asset("page.css"), asset("runs.css")),
        scripts=(asset("runs.js"),),
        data={"trialogue": 1, "kind": "runs", "title": f"{title}: {len(rows)} runs"},
    )


def value_of(result: Result, path: str) -> float | None:
    """Figure of a result; None where it has none."""
    found: object = result
    if path == "turns":
        return _heard_turns(_at(_at(result, "measures"), "participants"))
    for name in path.split("."):
        found = _at(found, name)
    if isinstance(found, list | tuple):
        return float(len(cast("Sequence[object]", found)))
    return float(found) if isinstance(found, int | float) else None


def _heard_turns(rows: object) -> float | None:
    """Number of turns that were heard or typed, as in the run's own summary."""
    if not isinstance(rows, list | tuple):
        return None
    counts = [_at(row, name) for row in cast("Sequence[object]", rows) for name in ("turns", "typed")]
    known = [each for each in counts if isinstance(each, int | float)]
    return float(sum(known)) if known else None


def _at(found: object, name: str) -> object:
    return cast("Mapping[str, object]", found).get(name) if isinstance(found, Mapping) else None


def _sum(rows: Sequence[RunRow]) -> str:
    told = [each.result for each in rows if each.result is not None]
    good = sum(each.get("ok") is True for each in told)
    untold = f", {len(rows) - len(told)} of which cannot be read" if len(told) < len(rows) else ""
    return f"{len(rows)} runs, {good} ended normally{untold}"


# --- spread of the measures ------------------------------------------------------------------------


def _spreads(rows: Sequence[RunRow]) -> str:
    groups: dict[str, list[Result]] = {}
    for each in rows:
        if each.result is not None:
            groups.setdefault(str(each.result.get("name")), []).append(each.result)
    heads = ("meeting", "runs", "ok", *(each.title for each in _COLUMNS))
    lines = [_line([name, *_group(found)]) for name, found in groups.items()]
    return _section("By meeting: median, and minimum to maximum", "spread", _head(heads), lines)


def _group(found: Sequence[Result]) -> list[str]:
    good = sum(each.get("ok") is True for each in found)
    return [str(len(found)), str(good), *(_spread(found, column) for column in _COLUMNS)]


def _spread(found: Sequence[Result], column: _Column) -> str:
    values = [value for each in found if (value := value_of(each, column.path)) is not None]
    if not values:
        return "-"
    middle = column.shown(median(values))
    if len(values) == 1 or min(values) == max(values):
        return middle
    return f"{middle} ({column.shown(min(values))} to {column.shown(max(values))})"


# --- the runs ---------------------------------------------------------------------------------------


def _table(rows: Sequence[RunRow]) -> str:
    heads = ("run", "open", "meeting", "ended", *(each.title for each in _COLUMNS))
    return _section("Runs", "runs", _head(heads, sortable=True), [_run(each) for each in rows])


def _run(row: RunRow) -> str:
    links = " ".join(f'<a href="{escape(href)}">{escape(text)}</a>' for text, href in row.links)
    if row.result is None:
        trouble = f'<td colspan="{len(_COLUMNS) + 2}" class="bad">{escape(row.trouble)}</td>'
        return f'<tr><th scope="row">{escape(row.name)}</th><td class="open">{links}</td>{trouble}</tr>'
    ended = "good" if row.result.get("ok") is True else "bad"
    reason = str(row.result.get("reason")) + (f" ({row.trouble})" if row.trouble else "")
    cells = "".join(_cell(value_of(row.result, column.path), column) for column in _COLUMNS)
    return (
        f'<tr><th scope="row">{escape(row.name)}</th><td class="open">{links}</td>'
        f'<td>{escape(str(row.result.get("name")))}</td><td class="{ended}">{escape(reason)}</td>{cells}</tr>'
    )


def _cell(value: float | None, column: _Column) -> str:
    if value is None:
        return '<td data-value="">-</td>'
    return f'<td data-value="{value!r}">{escape(column.shown(value))}</td>'


def _section(title: str, name: str, head: str, lines: Sequence[str]) -> str:
    table = f'<table id="{name}"><thead>{head}</thead><tbody>{"".join(lines)}</tbody></table>'
    box = f'<div class="scroll" tabindex="0" role="region" aria-labelledby="{name}-title">{table}</div>'
    return (
        f'<section aria-labelledby="{name}-title"><h2 id="{name}-title">{escape(title)}</h2>{box}</section>'
    )


def _head(titles: Sequence[str], *, sortable: bool = False) -> str:
    shown = [
        f'<button type="button">{escape(each)}</button>' if sortable else escape(each) for each in titles
    ]
    cells = "".join(f'<th scope="col">{each}</th>' for each in shown)
    return f"<tr>{cells}</tr>"


def _line(cells: Sequence[str]) -> str:
    first, *others = (escape(each) for each in cells)
    rest = "".join(f"<td>{each}</td>" for each in others)
    return f'<tr><th scope="row">{first}</th>{rest}</tr>'
