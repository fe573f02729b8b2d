"""A whole meeting: decided, spoken, heard, recorded and verified, in virtual time."""

import json
import stat
import wave

import numpy as np
import pytest
import trio

from trialogue.brain.meeting import Brain
from trialogue.errors import ScenarioError, SetupError
from trialogue.journal.reader import read
from trialogue.journal.verify import verify
from trialogue.meeting.edges import Edges
from trialogue.meeting.meeting import open_meeting
from trialogue.meeting.virtual import run_virtual
from trialogue.model.commands import EndTurn
from trialogue.model.events import PlaybackFinished, PlaybackStarted, SessionReady, WordsHeard
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.resolve import prepare
from trialogue.scenario.schema import Clock
from trialogue.testing import murmuring_engines


def said(result):
    lines = (result.folder / "transcript.md").read_text().split("\n\n")
    return [line for line in lines if line.startswith("**")]


def test_the_chair_answers_to_what_it_heard(scenario, hold):
    """Words go from mouth to ear as sound, and the meeting ends by what was said."""
    result = hold(scenario)
    assert result.result.reason == "said"
    assert result.exit_code == 0
    heard = [event.text for event in result.all(WordsHeard)]
    assert heard == ["The cache is at the edge. It is fast.", "The price is eight cents."]
    assert [line.split("** ")[0] for line in said(result)] == [
        "**Chair",
        "**Ann",
        "**Chair",
        "**Bob",
        "**Chair",
    ]


def test_a_turn_is_over_with_the_answer_after_a_filler(scenario, hold):
    """A turn ends with the answer after a filler, where the service joins both to one reply."""
    text = scenario.read_text().replace(
        "delay: 500ms}", "delay: 500ms}\n    filler: {after: 200ms, say: One moment.}"
    )
    scenario.write_text(text)
    result = hold(scenario)
    told = [line for line in said(result) if line.startswith("**Bob")]
    assert told == ["**Bob** (0:07) One moment. The price is eight cents."]
    records = [
        r for r in read(result.folder / "journal.jsonl") if getattr(r.event, "participant", "") == "bob"
    ]
    ends = [(r.event, r.commands) for r in records if isinstance(r.event, PlaybackFinished)]
    assert any(isinstance(each, EndTurn) and each.cause == "finished" for each in ends[-1][1])


def test_a_turn_is_over_when_nothing_comes_after_a_filler(scenario, hold):
    """A turn ends with its filler when the agent says nothing to the tool's result."""
    text = scenario.read_text().replace(
        "delay: 500ms}", "delay: 500ms}\n    filler: {after: 200ms, say: One moment.}"
    )
    scenario.write_text(text.replace('          say: "The price is ${result.cents} cents."\n', ""))
    result = hold(scenario)
    ends = [
        each.at
        for each in read(result.folder / "journal.jsonl")
        for end in each.commands
        if isinstance(end, EndTurn) and end.participant == "bob"
    ]
    heard = [each.position_s for each in result.all(PlaybackFinished) if each.participant == "bob"]
    assert [line for line in said(result) if line.startswith("**Bob")] == ["**Bob** (0:07) One moment."]
    assert ends[0] == pytest.approx(heard[0], abs=0.5)


def test_two_runs_are_equal_byte_for_byte(scenario, hold):
    """Virtual time is deterministic under its seed: journals, transcripts and recordings are the same."""
    first, second = hold(scenario), hold(scenario)
    for name in ("journal.jsonl", "transcript.vtt", "transcript.md", "audio/mix.wav"):
        assert (first.folder / name).read_bytes() == (second.folder / name).read_bytes(), name


def test_another_seed_is_another_meeting(scenario, hold):
    """A meeting with another seed has other think times."""
    other = hold(scenario, overrides=Overrides(clock=Clock.VIRTUAL, seed=4))
    journal = other.folder / "journal.jsonl"
    assert journal.read_bytes() != (hold(scenario).folder / "journal.jsonl").read_bytes()


def test_a_replay_decides_the_same(scenario, hold):
    """A replay of a meeting's events decides the same."""
    result = hold(scenario)
    assert verify(result.folder / "journal.jsonl", Brain).records == len(result.records)


