"""Dominance: participants who have had so much of the floor that others come first.

1. Shares are counted over the turns of a sliding window, once it has `LEAST_SPEECH_S` of speech.
2. Beyond `share.max`, or after `share.in_a_row` turns, a participant is passed over while another can speak.
3. The chair, and participants chosen by the app, are never passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import evolve

from trialogue.brain.floor.view import FloorView

LEAST_SPEECH_S: Final = 60.0
"""Seconds of speech in the window below which shares say nothing."""


def dominant(view: FloorView) -> Mapping[str, str]:
    """Participants to be passed over, each with its rule; none if that would leave no one to speak."""
    rules = {name: _rule(view, name) for name in view.present if name != view.chair}
    found = {name: rule for name, rule in rules.items() if rule}
    return found if set(view.present) - found.keys() else {}


def _rule(view: FloorView, name: str) -> str:
    """Rule that a participant has broken, in words; empty for none."""
    rules = view.plan.floor.share
    if rules.in_a_row is not None and (run := _run(view, name)) >= rules.in_a_row:
        return f"share.in_a_row: had {run} turns in a row"
    if rules.max is None or view.heard_s(rules.window_s) < LEAST_SPEECH_S:
        return ""
    share = view.share(name, rules.window_s)
    return f"share.max: had {share:.0%} of the last {rules.window_s:g} s" if share > rules.max else ""


def _run(view: FloorView, name: str) -> int:
    """Number of the last heard turns in a row that were this participant's."""
    count = 0
    for taken in reversed(view.turns):
        if taken.was_silent:
            continue
        if taken.participant != name:
            break
        count += 1
    return count


def without(view: FloorView, names: frozenset[str]) -> FloorView:
    """View without participants that may not be named."""
    return evolve(view, present=tuple(name for name in view.present if name not in names))
