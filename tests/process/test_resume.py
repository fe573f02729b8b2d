"""Meetings that go on in a new process: nothing that was recorded is lost, nothing is done twice."""

import json
import shutil
import wave

import pytest
from attrs import evolve
from process_values import kinds, seconds_of

from trialogue.brain.meeting import Brain
from trialogue.cli import main
from trialogue.errors import JournalError, ReplayDivergence, SetupError
from trialogue.journal.files import journal_of, verify_files
from trialogue.journal.manifest import Status, manifest_in, write_manifest
from trialogue.journal.reader import read
from trialogue.journal.verify import verify
from trialogue.journal.writer import Journal
from trialogue.meeting.edges import Edges, Seams
from trialogue.meeting.resumption import UNKNOWN, open_resumption
from trialogue.meeting.run import resume_meeting, run_meeting
from trialogue.model.commands import EndTurn, RunTool
from trialogue.model.events import MeetingResumed, SessionReady, ToolFinished
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.resolve import check
from trialogue.scenario.schema import Clock
from trialogue.testing import murmuring_engines


@pytest.fixture(scope="module")
def _crashed_once(tmp_path_factory):
    """Directories of crashed meetings, by how many records they have."""
    return {}, tmp_path_factory.mktemp("crashed")


@pytest.fixture
def crashed(_crashed_once, hold, out, failing_after):
    """The directory of a meeting whose process ended after so many records, as a kill would have it.

    It is held once a test worker; each test has a copy of its directory.
    """
    kept, folder = _crashed_once

    def crash(records=100):
        if records not in kept:
            kept[records] = shutil.copytree(crash_anew(records), folder / f"after-{records}")
            return out
        return shutil.copytree(kept[records], out)

    def crash_anew(records):
        full = JournalError("full")
        with pytest.raises(JournalError):
            hold(journal=lambda journal: failing_after(journal, "append", records + 1, full))
        journal = out / "journal.jsonl"
        lines = journal.read_bytes().splitlines(keepends=True)
        journal.write_bytes(b"".join(lines[:-1]) + lines[-1][:40])
        manifest = manifest_in(out)
        begun_with = {"scenario.yaml": manifest.files["scenario.yaml"]}
        write_manifest(out, evolve(manifest, status=Status.OPEN, seq=0, files=begun_with))
        return out

    return crash


@pytest.fixture
def resumed(tmp_path):
    """Go on with a run, in virtual time; the new run's directory and its records."""

    def resume(run, name="resumed", **seams):
        edges = Edges(engines=murmuring_engines(), seams=Seams(**seams))
        held = resume_meeting(run, out=tmp_path / name, edges=edges)
        return held, list(read(held.folder / "journal.jsonl"))

    return resume


def test_a_crashed_meeting_is_held_to_its_end(crashed, resumed):
    """A resumed meeting comes to its end, and its journal has all old and new records and verifies."""
    run = crashed()
    before = list(read(run / "journal.jsonl"))
    held, records = resumed(run)
    assert held.exit_code == 0
    assert held.result.reason == "limit-turns"
    assert records[:100] == before
    assert records[100].event == MeetingResumed(read(held.folder / "journal.jsonl").header.continues)
    assert records[100].at >= before[-1].at
    assert verify(held.folder / "journal.jsonl", Brain).records == len(records)
    assert read(run / "journal.jsonl").problems == []
    assert read(run / "journal.jsonl").header.continues is None


def test_the_old_run_is_closed_and_otherwise_unchanged(crashed, resumed):
    """Resuming closes the old journal as `crashed`, and leaves its records and recordings."""
    run = crashed()
    before = list(read(run / "journal.jsonl"))
    sound = (run / "audio" / "mix.wav").read_bytes()
    resumed(run)
    reading = read(run / "journal.jsonl")
    assert list(reading) == before
    assert (reading.problems, reading.end.reason) == ([], "crashed")
    assert (run / "audio" / "mix.wav").read_bytes() == sound


