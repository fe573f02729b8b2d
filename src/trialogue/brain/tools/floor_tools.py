"""Tools that change the meeting, not the world: the brain answers them.

`give_floor` and `end_meeting` are the chair's; `hand_off`, `bid` and `request_floor` are for all participants
under policies that use them.
"""

from __future__ import annotations

import json
from typing import cast

from trialogue.brain.floor.requests import HIGHEST, LOWEST, NORMAL
from trialogue.brain.floor.view import Named
from trialogue.brain.owners import Owners
from trialogue.brain.tools.calls import BID, END_MEETING, GIVE_FLOOR, HAND_IS_UP, HAND_OFF, floor_given
from trialogue.brain.turn import taking
from trialogue.brain.words.names import find
from trialogue.model.events import ToolRequested

PRIORITIES = {"lowest": -2, "low": -1, "normal": 0, "high": 1, "highest": 2}
"""Words of a model for priorities (RFC 8855, section 5.2.4)."""


def answer(o: Owners, event: ToolRequested) -> str:
    """Carry out one of the floor's tools; returns the answer for the model."""
    is_chair = event.participant == o.chair
    if event.tool in {GIVE_FLOOR, END_MEETING} and not is_chair:
        return "Refused: only the chair may do this."
    if event.tool == GIVE_FLOOR:
        return _pass_on(o, event)
    if event.tool == HAND_OFF:
        if o.turns.agent(event.participant) is None and not is_chair:
            return "Refused: you do not have the floor."
        return _pass_on(o, event)
    if event.tool == END_MEETING:
        o.course.close("ended-by-chair")
        return "The meeting ends after this turn."
    return _ask(o, event)


def _pass_on(o: Owners, event: ToolRequested) -> str:
    others = [p for p in o.cast.everybody if p.may_speak and p.name != event.participant]
    given = floor_given(event.arguments)
    to = find(given.to, tuple(others)) if given is not None else None
    if given is None or to is None:
        return f"Nobody of that name can be given the floor. There are: {', '.join(p.label for p in others)}."
    if not o.is_present(to.name):
        return f"{to.label} is away. Name somebody else."
    o.floor.name(Named(to.name, given.about, event.participant))
    return f"{to.label} has the floor after you."


def _ask(o: Owners, event: ToolRequested) -> str:
    """Raise a hand: with an urgency (`bid`) or a priority (`request_floor`)."""
    name = event.participant
    if not o.cast[name].may_speak:
        return "Refused: you are here to listen."
    arguments = _object(event.arguments)
    priority = NORMAL if event.tool == BID else _priority(arguments.get("priority"))
    is_other = o.turns.current is not None and o.turns.agent(name) is None
    if priority == HIGHEST and name == o.chair and is_other and o.is_present(name):
        return _chair_cuts_in(o, name)
    o.floor.raise_hand(name, o.now, priority)
    urgency, about = arguments.get("urgency"), arguments.get("about")
    o.floor.bid(
        name,
        round(min(10.0, max(0.0, urgency))) if isinstance(urgency, int | float) else None,
        about if isinstance(about, str) else None,
    )
    return HAND_IS_UP


def _chair_cuts_in(o: Owners, name: str) -> str:
    turn = o.turns.current
    if turn is not None:
        o.report("interruption", f"cuts off {turn.holder.name}: the chair may", name)
        taking.revoke(o, turn, "interrupted")
    taking.grant(o, name, "the chair interrupts", by="self", is_urgent=True)
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
