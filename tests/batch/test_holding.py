"""Each meeting of a batch is held at most once, whatever happens to those who hold it."""

import errno
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import orjson
import pytest
from attrs import evolve
from batch_values import MURMURING, SMALL, jobs

from trialogue.batch import local_workers, worker
from trialogue.batch.holding import Loaded, hold_job, resumed
from trialogue.batch.jobs import encoded
from trialogue.batch.local_workers import Hand, HandPool
from trialogue.batch.worker import ORPHANED, UNABLE
from trialogue.journal.files import JOURNAL
from trialogue.journal.reader import read

LONG = SMALL.replace("clock: virtual", "clock: real").replace(
    '"It works. It is fast."', '"' + "It works and works. " * 60 + '"'
)


def test_a_meeting_is_held_once_and_then_read(tmp_path):
    """The second time says what the first said, and writes nothing."""
    (job,) = jobs(tmp_path)
    first = hold_job(job, Loaded())
    assert (first.state, first.exit_code, first.passed, first.checked) == ("held", 0, True, 1)
    written = {path: path.stat().st_mtime_ns for path in Path(job.folder).rglob("*")}
    second = hold_job(job, Loaded())
    assert second == evolve(first, state="kept", machine_s=0.0)
    assert {path: path.stat().st_mtime_ns for path in Path(job.folder).rglob("*")} == written


def test_an_unmet_expectation_keeps_its_line_and_its_exit_code(tmp_path):
    """An unmet expectation has the same line and exit code when its result is read again."""
    slow = SMALL.replace("match: fast}}]", "match: slow}}, {stop-latency: {max: 1s}}]")
    (job,) = jobs(tmp_path, text=slow)
    for state in ("held", "kept"):
        found = hold_job(job, Loaded())
        assert (found.state, found.exit_code, found.passed) == (state, 1, False)
        assert [(each.place, each.line, each.kind) for each in found.unmet] == [
            ("expect.at_end[0]", 11, "behaviour")
        ]
        assert [(each.place, each.line, each.kind) for each in found.empty] == [
            ("expect.at_end[1]", 11, "measured-nothing")
        ]


@pytest.mark.parametrize(
    ("short", "failure", "code", "text"),
    [
        ("unspoken", ("reply-failed", "No answer.", "ann"), 3, "no agent was heard; ann: No answer."),
        ("unrecorded", ("recording-failed", "No space.", None), 4, "its recording is not whole; No space."),
    ],
)
def test_what_a_meeting_lacks_is_in_the_line_about_it(tmp_path, short, failure, code, text):
    """A meeting in which nobody was heard, or whose recording is not whole, fails, and its line says why.

    It said only `said`; and when a batch was continued, a lost recording had the exit code of a refusal.
    """
    (job,) = jobs(tmp_path)
    hold_job(job, Loaded())
    path = Path(job.folder) / "result.json"
    failures = [{"at": 1.0, "code": "other", "text": "No.", "participant": "ann"}]
    failures.append(dict(zip(("code", "text", "participant"), failure, strict=True), at=2.0))
    path.write_bytes(
        orjson.dumps(
            orjson.loads(path.read_bytes()) | {"ok": False, "shortfall": short, "failures": failures}
        )
    )
    found = hold_job(job, Loaded())
    assert (found.exit_code, found.text) == (code, f"said, {text}")


def test_a_path_reaches_the_worker_byte_for_byte(tmp_path):
    """It need not be UTF-8; the missing file's name comes back with the outcome."""
    (job,) = jobs(tmp_path)
    odd = evolve(job, file=os.fsdecode(b"/nowhere/\xff.yaml"))
    (found,) = HandPool([odd], 1).outcomes()
    assert (found.state, found.file, found.exit_code) == ("failed", odd.file, 2)
    assert "no such file" in found.text.lower()


def test_a_worker_that_cannot_start_fails_its_meeting_alone(tmp_path, monkeypatch):
    """No process or descriptor is left: the meeting can be held by the next batch."""

    def lacking(*_, **__):
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr("trialogue.batch.local_workers.subprocess.Popen", lacking)
    (found,) = HandPool(jobs(tmp_path), 1).outcomes()
    assert (found.state, found.exit_code) == ("failed", 2)
    assert found.text == "no process could be started for it: Resource temporarily unavailable"