def test_the_files_of_a_run(scenario, hold):
    """A run has every file that its result names, readable only by its owner."""
    result = hold(scenario)
    told = json.loads((result.folder / "result.json").read_text())
    assert set(told["files"]) == {
        "journal.jsonl",
        "manifest.json",
        "scenario.yaml",
        "audio/ann.wav",
        "audio/bob.wav",
        "audio/chair.wav",
        "audio/mix.wav",
        "transcript.vtt",
        "transcript.srt",
        "transcript.md",
        "transcript.rttm",
        "result.json",
    }
    there = (path for path in result.folder.rglob("*") if path.is_file())
    assert {path.relative_to(result.folder).as_posix() for path in there} == set(told["files"])
    for name in told["files"]:
        assert stat.S_IMODE((result.folder / name).stat().st_mode) == 0o600, name
    assert told["reason"] == "said"
    assert told["speed"] > 1


def test_recordings_line_up_with_the_journal(scenario, hold):
    """A recording has sound where the journal says that its participant is heard, and nowhere else."""
    result = hold(scenario)
    events = [r.event for r in result.records]
    for name in ("chair", "ann", "bob"):
        starts = [e.position_s for e in events if isinstance(e, PlaybackStarted) and e.participant == name]
        ends = [e.position_s for e in events if isinstance(e, PlaybackFinished) and e.participant == name]
        with wave.open(str(result.folder / "audio" / f"{name}.wav")) as wav:
            sound = np.frombuffer(wav.readframes(wav.getnframes()), np.int16) != 0
        inside = np.zeros(len(sound), bool)
        for start, end in zip(starts, ends, strict=True):
            inside[round(start * 24000) : round(end * 24000)] = True
            assert sound[round(start * 24000) : round((start + 0.02) * 24000)].any()
        assert not (sound & ~inside).any()


def test_nobody_overlaps(scenario, hold):
    """No two agents sound at the same sample."""
    result = hold(scenario)
    together = 0
    for name in ("chair", "ann", "bob"):
        with wave.open(str(result.folder / "audio" / f"{name}.wav")) as wav:
            together = together + (np.frombuffer(wav.readframes(wav.getnframes()), np.int16) != 0)
    assert together.max() == 1


def test_requests_of_an_app_take_effect(scenario, hold):
    """An app's words are said in the next turn, and its stop ends the meeting with its reason."""
    turns = []

    async def watch(meeting):
        asked = False
        async for record in meeting.records():
            turns.extend(c.participant for c in record.commands if isinstance(c, EndTurn))
            if isinstance(record.event, PlaybackStarted) and not asked:
                asked = True
                meeting.say("bob", "One word from me.")
                assert meeting.levels().keys() == {"chair"}
            if turns[-1:] == ["bob"]:
                meeting.stop("enough")

    result = hold(scenario, watch=watch)
    assert turns[:2] == ["chair", "bob"]
    assert result.result.reason == "enough"
    assert "One word from me." in said(result)[-1]


def test_records_come_from_the_start(scenario, hold):
    """A watcher gets exactly the records of the journal, from the first on."""
    seen = []

    async def watch(meeting):
        seen.extend([record async for record in meeting.records()])

    result = hold(scenario, watch=watch)
    assert tuple(seen) == result.records


def test_unknown_participants_are_refused_at_once(scenario, hold):
    """An unknown participant is an error at the app's call, and the meeting goes on."""

    async def watch(meeting):
        await trio.lowlevel.checkpoint()
        for ask in (meeting.say, meeting.grant, meeting.inject):
            with pytest.raises(KeyError, match="nobody"):
                ask("nobody", "x")
        meeting.stop("enough")

    hold(scenario, watch=watch)


