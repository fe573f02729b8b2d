"""Meetings that ended in order and fell short of what was asked for."""

import pytest
from report_values import records

from trialogue.model.commands import EndMeeting
from trialogue.model.events import (
    PlaybackStarted,
    RecordingFailed,
    ReplyFailed,
    ReplyStarted,
    SessionFailed,
    SessionLost,
    Woke,
)
from trialogue.model.participants import Kind, Participant
from trialogue.model.plan import MeetingPlan
from trialogue.report import Run, result
from trialogue.report.shortfall import Shortfall, shortfall

PLAN = MeetingPlan("m", (Participant("ada"), Participant("ben"), Participant("dana", kind=Kind.HUMAN)))
NO_THOUGHT = ReplyFailed("ada", 1, "FAILED_TO_THINK")
OVER = EndMeeting("silence")
HERS = PlaybackStarted("dana", 1, 1, 0.5)


def held(*events):
    return records(*((1.0, event) for event in events), (9.0, Woke("silence"), OVER))


@pytest.mark.parametrize(
    "events",
    [
        [NO_THOUGHT],
        [NO_THOUGHT, ReplyFailed("ben", 2, "FAILED_TO_THINK")],
        [SessionFailed("ada", "refused", refused=True)],
        [SessionLost("ben", 1, "gone", 1.0)],
        [NO_THOUGHT, HERS],
    ],
    ids=["no thought", "of all", "refused", "lost", "a person spoke"],
)
def test_nobody_could_speak(events):
    """Who was asked failed, and no agent said a word: what a person says does not mend that."""
    assert shortfall(PLAN, held(*events)) is Shortfall.UNSPOKEN
    assert result(PLAN, held(*events), (), Run("virtual")).ok is False


@pytest.mark.parametrize(
    "events",
    [
        [],
        [NO_THOUGHT, ReplyStarted("ben", 1)],
        [HERS],
        [SessionLost("ada", 1, "gone", 1.0), ReplyStarted("ada", 1)],
    ],
    ids=["nobody was asked", "another answered", "a person alone", "after a loss"],
)
def test_failures_on_the_way_are_no_shortfall(events):
    """Somebody answered, or nobody had to."""
    assert shortfall(PLAN, held(*events)) is None
    assert result(PLAN, held(*events), (), Run("virtual")).ok is True


def test_a_lost_recording_is_not_ok():
    """The meeting went on, and a part of its sound is in no file."""
    events = [ReplyStarted("ada", 1), RecordingFailed("File too large")]
    assert shortfall(PLAN, held(*events)) is Shortfall.UNRECORDED
    assert result(PLAN, held(*events), (), Run("virtual")).ok is False
