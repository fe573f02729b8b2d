"""Draws who was heard when: a meeting's records as an SVG that reads well on light and on dark pages.

1. A lane a participant; a bar where it is heard, with its turn's number above; a ring for a silent turn.
2. A line with an arrow carries the floor from turn to turn; where it is free, the line is as long as that.
3. Under a lane: a thin bar while a reply is held, a dotted line while a hand is up.
4. Above all lanes: points of the agenda. Below them: what was reported.

The same second is as long in every picture, as far as it fits, so that pictures can be compared.
"""
# ruff: noqa: INP001 - a folder of pages, not a package

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from xml.sax.saxutils import escape

from attrs import define, frozen

from trialogue.cli.view_terminal import colour_of
from trialogue.model.commands import Drop, EndTurn, GrantFloor, MoveAgenda, Play, Report
from trialogue.model.events import FloorRequestCancelled, FloorRequested, ReplyStarted, ToolRequested
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.report.stretches import Stretch, stretches

WIDTH, LEFT, RIGHT = 760, 70, 24
SECOND = 20.0
"""Pixels a second, at most."""

LANE, BAR = 52, 18
"""Pixels: a lane, and the bar in it."""

HANDS = frozenset({"request_floor", "bid"})
GIVING = frozenset({"hand_off", "give_floor"})
NOTICEABLE_S = 0.1
"""A shorter wait between a grant and its sound is not drawn."""

CUT = frozenset({"interrupted", "hold-limit", "lost", "left"})
"""Causes of a turn's end that take the word from somebody."""

STYLE = """
text { font: 12px system-ui, "DejaVu Sans", sans-serif; fill: #1f2328; }
.small { font-size: 10.5px; fill: #59636e; }
.name { font-weight: 600; }
.card { fill: #ffffff; stroke: #d1d9e0; }
.lane { stroke: #d1d9e0; }
.floor { fill: none; stroke: #59636e; stroke-width: 1.3; }
.head { fill: #59636e; }
.point { stroke: #59636e; stroke-dasharray: 5 4; }
.ring { fill: #ffffff; stroke-width: 2; }
.cut { stroke: #d1242f; stroke-width: 3; }
.drop { stroke: #d1242f; stroke-width: 1.5; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .small { fill: #9198a1; }
  .card { fill: #0d1117; stroke: #3d444d; }
  .lane { stroke: #3d444d; }
  .floor { stroke: #9198a1; }
  .head { fill: #9198a1; }
  .point { stroke: #9198a1; }
  .ring { fill: #0d1117; }
  .cut, .drop { stroke: #ff7b72; }
}
"""


@define
class Turn:
    """One turn, from its grant to its end."""

    number: int
    participant: str
    granted_at: float
    why: str
    ended_at: float = 0.0
    cause: str = ""

    def is_at(self, at: float) -> bool:
        """Whether a moment is in it."""
        return self.granted_at <= at <= self.ended_at


@define
class Waiting:
    """A hand that is up, or a reply that is held."""

    participant: str
    since: float
    label: str
    until: float | None = None
    was_dropped: bool = False


@frozen
class Story:
    """What a picture shows."""

    plan: MeetingPlan
    turns: tuple[Turn, ...]
    heard: tuple[Stretch, ...]
    hands: tuple[Waiting, ...]
    held: tuple[Waiting, ...]
    given: tuple[tuple[float, str, str], ...]
    """When, by whom, and to whom the floor was given by a tool."""
    points: tuple[tuple[float, str], ...]
    reports: tuple[tuple[float, str], ...]
    end_s: float

    def starts(self) -> dict[int, float]:
        """Where each turn was heard first."""
        return {part.turn: part.start_s for part in reversed(self.heard) if part.turn is not None}


