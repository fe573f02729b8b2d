"""Draws a machine from its table of transitions: an SVG that reads well on light and on dark pages.

1. A column a state, in the table's order; a dot marks where the machine begins, a bar where it ends.
2. A row for all that leads to one state by one fact: a dot in each state in which it can happen, an arrow
   to the state that follows. Rows of the same arrows are one, with all their facts.
3. What leads from a state to itself changes nothing, and is left to the table on the page.
"""
# ruff: noqa: INP001 - a folder of pages, not a package

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import TypeAlias
from xml.sax.saxutils import escape

from attrs import frozen

from trialogue.brain.floor.requests import TRANSITIONS as REQUEST
from trialogue.brain.prompts import TRANSITIONS as PROMPT
from trialogue.brain.seats.agents import TRANSITIONS as SEAT
from trialogue.brain.seats.people import EAR
from trialogue.brain.tools.calls import TRANSITIONS as CALL
from trialogue.brain.turn.agent import TRANSITIONS as AGENT_TURN
from trialogue.brain.turn.person import TRANSITIONS as PERSON_TURN
from trialogue.server.conversation import SESSION_TRANSITIONS
from trialogue.server.reply import REPLY_TRANSITIONS
from trialogue.server.user_turn import USER_TRANSITIONS
from trialogue.transport.socket_states import SOCKET_TRANSITIONS

Transitions: TypeAlias = Mapping[tuple[Enum, Enum], Enum]
"""A machine's table: from a state, by what happens, to a state."""

PICTURES = Path(__file__).parent / "explain" / "machines"

MACHINES: Mapping[str, tuple[str, Transitions]] = {
    "request": ("a floor request", REQUEST),
    "agent-turn": ("an agent's turn", AGENT_TURN),
    "person-turn": ("a person's turn", PERSON_TURN),
    "prompt": ("a prompt", PROMPT),
    "call": ("a tool call", CALL),
    "socket": ("a socket", SOCKET_TRANSITIONS),
    "session": ("a session of the server", SESSION_TRANSITIONS),
    "user-turn": ("the user's turn", USER_TRANSITIONS),
    "reply": ("a reply of the server", REPLY_TRANSITIONS),
    "seat": ("an agent's seat", SEAT),
    "ear": ("a person's ear", EAR),
}
"""Machines that are drawn: whose each is, and its table."""

WIDTH = 760
"""Pixels: as wide as a page's text."""

LETTER, MARGIN = 6.6, 16
"""Pixels: a letter of a fact, at most; what is left around everything."""

HEAD, ROW = 76, 26
"""Pixels: the states above all rows; a row."""

STYLE = """
text { font: 12px system-ui, "DejaVu Sans", sans-serif; fill: #1f2328; }
.state { font-weight: 600; text-anchor: middle; }
.card { fill: #ffffff; stroke: #d1d9e0; }
.box { fill: #f6f8fa; stroke: #818b98; }
.life { stroke: #d1d9e0; stroke-dasharray: 3 3; }
.step { fill: none; stroke: #0969da; stroke-width: 1.6; }
.dot { fill: #0969da; }
.end { stroke: #818b98; stroke-width: 4; }
.begin { fill: #1f2328; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .card { fill: #0d1117; stroke: #3d444d; }
  .box { fill: #151b23; stroke: #9198a1; }
  .life { stroke: #3d444d; }
  .step { stroke: #4493f8; }
  .dot { fill: #4493f8; }
  .end { stroke: #9198a1; }
  .begin { fill: #f0f6fc; }
}
"""


TIP = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
    'orient="auto"><path class="dot" d="M0 0L8 4L0 8z"/></marker></defs>'
)
"""The head of an arrow."""


@frozen
class Step:
    """A row: facts that lead from some states to one."""

    facts: str
    """What happens."""

    sources: tuple[Enum, ...]
    """States in which it can happen."""

    target: Enum
    """The state that follows."""


def states_of(transitions: Transitions) -> list[Enum]:
    """The states, in order of the table; those that nothing leaves come last."""
    return list(dict.fromkeys([*(state for state, _ in transitions), *transitions.values()]))


