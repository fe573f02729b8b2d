"""What a turn's end means for the meeting, and how a meeting ends.

The time limit is sharp: a turn in progress is cut (`meeting-ended`), since whoever set the limit counts
on it. All other ends fall between turns, except when somebody stops the meeting or everybody has failed.
"""

from __future__ import annotations

from collections import deque

from trialogue.model.commands import EndMeeting
from trialogue.model.participants import Kind
from trialogue.rules import tool_waits, turns
from trialogue.rules.floor import HIGHEST
from trialogue.rules.limits import are_turns_used_up
from trialogue.rules.state import Phase, State
from trialogue.rules.view import TurnTaken


def end_meeting(state: State, reason: str) -> None:
    """End the turn that goes on, throw away what nobody will hear, stop tools, and end the meeting."""
    if state.turn is not None:
        turns.close(state, state.turn, "meeting-ended")
    for name in state.replies.holders():
        turns.drop_held(state, name, "ended")
    for call in state.calls.running():
        tool_waits.stop(state, call)
    state.emit(EndMeeting(reason))
    state.phase = Phase.OVER


def watch_box(state: State) -> None:
    """Set the timer of the warning that the time box of the point at hand runs out."""
    state.timers.clear("box")
    item = state.agenda.item
    if item is not None and item.time_s is not None and item.warn_s is not None:
        state.wake("box", max(state.now, state.agenda.since + item.time_s - item.warn_s))


def warn_box(state: State) -> None:
    """Have the chair say that time runs out, at its next turn, which comes first."""
    item, chair = state.agenda.item, state.chair
    if item is None or item.warn_s is None:
        return
    left = f"{item.warn_s:g} seconds are left for this point: {item.title}."
    state.report("agenda-warning", f"{item.warn_s:g} seconds are left for {item.id}", chair)
    if chair is not None and chair in state.present() and state.cast[chair].kind is Kind.AGENT:
        state.says.setdefault(chair, deque()).append(left)
        state.floor.request(chair, state.now, HIGHEST).first = True
    else:
        for name in state.cast:
            state.inboxes.add_note(name, left)


def judge(state: State, taken: TurnTaken) -> None:
    """Look at a turn that has just ended: its words, then the agenda, then the limits."""
    if any(rule.fits(taken.participant, taken.heard) for rule in state.end_rules):
        end_meeting(state, "said")
        return
    move = state.agenda.after_turn(taken.participant, taken.heard, state.now)
    if move is not None:
        state.emit(move)
        watch_box(state)
        if move.item is None and state.plan.end_with_agenda:
            end_meeting(state, "agenda-done")
            return
    if state.closing is not None:
        end_meeting(state, state.closing)
    elif are_turns_used_up(state.plan.limits, len(state.turns)):
        end_meeting(state, "limit-turns")