def story(plan: MeetingPlan, records: Sequence[Record]) -> Story:
    """Everything of the records that a picture shows."""
    commands = [(record.at, command) for record in records for command in record.commands]
    reports = [(at, c.code) for at, c in commands if isinstance(c, Report)]
    return Story(
        plan,
        turns=tuple(_turns(records)),
        heard=stretches(records),
        hands=tuple(_hands(records)),
        held=tuple(_held(records)),
        given=tuple(
            (r.at, r.event.participant, str(json.loads(r.event.arguments).get("to", "")))
            for r in records
            if isinstance(r.event, ToolRequested) and r.event.tool in GIVING
        ),
        points=tuple((at, c.item) for at, c in commands if isinstance(c, MoveAgenda) and c.item),
        reports=tuple(dict.fromkeys(reports)),
        end_s=records[-1].at,
    )


def _turns(records: Sequence[Record]) -> Iterator[Turn]:
    open_turns: dict[int, Turn] = {}
    for record in records:
        for command in record.commands:
            match command:
                case GrantFloor(to=to, turn=turn, reason=reason):
                    open_turns[turn] = Turn(turn, to, record.at, reason)
                case EndTurn(turn=turn, cause=cause):
                    ended = open_turns[turn]
                    ended.ended_at, ended.cause = record.at, cause
                case _:
                    pass
    yield from open_turns.values()


def _hands(records: Sequence[Record]) -> Iterator[Waiting]:
    up: dict[str, Waiting] = {}
    for record in records:
        match record.event:
            case ToolRequested(participant=name, tool=tool, arguments=arguments) if tool in HANDS:
                wish = json.loads(arguments)
                label = str(wish.get("priority", wish.get("urgency", "")))
                up.setdefault(name, Waiting(name, record.at, label))
            case FloorRequested(participant=name):
                up.setdefault(name, Waiting(name, record.at, ""))
            case FloorRequestCancelled(participant=name) if name in up:
                up[name].until = record.at
                yield up.pop(name)
            case _:
                pass
        for command in record.commands:
            if isinstance(command, GrantFloor) and command.to in up:
                up[command.to].until = record.at
                yield up.pop(command.to)
    yield from up.values()


def _held(records: Sequence[Record]) -> Iterator[Waiting]:
    held: dict[tuple[str, int], Waiting] = {}
    for record in records:
        if isinstance(record.event, ReplyStarted):
            key = record.event.participant, record.event.reply
            held[key] = Waiting(record.event.participant, record.at, "")
        for command in record.commands:
            if isinstance(command, Play | Drop):
                waited = held.pop((command.participant, command.reply), None)
                if waited is not None and record.at > waited.since:
                    waited.until, waited.was_dropped = record.at, isinstance(command, Drop)
                    yield waited
    yield from held.values()


@frozen
class Canvas:
    """Where things are."""

    seats: dict[str, int]
    scale: float
    top: float

    @classmethod
    def of(cls, told: Story) -> Canvas:
        """Room for all of it."""
        seats = {p.name: seat for seat, p in enumerate(told.plan.participants)}
        scale = min(SECOND, (WIDTH - LEFT - RIGHT) / max(told.end_s, 1.0))
        return cls(seats, scale, top=34 if told.points else 12)

    def x(self, at: float) -> float:
        """Where a moment is."""
        return round(LEFT + at * self.scale, 1)

    def y(self, name: str) -> float:
        """The upper edge of a participant's bars."""
        return self.top + LANE * self.seats[name] + 16

    def colour(self, name: str) -> str:
        """A participant's."""
        return colour_of(self.seats[name])

    @property
    def foot(self) -> float:
        """Where the lanes end."""
        return self.top + LANE * len(self.seats) + 4


def draw(title: str, plan: MeetingPlan, records: Sequence[Record]) -> str:
    """The picture of a meeting, as an SVG with a title and a description for those who cannot see it."""
    told = story(plan, records)
    canvas = Canvas.of(told)
    legend = _legend(told, canvas.foot + 52)
    height = round(canvas.foot + 66)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"',
        f'width="{WIDTH}" height="{height}" role="img" aria-labelledby="title desc">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="desc">{escape(described(told))}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="card" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>',
        *_axis(told, canvas),
        *_lanes(told, canvas),
        *_floor(told, canvas),
        *_waits(told, canvas),
        *_bars(told, canvas),
        *_notes(told, canvas),
        *legend,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def described(told: Story) -> str:
    """The picture in words."""
    labels = {p.name: p.label for p in told.plan.participants}
    turns = [
        f"Turn {turn.number}: {labels[turn.participant]}, {turn.granted_at:.1f} to {turn.ended_at:.1f} s, "
        f"{turn.why}; {turn.cause}."
        for turn in told.turns
    ]
    reports = [f"At {at:.1f} s: {code}." for at, code in told.reports]
    return " ".join([*turns, *reports])


