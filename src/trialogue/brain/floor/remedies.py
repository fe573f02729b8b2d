"""Remedies for a meeting that repeats itself.

1. Livelock: the participant who waits gets the floor.
2. Politeness loop: the chair, or the next speaker, is asked to change the subject; at the next such loop
   the meeting ends.
3. Dead chair: the next participant of the cast who can speak is its deputy from then on.
"""

from __future__ import annotations

from trialogue.brain.course.ending import end_meeting
from trialogue.brain.floor.policies import BY_SPEAKERS
from trialogue.brain.floor.policies.round_robin import next_in_order
from trialogue.brain.floor.trouble import LOOP, MOVE_ON, PING_PONG, circle, is_loop, ping_pong
from trialogue.brain.owners import Owners
from trialogue.brain.turn import taking


def relieve(o: Owners) -> bool:
    """Apply a remedy while the floor is free; True if it granted the floor or ended the meeting."""
    promote(o)
    return _break_livelock(o) or _break_loop(o)


def promote(o: Owners) -> None:
    """Put a deputy in the place of a dead chair."""
    chair = o.chair
    if chair is None or not (_is_gone(o, chair) or o.troubles.is_chair_dead):
        return
    deputies = [name for name in o.present() if name != chair]
    deputies.sort(key=lambda name: not o.cast.is_agent(name))
    if deputies:
        o.troubles.promote(deputies[0])
        text = f"the chair {chair} is not there: a deputy takes its place"
        o.report("chair-dead", text, deputies[0], level="warning")


def _is_gone(o: Owners, name: str) -> bool:
    return o.agents.has_failed(name) or o.cast.has_left(name)


def _break_livelock(o: Owners) -> bool:
    recent = tuple(o.turns.recent)
    names = circle(recent) if o.plan.floor.policy in BY_SPEAKERS else ping_pong(recent)
    if not names:
        return False
    since = recent[-PING_PONG].ended_at
    for request in o.floor.waiting():
        name = request.participant
        waited = request.since <= since and request.stands_alone
        if waited and name not in names and o.is_present(name):
            speak = "speak by turns" if len(names) == 2 else "have the floor among themselves"
            text = f"{' and '.join(sorted(names))} {speak} while it waits"
            o.report("livelock", text, name, level="warning")
            taking.grant(o, name, "waits while others speak by turns", by="livelock")
            return True
    return False


def _break_loop(o: Owners) -> bool:
    recent = tuple(o.turns.recent)
    if len(recent) < LOOP or recent[-LOOP].turn <= o.troubles.loop_until or not is_loop(recent):
        return False
    o.report("politeness-loop", "the last turns say nearly the same", level="warning")
    was_before = o.troubles.loop(recent[-1].turn)
    chair = o.chair
    to = chair if chair is not None and o.is_present(chair) else next_in_order(o.view(), frozenset())
    if was_before or to is None:
        end_meeting(o, "politeness-loop")
    else:
        taking.grant(o, to, "breaks a loop", by="loop", ask=MOVE_ON, is_urgent=True)
    return True
