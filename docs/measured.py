"""Tables and pictures of what the benchmark suite measured: `python -m tests.benchmarks` keeps the figures.

A file of `docs/measured` holds what one row came to; its picture stands beside it. Both are read on light
and on dark pages, and without colours.
"""
# ruff: noqa: INP001 - a folder of pages, not a package

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

MEASURED = Path(__file__).parent / "measured"
Kept = Mapping[str, Any]
Line = tuple[str, ...]

WIDTH, LEFT, BARS, LINE, HEAD = 760, 150, 440, 20, 30
"""Pixels: the picture, where its bars begin, how long they are at most, a bar's line, a figure's head."""

STYLE = """
text { font: 12px system-ui, "DejaVu Sans", sans-serif; fill: #1f2328; }
.head { font-weight: 600; }
.small { font-size: 11px; fill: #59636e; }
.card { fill: #ffffff; }
.ours { fill: #0969da; }
.peer { fill: #afb8c1; }
.spread { stroke: #1f2328; stroke-width: 1.5; }
.goal { stroke: #d1242f; stroke-width: 1.5; stroke-dasharray: 4 3; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .small { fill: #9198a1; }
  .card { fill: #0d1117; }
  .ours { fill: #4493f8; }
  .peer { fill: #656c76; }
  .spread { stroke: #f0f6fc; }
  .goal { stroke: #ff7b72; }
}
"""


def rows() -> dict[str, Kept]:
    """Every row that was measured, by its name."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(MEASURED.glob("*.json"))
    }


def picture_file(name: str) -> Path:
    """Where a row's picture is."""
    return MEASURED / f"{name}.svg"


def part(name: str) -> str:
    """A row on the page: how it was measured, its picture and its table."""
    row = rows()[name]
    how = f"`python -m tests.benchmarks {name}`: {row['about']}"
    told = [how, *([row["silent_about"]] if row["silent_about"] else []), when(row)]
    if row["not_run"]:
        told.append(f"What could not be measured: {row['not_run']}.")
    told += [f"Without {peer}: {why}." for peer, why in row["missing"].items()]
    shown = f"![Medians and spread of each figure; the table below says the same](measured/{name}.svg)"
    return "\n".join(told) + (f"\n\n{shown}\n\n{table(row)}" if row["figures"] else "")


def when(row: Kept) -> str:
    """When a row was measured, and on what."""
    machine, (before, after) = row["machine"], row["load"]
    return (
        f"{row['date']}, {machine['processor']}, {machine['cores']} cores, Python {machine['python']}; "
        f"load {before:g} when it began and {after:g} at its end, {row['seconds']} s."
    )


def table(row: Kept) -> str:
    """A line for each contender of each figure."""
    head = ("figure", "who", "median", "spread", "ours is of it", "target", "reached")
    lines = [head, tuple("---" for _ in head)]
    for figure in row["figures"]:
        lines += figure_lines(figure)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def figure_lines(figure: Kept) -> Iterator[Line]:
    """The lines of a figure; the first is trialogue's, with the target."""
    ours, verdict = next(iter(figure["values"])), {None: "", True: "yes", False: "no"}[figure["reached"]]
    unit = f" {figure['unit']}" if figure["unit"] else ""
    for name, values in figure["values"].items():
        spread = f"{digits(min(values))} to {digits(max(values))}" if len(values) > 1 else ""
        share = figure["ratios"].get(name)
        of_it = digits(statistics.median(share)) if share else ""
        if share and len(share) > 1:
            of_it += f" ({digits(min(share))} to {digits(max(share))})"
        target, reached = (goal_text(figure), verdict) if name == ours else ("", "")
        note = f" ({figure['note']})" if figure["note"] else ""
        title = figure["title"] + note if name == ours else ""
        yield title, name, digits(statistics.median(values)) + unit, spread, of_it, target, reached


def goal_text(figure: Kept) -> str:
    """The target, in words."""
    goal = figure["goal"]
    if goal is None:
        return ""
    bounds = [f"≥ {goal['at_least']:g}"] if goal["at_least"] is not None else []
    bounds += [f"≤ {goal['at_most']:g}"] if goal["at_most"] is not None else []
    return " and ".join(bounds) + (
        f" of {goal['beside']}" if goal["beside"] else f" {figure['unit']}".rstrip()
    )


def digits(value: float) -> str:
    """A value in three digits, or whole."""
    return f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}"


# --- the picture --------------------------------------------------------------------------------------


def picture(name: str) -> str:
    """A row as an SVG: bars of the medians, with lines from the least to the greatest value."""
    figures = rows()[name]["figures"]
    drawn, top = [], 8
    for figure in figures:
        drawn += figure_drawn(figure, top)
        top += HEAD + LINE * len(figure["values"])
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top + 8}" width="{WIDTH}">'
    card = f'<rect class="card" width="{WIDTH}" height="{top + 8}"/>'
    return "\n".join((head, f"<style>{STYLE}</style>", card, *drawn, "</svg>")) + "\n"


def figure_drawn(figure: Kept, top: int) -> Iterator[str]:
    """A figure: its title, and a bar for each contender, as long as its median against the greatest value."""
    values: Mapping[str, Sequence[float]] = figure["values"]
    finite = [each for found in values.values() for each in found if each != float("inf")]
    scale = BARS / max(max(finite, default=1.0), 1e-9)
    title = escape(f"{figure['title']}, {figure['unit']}")
    yield f'<text class="head" x="8" y="{top + 18}">{title}</text>'
    for place, (name, found) in enumerate(values.items()):
        y = top + HEAD - 4 + LINE * place
        middle, low, high = (
            min(each, max(finite, default=1.0)) for each in (statistics.median(found), min(found), max(found))
        )
        kind = "ours" if place == 0 else "peer"
        yield f'<text x="8" y="{y + 13}">{escape(name)}</text>'
        width = max(middle * scale, 0.0)
        yield f'<rect class="{kind}" x="{LEFT}" y="{y + 3}" width="{width:.1f}" height="12"/>'
        if high > low:
            ends = f'x1="{LEFT + low * scale:.1f}" x2="{LEFT + high * scale:.1f}"'
            yield f'<line class="spread" {ends} y1="{y + 9}" y2="{y + 9}"/>'
        end, shown = LEFT + high * scale + 8, digits(statistics.median(found))
        yield f'<text class="small" x="{end:.1f}" y="{y + 13}">{shown}</text>'
