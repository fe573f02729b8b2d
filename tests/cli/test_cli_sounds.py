"""Recordings that clips play, in the live view."""

import wave

from trialogue.cli.view_lines import plain
from trialogue.cli.view_live import LiveView
from trialogue.meeting.played_sounds import PlayedSounds
from trialogue.model.commands import EndMeeting, EndTurn, GrantFloor
from trialogue.model.events import MeetingStarted
from trialogue.model.records import Record
from trialogue.scenario.resolve import prepare

SCENARIO = """
trialogue: 1
name: x
cast:
  ann: {lines: [Hi.]}
  pia:
    via:
      clips:
        - {play: sounds/bell.wav, when: {at: 5s}}
        - {say: One., when: {at: 5s}}
        - {play: gong.wav, when: {at: 3s}, mode: wait}
        - {play: known.wav, text: Two., when: {at: 6s}}
        - {play: never.wav, when: {at: 90s}}
"""
RECORDS = (
    Record(1, 0.0, MeetingStarted(), (GrantFloor("ann", 1, "opening", 90.0),)),
    Record(2, 7.0, MeetingStarted(), (EndTurn("ann", 1, "finished"),)),
    Record(3, 8.0, MeetingStarted(), (GrantFloor("pia", 2, "hand", 90.0),)),
    Record(4, 9.0, MeetingStarted(), (EndMeeting("silence"),)),
)


def test_a_clip_that_plays_a_recording_has_a_line(tmp_path):
    """The live view has a line with the recording's name for a clip without known words."""
    (tmp_path / "sounds").mkdir()
    for name in ("sounds/bell", "gong", "known", "never"):
        with wave.open(str(tmp_path / f"{name}.wav"), "wb") as file:
            file.setparams((1, 2, 16000, 0, "NONE", ""))
            file.writeframes(bytes(320))
    (tmp_path / "x.yaml").write_text(SCENARIO)
    resolved = prepare(tmp_path / "x.yaml")
    view = LiveView(resolved.plan, sounds=PlayedSounds.of(resolved).take)
    for record in RECORDS:
        view.take(record)
    told = [plain(each) for each in view.heard(9.0)]
    assert told[:-1] == ["00:05  Pia  ♪ bell.wav", "00:08  Pia  ♪ gong.wav"]
