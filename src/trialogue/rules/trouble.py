"""Meetings that go round in circles: each trouble has a name and a remedy.

1. Livelock: two have had the last `PING_PONG` turns by turns while a third waits with its hand up. The
   third has the floor.
2. Politeness loop: the last `LOOP` turns say nearly the same, or are nothing but closings. The chair, or
   who is next, is asked to go on to something else; when it comes to that again, the meeting ends.
3. Dead chair: the chair is gone for good, or was silent in its last `DEAD` turns. The next of the cast
   that can speak is its deputy from then on.
"""

from __future__ import annotations

import re
from itertools import pairwise

from trialogue.model.participants import Kind
from trialogue.rules import turns
from trialogue.rules.ending import end_meeting
from trialogue.rules.policies.round_robin import next_in_order
from trialogue.rules.state import State
from trialogue.rules.view import TurnTaken

PING_PONG = 6
"""Turns of two by turns that make a livelock where a third waits."""

LOOP = 4
"""Turns in a row that make a loop."""

ALIKE = 0.8
"""Turns are alike where they have so much of their words in common (Jaccard)."""

WORDS = 4
"""Turns of fewer words are alike only as closings."""

DEAD = 3
"""Silent turns of the chair, one after another, that make it a dead one."""

MOVE_ON = "The last turns said the same again. Go on to something else, or end the meeting."
"""What is asked of the chair in a politeness loop."""

_WORD = re.compile(r"\w+")
_CLOSING = re.compile(
    r"\b(?:thanks|thank you|bye|goodbye|good night|take care|see you|talk soon|have a (?:great|nice|good)|"
    r"you'?re welcome|likewise|my pleasure|until next time)\b",
    re.IGNORECASE,
)
_CLOSING_WORDS = 12


def relieve(state: State) -> bool:
    """Look for trouble while the floor is free; True where a remedy granted the floor, or ended it all."""
    promote(state)
    return _break_livelock(state) or _break_loop(state)


def promote(state: State) -> None:
    """Put a deputy into the place of a chair that is dead."""
    chair = state.chair
    if chair is None or not _is_dead(state, chair):
        return
    deputies = [p for p in state.plan.participants if p.name in state.present() and p.name != chair]
    deputies.sort(key=lambda p: p.kind is not Kind.AGENT)
    if deputies:
        state.deputy, state.deputy_since = deputies[0].name, len(state.turns)
        state.report("chair-dead", f"the chair {chair} is not there: a deputy takes its place", state.deputy)


def _is_dead(state: State, chair: str) -> bool:
    if chair in state.presence.gone():
        return True
    had = [taken for taken in state.turns[state.deputy_since :] if taken.participant == chair][-DEAD:]
    return len(had) == DEAD and all(taken.was_silent and taken.cause == "timeout" for taken in had)


def _heard(state: State, count: int) -> list[TurnTaken]:
    return [taken for taken in state.turns if not taken.was_silent][-count:]


def _break_livelock(state: State) -> bool:
    last = _heard(state, PING_PONG)
    names = {taken.participant for taken in last}
    if (
        len(last) < PING_PONG
        or len(names) != 2
        or any(a.participant == b.participant for a, b in pairwise(last))
    ):
        return False
    for request in state.floor.waiting():
        name = request.participant
        waited = request.since <= last[0].ended_at
        if waited and request.stands_alone and name not in names and name in state.present():
            state.report("livelock", f"{' and '.join(sorted(names))} speak by turns while it waits", name)
            turns.grant(state, name, "waits while two speak by turns", by="livelock")
            return True
    return False


def _break_loop(state: State) -> bool:
    last = _heard(state, LOOP)
    since = last[0].turn if last else 0
    if len(last) < LOOP or since <= state.loop_until or not _is_loop(last):
        return False
    state.report("politeness-loop", "the last turns say nearly the same")
    state.loops += 1
    state.loop_until = last[-1].turn
    to = state.chair if state.chair in state.present() else next_in_order(state.view(), frozenset())
    if state.loops > 1 or to is None:
        end_meeting(state, "politeness-loop")
    else:
        turns.grant(state, to, "breaks a loop", by="loop", ask=MOVE_ON, is_urgent=True)
    return True


def _is_loop(last: list[TurnTaken]) -> bool:
    if len({taken.participant for taken in last}) < 2:
        return False
    if all(_is_closing(taken.heard) for taken in last):
        return True
    words = [frozenset(_WORD.findall(taken.heard.casefold())) for taken in last]
    return all(len(each) >= WORDS for each in words) and all(_alike(a, b) for a, b in pairwise(words))


def _is_closing(text: str) -> bool:
    return len(text.split()) <= _CLOSING_WORDS and _CLOSING.search(text) is not None


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= ALIKE * len(one | other)
