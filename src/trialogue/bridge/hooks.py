"""Adapter for an app's hooks: replaces each function by one that trio can call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from attrs import evolve

from trialogue.actors.hooks import Hook

Changed = Callable[[Callable[..., object]], Callable[..., object]]


def mapped(hooks: object, changed: Changed) -> object:
    """Hooks with adapted functions; invalid ones are passed on, so that they are reported in their place."""
    if not isinstance(hooks, Mapping):
        return hooks
    given = cast("Mapping[object, object]", hooks)
    return {point: _changed(hook, changed) for point, hook in given.items()}


def _changed(hook: object, changed: Changed) -> object:
    if isinstance(hook, Hook):
        return evolve(hook, function=changed(hook.function))
    return changed(hook) if callable(hook) else hook
