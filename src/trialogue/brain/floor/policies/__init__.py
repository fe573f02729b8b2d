"""Policies by name, and how two of them make one decision."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import cast

from trialogue.brain.floor.entry import PolicyEntry
from trialogue.brain.floor.view import Collect, Decision, FloorView, Next, Nobody, Policy, Wait
from trialogue.errors import ScenarioError
from trialogue.values import frozen


def _listed() -> dict[str, PolicyEntry]:
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    entries = [cast("PolicyEntry", module.POLICY) for module in modules]
    return {entry.name: entry for entry in sorted(entries, key=lambda entry: entry.name)}


ENTRIES: Mapping[str, PolicyEntry] = MappingProxyType(_listed())
"""Every policy that a scenario can name without writing it: one a module of this package."""

POLICIES: Mapping[str, Policy] = MappingProxyType({name: entry.policy for name, entry in ENTRIES.items()})
"""Their rules."""

SELF_SELECTED = frozenset(name for name, entry in ENTRIES.items() if entry.is_self_selected)
"""Policies under which agents start by themselves."""

HANDS_FIRST = frozenset(name for name, entry in ENTRIES.items() if entry.hands_first)
"""Policies before whose choice a raised hand is granted."""

BY_SPEAKERS = frozenset(name for name, entry in ENTRIES.items() if entry.is_by_speakers)
"""Policies under which whoever speaks says who is next."""

BY_THE_CHAIR = frozenset(name for name, entry in ENTRIES.items() if entry.is_by_the_chair)
"""Policies under which the chair's words name who is next."""


def policy_named(name: str, custom: Mapping[str, Policy] = MappingProxyType({})) -> Policy:
    """The policy of that name, of the `custom` ones first; ScenarioError for an unknown one."""
    policy = custom.get(name) or POLICIES.get(name)
    if policy is None:
        raise ScenarioError(f"there is no policy {name!r}; there are {', '.join(sorted(POLICIES))}")
    return policy


UNKNOWN = "named-unknown:"
"""Begins the reason of a policy that named somebody who is not of the meeting; the name follows."""


def sound(decision: Decision, view: FloorView) -> Decision:
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
"""What turns of a raised hand are marked with, where the policy does not read the queue."""


@frozen
class Choice:
    """Choice that two policies made together."""

    decision: Decision
    """The decision."""

    passed_over: Nobody | None = None
    """Why the first policy had nobody, where it was not the first that decided."""

    by: str = ""
    """`hand` where a raised hand decided; empty where a policy did."""


def decide(view: FloorView, policy: Policy, otherwise: Policy, *, hands_first: bool = False) -> Choice:
    """Ask `policy`; where it has nobody to name, grant a raised hand; where none is up, ask `otherwise`.

    With `hands_first` a raised hand comes before `policy`, too. The hand of whoever has just spoken waits
    until another has.
    """
    hand = _hand(view)
    if hands_first and hand is not None:
        return Choice(hand, by=HAND)
    first = sound(policy.choose(view), view)
    if not isinstance(first, Nobody) or first.is_final:
        return Choice(first)
    if hand is not None:
        return Choice(hand, first, HAND)
    return Choice(sound(otherwise.choose(view), view), first)


def _hand(view: FloorView) -> Next | None:
    """The first raised hand of one that is present and has not just spoken."""
    spoke = view.last.participant if view.last is not None and not view.last.was_silent else None
    for waiting in view.queue:
        if waiting.is_raised and waiting.participant in view.present and waiting.participant != spoke:
            return Next(waiting.participant, "its hand is up", waiting.about)
    return None
