"""Which meetings a batch is made of."""

from pathlib import Path
from time import process_time

import pytest
from batch_values import SMALL, jobs, written

from trialogue.batch.jobs import BatchRequest, decoded, encoded, files_in, jobs_of
from trialogue.errors import SetupError
from trialogue.fixed_paths import from_here
from trialogue.scenario.defaults import Overrides


def test_a_directory_has_the_files_whose_first_key_is_trialogue(tmp_path):
    """Scripts, and files that only name the word, are none."""
    small = written(tmp_path)
    quoted = written(tmp_path, "deep/quoted.yml", f"---\n'trialogue': 1\n{SMALL.split('1', 1)[1]}")
    written(tmp_path, "script.yaml", "script: [{say: trialogue}]\n")
    written(tmp_path, "other.yaml", "name: x\ntrialogue: 1\n")
    assert files_in([str(tmp_path)]) == sorted([quoted, small])
    assert files_in([f"{tmp_path}/*.yaml", str(small)]) == [small]


def test_a_file_of_many_empty_lines_takes_no_time(tmp_path):
    """A folder with a file of empty lines is searched at once."""
    small = written(tmp_path)
    written(tmp_path, "empty.yaml", "---" + "\n" * 8_000)
    began = process_time()
    assert files_in([str(tmp_path)]) == [small]
    assert process_time() - began < 0.2


def test_scenario_files_in_runs_are_no_jobs(tmp_path):
    """A batch held in the directory of its scenarios keeps its size."""
    small = written(tmp_path)
    kept = written(tmp_path, "runs/small/scenario.yaml")
    (kept.parent / "journal.jsonl").touch()
    assert files_in([str(tmp_path)]) == [small]
    assert files_in([str(kept)]) == [kept]


def test_where_nothing_is_found_it_says_so(tmp_path):
    """A directory without any, a pattern that meets none, a file that is not there."""
    for place in (str(tmp_path), f"{tmp_path}/*.yaml", f"{tmp_path}/gone.yaml"):
        with pytest.raises(SetupError, match="no scenario at"):
            files_in([place])


def test_each_cell_is_held_with_one_seed_after_another(tmp_path):
    """The repeats of a cell count on from its own seed and are counted together."""
    found = jobs(tmp_path, matrix=True, repeat=2)
    assert [(job.name, job.group, job.overrides.seed) for job in found] == [
        ("small-run.seed=1-1", "small-run.seed=1", 1),
        ("small-run.seed=1-2", "small-run.seed=1", 2),
        ("small-run.seed=2-2", "small-run.seed=2", 2),
        ("small-run.seed=2-3", "small-run.seed=2", 3),
    ]


def test_an_option_that_replaces_an_axis_is_refused(tmp_path):
    """Cells that differ in their seed alone would all be the same meeting."""
    with pytest.raises(SetupError, match=r"--seed would replace every value of run\.seed in the matrix"):
        jobs(tmp_path, matrix=True, overrides=Overrides(seed=5))
    assert [job.overrides.seed for job in jobs(tmp_path, overrides=Overrides(seed=5))] == [5]
    assert len(jobs(tmp_path, matrix=True, overrides=Overrides(turns=5))) == 2


def test_without_repeats_a_file_is_held_as_it_stands(tmp_path):
    """Its matrix counts only where that is asked for."""
    (job,) = jobs(tmp_path)
    assert (job.name, job.overrides.seed) == ("small", None)


def test_files_of_one_name_are_told_apart_by_their_directories(tmp_path):
    """Files of one name are listed with as much of their paths as tells them apart."""
    files = [written(tmp_path, "a/small.yaml"), written(tmp_path, "b/small.yaml")]
    found = jobs_of(files, tmp_path, BatchRequest())
    assert [(job.group, job.name) for job in found] == [("a/small", "a_small"), ("b/small", "b_small")]


def test_a_job_travels_as_json(tmp_path):
    """A job is the same after it was sent as JSON."""
    for job in jobs(tmp_path, matrix=True, repeat=2):
        assert decoded(encoded(job)) == job


def test_a_working_directory_that_was_removed(tmp_path, monkeypatch):
    """Files elsewhere make jobs as ever; a relative place for the runs is reported where it is opened."""
    small = written(tmp_path)
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    (job,) = jobs_of([small], Path("runs"), BatchRequest())
    assert (job.file, job.folder) == (str(small), "runs/small")
    assert from_here(small) == small
