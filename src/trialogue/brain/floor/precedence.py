"""Precedence in naming the next speaker: `policy`, then a raised hand, then `otherwise`.

1. The policy's choice is checked first: an absent or unknown participant counts as no choice.
2. A hand comes before policies that name only by order, share or chance; after the others, and always
   before `otherwise`.
"""

from __future__ import annotations

from trialogue.brain.floor.view import Collect, Decision, FloorView, Next, Nobody, Policy, Wait
from trialogue.values import frozen

UNKNOWN = "named-unknown:"
"""Prefix of the reason for a name that no participant of the meeting has; the name follows."""


def feasible(decision: Decision, view: FloorView) -> Decision:
    """The decision, or `Nobody` if it cannot be carried out.

    It cannot if it names an absent participant, if its wait is over, or if no agent is present to prepare.
    """
    match decision:
        case Next(to=to) if all(each.name != to for each in view.plan.participants):
            return Nobody(f"{UNKNOWN}{to}")
        case Next(to=to) if to not in view.present:
            return Nobody("named-away")
        case Wait(until=until) if until <= view.now:
            return Nobody("waited-long")
        case Collect() if not view.agents:
            return Nobody("all-away")
        case _:
            return decision


HAND = "hand"
"""Mark of turns that a raised hand was granted, not a policy's choice."""


@frozen
class Choice:
    """Choice by `policy`, a raised hand and `otherwise` together."""

    decision: Decision
    """Decision of the one that decided."""

    passed_over: Nobody | None = None
    """Answer of `policy` if it named no speaker; None if it decided, or was not asked."""

    by: str = ""
    """`hand` if a raised hand decided; empty if a policy did."""


def by_precedence(view: FloorView, policy: Policy, otherwise: Policy, *, hands_first: bool = False) -> Choice:
    """Ask `policy`; if it names no speaker, grant a raised hand; without one, ask `otherwise`.

    With `hands_first` a raised hand also comes before `policy`. The hand of the last speaker waits until
    another participant has spoken.
    """
    hand = _hand(view)
    if hands_first and hand is not None:
        return Choice(hand, by=HAND)
    first = feasible(policy.choose(view), view)
    if not isinstance(first, Nobody) or first.is_final:
        return Choice(first)
    if hand is not None:
        return Choice(hand, first, HAND)
    return Choice(feasible(otherwise.choose(view), view), first)


def _hand(view: FloorView) -> Next | None:
    """First raised hand of a present participant who has not just spoken; None without one."""
    spoke = view.last.participant if view.last is not None and not view.last.was_silent else None
    for waiting in view.queue:
        if waiting.is_raised and waiting.participant in view.present and waiting.participant != spoke:
            return Next(waiting.participant, "its hand is up", waiting.about)
    return None
