"""Policies by name, and how two of them make one decision."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trialogue.errors import ScenarioError
from trialogue.rules.policies.addressed import NAME as ADDRESSED
from trialogue.rules.policies.addressed import Addressed
from trialogue.rules.policies.agenda import NAME as AGENDA
from trialogue.rules.policies.agenda import Agenda
from trialogue.rules.policies.auction import NAME as AUCTION
from trialogue.rules.policies.auction import Auction
from trialogue.rules.policies.free import NAME as FREE
from trialogue.rules.policies.free import Free
from trialogue.rules.policies.hand_off import NAME as HAND_OFF
from trialogue.rules.policies.hand_off import HandOff
from trialogue.rules.policies.least_spoken import NAME as LEAST_SPOKEN
from trialogue.rules.policies.least_spoken import LeastSpoken
from trialogue.rules.policies.moderated import Moderated
from trialogue.rules.policies.parallel_collect import NAME as PARALLEL_COLLECT
from trialogue.rules.policies.parallel_collect import ParallelCollect
from trialogue.rules.policies.queue import NAME as QUEUE
from trialogue.rules.policies.queue import Queue
from trialogue.rules.policies.random_draw import NAME as RANDOM
from trialogue.rules.policies.random_draw import RandomDraw
from trialogue.rules.policies.round_robin import NAME as ROUND_ROBIN
from trialogue.rules.policies.round_robin import RoundRobin
from trialogue.rules.policies.scripted import NAME as SCRIPTED
from trialogue.rules.policies.scripted import Scripted
from trialogue.rules.view import Collect, Decision, FloorView, Next, Nobody, Policy, Wait

__all__ = ["POLICIES", "decide", "policy_named"]

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


def decide(view: FloorView, policy: Policy, otherwise: Policy) -> tuple[Decision, Nobody | None]:
    """Ask `policy`, then `otherwise` where it has nobody to name.

    Beside the decision stands why the first policy had nobody, where it was `otherwise` that decided.
    """
    first = sound(policy.choose(view), view)
    if not isinstance(first, Nobody) or first.is_final:
        return first, None
    return sound(otherwise.choose(view), view), first
