"""Tools that change the meeting, not the world: the rules answer them themselves.

`give_floor` and `end_meeting` are the chair's; `hand_off`, `bid` and `request_floor` are for everybody
whose policy has a use for them.
"""

from __future__ import annotations

import json
from typing import cast

from trialogue.model.events import ToolRequested
from trialogue.rules import turns
from trialogue.rules.floor import HIGHEST, LOWEST, NORMAL
from trialogue.rules.names import find
from trialogue.rules.state import State
from trialogue.rules.tools import BID, END_MEETING, GIVE_FLOOR, HAND_OFF, floor_given
from trialogue.rules.view import Named

PRIORITIES = {"lowest": -2, "low": -1, "normal": 0, "high": 1, "highest": 2}
"""What a model may call a priority (RFC 8855, section 5.2.4)."""


def answer(state: State, event: ToolRequested) -> str:
    """Carry out one of the floor's tools: what the model shall read."""
    is_chair = event.participant == state.chair
    if event.tool in {GIVE_FLOOR, END_MEETING} and not is_chair:
        return "Refused: only the chair may do this."
    if event.tool == GIVE_FLOOR:
        return _pass_on(state, event)
    if event.tool == HAND_OFF:
        if state.holds_floor(event.participant) is None and not is_chair:
            return "Refused: you do not have the floor."
        return _pass_on(state, event)
    if event.tool == END_MEETING:
        state.closing = "ended-by-chair"
        return "The meeting ends after this turn."
    return _ask(state, event)


def _pass_on(state: State, event: ToolRequested) -> str:
    others = [p for p in state.plan.participants if p.may_speak and p.name != event.participant]
    given = floor_given(event.arguments)
    to = find(given.to, tuple(others)) if given is not None else None
    if given is None or to is None:
        return f"Nobody of that name can be given the floor. There are: {', '.join(p.label for p in others)}."
    if to.name not in state.present():
        return f"{to.label} is away. Name somebody else."
    state.named = Named(to.name, given.about, event.participant)
    return f"{to.label} has the floor after you."


def _ask(state: State, event: ToolRequested) -> str:
    """Raise a hand: with an urgency (`bid`) or a priority (`request_floor`)."""
    name = event.participant
    if not state.cast[name].may_speak:
        return "Refused: you are here to listen."
    arguments = _object(event.arguments)
    priority = NORMAL if event.tool == BID else _priority(arguments.get("priority"))
    is_other = state.turn is not None and state.holds_floor(name) is None
    if priority == HIGHEST and name == state.chair and is_other and name in state.present():
        return _chair_cuts_in(state, name)
    request = state.floor.request(name, state.now, priority)
    request.raised = True
    urgency, about = arguments.get("urgency"), arguments.get("about")
    if isinstance(urgency, int | float):
        request.urgency = round(min(10.0, max(0.0, urgency)))
    if isinstance(about, str):
        request.wants = about
    return "Your hand is up."


def _chair_cuts_in(state: State, name: str) -> str:
    turn = state.ongoing
    state.report("interruption", f"cuts off {turn.holder.name}: the chair may", name)
    turns.close(state, turn, "interrupted")
    turns.grant(state, name, "the chair interrupts", by="self", is_urgent=True)
    return "You have the floor."


def _object(arguments: str) -> dict[str, object]:
    try:
        read: object = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, object]", read) if isinstance(read, dict) else {}


def _priority(word: object) -> int:
    if isinstance(word, str):
        return PRIORITIES.get(word.strip().casefold(), NORMAL)
    if isinstance(word, int):
        return max(LOWEST, min(HIGHEST, word))
    return NORMAL
