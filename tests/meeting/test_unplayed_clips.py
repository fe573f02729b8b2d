"""Clips that were never played, found in the records of a meeting."""

from trialogue.meeting.unplayed import unplayed_clips
from trialogue.model.commands import EndMeeting, EndTurn, GrantFloor
from trialogue.model.events import FloorRequested, MeetingStarted, SpeechStarted
from trialogue.model.records import Record
from trialogue.scenario import loads, resolve

SCENARIO = """
trialogue: 1
name: x
cast:
  ann: {lines: [Hi.]}
  dana:
    via:
      clips:
        - {say: One., when: {at: 2s}}
        - {say: Two., when: {at: 90s}}
        - {say: Three., when: {participant: ann, event: granted, nth: 2}}
        - {say: Four., when: {at: 3s}, mode: wait}
        - {say: Five., when: {at: 4s}, mode: wait}
"""
RECORDS = (
    Record(1, 0.0, MeetingStarted(), (GrantFloor("ann", 1, "opening", 90.0),)),
    Record(2, 3.0, FloorRequested("dana"), ()),
    Record(3, 4.0, FloorRequested("dana"), ()),
    Record(4, 5.0, MeetingStarted(), (EndTurn("ann", 1, "finished"), GrantFloor("dana", 2, "hand", 90.0))),
    Record(5, 5.5, SpeechStarted("dana", 0.0), ()),
    Record(6, 9.0, MeetingStarted(), (EndMeeting("silence"),)),
)


def test_each_is_told_with_what_it_waited_for():
    """A clip that was not played is listed with what it waited for."""
    where = "cast.dana.via.clips"
    assert list(unplayed_clips(resolve(loads(SCENARIO)), RECORDS)) == [
        f"{where}[1] was never played: 90 s have passed",
        f"{where}[2] was never played: ann granted, the 2nd time",
        f"{where}[4] was never played: its hand was raised, and the floor never came",
    ]
