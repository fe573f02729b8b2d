"""Meetings that go on in a new process behind somebody's coming or leaving: the journal says who is there."""

import json
import random

import numpy as np
import pytest
import trio
from attrs import evolve

from trialogue import Clock, Edges, Overrides, Scenario, resume_meeting, run_meeting
from trialogue.errors import JournalError
from trialogue.events import GrantFloor, Joined, SentenceSaid, SessionReady, SpeechStarted
from trialogue.journal.manifest import Status, manifest_in, write_manifest
from trialogue.journal.reader import read
from trialogue.journal.verify import verify
from trialogue.meeting.edges import Seams
from trialogue.meeting.policy_loading import brain_for
from trialogue.meeting.resumption import open_resumption
from trialogue.testing import murmuring_engines

ENGINES = murmuring_engines()


def lines(seed):
    """Words that nobody has said before: who says the same again is stopped."""
    draw = random.Random(seed)
    words = ["".join(draw.choices("abdegiklmnoprstu", k=6)) for _ in range(120)]
    return [f"This goes on {' '.join(words[at : at + 3])}." for at in range(0, 120, 3)]


CAST = {"ann": {"lines": lines("ann")}, "bob": {"lines": lines("bob")}}
KIM = {"lines": lines("kim"), "title": "Kim Q."}
PIA = {"via": {"clips": [{"when": {"at": "25s"}, "play": "hello.wav"}]}}


async def comes_and_goes(meeting):
    """Kim comes, and Pia with a recording; Bob leaves."""
    await trio.sleep(2)
    await meeting.join("kim", KIM)
    await meeting.join("pia", PIA)
    await trio.sleep(6)
    await meeting.leave("bob")


@pytest.fixture
def crashed(tmp_path, failing_after):
    """The directory of such a meeting whose process ended after so many records."""
    import soundfile

    loud = np.sign(np.sin(np.arange(24_000) * 2 * np.pi * 200 / 24_000)) * 0.3
    soundfile.write(tmp_path / "hello.wav", loud, 24_000)
    scenario = Scenario.build("coming", CAST, run={"limits": {"time": "40s"}}, floor={"human": "1s"})

    def crash(records, visit=comes_and_goes):
        out = tmp_path / "run"
        seams = Seams(journal=lambda kept: failing_after(kept, "append", records + 1, JournalError("full")))
        with pytest.raises(JournalError):
            run_meeting(
                evolve(scenario, source=str(tmp_path / "coming.yaml")),
                overrides=Overrides(clock=Clock.VIRTUAL),
                out=out,
                edges=Edges(engines=ENGINES, seams=seams),
                watch=visit,
            )
        (tmp_path / "hello.wav").unlink()
        manifest = manifest_in(out)
        begun_with = {"scenario.yaml": manifest.files["scenario.yaml"]}
        write_manifest(out, evolve(manifest, status=Status.OPEN, seq=0, files=begun_with))
        return out

    return crash


def resumed(run, out, **seams):
    held = resume_meeting(run, out=out, edges=Edges(engines=ENGINES, seams=Seams(**seams)))
    reading = read(held.folder / "journal.jsonl")
    verify(reading, brain_for)
    return held, list(reading)


def said_by(records, name):
    events = [record.event for record in records]
    return [each.text for each in events if isinstance(each, SentenceSaid) and each.participant == name]


def test_a_participant_who_came_before_the_crash_is_there_again(crashed, tmp_path):
    """A participant who joined before the crash is there after it, and one who left is not."""
    run = crashed(100)
    before = list(read(run / "journal.jsonl"))
    assert said_by(before, "kim")
    held, records = resumed(run, tmp_path / "again")
    assert records[: len(before)] == before
    after = records[len(before) :]
    ready = {each.event.participant for each in after if isinstance(each.event, SessionReady)}
    assert ready == {"ann", "kim"}
    assert set(said_by(records, "kim")) <= set(KIM["lines"])
    assert said_by(after, "kim")
    granted = {c.to for record in after for c in record.commands if isinstance(c, GrantFloor)}
    assert {"ann", "kim"} <= granted <= {"ann", "kim", "pia"}
    assert held.result.participants == ("ann", "bob", "kim", "pia")
    lengths = {path.stat().st_size for path in (held.folder / "audio").glob("*.wav")}
    assert len(lengths) == 1


def test_the_recordings_that_it_brought_are_in_the_new_run(crashed, tmp_path):
    """A joined person's recordings are in the resumed run, and are played there at their time."""
    held, records = resumed(crashed(100), tmp_path / "again")
    assert [each.event.participant for each in records if isinstance(each.event, SpeechStarted)] == ["pia"]
    seats = {each.event.seat.name: each.event for each in records if isinstance(each.event, Joined)}
    (clip,) = json.loads(seats["pia"].entry)["via"]["clips"]
    assert (held.folder / clip["play"]).is_file()


def test_it_may_crash_again(crashed, tmp_path, failing_after):
    """A participant who joined is there after a second crash, too."""
    run, second = crashed(90), tmp_path / "second"
    with pytest.raises(JournalError):
        resumed(run, second, journal=lambda kept: failing_after(kept, "append", 40, JournalError("full")))
    assert "kim" not in (second / "scenario.yaml").read_text()
    _, records = resumed(second, tmp_path / "third")
    ready = [each.event for each in records if isinstance(each.event, SessionReady)]
    assert [each.session for each in ready if each.participant == "kim"] == [1, 2, 3]


def test_a_participant_who_left_before_the_crash_may_come_back_behind_it(crashed, tmp_path):
    """A participant who left may join again after the crash, and goes on with its lines."""
    run = crashed(100)
    before = said_by(read(run / "journal.jsonl"), "bob")

    async def back(meeting):
        await trio.sleep(1)
        await meeting.join("bob")

    held = resume_meeting(run, out=tmp_path / "again", edges=Edges(engines=ENGINES), watch=back)
    records = list(read(held.folder / "journal.jsonl"))
    verify(held.folder / "journal.jsonl", brain_for)
    ready = [each.event for each in records if isinstance(each.event, SessionReady)]
    assert [each.session for each in ready if each.participant == "bob"] == [1, 2]
    said = said_by(records, "bob")
    assert said[: len(before)] == before
    assert len(set(said)) >= len(before) + 2


def test_changes_of_a_seat_that_was_taken_anew_are_forgotten(crashed):
    """Prompts that were added to a seat's earlier participant do not reach the new one."""

    async def visit(meeting):
        await trio.sleep(1)
        meeting.update("bob", prompt="Be brief.")
        meeting.update("ann", prompt="Be kind.")
        await trio.sleep(1)
        await meeting.leave("bob")
        await meeting.leave("ann")
        await meeting.join("bob", KIM)
        await meeting.join("ann")

    past = open_resumption(crashed(150, visit))
    assert past.pasts["bob"].changes == ()
    assert [each.content for each in past.pasts["ann"].changes] == ["Be kind."]
    assert past.begun.agents != past.resolved.agents
