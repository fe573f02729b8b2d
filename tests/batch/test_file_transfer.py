"""Files that come home from workers without a shared directory."""

import zipfile
from pathlib import Path

import pytest
from attrs import evolve
from batch_values import jobs

from trialogue.batch.file_transfer import _files, _packed, brought_home
from trialogue.batch.holding import Loaded, hold_job


def test_a_run_comes_home_whole_or_not_at_all(tmp_path, monkeypatch):
    """A batch that was killed as a run came home holds its meeting again: a part of it is no run."""
    (job,) = jobs(tmp_path)
    away = Path(tmp_path / "away")
    outcome = hold_job(evolve(job, folder=str(away)), Loaded())
    files = _packed(sorted(_files(away)), away)
    with monkeypatch.context() as patched:

        def killed(archive, folder):
            archive.extract("journal.jsonl", folder)
            raise KeyboardInterrupt

        patched.setattr(zipfile.ZipFile, "extractall", killed)
        with pytest.raises(KeyboardInterrupt):
            brought_home(job, outcome, files)
    assert not Path(job.folder).exists()
    killed_at_once = Path(job.folder).with_name(f".{job.name}.{'0' * 32}.part")
    killed_at_once.mkdir(parents=True)
    assert brought_home(job, outcome, files).state == "held"
    assert [each.name for each in Path(job.folder).parent.iterdir()] == [job.name]
    assert (Path(job.folder) / "journal.jsonl").read_bytes() == (away / "journal.jsonl").read_bytes()


def test_two_batches_bring_the_same_run(tmp_path, monkeypatch):
    """Two batches at once with one directory bring a meeting once: the later one ended in a traceback."""
    (job,) = jobs(tmp_path)
    away = Path(tmp_path / "away")
    outcome = hold_job(evolve(job, folder=str(away)), Loaded())
    files = _packed(sorted(_files(away)), away)
    extract, others = zipfile.ZipFile.extractall, []

    def meanwhile(archive, folder):
        if not others:
            others.append(folder)
            assert brought_home(job, outcome, files).state == "held"
        extract(archive, folder)

    monkeypatch.setattr(zipfile.ZipFile, "extractall", meanwhile)
    assert brought_home(job, outcome, files).state == "held"
    assert [each.name for each in Path(job.folder).parent.iterdir()] == [job.name]
