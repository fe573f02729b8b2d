"""The hooks of an app, and their rules in a plan.

The rules are in the plan, and so in the journal: a replay and a what-if call no hook of the app, because the
answers and the defaults are in the records.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast, get_args

from attrs import evolve

from trialogue.actors.hooks import Hook, HookFunction
from trialogue.meeting.app_requests import a_function, a_mapping, a_truth, wrong_type, wrong_value
from trialogue.model.plan import HookPoint, HookRule
from trialogue.scenario.resolve import Resolved

LONGEST_S: Final = 3600.0
"""Longest deadline of a hook, in seconds."""

_DEFAULTS: Final[Mapping[str, Hook]] = {
    "tool": Hook(bool, 10.0, allows=False),
    "words": Hook(bool, 2.0, allows=True),
    "grant": Hook(bool, 1.0, allows=True),
}
"""Deadline and default of a function without a `Hook`."""


def own_hooks(hooks: object) -> dict[HookPoint, Hook]:
    """The app's hooks by hook point; WrongType or WrongValue for an invalid one."""
    own: dict[HookPoint, Hook] = {}
    for point, given in a_mapping(hooks, "hooks").items():
        if point not in _DEFAULTS:
            raise wrong_value("hooks", f"must be for {', '.join(get_args(HookPoint))}, not for {point!r}")
        own[cast("HookPoint", point)] = _hook(point, given)
    return own


def _hook(point: str, given: object) -> Hook:
    a_function(given.function if isinstance(given, Hook) else given, f"the {point} hook")
    hook = (
        given if isinstance(given, Hook) else evolve(_DEFAULTS[point], function=cast("HookFunction", given))
    )
    a_truth(hook.allows, "allows")
    return evolve(hook, deadline_s=round(_seconds(hook.deadline_s), 3))


def _seconds(deadline: object) -> float:
    if isinstance(deadline, bool) or not isinstance(deadline, int | float):
        raise wrong_type("deadline_s", "a number of seconds", deadline)
    if not 0.01 <= deadline <= LONGEST_S:  # before it is a float: a whole number can be beyond all of them
        raise wrong_value("deadline_s", f"must be from 0.01 to {LONGEST_S:,.0f} seconds")
    return float(deadline)


def with_hooks(resolved: Resolved, hooks: Mapping[HookPoint, Hook]) -> Resolved:
    """The scenario with the hooks in its plan."""
    if not hooks:
        return resolved
    rules = tuple(HookRule(point, each.deadline_s, each.allows) for point, each in hooks.items())
    return evolve(resolved, plan=evolve(resolved.plan, hooks=rules))
