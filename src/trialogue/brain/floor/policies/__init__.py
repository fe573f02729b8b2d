"""Policies by name, one per module of this package. `precedence` orders two of them and raised hands."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import cast

from trialogue.brain.floor.entry import PolicyEntry
from trialogue.brain.floor.view import Policy
from trialogue.errors import ScenarioError


def _listed() -> dict[str, PolicyEntry]:
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    entries = [cast("PolicyEntry", module.POLICY) for module in modules]
    return {entry.name: entry for entry in sorted(entries, key=lambda entry: entry.name)}


ENTRIES: Mapping[str, PolicyEntry] = MappingProxyType(_listed())
"""Entries of the built-in policies by name: one for each module of this package."""

POLICIES: Mapping[str, Policy] = MappingProxyType({name: entry.policy for name, entry in ENTRIES.items()})
"""Rules of the built-in policies, by name."""

SELF_SELECTED = frozenset(name for name, entry in ENTRIES.items() if entry.is_self_selected)
"""Policies under which agents start by themselves."""

HANDS_FIRST = frozenset(name for name, entry in ENTRIES.items() if entry.hands_first)
"""Policies that come after a raised hand."""

BY_SPEAKERS = frozenset(name for name, entry in ENTRIES.items() if entry.is_by_speakers)
"""Policies under which the speaker names the next one."""

BY_THE_CHAIR = frozenset(name for name, entry in ENTRIES.items() if entry.is_by_the_chair)
"""Policies under which the chair names the next speaker."""


def policy_named(name: str, custom: Mapping[str, Policy] = MappingProxyType({})) -> Policy:
    """Policy of that name, a `custom` one first; ScenarioError for an unknown one."""
    policy = custom.get(name) or POLICIES.get(name)
    if policy is None:
        raise ScenarioError(f"unknown policy {name!r}; known: {', '.join(sorted(POLICIES))}")
    return policy
