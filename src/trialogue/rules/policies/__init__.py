"""Policies by name, and how two of them make one decision."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trialogue.errors import ScenarioError
from trialogue.rules.policies.moderated import Moderated
from trialogue.rules.policies.round_robin import NAME as ROUND_ROBIN
from trialogue.rules.policies.round_robin import RoundRobin
from trialogue.rules.policies.scripted import NAME as SCRIPTED
from trialogue.rules.policies.scripted import Scripted
from trialogue.rules.view import Decision, FloorView, Next, Nobody, Policy, Wait

__all__ = ["POLICIES", "decide", "policy_named"]

POLICIES: Mapping[str, Policy] = MappingProxyType(
    {ROUND_ROBIN: RoundRobin(), "moderated": Moderated(), SCRIPTED: Scripted()}
)
"""Every policy that a scenario can name."""


def policy_named(name: str) -> Policy:
    """The policy of that name; ScenarioError for an unknown one."""
    policy = POLICIES.get(name)
    if policy is None:
        raise ScenarioError(f"there is no policy {name!r}; there are {', '.join(sorted(POLICIES))}")
    return policy


def sound(decision: Decision, view: FloorView) -> Decision:
    """The decision, or `Nobody` where it cannot be carried out: an absent one named, a wait that is over."""
    match decision:
        case Next(to=to) if to not in view.present:
            return Nobody("named-away")
        case Wait(until=until) if until <= view.now:
            return Nobody("waited-long")
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