def _axis(told: Story, canvas: Canvas) -> Iterator[str]:
    step = 5 if canvas.scale >= 8 else 10 if canvas.scale >= 4 else 30
    for second in range(0, int(told.end_s) + 1, step):
        x = canvas.x(second)
        yield f'<path class="lane" d="M{x} {canvas.top}V{canvas.foot}" stroke-opacity="0.6"/>'
        yield f'<text class="small" x="{x}" y="{canvas.foot + 14}" text-anchor="middle">{second} s</text>'


def _lanes(told: Story, canvas: Canvas) -> Iterator[str]:
    for p in told.plan.participants:
        middle = canvas.y(p.name) + BAR / 2
        yield f'<line class="lane" x1="{LEFT}" y1="{middle}" x2="{canvas.x(told.end_s)}" y2="{middle}"/>'
        yield f'<rect x="12" y="{middle - 6}" width="12" height="12" rx="3" fill="{canvas.colour(p.name)}"/>'
        yield f'<text class="name" x="30" y="{middle + 4}">{escape(p.label)}</text>'


def _floor(told: Story, canvas: Canvas) -> Iterator[str]:
    for before, after in pairwise(told.turns):
        x1, x2 = canvas.x(before.ended_at), canvas.x(after.granted_at)
        y1, y2 = (canvas.y(turn.participant) + BAR / 2 for turn in (before, after))
        if y1 == y2 and x2 - x1 < 6:
            continue
        edge = y2 - BAR / 2 - 7 if y2 > y1 else y2 + BAR / 2 + 7
        path = f"M{x1} {y1}H{x2}V{edge}" if y1 != y2 else f"M{x1} {y1}H{x2}"
        yield f'<path class="floor" d="{path}"/>'
        if y1 != y2:
            tip = edge + 6 if y2 > y1 else edge - 6
            yield f'<path class="head" d="M{x2 - 4} {edge}H{x2 + 4}L{x2} {tip}Z"/>'


def _waits(told: Story, canvas: Canvas) -> Iterator[str]:
    for wait in told.held:
        x1, x2 = canvas.x(wait.since), canvas.x(told.end_s if wait.until is None else wait.until)
        y = canvas.y(wait.participant) + BAR + 3
        colour = canvas.colour(wait.participant)
        width = max(x2 - x1, 2)
        yield f'<rect x="{x1}" y="{y}" width="{width:.1f}" height="4" fill="{colour}" opacity="0.55"/>'
        if wait.was_dropped:
            x, low = max(x2, x1 + 2), y + 4
            yield f'<path class="drop" d="M{x - 3} {y}L{x + 3} {low}M{x - 3} {low}L{x + 3} {y}"/>'
    for wait in told.hands:
        x1, x2 = canvas.x(wait.since), canvas.x(told.end_s if wait.until is None else wait.until)
        y = canvas.y(wait.participant) + BAR + 10
        colour = canvas.colour(wait.participant)
        yield (
            f'<line x1="{x1}" y1="{y}" x2="{x2}" y2="{y}" stroke="{colour}" stroke-width="2" '
            'stroke-dasharray="2 3"/>'
        )
        yield f'<path fill="{colour}" d="M{x1} {y - 6}L{x1 + 6} {y + 4}H{x1 - 6}Z"/>'
        yield f'<text class="small" x="{x1 + 9}" y="{y + 11}">{escape(wait.label)}</text>'


def _bars(told: Story, canvas: Canvas) -> Iterator[str]:
    for part in told.heard:
        x, width = canvas.x(part.start_s), max(part.length_s * canvas.scale, 2)
        colour, y = canvas.colour(part.participant), canvas.y(part.participant)
        yield f'<rect x="{x}" y="{y}" width="{width:.1f}" height="{BAR}" rx="4" fill="{colour}"/>'
    starts = told.starts()
    for turn in told.turns:
        yield from _turn(told, canvas, turn, starts.get(turn.number))


