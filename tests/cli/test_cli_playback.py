"""A run that is over, played as it looked; and one that runs elsewhere, watched as it is written."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import trio
from cli_playbook import MEETING, PLAN, TOLD
from journal_values import keep
from test_cli_watching import Paper, clock_of_threads  # noqa: F401 - a fixture

from trialogue.cli import main
from trialogue.cli.replay import Played, _start_s, play_run
from trialogue.cli.view_playback import GrowingRun, Playback, recorded_levels
from trialogue.cli.view_watcher import Watcher
from trialogue.errors import JournalError, SetupError
from trialogue.journal import chain
from trialogue.journal.following import Following
from trialogue.journal.records import Header
from trialogue.journal.writer import Journal
from trialogue.model.commands import Attribute, EndMeeting, GrantFloor, Play
from trialogue.model.events import Joined, MeetingStarted, PlaybackStarted, SentenceSaid, SpeechStopped
from trialogue.model.participants import Participant
from trialogue.model.records import Record


def playback(tmp_path, **options):
    return Playback(PLAN, MEETING, tmp_path, **options)


@pytest.mark.parametrize(("speed", "takes_s"), [(1.0, 20.0), (4.0, 5.0)])
async def test_it_looks_as_it_did(clock_of_threads, tmp_path, speed, takes_s):  # noqa: F811
    """`replay` shows the lines and the last picture of the run, at the wanted speed."""
    paper, began = Paper(), trio.current_time()
    await Watcher(paper, is_virtual=False)(playback(tmp_path, speed=speed))
    assert trio.current_time() - began == pytest.approx(takes_s, abs=0.2)
    assert "\n".join(paper.heard) + "\n" == TOLD
    assert paper.pictures[-1][0].startswith("── edge cache · 00:20 · turn 5 ")


async def test_a_replay_from_a_place_has_the_state_of_that_moment(clock_of_threads, tmp_path):  # noqa: F811
    """A replay from a time has that moment's holder, agenda and turn, and takes the rest of the time."""
    paper, began = Paper(), trio.current_time()
    await Watcher(paper, is_virtual=False)(playback(tmp_path, start_s=15.0))
    assert trio.current_time() - began == pytest.approx(5.0, abs=0.2)
    assert "00:15" in paper.pictures[1][0]


async def test_sound_begins_with_the_time(autojump_clock, tmp_path):
    """`replay --audio` starts its sound once, at the first record that is waited for."""
    began = []
    async for record in playback(
        tmp_path, start_s=10.0, begin=lambda: began.append(trio.current_time())
    ).records():
        assert bool(began) == (record.at > 10.0)
    assert len(began) == 1


def test_levels_are_those_of_the_recordings(tmp_path):
    """The level meters of a replay show the loudness of the recordings at that moment."""
    loud = np.full(24000, 0.1)
    soundfile.write(tmp_path / "ada.wav", np.concatenate([np.zeros(24000), loud]), 24000, subtype="PCM_16")
    assert recorded_levels(tmp_path, ["ada", "bob"], 0.5) == {}
    assert recorded_levels(tmp_path, ["ada", "bob"], 1.5) == {"ada": pytest.approx(-20.0, abs=0.1)}


@pytest.mark.parametrize("at", [1e9, 1e300, float("inf")])
def test_nothing_is_heard_beyond_a_recording(tmp_path, at):
    """A replay past the end of a recording shows silence, at any time."""
    soundfile.write(tmp_path / "ada.wav", np.zeros(24000), 24000, subtype="PCM_16")
    assert recorded_levels(tmp_path, ["ada"], at) == {}


async def test_time_stops_at_the_last_record(clock_of_threads, tmp_path):  # noqa: F811
    """A replay at any speed never shows a time beyond the meeting's end."""
    paper = Paper()
    await Watcher(paper, is_virtual=False)(playback(tmp_path, speed=1e300))
    assert "\n".join(paper.heard) + "\n" == TOLD
    assert paper.pictures[-1][0].startswith("── edge cache · 00:20 · turn 5 ")


@pytest.mark.parametrize("start", ["9" * 20, "9" * 400, f"{'9' * 5000}:00"])
def test_a_place_beyond_the_end_is_the_end(run_folder, capsys, start):
    """A replay from a time beyond the end plays nothing, without an error."""
    assert main(["replay", str(run_folder), "--from", start]) == 0
    assert main(["replay", str(run_folder), "--from", start, "--speed", "1"]) == 0
    assert capsys.readouterr().err == ""


