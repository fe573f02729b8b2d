"""What a turn's end means for the meeting, and how a meeting ends.

The time limit is sharp: a turn in progress is cut (`meeting-ended`), since whoever set the limit counts
on it. All other ends fall between turns, except when somebody stops the meeting or everybody has failed.
"""

from __future__ import annotations

from trialogue.model.commands import CancelTool, EndMeeting
from trialogue.rules import turns
from trialogue.rules.limits import are_turns_used_up
from trialogue.rules.state import Phase, State
from trialogue.rules.tools import CallState
from trialogue.rules.view import TurnTaken


def end_meeting(state: State, reason: str) -> None:
    """End the turn that goes on, throw away what nobody will hear, stop tools, and end the meeting."""
    if state.turn is not None:
        turns.close(state, state.turn, "meeting-ended")
    for name in state.replies.holders():
        turns.drop_held(state, name, "ended")
    for call in state.calls.running():
        call.state = CallState.CANCELLED
        state.emit(CancelTool(call.participant, call.call_id))
    state.emit(EndMeeting(reason))
    state.phase = Phase.OVER


def judge(state: State, taken: TurnTaken) -> None:
    """Look at a turn that has just ended: its words, then the agenda, then the limits."""
    if any(rule.fits(taken.participant, taken.heard) for rule in state.end_rules):
        end_meeting(state, "said")
        return
    move = state.agenda.after_turn(taken.participant, taken.heard, state.now)
    if move is not None:
        state.emit(move)
        if move.item is None and state.plan.end_with_agenda:
            end_meeting(state, "agenda-done")
            return
    if state.closing is not None:
        end_meeting(state, state.closing)
    elif are_turns_used_up(state.plan.limits, len(state.turns)):
        end_meeting(state, "limit-turns")