def _turn(told: Story, canvas: Canvas, turn: Turn, heard_at: float | None) -> Iterator[str]:
    """A turn's number, whom it gave the floor to, and what was not sound in it."""
    x, y, colour = canvas.x(turn.granted_at), canvas.y(turn.participant), canvas.colour(turn.participant)
    given = [f" → {to}" for at, by, to in told.given if by == turn.participant and turn.is_at(at)]
    label = escape(f"{turn.number}{''.join(given[:1])}")
    beside = canvas.x(heard_at or turn.granted_at) + 6
    yield f'<text class="small" x="{beside:.1f}" y="{y - 4}">{label}</text>'
    if heard_at is None:
        yield f'<circle class="ring" cx="{x}" cy="{y + BAR / 2}" r="5" stroke="{colour}"/>'
    elif heard_at - turn.granted_at > NOTICEABLE_S:
        width = (heard_at - turn.granted_at) * canvas.scale
        yield (
            f'<rect x="{x}" y="{y}" width="{width:.1f}" height="{BAR}" rx="4" fill="none" '
            f'stroke="{colour}" stroke-dasharray="3 2"/>'
        )
    if turn.cause in CUT:
        end = canvas.x(turn.ended_at)
        yield f'<line class="cut" x1="{end}" y1="{y - 3}" x2="{end}" y2="{y + BAR + 3}"/>'


def _notes(told: Story, canvas: Canvas) -> Iterator[str]:
    for at, item in told.points:
        x = canvas.x(at)
        yield f'<line class="point" x1="{x}" y1="{canvas.top - 12}" x2="{x}" y2="{canvas.foot}"/>'
        yield f'<text class="small" x="{x + 4}" y="{canvas.top - 10}">{escape(item)}</text>'
    free = 0.0
    for at, code in told.reports:
        x = max(canvas.x(at), free)
        y = canvas.foot + 22
        yield f'<path class="head" d="M{canvas.x(at)} {y}l4 7h-8z"/>'
        yield f'<text class="small" x="{x + 7}" y="{y + 8}">{escape(code)}</text>'
        free = x + 14 + 6 * len(code)


def _legend(told: Story, y: float) -> Iterator[str]:
    """What the signs mean, as far as there are any."""
    x = 12.0
    for is_there, sign, meaning in _signs(told):
        if is_there:
            yield (
                f'<g transform="translate({x:.0f} {y})">{sign}'
                f'<text class="small" x="21" y="0">{meaning}</text></g>'
            )
            x += 36 + 5.9 * len(meaning)


def _signs(told: Story) -> Iterator[tuple[bool, str, str]]:
    """Every sign: whether the picture has it, how it looks on a base line, and what it means."""
    starts = told.starts()
    silent = [turn for turn in told.turns if turn.number not in starts]
    late = [t for t in told.turns if starts.get(t.number, 0) - t.granted_at > NOTICEABLE_S]
    box = '<rect y="-8" width="16" height="9" rx="3"'
    yield True, f'{box} class="head"/>', "heard"
    yield True, '<path class="floor" d="M0 -4H12V0"/>', "the floor goes on"
    yield bool(late), f'{box} class="floor" stroke-dasharray="3 2"/>', "granted, not heard yet"
    yield bool(silent), '<circle class="ring lane" cx="8" cy="-4" r="4.5"/>', "had nothing to say"
    yield bool(told.hands), '<path class="head" d="M8 -9l5 9h-10z"/>', "a hand is up"
    yield (
        bool(told.held),
        '<rect y="-6" width="16" height="4" class="head" opacity="0.6"/>',
        "a reply is held",
    )
    dropped = any(wait.was_dropped for wait in told.held)
    yield dropped, '<path class="drop" d="M5 -7l6 6m0 -6l-6 6"/>', "and dropped"
    cut = any(turn.cause in CUT for turn in told.turns)
    yield cut, '<line class="cut" x1="8" y1="-10" x2="8" y2="1"/>', "cut off"
