"""Diagram of a scenario: the participants and their ways of hearing, the order of the floor, and the agenda.

It is a value first (`Picture`), then Mermaid, for pages that draw it, or SVG, which needs no tool.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from html import escape
from typing import Final

from trialogue.model.participants import Kind, Participant
from trialogue.scenario.quantities import write_duration
from trialogue.scenario.resolve import Resolved
from trialogue.values import frozen

_BY_ORDER: Final = frozenset({"round-robin", "scripted"})


@frozen
class Turn:
    """Arrow: the floor passes from one participant to another."""

    from_: str
    """Participant that had it; empty for the floor itself."""

    to: str
    """Participant that gets it; empty for the floor itself."""

    label: str = ""
    """Label of the arrow."""


@frozen
class Picture:
    """Diagram of a scenario, as a value."""

    title: str
    """Title of the meeting."""

    seats: tuple[tuple[str, str], ...]
    """Cast in order: each name, with its lines of text."""

    observers: frozenset[str]
    """Participants who only listen."""

    floor: str
    """The policies, in words."""

    turns: tuple[Turn, ...]
    """Arrows of the floor."""

    points: tuple[tuple[str, str], ...]
    """Agenda in order: each id, with its lines of text."""


def picture(resolved: Resolved) -> Picture:
    """Diagram of a resolved scenario."""
    plan = resolved.plan
    seats = tuple((each.name, _seat(resolved, each)) for each in plan.participants)
    points = tuple(
        (point.id, "\n".join(_point(point.title, point.owner, point.time_s))) for point in plan.agenda
    )
    floor = plan.floor.policy
    if plan.floor.otherwise != floor:
        floor = f"{floor}, otherwise {plan.floor.otherwise}"
    observers = frozenset(each.name for each in plan.participants if not each.may_speak)
    return Picture(plan.name, seats, observers, floor, tuple(_turns(resolved)), points)


def _seat(resolved: Resolved, participant: Participant) -> str:
    lines = [participant.label]
    if participant.is_chair:
        lines.append("chair")
    if participant.kind is Kind.AGENT:
        lines.append("hears the room" if participant.hears.value == "audio" else "is told what it missed")
        tools = next((spec.tools for spec in resolved.agents if spec.name == participant.name), ())
        lines.extend([f"tools: {', '.join(tools)}"] if tools else [])
    else:
        via = next((spec.via for spec in resolved.people if spec.name == participant.name), "")
        lines.append(f"a person, by {via}")
    return "\n".join(lines)


def _point(title: str, owner: str | None, time_s: float | None) -> Iterator[str]:
    yield title
    if owner is not None:
        yield f"owner: {owner}"
    if time_s is not None:
        yield write_duration(time_s)


def _turns(resolved: Resolved) -> Iterator[Turn]:
    """Arrows of the floor under the first policy: in an order, through the chair, or through the floor."""
    plan = resolved.plan
    speakers = [each.name for each in plan.participants if each.may_speak]
    chair = next((each.name for each in plan.participants if each.is_chair), None)
    if plan.floor.policy in _BY_ORDER:
        order = [name for name in plan.floor.order if name in speakers]
        around = order if plan.floor.policy == "scripted" else [*order, *order[:1]]
        for number, (one, other) in enumerate(itertools.pairwise(around), 1):
            yield Turn(one, other, str(number))
    elif plan.floor.policy == "moderated" and chair is not None:
        for name in speakers:
            if name != chair:
                yield Turn(chair, name, "names")
                yield Turn(name, chair, "back")
    else:
        for name in speakers:
            yield Turn("", name, plan.floor.policy)


# --- Mermaid ------------------------------------------------------------------------------------------


def mermaid(drawn: Picture) -> str:
    """Mermaid flowchart of the diagram."""
    lines = ["flowchart LR", f'  subgraph table["{_quoted(drawn.title)}: {_quoted(drawn.floor)}"]']
    names = {name: f"s{number}" for number, (name, _) in enumerate(drawn.seats)}
    for name, text in drawn.seats:
        left, right = ("([", "])") if name in drawn.observers else ("[", "]")
        lines.append(f'    {names[name]}{left}"{_quoted(text)}"{right}')
    if any(not turn.from_ for turn in drawn.turns):
        lines.append('    floor(("floor"))')
    lines.append("  end")
    for turn in drawn.turns:
        label = f'|"{_quoted(turn.label)}"|' if turn.label else ""
        lines.append(f"  {names.get(turn.from_, 'floor')} -->{label} {names.get(turn.to, 'floor')}")
    if drawn.points:
        lines.append('  subgraph agenda["agenda"]')
        lines.extend(f'    p{n}["{_quoted(text)}"]' for n, (_, text) in enumerate(drawn.points))
        lines.append("  end")
        lines.extend(f"  p{n} --> p{n + 1}" for n in range(len(drawn.points) - 1))
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return escape(text, quote=True).replace("&#x27;", "'").replace("\n", "<br/>")


# --- SVG ----------------------------------------------------------------------------------------------

_BOX: Final = (150, 66)
_GAP: Final = 24
_STYLE: Final = (
    "text{font:12px sans-serif;fill:#222;text-anchor:middle}.t{font-weight:bold}.l{font-size:10px;fill:#666}"
    "rect{fill:#fff;stroke:#444}.o{stroke-dasharray:4 3}.p{fill:#f4f1e8}path{fill:none;stroke:#777}"
)


_HEAD: Final = (
    '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0L8 4L0 8z" style="fill:#777"/></marker></defs>'
)


def svg(drawn: Picture) -> str:
    """SVG of the diagram: the table as a ring, and the agenda as a row below it."""
    radius = max(130.0, len(drawn.seats) * (_BOX[0] + _GAP) / (2 * math.pi) * 1.25)
    width = max(2 * radius + _BOX[0] + 2 * _GAP, len(drawn.points) * (_BOX[0] + _GAP) + _GAP)
    ring = 2 * radius + _BOX[1] + 3 * _GAP
    height = ring + (_BOX[1] + 2 * _GAP if drawn.points else _GAP)
    places = _places(drawn, width / 2, radius + _BOX[1] / 2 + 2 * _GAP, radius)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img">',
        f"<title>{escape(drawn.title)}</title><style>{_STYLE}</style>",
        _HEAD,
        f'<text class="t" x="{width / 2:.0f}" y="18">{escape(drawn.title)}: {escape(drawn.floor)}</text>',
        *(_arrow(places[turn.from_], places[turn.to], turn.label) for turn in drawn.turns),
        *(_box(places[name], text, "o" if name in drawn.observers else "") for name, text in drawn.seats),
    ]
    first = (width - len(drawn.points) * (_BOX[0] + _GAP) + _GAP) / 2 + _BOX[0] / 2
    row = [(first + n * (_BOX[0] + _GAP), ring + _BOX[1] / 2) for n in range(len(drawn.points))]
    parts.extend(_arrow(one, other, "") for one, other in itertools.pairwise(row))
    parts.extend(_box(at, text, "p") for at, (_, text) in zip(row, drawn.points, strict=True))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _places(drawn: Picture, x: float, y: float, radius: float) -> dict[str, tuple[float, float]]:
    """Positions of the seats by name, with the floor in the middle."""
    places = {"": (x, y)}
    for number, (name, _) in enumerate(drawn.seats):
        angle = 2 * math.pi * number / len(drawn.seats) - math.pi / 2
        places[name] = (x + radius * math.cos(angle), y + radius * math.sin(angle))
    return places


def _box(at: tuple[float, float], text: str, kind: str) -> str:
    x, y = at[0] - _BOX[0] / 2, at[1] - _BOX[1] / 2
    lines = [line if len(line) <= 26 else f"{line[:25]}…" for line in text.split("\n")[:4]]
    top = at[1] - 7 * (len(lines) - 1) + 4
    written = "".join(_text(at[0], top + 14 * n, line, "" if n else "t") for n, line in enumerate(lines))
    rect = f'<rect class="{kind}" x="{x:.0f}" y="{y:.0f}" width="{_BOX[0]}" height="{_BOX[1]}" rx="8"/>'
    return rect + written


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}">{escape(words)}</text>'


def _arrow(one: tuple[float, float], other: tuple[float, float], label: str) -> str:
    """Slightly curved line between two boxes, so that it does not cover the line back."""
    (x1, y1), (x2, y2) = _edge(one, other), _edge(other, one)
    bent_x, bent_y = (x1 + x2) / 2 - (y2 - y1) * 0.12, (y1 + y2) / 2 + (x2 - x1) * 0.12
    path = f'<path d="M{x1:.0f} {y1:.0f}Q{bent_x:.0f} {bent_y:.0f} {x2:.0f} {y2:.0f}" marker-end="url(#a)"/>'
    if not label:
        return path
    return f'{path}<text class="l" x="{bent_x:.0f}" y="{bent_y:.0f}">{escape(label)}</text>'


def _edge(of: tuple[float, float], towards: tuple[float, float]) -> tuple[float, float]:
    """Point where the line between two boxes leaves the first box."""
    dx, dy = towards[0] - of[0], towards[1] - of[1]
    if not (dx or dy):
        return of
    scale = min(_BOX[0] / 2 / abs(dx) if dx else math.inf, _BOX[1] / 2 / abs(dy) if dy else math.inf, 1.0)
    return of[0] + dx * scale, of[1] + dy * scale