async def test_a_participant_who_joined_has_a_label_and_a_level(clock_of_threads, tmp_path):  # noqa: F811
    """A participant who joined has its label and level in a replay, and while watching."""
    audio = tmp_path / "audio"
    audio.mkdir()
    soundfile.write(audio / "kim.wav", np.full(240_000, 0.1), 24000, subtype="PCM_16")
    joined = Record(1, 0.9, Joined(Participant("kim", title="Kim Q.")), ())
    paper, played = Paper(), Playback(PLAN, [joined], audio)
    await Watcher(paper, is_virtual=False)(played)
    assert not any("Kim" in each for each in paper.pictures[0])
    assert "Kim Q." in paper.pictures[-1][-1]
    assert played.levels() == {"kim": pytest.approx(-20.0, abs=0.1)}
    journal = Journal.create(tmp_path / "journal.jsonl", Header(plan=PLAN, version="1"))
    journal.append(joined)
    journal.close("enough")
    growing = GrowingRun(Following(tmp_path / "journal.jsonl"), lambda: False)
    assert growing.plan == PLAN
    assert [record.seq async for record in growing.records()] == [1]
    assert growing.levels() == {"kim": pytest.approx(-20.0, abs=0.1)}


def test_lines_come_one_by_one(run_folder, capsys, monkeypatch):
    """With `--step` each line waits for Enter, and the end of the input ends the replay."""
    assert main(["replay", str(run_folder)]) == 0
    whole = capsys.readouterr().out.splitlines()
    monkeypatch.setattr("sys.stdin", io.StringIO("\n\n"))
    assert main(["replay", str(run_folder), "--step"]) == 0
    assert capsys.readouterr().out.splitlines() == whole[:3]


def test_a_place_is_a_time_or_a_turn(run_folder, capsys):
    """`--from` skips what was heard before a time or a turn."""
    assert main(["replay", str(run_folder)]) == 0
    whole = capsys.readouterr().out.splitlines()
    assert main(["replay", str(run_folder), "--from", "turn 2"]) == 0
    second = capsys.readouterr().out.splitlines()
    assert second == whole[whole.index(second[0]) :]
    assert "Bobby" in second[0]
    assert main(["replay", str(run_folder), "--from", "0:01"]) == 0
    assert len(capsys.readouterr().out.splitlines()) <= len(whole)


@pytest.mark.parametrize(
    ("start", "at"),
    [("83.2", 83.2), ("1:23", 83), ("299:30", 17_970), ("4:59:30", 17_970), ("0:01:02.5", 62.5)],
)
def test_a_place_is_any_time_that_a_replay_prints(start, at):
    """A time is taken as it is printed: from the second hour on, `4:59:30` was refused."""
    assert _start_s(start, []) == at


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--from", "turn 99"], "the meeting has no turn 99"),
        (["--from", "soon"], "--from takes seconds, M:SS, H:MM:SS or 'turn N'"),
        (["--speed", "fast"], "--speed takes a factor"),
        (["--speed", "-1"], "--speed takes a factor"),
        (["--speed", "2", "--audio"], "--audio plays in real time"),
    ],
)
def test_a_replay_that_cannot_play_says_why(run_folder, capsys, options, why):
    """A replay that cannot play sound says why in one line before it shows anything."""
    assert main(["replay", str(run_folder), *options]) == 2
    out, err = capsys.readouterr()
    assert (out, why in err) == ("", True)


class FakeDriver:
    """A speaker that takes samples as soon as it is started."""

    def __init__(self):
        self.asked, self.taken, self.closed = None, b"", False

    def open_output(self, sample_rate, samples, fill):
        self.asked, self.fill, self.samples = sample_rate, fill, samples
        return self

    def start(self):
        self.taken = b"".join(self.fill(self.samples) for _ in range(100))

    def close(self):
        self.closed = True


def test_its_sound_is_the_mix_from_that_place(run_folder):
    """A replay's sound is the mix from that time on, sample for sample."""
    driver = FakeDriver()
    mix, rate = soundfile.read(run_folder / "audio" / "mix.wav", dtype="int16")
    assert play_run(run_folder, Played(start=str(len(mix) / rate - 1), audio=True), driver) == 0
    assert driver.asked == rate
    assert driver.taken[: 2 * rate] == mix[-rate:].tobytes()
    assert set(driver.taken[2 * rate :]) == {0}
    assert driver.closed


def test_a_run_without_recordings_has_no_sound(run_folder):
    """`replay --audio` of a run without recordings says so in a line."""
    for path in (run_folder / "audio").iterdir():
        path.unlink()
    with pytest.raises(SetupError, match="no recording to play"):
        play_run(run_folder, Played(audio=True), FakeDriver())


