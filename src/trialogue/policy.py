"""Policies of one's own: what they see, what they may answer, and the policies there are."""

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
