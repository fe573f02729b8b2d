"""A Dask cluster carries the same jobs to the same ends, and loses none with a worker that dies."""

import os
import signal
from pathlib import Path

import pytest
from batch_values import SMALL, jobs

from trialogue.batch.cluster import hold_on_cluster
from trialogue.batch.local_workers import HandPool
from trialogue.errors import SetupError

pytestmark = [pytest.mark.real, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def cluster():
    """Two workers, of which one that a test has killed is started again."""
    distributed = pytest.importorskip("distributed")  # takes a third of a second, in each worker
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as made:
        yield made


def sounds(folder):
    """What was recorded, and the journal: all that must not depend on who held a meeting."""
    kept = sorted([*Path(folder).glob("journal.jsonl"), *Path(folder).glob("audio/*.wav")])
    return {path.name: path.read_bytes() for path in kept}


def test_a_cluster_gives_what_this_machine_gives(cluster, tmp_path):
    """Runs that workers of a cluster held are equal to local ones, byte for byte."""
    here, there = jobs(tmp_path / "here", repeat=3), jobs(tmp_path / "there", repeat=3)
    local = {each.name: each for each in HandPool(here, 2).outcomes()}
    out = tmp_path / "there" / "out"
    out.mkdir()
    carried = {each.name: each for each in hold_on_cluster(there, out, cluster.scheduler_address)}
    assert {name: each.figures for name, each in carried.items()} == {
        name: each.figures for name, each in local.items()
    }
    for one, other in zip(here, there, strict=True):
        assert sounds(one.folder) == sounds(other.folder) != {}


@pytest.mark.long  # twenty seconds until a killed worker is given up; test_holding kills a local one
def test_a_killed_worker_that_holds_finished_results_loses_none(cluster, tmp_path):
    """Its results are read from where they lie; no meeting is held twice."""
    from distributed import Client

    found = jobs(tmp_path, repeat=4)
    out = tmp_path / "out"
    out.mkdir()
    with Client(cluster.scheduler_address) as client:
        stream = hold_on_cluster(found, out, cluster.scheduler_address)
        first = next(stream)
        journal = Path(first.folder) / "journal.jsonl"
        written = journal.stat().st_mtime_ns
        pids = client.run(os.getpid)
        os.kill(next(iter(pids.values())), signal.SIGKILL)
        outcomes = [first, *stream]
    assert sorted(each.name for each in outcomes) == sorted(job.name for job in found)
    assert {each.state for each in outcomes} <= {"held", "kept", "interrupted"}
    assert journal.stat().st_mtime_ns == written
    again = {each.name: each.state for each in HandPool(found, 1).outcomes()}
    assert set(again.values()) <= {"kept", "interrupted"}


def test_a_directory_that_workers_cannot_see_is_refused(cluster, tmp_path, monkeypatch):
    """The batch ends with an error before any meeting begins."""
    found = jobs(tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr("trialogue.batch.cluster._marked", lambda _: "another")
    with pytest.raises(SetupError, match="is not a directory that all workers share"):
        list(hold_on_cluster(found, out, cluster.scheduler_address))
    assert not Path(found[0].folder).exists()


@pytest.mark.long  # likewise
def test_a_worker_that_dies_while_it_is_asked_is_no_worker_that_cannot_see(cluster, tmp_path, monkeypatch):
    """The meetings are held by those that live, or that come after it."""
    monkeypatch.setattr("trialogue.batch.cluster._sees", lambda *_: os._exit(1))
    found = jobs(tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    outcomes = list(hold_on_cluster(found, out, cluster.scheduler_address))
    assert [each.state for each in outcomes] == ["held"] * len(found)


def test_runs_come_home_where_no_directory_is_shared(cluster, tmp_path, monkeypatch):
    """Byte for byte those of this machine, as much of them as was wanted; the second time they are read."""
    monkeypatch.setattr("trialogue.batch.cluster._sees", lambda *_: False)
    here, there = jobs(tmp_path / "here", repeat=2), jobs(tmp_path / "there", repeat=2)
    local = {each.name: each for each in HandPool(here, 1).outcomes()}
    out = tmp_path / "there" / "out"
    carried = {
        each.name: each for each in hold_on_cluster(there, out, cluster.scheduler_address, bring="journal")
    }
    assert {name: (each.state, each.figures, each.checked) for name, each in carried.items()} == {
        name: (each.state, each.figures, each.checked) for name, each in local.items()
    }
    for one, other in zip(here, there, strict=True):
        mine, theirs = Path(one.folder), Path(other.folder)
        assert (mine / "journal.jsonl").read_bytes() == (theirs / "journal.jsonl").read_bytes()
        assert not (theirs / "audio").exists()
        assert (theirs / "transcript.md").exists()
    again = list(hold_on_cluster(there, out, cluster.scheduler_address, bring="journal"))
    assert {each.state for each in again} == {"kept"}


def test_files_sent_back_are_limited(tmp_path, monkeypatch):
    """Small files first; what does not fit is counted."""
    from trialogue.batch import file_transfer

    run = tmp_path / "run"
    (run / "audio").mkdir(parents=True)
    (run / "result.json").write_bytes(b"x" * 10)
    (run / "journal.jsonl").write_bytes(b"x" * 50)
    (run / "audio" / "mix.wav").write_bytes(b"x" * 500)
    monkeypatch.setattr(file_transfer, "MOST_BYTES", 100)
    for bring, names, left in (
        ("result", ["result.json"], 0),
        ("journal", ["result.json", "journal.jsonl"], 0),
        ("run", ["result.json", "journal.jsonl"], 1),
    ):
        chosen, behind = file_transfer._chosen(run, bring)
        assert ([each.name for each in chosen], behind) == (names, left)


def test_a_meeting_on_the_real_clock_does_not_travel(tmp_path):
    """It could be held twice, and paid twice."""
    from trialogue.batch.file_transfer import packed_scenario

    (job,) = jobs(tmp_path, text=SMALL.replace("clock: virtual", "clock: real"))
    with pytest.raises(SetupError, match="uses the real clock"):
        packed_scenario(job)
