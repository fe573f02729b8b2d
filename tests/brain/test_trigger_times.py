"""When a trigger goes off."""

from __future__ import annotations

from trialogue.brain.triggers import Triggers
from trialogue.model.events import (
    PlaybackFinished,
    PlaybackStarted,
)
from trialogue.model.expectations import (
    SoundPattern,
    Trigger,
)
from trialogue.model.plan import FloorRules
from trialogue.model.records import Record

HANDS = FloorRules(policy="queue", otherwise="queue")


def test_speech_counts_when_it_has_lasted_though_nobody_asked_meanwhile():
    """It goes off when its time has come after that, and not with its match."""
    fold = Triggers.of([Trigger(SoundPattern("tech", 3.0), after_s=2.0)])
    fold.take(Record(1, 2.0, PlaybackStarted("tech", 1, 1, 2.0), ()))
    fold.take(Record(2, 6.0, PlaybackFinished("tech", 1, 1, 6.0, 4.0, "complete"), ()))
    assert (fold.next_at, fold.due(6.0), fold.due(7.0)) == (7.0, [], [0])
    late = Triggers.of([Trigger(SoundPattern("tech", 3.0), after_s=2.0)])
    late.take(Record(1, 2.0, PlaybackStarted("tech", 1, 1, 2.0), ()))
    assert (late.due(6.0), late.due(7.0)) == ([], [0])
