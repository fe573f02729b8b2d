"""Precedence in naming the next speaker: `policy`, then a raised hand, then `otherwise`.

1. The policy's choice is checked first: a participant who is absent, or unknown, counts as nobody.
2. A hand comes before policies that name only by order, share or chance; after the others, and always
   before `otherwise`.
"""

from __future__ import annotations

from trialogue.brain.floor.view import Collect, Decision, FloorView, Next, Nobody, Policy, Wait
from trialogue.values import frozen

UNKNOWN = "named-unknown:"
"""Begins the reason of a policy that named somebody who is not of the meeting; the name follows."""


def feasible(decision: Decision, view: FloorView) -> Decision:
    """The decision, or `Nobody` where it cannot be carried out.

    An absent one is named, a wait is over, or all are to prepare and no agent is there.
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
"""Mark of a raised hand's turns, where the policy does not read the queue."""


@frozen
class Choice:
    """Choice of two policies together."""

    decision: Decision
    """The decision."""

    passed_over: Nobody | None = None
    """Reason why the first policy had nobody, where it was not the first that decided."""

    by: str = ""
    """`hand` where a raised hand decided; empty where a policy did."""


def by_precedence(view: FloorView, policy: Policy, otherwise: Policy, *, hands_first: bool = False) -> Choice:
    """Ask `policy`; where it names nobody, grant a raised hand; without one, ask `otherwise`.

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
    """The first raised hand of one that is present and has not just spoken."""
    spoke = view.last.participant if view.last is not None and not view.last.was_silent else None
    for waiting in view.queue:
        if waiting.is_raised and waiting.participant in view.present and waiting.participant != spoke:
            return Next(waiting.participant, "its hand is up", waiting.about)
    return None
