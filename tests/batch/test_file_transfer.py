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
    assert brought_home(job, outcome, files).state == "held"
    assert [each.name for each in Path(job.folder).parent.iterdir()] == [job.name]
    assert (Path(job.folder) / "journal.jsonl").read_bytes() == (away / "journal.jsonl").read_bytes()