def steps_of(transitions: Transitions) -> list[Step]:
    """The rows, in order of the table."""
    sources: dict[tuple[Enum, Enum], list[Enum]] = {}
    for (state, fact), after in transitions.items():
        if state is not after:
            sources.setdefault((fact, after), []).append(state)
    facts: dict[tuple[tuple[Enum, ...], Enum], list[str]] = {}
    for (fact, after), states in sources.items():
        facts.setdefault((tuple(states), after), []).append(fact.value)
    return [Step(" / ".join(each), states, after) for (states, after), each in facts.items()]


def ends_of(transitions: Transitions) -> list[Enum]:
    """States that nothing leaves."""
    leaving = {state for (state, _), after in transitions.items() if state is not after}
    return [state for state in states_of(transitions) if state not in leaving]


def in_words(transitions: Transitions) -> str:
    """The picture for whoever does not see it."""
    told = (
        f"{step.facts}: from {', '.join(each.value for each in step.sources)} to {step.target.value}"
        for step in steps_of(transitions)
    )
    return f"It begins as {states_of(transitions)[0].value}. " + ". ".join(told) + "."


def picture(name: str) -> str:
    """A machine's picture."""
    whose, transitions = MACHINES[name]
    steps, states = steps_of(transitions), states_of(transitions)
    left = max(len(step.facts) for step in steps) * LETTER + 2 * MARGIN
    apart = (WIDTH - MARGIN - left) / len(states)
    columns = {state: left + apart * (number + 0.5) for number, state in enumerate(states)}
    bottom = HEAD + ROW * len(steps)
    height = bottom + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"',
        f'width="{WIDTH}" height="{height}" role="img" aria-labelledby="title desc">',
        f'<title id="title">The states of {whose}</title>',
        f'<desc id="desc">{escape(in_words(transitions))}</desc>',
        f"<style>{STYLE}</style>",
        TIP,
        f'<rect class="card" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>',
        *(_column(state.value, x, apart, bottom) for state, x in columns.items()),
        f'<circle class="begin" cx="{columns[states[0]]:.1f}" cy="14" r="4.5"/>',
        *(_end(columns[state], bottom) for state in ends_of(transitions)),
        *(
            line
            for number, step in enumerate(steps)
            for line in _row(step, columns, HEAD + ROW * number + 12)
        ),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _column(name: str, x: float, apart: float, bottom: float) -> str:
    width = min(apart - 8, max(56.0, len(name) * 7.4 + 14))
    words = name.split("-") if len(name) * 7.4 + 8 > width else [name]
    top = 46 - 7 * (len(words) - 1)
    text = "".join(
        f'<text class="state" x="{x:.1f}" y="{top + 14 * number}">{escape(word)}</text>'
        for number, word in enumerate(words)
    )
    box = f'<rect class="box" x="{x - width / 2:.1f}" y="24" width="{width:.1f}" height="36" rx="8"/>'
    return f'{box}{text}<line class="life" x1="{x:.1f}" y1="60" x2="{x:.1f}" y2="{bottom:.1f}"/>'


def _end(x: float, bottom: float) -> str:
    return f'<line class="end" x1="{x - 14:.1f}" y1="{bottom:.1f}" x2="{x + 14:.1f}" y2="{bottom:.1f}"/>'


def _row(step: Step, columns: Mapping[Enum, float], y: float) -> Iterator[str]:
    """The facts, a dot for each source, and an arrow from either side on which there are any."""
    yield f'<text x="{MARGIN}" y="{y + 4:.1f}">{escape(step.facts)}</text>'
    to = columns[step.target]
    xs = [columns[each] for each in step.sources]
    for side in (_farthest([x for x in xs if x < to], to), _farthest([x for x in xs if x > to], to)):
        if side is not None:
            yield f'<path class="step" d="M{side:.1f} {y:.1f}H{to:.1f}" marker-end="url(#tip)"/>'
    yield from (f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x in xs)


def _farthest(xs: Sequence[float], to: float) -> float | None:
    return max(xs, key=lambda x: abs(x - to), default=None)


def table_of(transitions: Transitions) -> tuple[Sequence[str], list[Sequence[str]]]:
    """The same as a table, whole: a row a state, a column for what happens."""
    states = list(dict.fromkeys(state for state, _ in transitions))
    facts = list(dict.fromkeys(fact for _, fact in transitions))
    rows = [
        (
            state.value,
            *(transitions[state, fact].value if (state, fact) in transitions else "" for fact in facts),
        )
        for state in states
    ]
    return ("state", *(fact.value for fact in facts)), rows