def test_the_turn_in_flight_is_cut_as_heard_and_taken_again(crashed, resumed):
    """The turn of the crash ends as lost, where it was heard, and its speaker is dialled anew."""
    run = crashed(records=60)
    speaker = Brain(read(run / "journal.jsonl").header.plan)
    for record in read(run / "journal.jsonl"):
        speaker.handle(record.event, record.at)
    holder, turn = speaker.holder, speaker.turn
    assert holder is not None
    _, records = resumed(run)
    lost = [c for r in records for c in r.commands if isinstance(c, EndTurn) and c.cause == "lost"]
    assert lost == [EndTurn(holder, turn, "lost")]
    again = next(r.event for r in records[60:] if isinstance(r.event, SessionReady))
    assert again.session == 2


def test_numbers_go_on(crashed, resumed):
    """Sessions and replies of a resumed meeting are numbered on, so none counts as a stale one."""
    _, records = resumed(crashed())
    sessions = {e.participant: e.session for e in (r.event for r in records) if isinstance(e, SessionReady)}
    assert sessions == {"ann": 2, "bob": 2}
    for name in ("ann", "bob"):
        replies = [
            r.event.reply
            for r in records
            if type(r.event).__name__ == "ReplyStarted" and r.event.participant == name
        ]
        assert replies == list(range(1, len(replies) + 1))


def test_the_recordings_are_whole(crashed, resumed):
    """A resumed run's recordings have the old sound in its place, and the new sound after it."""
    run = crashed()
    held, records = resumed(run)
    with (
        wave.open(str(run / "audio" / "mix.wav")) as old,
        wave.open(str(held.folder / "audio" / "mix.wav")) as new,
    ):
        sound = old.readframes(old.getnframes())
        assert new.readframes(old.getnframes()) == sound
        assert any(new.readframes(new.getnframes()))
    assert seconds_of(held.folder / "audio" / "mix.wav") == pytest.approx(records[-1].at, abs=0.1)


def test_a_run_without_recordings_is_resumed_all_the_same(crashed, resumed):
    """A run whose recordings are gone is resumed, with silence in their place."""
    run = crashed()
    shutil.rmtree(run / "audio")
    held, records = resumed(run)
    assert seconds_of(held.folder / "audio" / "mix.wav") == pytest.approx(records[-1].at, abs=0.1)


def test_a_resumed_meeting_may_crash_and_be_resumed(crashed, resumed, failing_after, tmp_path):
    """A resumed meeting that crashes is resumed again, and the last journal has all records."""
    run = crashed()
    full = JournalError("full")
    with pytest.raises(JournalError):
        resumed(run, "second", journal=lambda journal: failing_after(journal, "append", 50, full))
    held, records = resumed(tmp_path / "second", "third")
    assert kinds(records).count("MeetingResumed") == 2
    assert verify(held.folder / "journal.jsonl", Brain).records == len(records)


SLOW_TOOL = """
trialogue: 1
name: slow
run: {seed: 3, clock: virtual, limits: {time: 2m, turns: 6}}
cast:
  ann: {lines: ["What does it cost?", "I see.", "Thank you."]}
  bob:
    tools: [price]
    think:
      provider: scripted
      script: [{call: {tool: price, arguments: {item: edge}}, say: "It is ${result.cents}."}]
tools:
  price:
    description: What something costs.
    schema: {type: object, properties: {item: {type: string}}}
    mock: {result: {cents: eight}, delay: 10s}
"""


def test_an_unfinished_tool_is_unknown_and_not_run_again(tmp_path, resumed, failing_after):
    """A tool that ran at the crash does not run again, and its agent is told that its result is unknown."""
    (tmp_path / "slow.yaml").write_text(SLOW_TOOL)

    class KilledAtTheCall:
        def __init__(self, journal):
            self._journal = journal
            self._before = []

        def append(self, record):
            if any(isinstance(c, RunTool) for r in self._before for c in r.commands):
                raise JournalError("killed")
            self._journal.append(record)
            self._before.append(record)

    edges = Edges(engines=murmuring_engines(), seams=Seams(journal=KilledAtTheCall))
    with pytest.raises(JournalError, match="killed"):
        run_meeting(tmp_path / "slow.yaml", out=tmp_path / "run", edges=edges)
    past = open_resumption(tmp_path / "run")
    (unknown,) = [event for event in past.over if isinstance(event, ToolFinished)]
    assert (unknown.participant, unknown.outcome, unknown.content) == ("bob", "unknown", UNKNOWN)
    held, records = resumed(tmp_path / "run")
    calls = [c.call_id for r in records for c in r.commands if isinstance(c, RunTool)]
    assert calls[0] == unknown.call_id
    assert len(calls) == len(set(calls)) > 1
    assert held.result.ok


