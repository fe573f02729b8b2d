"""How a meeting opens."""

from __future__ import annotations

from attrs import evolve
from playbook import EAR, TECH, Table, plan, timers

from trialogue.model.events import (
    MeetingStarted,
    SessionReady,
    ToolRequested,
)
from trialogue.model.plan import (
    FloorRules,
)

SOUND = evolve(TECH, hears=EAR.hears)
ORDER = ToolRequested("tech", 1, "c1", "order", '{"id": 7}')
HANDS = FloorRules(policy="queue", otherwise="queue")


def test_the_floor_is_free_from_the_opening_on():
    """The ladder's first rung is counted from there, and nobody is waited for any more."""
    table = Table(plan(TECH, floor=HANDS))
    table.at(0, MeetingStarted())
    assert timers(table, "ready", "ladder") == [30.0, None]
    table.at(3, SessionReady("tech", 1))
    assert timers(table, "ready", "ladder", "limit-silence") == [None, 7.0, 503.0]