def test_a_file_beside_the_scenario_runs_in_no_worker(tmp_path, monkeypatch):
    """A file in the working directory with a module's name is data: a batch ran it, even with --no-code."""
    monkeypatch.setattr(local_workers, "subprocess", subprocess)  # an interpreter that begins, not a fork
    (job,) = jobs(tmp_path)
    ran = tmp_path / "ran"
    for name in ("orjson", "http", "queue"):
        (tmp_path / f"{name}.py").write_text(f"open({str(ran)!r}, 'w').close()\n")
    monkeypatch.chdir(tmp_path)
    hand = Hand()
    try:
        found = hand.hold(job)
    finally:
        hand.close()
    assert not ran.exists()
    assert (found.state, found.exit_code) == ("held", 0)


def test_a_directory_without_a_result_is_named_and_left_alone(tmp_path):
    """Somebody holds it, or held it until its process died."""
    (job,) = jobs(tmp_path)
    Path(job.folder).mkdir(parents=True)
    (Path(job.folder) / "scenario.yaml").touch()
    found = hold_job(job, Loaded())
    assert (found.state, found.exit_code) == ("interrupted", 4)
    assert [path.name for path in Path(job.folder).iterdir()] == ["scenario.yaml"]


def test_a_meeting_that_cannot_begin_leaves_no_directory(tmp_path):
    """A meeting that cannot begin leaves no directory, so it is held once its fault is mended."""
    (job,) = jobs(tmp_path)
    Path(job.file).write_text(SMALL.replace("cast:", "cats:"))
    failed = hold_job(job, Loaded())
    assert (failed.state, failed.exit_code) == ("failed", 2)
    assert 'did you mean "cast"' in failed.text
    Path(job.file).write_text(SMALL)
    assert hold_job(job, Loaded()).state == "held"


@pytest.mark.parametrize("content", ["nonsense", "[]", '{"kind": "verdict"}'])
def test_a_result_that_is_none_is_said_to_be_none(tmp_path, content):
    """A run whose `result.json` is no result is not counted as passed."""
    (job,) = jobs(tmp_path)
    hold_job(job, Loaded())
    (Path(job.folder) / "result.json").write_text(content)
    assert (hold_job(job, Loaded()).state, hold_job(job, Loaded()).exit_code) == ("failed", 4)


def test_of_two_processes_that_start_together_one_holds(tmp_path):
    """Two batches that share a disk do not hold one meeting twice."""
    (job,) = jobs(tmp_path)
    found = []
    hands = [Hand(), Hand()]
    threads = [threading.Thread(target=lambda hand=hand: found.append(hand.hold(job))) for hand in hands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    for hand in hands:
        hand.close()
    states = sorted(each.state for each in found)
    assert states in (["held", "interrupted"], ["held", "kept"])
    assert len(list(Path(job.folder).glob(JOURNAL))) == 1


def test_a_process_that_is_killed_costs_its_meeting_alone(tmp_path):
    """It is named, can be gone on with, and the others are held by a new process.

    The system kills a process where memory is short: that is no bug of ours (exit code 70).
    """
    (long,) = jobs(tmp_path / "long", text=LONG)
    (short,) = jobs(tmp_path / "short")
    hand, found = Hand(), []
    holding = threading.Thread(target=lambda: found.append(hand.hold(long)))
    holding.start()
    until(lambda: _begun(long))
    hand.kill()
    holding.join(timeout=60)
    assert [(each.state, each.exit_code) for each in found] == [("interrupted", 4)]
    assert found[0].text.startswith("its process was killed during the meeting")
    assert hand.hold(short).state == "held"
    again = hold_job(long, Loaded())
    assert (again.state, again.exit_code) == ("interrupted", 4)
    hand.close()


def test_a_worker_ends_with_its_parent_in_the_middle_of_a_meeting(tmp_path):
    """A batch that is killed leaves no process behind; the meeting is one that was cut off."""
    (job,) = jobs(tmp_path, text=LONG)
    holder = (
        "import sys, orjson; from trialogue.batch.local_workers import Hand; "
        "from trialogue.batch.jobs import decoded; "
        "hand = Hand(); hand._begun(); print(hand._process.pid, flush=True); "
        "hand.hold(decoded(orjson.loads(sys.argv[1])))"
    )
    told = orjson.dumps(encoded(job)).decode()
    with subprocess.Popen([sys.executable, "-c", holder, told], stdout=subprocess.PIPE, text=True) as batch:
        worker = int(batch.stdout.readline())
        until(lambda: _begun(job))
        batch.kill()
    until(lambda: not _runs(worker))
    assert read(Path(job.folder) / JOURNAL).problems == []
    assert hold_job(job, Loaded()).state == "interrupted"


def test_a_worker_whose_outcome_nobody_takes_ends_in_silence(tmp_path):
    """Whoever waited for it is gone, though somebody else still holds its input."""
    (job,) = jobs(tmp_path)
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-m", "trialogue.batch.worker"], stdin=pipe, stdout=pipe, stderr=pipe
    ) as worker:
        worker.stdout.close()
        worker.stdin.write(orjson.dumps(encoded(job)) + b"\n")
        worker.stdin.flush()
        assert worker.wait(60) == ORPHANED
        assert b"Traceback" not in worker.stderr.read()
    assert hold_job(job, Loaded()).state == "kept"