def test_an_ended_meeting_is_not_resumed(hold, out):
    """`resume` of a meeting that has ended is refused with that reason."""
    hold()
    with pytest.raises(SetupError, match="the meeting has ended"):
        open_resumption(out)


def test_an_ended_meeting_that_cannot_be_written_is_refused_alone(hold, out, monkeypatch, caplog):
    """The refusal of an ended meeting on a read-only disk is not preceded by a warning about its journal."""
    hold()

    def read_only(_path):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("trialogue.meeting.resumption.repair", read_only)
    with pytest.raises(SetupError, match="the meeting has ended"):
        open_resumption(out)
    assert "stays open" not in caplog.text


def test_a_meeting_of_other_rules_is_not_resumed(crashed, monkeypatch):
    """A run that the present rules would decide in another way is not resumed."""
    run = crashed()
    handle = Brain.handle
    monkeypatch.setattr(Brain, "handle", lambda self, event, now: handle(self, event, now + 1.0))
    with pytest.raises(ReplayDivergence):
        open_resumption(run)


def test_a_journal_of_nothing_is_not_resumed(crashed):
    """Resuming a run that crashed before its first record is refused in words."""
    run = crashed()
    journal = run / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().splitlines(keepends=True)[0])
    with pytest.raises(JournalError, match="has no record"):
        open_resumption(run)


