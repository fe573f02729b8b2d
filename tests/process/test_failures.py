"""Meetings that cannot go on: a disk that is full, a brain that has a bug, an actor that crashes."""

import json

import pytest
from attrs import evolve

from trialogue.brain.meeting import Brain
from trialogue.errors import JournalError
from trialogue.journal.manifest import Status, manifest_in, read_manifest, write_manifest
from trialogue.journal.reader import ProblemKind, read
from trialogue.journal.verify import verify
from trialogue.model.commands import Report
from trialogue.model.events import ActorCrashed


def result_of(out):
    return json.loads((out / "result.json").read_text())


def test_a_meeting_that_cannot_be_recorded_ends(hold, out, failing_after):
    """A journal that cannot be written ends the meeting with exit code 4, and its records verify."""
    full = JournalError("cannot write the journal: No space left on device")
    with pytest.raises(JournalError, match="No space left") as raised:
        hold(journal=lambda journal: failing_after(journal, "append", 100, full))
    assert raised.value.exit_code == 4
    reading = read(out / "journal.jsonl")
    assert len(list(reading)) == 99
    assert reading.problems == []
    assert reading.end.reason == "journal-failed"
    assert verify(out / "journal.jsonl", Brain).records == 99
    result = result_of(out)
    assert (result["reason"], result["ok"]) == ("journal-failed", False)
    assert "This goes on" in (out / "transcript.md").read_text()


def test_a_bug_of_the_brain_can_be_had_again(hold, out, failing_after):
    """A bug of the brain is repeated by a replay, which fails on the same record."""
    bug = ZeroDivisionError("a bug")
    with pytest.raises(ZeroDivisionError):
        hold(brain=lambda brain: failing_after(brain, "handle", 100, bug))
    reading = read(out / "journal.jsonl")
    records = list(reading)
    assert len(records) == 100
    assert records[-1].commands == ()
    assert reading.end.reason == "brain-failed"
    assert result_of(out)["reason"] == "brain-failed"
    with pytest.raises(ZeroDivisionError) as again:
        verify(out / "journal.jsonl", lambda plan: failing_after(Brain(plan), "handle", 100, bug))
    assert "while record 100 was replayed" in again.value.__notes__


@pytest.mark.parametrize("method", ["frame", "stretch"])
def test_a_crash_that_ends_the_meeting_is_recorded_and_raised_as_itself(hold, out, failing_after, method):
    """A crash of the router ends the meeting, is raised as it is, and is named in the result."""
    with pytest.raises(ZeroDivisionError):
        hold(sink=lambda sink: failing_after(sink, method, 20, ZeroDivisionError()))
    assert verify(out / "journal.jsonl", Brain).records > 10
    result = result_of(out)
    assert (result["reason"], result["ok"]) == ("actor-failed", False)
    assert ("actor-crashed", "router: ZeroDivisionError") in [
        (each["code"], each["text"]) for each in result["failures"]
    ]


def test_a_disk_that_is_really_full(command, endless, out):
    """A full disk ends the recordings with one report, then the meeting with exit code 4."""
    arguments = ("run", endless, "--clock", "virtual", "--limit-turns", "80", "--out", out)
    with command(*arguments, LARGEST_FILE=str(66 * 1024)) as process:
        _, told = process.communicate(timeout=20)
    assert process.returncode == 4
    assert "File too large" in told
    assert "Traceback" not in told
    reading = read(out / "journal.jsonl")
    records = list(reading)
    assert len(records) > 100
    assert {problem.kind for problem in reading.problems} <= {
        ProblemKind.TORN_TAIL,
        ProblemKind.TORN_WRITE,
        ProblemKind.NOT_CLOSED,
    }
    reports = [c.code for record in records for c in record.commands if isinstance(c, Report)]
    assert reports.count("recording-failed") == 1
    assert verify(out / "journal.jsonl", Brain).records == len(records)


def test_a_crash_while_the_manifest_is_written_loses_nothing(hold, out):
    """A manifest that was left half-written or open costs no record, and the journal reads as not closed."""
    hold()
    whole = list(read(out / "journal.jsonl"))
    manifest = out / "manifest.json"
    closed = manifest_in(out)
    assert closed.status is Status.CLOSED
    half = manifest.read_bytes()[:20]
    write_manifest(out, evolve(closed, status=Status.OPEN, seq=0, hash=""))
    (out / ".manifest.json.new").write_bytes(half)
    lines = (out / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (out / "journal.jsonl").write_bytes(b"".join(lines[:-1]))
    reading = read(out / "journal.jsonl")
    assert list(reading) == whole
    assert [problem.kind for problem in reading.problems] == [ProblemKind.NOT_CLOSED]
    assert read_manifest(out / "journal.jsonl").status is Status.OPEN


def test_a_crash_is_recorded_as_what_it_is(hold, out):
    """A crash of an agent is recorded under its own error's name, not as a group of errors."""

    def broken(name, connect):
        def dial():
            raise ZeroDivisionError(name)

        return dial if name == "ann" else connect

    with pytest.raises(ZeroDivisionError):
        hold(connect=broken)
    crashed = {r.event for r in read(out / "journal.jsonl") if isinstance(r.event, ActorCrashed)}
    assert crashed == {
        ActorCrashed("agent:ann", "ZeroDivisionError"),
        ActorCrashed("agents", "IntensityExceeded"),
    }
