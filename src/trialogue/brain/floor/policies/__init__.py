"""Policies by name, and how two of them make one decision."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

from trialogue.brain.floor.policies.addressed import NAME as ADDRESSED
from trialogue.brain.floor.policies.addressed import Addressed
from trialogue.brain.floor.policies.agenda import NAME as AGENDA
from trialogue.brain.floor.policies.agenda import Agenda
from trialogue.brain.floor.policies.auction import NAME as AUCTION
from trialogue.brain.floor.policies.auction import Auction
from trialogue.brain.floor.policies.free import NAME as FREE
from trialogue.brain.floor.policies.free import Free
from trialogue.brain.floor.policies.hand_off import NAME as HAND_OFF
from trialogue.brain.floor.policies.hand_off import HandOff
from trialogue.brain.floor.policies.least_spoken import NAME as LEAST_SPOKEN
from trialogue.brain.floor.policies.least_spoken import LeastSpoken
from trialogue.brain.floor.policies.moderated import Moderated
from trialogue.brain.floor.policies.parallel_collect import NAME as PARALLEL_COLLECT
from trialogue.brain.floor.policies.parallel_collect import ParallelCollect
from trialogue.brain.floor.policies.queue import NAME as QUEUE
from trialogue.brain.floor.policies.queue import Queue
from trialogue.brain.floor.policies.random_draw import NAME as RANDOM
from trialogue.brain.floor.policies.random_draw import RandomDraw
from trialogue.brain.floor.policies.round_robin import NAME as ROUND_ROBIN
from trialogue.brain.floor.policies.round_robin import RoundRobin
from trialogue.brain.floor.policies.scripted import NAME as SCRIPTED
from trialogue.brain.floor.policies.scripted import Scripted
from trialogue.brain.floor.view import Collect, Decision, FloorView, Next, Nobody, Policy, Wait
from trialogue.errors import ScenarioError

__all__ = ["HAND", "POLICIES", "Choice", "decide", "policy_named"]

POLICIES: Mapping[str, Policy] = MappingProxyType(
    {
        ROUND_ROBIN: RoundRobin(),
        "moderated": Moderated(),
        ADDRESSED: Addressed(),
        HAND_OFF: HandOff(),
        QUEUE: Queue(),
        AUCTION: Auction(),
        LEAST_SPOKEN: LeastSpoken(),
        FREE: Free(),
        AGENDA: Agenda(),
        PARALLEL_COLLECT: ParallelCollect(),
        SCRIPTED: Scripted(),
        RANDOM: RandomDraw(),
    }
)
"""Every policy that a scenario can name without writing it."""


def policy_named(name: str, custom: Mapping[str, Policy] = MappingProxyType({})) -> Policy:
    """The policy of that name, of the `custom` ones first; ScenarioError for an unknown one."""
    policy = custom.get(name) or POLICIES.get(name)
    if policy is None:
        raise ScenarioError(f"there is no policy {name!r}; there are {', '.join(sorted(POLICIES))}")
    return policy


def sound(decision: Decision, view: FloorView) -> Decision:
    """The decision, or `Nobody` where it cannot be carried out.

    An absent one is named, a wait is over, or all are to prepare and no agent is there.
    """
    match decision:
        case Next(to=to) if to not in view.present:
            return Nobody("named-away")
        case Wait(until=until) if until <= view.now:
            return Nobody("waited-long")
        case Collect() if not view.agents:
            return Nobody("all-away")
        case _:
            return decision


HAND = "hand"
"""What turns of a raised hand are marked with, where the policy does not read the queue."""


@frozen
class Choice:
    """What two policies decided together."""

    decision: Decision
    """The decision."""

    passed_over: Nobody | None = None
    """Why the first policy had nobody, where it was not the first that decided."""

    by: str = ""
    """`hand` where a raised hand decided; empty where a policy did."""


def decide(view: FloorView, policy: Policy, otherwise: Policy) -> Choice:
    """Ask `policy`; where it has nobody to name, grant a raised hand; where none is up, ask `otherwise`.

    The hand of whoever has just spoken waits until another has.
    """
    first = sound(policy.choose(view), view)
    if not isinstance(first, Nobody) or first.is_final:
        return Choice(first)
    spoke = view.last.participant if view.last is not None and not view.last.was_silent else None
    for waiting in view.queue:
        if waiting.is_raised and waiting.participant in view.present and waiting.participant != spoke:
            return Choice(Next(waiting.participant, "its hand is up", waiting.about), first, HAND)
    return Choice(sound(otherwise.choose(view), view), first)