def test_leaving_the_block_ends_the_meeting(scenario, tmp_path):
    """A meeting whose block is left has a complete run, with the reason `left`."""

    resolved = prepare(scenario, Overrides(clock=Clock.VIRTUAL))

    async def visit():
        edges = Edges(engines=murmuring_engines())
        async with open_meeting(resolved, out=tmp_path / "left", edges=edges) as meeting:
            async for record in meeting.records():
                if isinstance(record.event, SessionReady):
                    break

    run_virtual(visit)
    journal = read(tmp_path / "left" / "journal.jsonl")
    assert list(journal)[-1].event is not None
    assert journal.end.reason == "left"
    assert json.loads((tmp_path / "left" / "result.json").read_text())["reason"] == "left"


def test_a_directory_in_use_is_refused(scenario, hold, tmp_path):
    """A run's directory with files in it is refused, so that nothing is overwritten."""
    first = hold(scenario)
    with pytest.raises(SetupError, match="is not empty"):
        hold(scenario, out=first.folder)


def test_a_wrong_scenario_is_refused_before_anything_is_made(tmp_path, hold):
    """A wrong scenario is an error with its line, and no directory is made."""
    path = tmp_path / "wrong.yaml"
    path.write_text("trialogue: 1\nname: x\ncast: {a: {promt: hi}}\n")
    with pytest.raises(ScenarioError, match=r"wrong\.yaml:3"):
        hold(path)
    assert not (tmp_path / "run-1").exists()


async def test_a_virtual_scenario_needs_a_virtual_clock(scenario):
    """A virtual meeting under a real clock is refused, with what to do."""
    with pytest.raises(SetupError, match="use run_meeting"):
        async with open_meeting(scenario, overrides=Overrides(clock=Clock.VIRTUAL)):
            pass


def test_deepgram_without_a_key(tmp_path, monkeypatch):
    """A missing key is an error before anything is dialled."""
    from trialogue.meeting.run import run_meeting

    monkeypatch.delenv("DEEPGRAM_API_KEY", raising=False)
    path = tmp_path / "live.yaml"
    path.write_text("trialogue: 1\nname: live\ncast: {a: {prompt: Hi.}, b: {prompt: Ho.}}\n")
    with pytest.raises(SetupError, match="set DEEPGRAM_API_KEY"):
        run_meeting(path, overrides=Overrides(via="deepgram"), out=tmp_path / "live")


def test_a_meeting_that_is_cancelled_says_so(scenario, tmp_path):
    """A cancelled meeting ends in order, with all of its files."""
    resolved = prepare(scenario, Overrides(clock=Clock.VIRTUAL))

    async def visit():
        edges = Edges(engines=murmuring_engines())
        with trio.move_on_after(3):
            async with open_meeting(resolved, out=tmp_path / "cut", edges=edges):
                await trio.sleep_forever()

    run_virtual(visit)
    assert json.loads((tmp_path / "cut" / "result.json").read_text())["reason"] == "left"
    assert verify(tmp_path / "cut" / "journal.jsonl", Brain).records > 3


def test_errors_leave_the_block_as_themselves(scenario, tmp_path):
    """An error within the block of a meeting is raised as it is, and not in a group."""
    resolved = prepare(scenario, Overrides(clock=Clock.VIRTUAL))

    async def visit():
        async with open_meeting(resolved, out=tmp_path / "x", edges=Edges(engines=murmuring_engines())):
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        run_virtual(visit)


def test_texts_are_texts(scenario, hold):
    """A request with something else than a text is an error, and a lone surrogate is replaced."""

    async def watch(meeting):
        await trio.lowlevel.checkpoint()
        with pytest.raises(TypeError, match="must be a text, not an int"):
            meeting.say("ann", 5)
        meeting.inject("ann", "a \ud800 b")

    assert hold(scenario, watch=watch).result.reason == "said"


def test_an_agent_that_observes_is_never_heard(scenario, hold, tmp_path):
    """An observer hears all by ear, answers at its service, and the meeting goes on without it."""
    path = tmp_path / "observed.yaml"
    observer = "  eve: {role: observer, hears: audio, lines: [I should not be heard.]}\n"
    path.write_text(scenario.read_text().replace("tools:\n  price:", f"{observer}tools:\n  price:"))
    result = hold(path)
    assert result.result.reason == "said"
    assert not any(line.startswith("**Eve") for line in said(result))
    assert not (result.folder / "audio" / "eve.wav").exists()
