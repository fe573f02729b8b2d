"""Policies for apps: their view, their decisions, and the built-in policies."""

from trialogue.brain.floor.policies import POLICIES
from trialogue.brain.floor.view import (
    Collect,
    Decision,
    FloorView,
    Next,
    Nobody,
    Policy,
    TurnTaken,
    Wait,
    Waiting,
)

__all__ = [
    "POLICIES",
    "Collect",
    "Decision",
    "FloorView",
    "Next",
    "Nobody",
    "Policy",
    "TurnTaken",
    "Wait",
    "Waiting",
]
