"""A run's recordings, as they are found and read."""

import wave

import pytest

from trialogue.devices.player import RecordingPlayer
from trialogue.errors import JournalError, SetupError
from trialogue.meeting.scenario_from.clips import Clip, cut
from trialogue.meeting.scenario_from.new_files import NewFiles
from trialogue.report.recordings import blocks_of, parts_of


def recording(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes(bytes(2 * samples))


@pytest.mark.parametrize("left", [b"", b"RIFF"])
def test_a_file_that_was_cut_off_as_it_was_made_holds_no_sound(tmp_path, left):
    """A run that was killed before a recording had its header can be shown, without its sound."""
    (tmp_path / "mix.wav").write_bytes(left)
    assert parts_of(tmp_path, "mix") == ()


def test_parts_before_one_that_was_cut_off_are_read(tmp_path):
    """A crash in a later part of a recording does not make the earlier ones unreadable."""
    recording(tmp_path / "mix.wav", 480)
    (tmp_path / "mix.2.wav").write_bytes(b"")
    parts = parts_of(tmp_path, "mix")
    assert parts == (tmp_path / "mix.wav",)
    assert [(len(block), rate) for block, rate in blocks_of(parts)] == [(480, 24_000)]


def test_a_file_with_a_header_and_nothing_else_is_empty(tmp_path):
    """A recording that was only begun counts as silence."""
    recording(tmp_path / "mix.wav", 0)
    assert list(blocks_of(parts_of(tmp_path, "mix"))) == []


@pytest.mark.parametrize("rate", [1, 1_000_000_000, 2**31 - 1])
def test_a_header_that_claims_a_rate_that_no_recording_has_is_damage(tmp_path, rate):
    """A header with an impossible sample rate is one line, and takes no memory."""
    recording(tmp_path / "mix.wav", 480)
    content = bytearray((tmp_path / "mix.wav").read_bytes())
    content[24:28] = rate.to_bytes(4, "little")
    (tmp_path / "mix.wav").write_bytes(content)
    said = rf"mix\.wav is damaged: its header says {rate:,} samples per second"
    with pytest.raises(JournalError, match=said):
        list(blocks_of(parts_of(tmp_path, "mix")))
    with pytest.raises(SetupError, match=rf"cannot play .*{said}"):
        RecordingPlayer(None, parts_of(tmp_path, "mix"))
    with pytest.raises(JournalError, match=said):
        cut(tmp_path, Clip("mix", 0.0, 0.01, "", {}, {}), tmp_path / "clip.wav", NewFiles())