def until(is_so):
    """Look again until it is so; not for ever."""
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _begun(job):
    journal = Path(job.folder) / JOURNAL
    return journal.exists() and len(journal.read_bytes().splitlines()) > 5


def test_an_interrupted_meeting_is_resumed_only_on_request(tmp_path):
    """It is resumed once, in another directory; later its result is read from there."""
    (job,) = jobs(tmp_path, resume=True)
    hold_job(job, Loaded())
    folder = Path(job.folder)
    cut_off(folder)
    assert hold_job(evolve(job, resume=False), Loaded()).state == "interrupted"
    resumed = hold_job(job, Loaded())
    assert (resumed.state, resumed.folder) == ("held", f"{folder}-resumed")
    header = json.loads((Path(resumed.folder) / JOURNAL).read_text().splitlines()[0])
    assert header["continues"] is not None
    assert (hold_job(job, Loaded()).state, hold_job(job, Loaded()).folder) == ("kept", resumed.folder)


def test_a_meeting_interrupted_before_its_first_record_is_held_from_its_start(tmp_path):
    """There is nothing to continue: every later batch would fail until the directory was removed."""
    (job,) = jobs(tmp_path, resume=True)
    hold_job(job, Loaded())
    journal = Path(job.folder) / JOURNAL
    cut_off(journal.parent)
    journal.write_bytes(journal.read_bytes().splitlines(keepends=True)[0])
    again = hold_job(job, Loaded())
    assert (again.state, again.exit_code, again.folder) == ("held", 0, f"{job.folder}-resumed")


