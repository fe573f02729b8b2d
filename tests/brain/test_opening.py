"""How a meeting opens."""

from __future__ import annotations

from attrs import evolve
from playbook import EAR, TECH, Table, plan, timers

from trialogue.brain.course.course import Phase
from trialogue.brain.meeting import Brain
from trialogue.model.events import (
    EarFailed,
    EarLost,
    EarReady,
    Left,
    MeetingStarted,
    SessionReady,
    ToolRequested,
    Woke,
)
from trialogue.model.plan import (
    FloorRules,
)
from trialogue.testing import casts

SOUND = evolve(TECH, hears=EAR.hears)
ORDER = ToolRequested("tech", 1, "c1", "order", '{"id": 7}')
HANDS = FloorRules(policy="queue", otherwise="queue")


def test_the_floor_is_free_from_the_opening_on():
    """The silence ladder is counted from the opening, and no session is waited for after it."""
    table = Table(plan(TECH, floor=HANDS))
    table.at(0, MeetingStarted())
    assert timers(table, "ready", "ladder") == [30.0, None]
    table.at(3, SessionReady("tech", 1))
    assert timers(table, "ready", "ladder", "limit-silence") == [None, 7.0, 503.0]


# --- ears -------------------------------------------------------------------------------------------------


def phase_behind(*events, has_ear=True):
    """Where the meeting of tech and dana is, at 1 s behind tech's session and these events."""
    brain = Brain(casts.plan("tech", casts.person("dana", has_ear=has_ear)))
    brain.handle(MeetingStarted(), 0.0)
    brain.handle(SessionReady("tech", 1), 1.0)
    for event in events:
        brain.handle(event, 1.0)
    return brain.phase


def test_ears_are_waited_for_as_agents_are():
    """A meeting opens when each person's ear is ready, so that the first words are heard."""
    assert phase_behind() is Phase.OPENING
    assert phase_behind(EarReady("dana", 1)) is Phase.OPEN
    assert phase_behind(has_ear=False) is Phase.OPEN


def test_an_ear_that_is_lost_is_to_come_again():
    """A meeting's opening waits for a lost ear, but not for a failed one or one whose person has left."""
    assert phase_behind(EarLost("dana", 1, "gone", 1.0)) is Phase.OPENING
    assert phase_behind(EarFailed("dana", "no such model")) is Phase.OPEN
    assert phase_behind(Left("dana")) is Phase.OPEN


def test_ears_are_waited_for_no_longer_than_agents_are():
    """A person's ear that does not come does not keep the meeting from opening."""
    brain = Brain(casts.plan("tech", casts.person("dana", has_ear=True), ready_s=5.0))
    brain.handle(MeetingStarted(), 0.0)
    brain.handle(SessionReady("tech", 1), 1.0)
    brain.handle(Woke("ready"), 5.0)
    assert brain.phase is Phase.OPEN