def test_a_run_whose_disk_cannot_be_written_is_resumed_elsewhere(crashed, resumed, monkeypatch, caplog):
    """A run on a full disk is resumed elsewhere, and its own journal is left as it is."""
    run = crashed()
    whole = (run / "journal.jsonl").read_bytes()

    def full(_path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("trialogue.meeting.resumption.repair", full)
    held, _ = resumed(run)
    assert held.result.ok
    assert "the old journal stays open" in caplog.text
    assert (run / "journal.jsonl").read_bytes() == whole


def test_another_cast_is_refused(crashed):
    """A scenario whose cast was changed by hand is refused by `resume`, with permission too."""
    run = crashed()
    text = (run / "scenario.yaml").read_text()
    (run / "scenario.yaml").write_text(text.replace("bob", "eve"))
    with pytest.raises(JournalError, match="a different cast"):
        open_resumption(run, allow_changed_scenario=True)


def test_a_changed_scenario_is_refused_unless_told(crashed, resumed):
    """A changed scenario is refused by `resume`, unless the operator allows it."""
    run = crashed()
    text = (run / "scenario.yaml").read_text()
    (run / "scenario.yaml").write_text(text + "# mine\n")
    with pytest.raises(SetupError, match="was changed since the meeting began"):
        open_resumption(run)
    with pytest.raises(SetupError, match="was changed since the meeting began"):
        open_resumption(run)  # the first attempt has closed the journal: the digest is known all the same
    assert open_resumption(run, allow_changed_scenario=True).seq == 100


@pytest.mark.parametrize("stage", ["adopt", "commit"])
def test_a_resuming_that_is_cut_off_leaves_the_old_run(crashed, resumed, monkeypatch, tmp_path, stage):
    """A killed `resume` leaves a directory that names the old run, which can still be resumed."""
    run = crashed()
    cut = "_commit" if stage == "commit" else "_write"
    whole, calls = getattr(Journal, cut), []

    def killed(self, *arguments):
        calls.append(self)
        if self._resumes and len(calls) > (0 if stage == "commit" else 50):
            raise KeyboardInterrupt
        return whole(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, cut, killed)
        patch.setattr(Journal, "close", lambda *_: None)
        patch.setattr(Journal, "discard", lambda *_: None)
        for tidying in ("_remove", "_empty"):
            patch.setattr(f"trialogue.meeting.folder.{tidying}", lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            resumed(run, "half")
    half = tmp_path / "half"
    assert not (half / "journal.jsonl").exists()
    assert (half / ".journal.jsonl.new").stat().st_size > 1000
    for of_half in (open_resumption, journal_of):
        with pytest.raises(JournalError, match=f"has not begun to continue {run}: resume {run} again"):
            of_half(half)
    held, records = resumed(run, "whole")
    assert held.result.ok
    assert len(records) > 100
    assert manifest_in(held.folder).resumes is None
    assert verify_files(held.folder).is_whole


def test_a_resuming_that_fails_leaves_nothing_behind(crashed, resumed, monkeypatch, tmp_path):
    """A `resume` that fails removes its new directory, and the old run can still be resumed."""
    run = crashed()
    full = JournalError("full")

    def fail(*_):
        raise full

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_commit", fail)
        with pytest.raises(JournalError, match="full"):
            resumed(run, "half")
    assert not (tmp_path / "half").exists()
    assert open_resumption(run).seq == 100


def test_the_scenario_of_a_run_is_its_scenario(crashed, endless):
    """The scenario in a run's directory makes the same plan as the author's file."""
    from trialogue.scenario.resolve import prepare

    run = crashed()
    assert prepare(run / "scenario.yaml").plan == read(run / "journal.jsonl").header.plan
    assert prepare(endless, Overrides(clock=Clock.VIRTUAL)).plan == prepare(run / "scenario.yaml").plan


PLAYED = """
trialogue: 1
name: played
run: {seed: 3, clock: virtual, limits: {time: 1m, turns: 8}}
cast:
  ann: {lines: [One., Two., Three., Four., Five., Six.]}
  guest:
    role: human
    via:
      clips:
        - {when: {at: 2s}, play: sounds/hello.wav, text: "Hello.", mode: wait}
        - {when: {at: 6s}, play: hello.wav, text: "Hello again.", mode: wait}
        - {when: {at: 9s}, play: sounds/hello.wav, text: "Bye.", mode: wait}
"""


def test_a_meeting_with_recordings_is_resumed(tmp_path, resumed, failing_after):
    """A run is resumed with the copies of its clips, without the folder that they came from."""
    source = tmp_path / "source"
    (source / "sounds").mkdir(parents=True)
    (source / "played.yaml").write_text(PLAYED)
    for name, level in (("sounds/hello.wav", 4000), ("hello.wav", 6000)):
        with wave.open(str(source / name), "wb") as file:
            file.setparams((1, 2, 24_000, 0, "NONE", ""))
            file.writeframes(level.to_bytes(2, "little") * 12_000)
    full = JournalError("full")
    seams = Seams(journal=lambda journal: failing_after(journal, "append", 40, full))
    with pytest.raises(JournalError):
        run_meeting(
            source / "played.yaml",
            out=tmp_path / "run",
            edges=Edges(engines=murmuring_engines(), seams=seams),
        )
    shutil.rmtree(source)
    run = tmp_path / "run"
    assert sorted(path.name for path in (run / "clips").iterdir()) == ["hello-1.wav", "hello.wav"]
    assert check(run / "scenario.yaml") == []
    held, records = resumed(run)
    assert verify(held.folder / "journal.jsonl", Brain).records == len(records) > 40
    assert check(held.folder / "scenario.yaml") == []
    assert verify_files(held.folder).is_whole
    (run / "clips" / "hello.wav").write_bytes(b"RIFF")
    with pytest.raises(SetupError, match="was changed since the meeting began"):
        open_resumption(run)


@pytest.mark.parametrize("name", ["result.json", "transcript.md"])
def test_the_last_files_of_an_ended_meeting_are_made(hold, out, name, capsys):
    """`resume` writes the result and transcripts that a kill after the meeting's end has left out."""
    hold()
    whole = {path.name: path.read_bytes() for path in out.glob("transcript.*")}
    (out / name).unlink()
    (out / "transcript.vtt").write_text("WEB")
    journal, manifest = out / "journal.jsonl", manifest_in(out)
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
    begun_with = {"scenario.yaml": manifest.files["scenario.yaml"]}
    write_manifest(out, evolve(manifest, status=Status.OPEN, seq=0, files=begun_with))
    assert main(["resume", str(out)]) == 0
    assert "the meeting had already ended; written from its journal: " in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in out.glob("transcript.*")} == whole
    assert json.loads((out / "result.json").read_text())["reason"] == "limit-turns"
    assert verify_files(out).is_whole
    assert main(["resume", str(out)]) == 2
