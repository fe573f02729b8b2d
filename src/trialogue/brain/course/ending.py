"""End of a turn, and its effect on the meeting; end of a meeting.

The time limit is strict: a current turn is cut (`meeting-ended`), because the author relies on
it. All other ends fall between turns, except when the meeting is stopped or every participant has failed.
"""

from __future__ import annotations

from trialogue.brain.floor.view import TurnTaken
from trialogue.brain.owners import Owners
from trialogue.brain.prompts import Forced
from trialogue.brain.seats.losing import hear_no_more
from trialogue.brain.tools import waits
from trialogue.brain.turn import taking
from trialogue.brain.turn.dropping import deny_held
from trialogue.model.commands import EndMeeting

TIME = "limit-time"
"""Name of the time limit's deadline, and reason for an end by it."""

COST = "limit-cost"
"""Name of the cost limit's deadline, and reason for an end by it."""


def end_meeting(o: Owners, reason: str) -> None:
    """End the open turn, record speech beside it, stop tools, and end the meeting.

    Sound that will not be heard any more is dropped.
    """
    if o.turns.current is not None:
        taking.close(o, o.turns.current, "meeting-ended")
    taking.release(o)
    for name in o.cast.names:
        if o.cast.is_person(name) and not o.cast.has_left(name):
            hear_no_more(o, name, "meeting-ended")
    for name in o.replies.holders():
        deny_held(o, name, "ended")
    for call in o.calls.running():
        waits.stop(o, call)
    o.emit(EndMeeting(reason))
    o.course.end()


def warn_box(o: Owners) -> None:
    """Have the chair announce that time runs out: after its nominee's turn, else at its next turn."""
    item, chair = o.course.agenda.item, o.chair
    if item is None or item.warn_s is None:
        return
    o.course.warn(item.id)
    left = f"{item.warn_s:g} seconds are left for this point: {item.title}."
    o.report("agenda-warning", f"{item.warn_s:g} seconds are left for {item.title}", chair)
    if chair is not None and o.is_present(chair) and o.cast.is_agent(chair):
        o.prompts.want_said(chair, Forced(left, is_warning=True))
    else:
        for name in o.cast.names:
            o.inboxes.add_note(name, left)


def after_turn(o: Owners, taken: TurnTaken) -> None:
    """Check a turn that has just ended: its words, then the agenda, then the limits."""
    if any(rule.fits(taken.participant, taken.heard) for rule in o.end_rules):
        end_meeting(o, "said")
        return
    move = o.course.agenda.after_turn(taken.participant, taken.heard, o.now)
    if move is not None:
        o.emit(move)
        o.prompts.forget_warnings()
        if move.item is None and o.plan.end_with_agenda:
            end_meeting(o, "agenda-done")
            return
    limit = o.plan.limits.turns
    if o.course.closing is not None:
        end_meeting(o, o.course.closing)
    elif limit is not None and o.turns.heard >= limit:
        end_meeting(o, "limit-turns")


def take_awaited(o: Owners) -> None:
    """Take a match of an awaited pattern: the meeting ends, or the point is done, after this turn."""
    item = o.course.agenda.item
    reason, is_done = o.awaiting.due(o.now, item.id if item else None)
    if reason is not None:
        o.course.close(reason)
    elif is_done:
        o.course.agenda.finish()


def use_up_money(o: Owners) -> None:
    """End the meeting after the current turn: the money is used up."""
    limit = o.plan.limits.cost_usd or 0.0
    o.course.close(COST)
    text = f"{limit:g} US dollars are used up: the meeting ends after this turn"
    o.report("limit-cost", text, level="warning")


def tell_unpriced(o: Owners) -> None:
    """Report each service without a known price: no sum includes its cost."""
    for service in o.meter.cost(o.now).unpriced:
        text = f"no price is known for {service}: what it costs is not counted"
        o.report("unpriced", text, level="warning")
