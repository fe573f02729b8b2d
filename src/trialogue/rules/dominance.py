"""Who has had so much of the floor that others come first.

1. Shares are counted over the turns of a sliding window; no verdict before `VERDICT_S` of speech in it.
2. Beyond `share.max`, or after `share.in_a_row` turns, one is passed over while somebody else can speak.
3. What the app asks for, and the chair, are never passed over.
"""

from __future__ import annotations

from typing import Final

from attrs import evolve

from trialogue.rules.view import FloorView

VERDICT_S: Final = 60.0
"""Seconds of speech in the window below which shares say nothing."""


def dominant(view: FloorView) -> frozenset[str]:
    """Who is to be passed over; nobody where that would leave nobody."""
    found = frozenset(name for name in view.present if name != view.chair and _is_dominant(view, name))
    return found if set(view.present) - found else frozenset()


def _is_dominant(view: FloorView, name: str) -> bool:
    rules = view.plan.floor.share
    if rules.in_a_row is not None and _run(view, name) >= rules.in_a_row:
        return True
    if rules.max is None or view.heard_s(rules.window_s) < VERDICT_S:
        return False
    return view.share(name, rules.window_s) > rules.max


def _run(view: FloorView, name: str) -> int:
    """How many of the last heard turns, one after another, were this one's."""
    count = 0
    for taken in reversed(view.turns):
        if taken.was_silent:
            continue
        if taken.participant != name:
            break
        count += 1
    return count


def without(view: FloorView, names: frozenset[str]) -> FloorView:
    """The view as a policy sees it when some may not be named."""
    return evolve(view, present=tuple(name for name in view.present if name not in names))