def test_a_run_is_printed_in_the_order_of_its_times(tmp_path, capsys):
    """`replay` prints a person's late words at the time at which they were said."""
    words = Attribute(
        "biz", 2, "I said it before.", is_certain=True, beside="overlap", begin_s=1.0, end_s=2.0
    )
    records = (
        Record(1, 0.0, MeetingStarted(), (GrantFloor("tech", 1, "opening", 90.0),)),
        Record(2, 1.5, SentenceSaid("tech", 1, "I came after.", 0.0), (Play("tech", 1, 1),)),
        Record(3, 1.6, PlaybackStarted("tech", 1, 1, 1.6), ()),
        Record(4, 3.0, SpeechStopped("biz", 2.0), (words, EndMeeting("stopped"))),
    )
    keep(tmp_path, records, header=Header(plan=PLAN, version="1"), reason="stopped")
    assert main(["replay", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert told.index("I said it before.") < told.index("I came after.")


# --- another process's meeting -------------------------------------------------------------------


def test_a_journal_is_read_as_it_grows(run_folder, tmp_path):
    """Watching a growing journal gives each complete line once."""
    lines = (run_folder / "journal.jsonl").read_bytes().splitlines(keepends=True)
    path = tmp_path / "journal.jsonl"
    path.write_bytes(lines[0])
    following, seen = Following(path), []
    for line in lines[1:]:
        with path.open("ab") as file:
            file.write(line[:20])
        seen += following.news()
        with path.open("ab") as file:
            file.write(line[20:])
        seen += following.news()
    assert [record.seq for record in seen] == list(range(1, len(lines) - 1))
    assert following.end is not None


def test_a_line_of_another_journal_ends_it(run_folder, tmp_path):
    """Watching a journal ends with the place of a line that does not belong to it."""
    lines = (run_folder / "journal.jsonl").read_bytes().splitlines(keepends=True)
    path = tmp_path / "journal.jsonl"
    path.write_bytes(lines[0] + lines[2])
    with pytest.raises(JournalError, match=f"is damaged at byte {len(lines[0])}"):
        Following(path).news()


def test_a_line_without_an_end_ends_it(run_folder, tmp_path, monkeypatch):
    """Watching a journal whose line has no end stops with an error, in bounded memory."""
    lines = (run_folder / "journal.jsonl").read_bytes().splitlines(keepends=True)
    path = tmp_path / "journal.jsonl"
    path.write_bytes(lines[0])
    following = Following(path)
    monkeypatch.setattr(chain, "LONGEST_LINE", len(lines[1]) + 10)
    path.write_bytes(lines[0] + lines[1] + b"x" * (len(lines[1]) + 9))
    assert len(following.news()) == 1
    with path.open("ab") as file:
        file.write(b"x" * 10)
    with pytest.raises(JournalError, match=f"is damaged at byte {len(lines[0] + lines[1])}"):
        following.news()


async def test_a_meeting_elsewhere_is_watched_to_its_end(autojump_clock, run_folder, tmp_path):
    """`watch` shows a meeting of another process from its first line to its end."""
    lines = (run_folder / "journal.jsonl").read_bytes().splitlines(keepends=True)
    path = tmp_path / "journal.jsonl"
    path.write_bytes(lines[0])
    seen = []

    async def write():
        for line in lines[1:]:
            await trio.sleep(0.3)
            with path.open("ab") as file:
                file.write(line)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(write)
        tail = GrowingRun(Following(path), lambda: True)
        async for record in tail.records():
            seen.append(record.seq)
            assert tail.now >= record.at
    assert seen == list(range(1, len(lines) - 1))


async def test_a_meeting_that_nobody_holds_any_more_is_left(autojump_clock, run_folder, tmp_path):
    """Watching a journal that nobody writes any more ends with what it has."""
    lines = (run_folder / "journal.jsonl").read_bytes().splitlines(keepends=True)
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"".join(lines[:5]))
    assert [record.seq async for record in GrowingRun(Following(path), lambda: False).records()] == [
        1,
        2,
        3,
        4,
    ]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("command", [["watch"], ["replay", "--speed", "1000"]])
def test_a_full_disk_ends_watching_with_one_line(run_folder, monkeypatch, capsys, command):
    """`watch` into a full disk does not end as a success."""
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        code = main([*command, str(run_folder)])
    assert (code, capsys.readouterr().err) == (
        2,
        "trialogue: cannot write the output: No space left on device\n",
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_notes_are_no_reason_to_fail(run_folder, monkeypatch, capsys):
    """A full disk under stderr does not spoil the output."""
    journal = run_folder / "journal.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
    with Path("/dev/full").open("wb", buffering=0) as full:
        monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(full, write_through=True))
        assert main(["watch", str(run_folder)]) == 0
    assert "Bob, please." in capsys.readouterr().out


def test_the_command_watches(run_folder):
    """`watch` shows a closed run to its end, and says of a crashed one that it is."""
    watching = [sys.executable, "-m", "trialogue", "watch", str(run_folder)]
    done = subprocess.run(watching, capture_output=True, text=True, timeout=60, check=True)
    assert "Ann    Bob, please." in done.stdout
    journal = run_folder / "journal.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
    done = subprocess.run(watching, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == "trialogue: no process writes this journal, and it was never closed\n"