def cut_off(folder):
    """Leave of a run what a killed process leaves: half of its journal."""
    lines = (folder / JOURNAL).read_bytes().splitlines(keepends=True)
    (folder / JOURNAL).write_bytes(b"".join(lines[: len(lines) // 2]))
    for name in ("manifest.json", "result.json"):
        (folder / name).unlink()


def test_an_interrupted_resumption_is_resumed(tmp_path):
    """Each time from the end of the last one, in a new directory; a run without a journal is skipped."""
    (job,) = jobs(tmp_path, resume=True)
    hold_job(job, Loaded())
    cut_off(Path(job.folder))
    cut_off(Path(hold_job(job, Loaded()).folder))
    assert hold_job(evolve(job, resume=False), Loaded()).folder == f"{job.folder}-resumed"
    Path(f"{job.folder}-resumed-2").mkdir()
    third = hold_job(job, Loaded())
    assert (third.state, third.folder) == ("held", f"{job.folder}-resumed-3")
    first, second, last = (
        [json.loads(line)["hash"] for line in (Path(each) / JOURNAL).read_text().splitlines()[1:]]
        for each in (job.folder, f"{job.folder}-resumed", third.folder)
    )
    assert len(first) < len(second) < len(last)
    assert (hold_job(job, Loaded()).state, hold_job(job, Loaded()).folder) == ("kept", third.folder)


def test_a_meeting_whose_journal_could_not_be_written_is_gone_on_with(tmp_path):
    """It is no meeting that has ended, though it has a result."""
    (job,) = jobs(tmp_path, resume=True)
    hold_job(job, Loaded())
    folder = Path(job.folder)
    result = json.loads((folder / "result.json").read_text())
    cut_off(folder)
    (folder / "result.json").write_text(json.dumps({**result, "ok": False, "reason": "journal-failed"}))
    told = hold_job(evolve(job, resume=False), Loaded())
    assert (told.state, told.exit_code) == ("interrupted", 4)
    assert told.text == "its journal could not be written to the end; --resume continues it"
    assert (hold_job(job, Loaded()).state, hold_job(job, Loaded()).state) == ("held", "kept")


@pytest.mark.parametrize("left", [[], ["-resumed"]], ids=["its run", "an empty attempt"])
def test_a_meeting_interrupted_behind_its_end_gets_its_result(tmp_path, left):
    """A kill or a full disk as its files were written: it cannot be continued, and every batch would fail."""
    (job,) = jobs(tmp_path, resume=True)
    whole = hold_job(job, Loaded())
    for name in ("manifest.json", "result.json"):
        (Path(job.folder) / name).unlink()
    for each in left:
        Path(job.folder + each).mkdir()
    assert hold_job(evolve(job, resume=False), Loaded()).state == "interrupted"
    again = hold_job(job, Loaded())
    assert (again.exit_code, again.text, again.folder) == (whole.exit_code, whole.text, job.folder)
    assert [each for each in (1, 2, 3) if resumed(Path(job.folder), each).exists()] == [1][: len(left)]


def test_a_meeting_whose_disk_failed_behind_its_end_gets_its_result(tmp_path, monkeypatch):
    """The batch told to continue it, which was refused for ever: the meeting had come to its own end."""
    (job,) = jobs(tmp_path, resume=True)
    whole = hold_job(evolve(job, folder=f"{job.folder}-before"), Loaded())
    lines = len((Path(whole.folder) / JOURNAL).read_text().splitlines())
    sync, failed = os.fsync, []

    def fail_once(descriptor):
        """A disk that is full when the last decision is written, until the journal's reserve is free."""
        journal = Path(job.folder) / JOURNAL
        if not failed and journal.exists() and len(journal.read_text().splitlines()) == lines - 1:
            failed.append(descriptor)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr("trialogue.journal.writer._SYNC", fail_once)
        assert hold_job(job, Loaded()).exit_code == 4
    told = hold_job(evolve(job, resume=False), Loaded())
    assert told.text == "its journal could not be written to the end; --resume continues it"
    again = hold_job(job, Loaded())
    assert (again.exit_code, again.text, again.folder) == (whole.exit_code, whole.text, job.folder)
    assert hold_job(evolve(job, resume=False), Loaded()).state == "kept"


def test_a_meeting_interrupted_before_its_journal_starts_again(tmp_path):
    """A folder without a journal has nothing to resume: the meeting is held from its beginning."""
    (job,) = jobs(tmp_path, resume=True)
    Path(job.folder).mkdir(parents=True)
    assert hold_job(job, Loaded()).state == "held"


@pytest.mark.parametrize("is_cut_off", [False, True], ids=["at first", "again"])
def test_a_meeting_that_is_just_starting_is_not_held_a_second_time(tmp_path, is_cut_off):
    """Two batches with `--resume` share a directory: services are paid once, before it has a journal, too."""
    (job,) = jobs(tmp_path, resume=True)
    if is_cut_off:
        hold_job(job, Loaded())
        cut_off(Path(job.folder))
    seen = []

    class Starting(Loaded):
        def engines(self, named):
            """Let another batch come while this one loads its voices."""
            seen.append(hold_job(job, Loaded()))
            return super().engines(named)

    assert hold_job(job, Starting()).state == "held"
    ((state, text),) = {(each.state, each.text) for each in seen}
    assert (state, text) == ("interrupted", "another process is holding it")
    assert not resumed(Path(job.folder), 1 + is_cut_off).exists()
    assert hold_job(job, Loaded()).state == "kept"


def test_ctrl_c_while_hands_are_started_leaves_none_at_work(tmp_path, monkeypatch):
    """The meeting that one of them begins is killed, whether or not its process is there yet."""
    start, started = threading.Thread.start, []

    def interrupted(thread):
        start(thread)
        started.append(thread)
        raise KeyboardInterrupt

    found = jobs(tmp_path, text=LONG, repeat=2)
    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(HandPool(found, 2).outcomes())
    assert [thread.is_alive() for thread in started] == [False]


def test_hands_hold_all_jobs(tmp_path):
    """Two processes, three meetings, each once; held again, each is read."""
    found = jobs(tmp_path, repeat=3)
    first = {each.name: each for each in HandPool(found, 2).outcomes()}
    assert {each.state for each in first.values()} == {"held"}
    assert sorted(first) == sorted(job.name for job in found)
    shutil.rmtree(found[1].folder)
    again = {each.name: each.state for each in HandPool(found, 2).outcomes()}
    assert again == {found[0].name: "kept", found[1].name: "held", found[2].name: "kept"}


def test_hands_that_are_stopped_begin_no_more(tmp_path):
    """What is under way comes to its end."""
    hands = HandPool(jobs(tmp_path, repeat=5), 1)
    seen = []
    for each in hands.outcomes():
        seen.append(each.state)
        hands.stop()
    assert seen[0] == "held"
    assert len(seen) < 5


def test_voices_are_loaded_once():
    """The second meeting of a process does not wait for the voices again."""
    loaded = Loaded()
    assert loaded.engines(MURMURING.engines) is loaded.engines(MURMURING.engines)


def lacking(*_, **__):
    """Fail as a nursery does whose child could not open a file."""
    raise ExceptionGroup("nursery", [OSError(errno.EMFILE, "Too many open files")])


def test_a_lack_of_the_machine_in_a_meeting_is_one_line(tmp_path, monkeypatch):
    """A batch under a low `ulimit -n` says so for the meeting, and exits with 2, not as for a bug."""
    monkeypatch.setattr("trialogue.batch.holding.run_meeting", lacking)
    (job,) = jobs(tmp_path)
    found = hold_job(job, Loaded())
    assert (found.state, found.exit_code) == ("failed", 2)
    assert found.text == "too many open files: raise the limit (ulimit -n)"
    assert not Path(job.folder).exists()


def test_a_bug_in_a_meeting_is_not_taken_for_a_lack(tmp_path, monkeypatch):
    """An error of ours beside a lack is raised, with its traceback."""

    def broken(*_, **__):
        raise ExceptionGroup("nursery", [OSError(errno.EMFILE, "Too many open files"), KeyError("ours")])

    monkeypatch.setattr("trialogue.batch.holding.run_meeting", broken)
    with pytest.raises(ExceptionGroup):
        hold_job(jobs(tmp_path)[0], Loaded())


def test_a_worker_that_cannot_start_is_one_line(tmp_path, monkeypatch):
    """A process that ends before it is ready began no meeting: it can be held again without `--resume`."""
    monkeypatch.setattr(local_workers, "subprocess", subprocess)
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    (job,) = jobs(tmp_path)
    hand = Hand()
    found = hand.hold(job)
    hand.close()
    assert (found.state, found.exit_code) == ("failed", 2)
    assert found.text.startswith("its process could not start, and ended with code 1: are there enough open")
    assert not Path(job.folder).exists()


def test_a_worker_without_descriptors_says_so_in_one_line(monkeypatch, capsys):
    """Its stderr has the limit to raise, and no traceback."""
    monkeypatch.setattr("trialogue.batch.worker._hold_all", lacking)
    assert worker.main() == UNABLE
    assert capsys.readouterr().err == "trialogue: too many open files: raise the limit (ulimit -n)\n"
