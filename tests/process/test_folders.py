"""Where a run's files cannot go: told in one line, before anything is loaded."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from trialogue.meeting.edges import Edges
from trialogue.meeting.folder import new_folder
from trialogue.meeting.run import run_meeting
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.schema import Clock
from trialogue.testing import murmuring_engines


@pytest.mark.parametrize("name", ["taken", "taken/run", "full"])
def test_an_occupied_path_is_reported_before_voices_are_loaded(told, endless, tmp_path, name):
    """An `--out` that is taken is one line and exit code 2 before voices load, and nothing there changes."""
    (tmp_path / "taken").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "note").write_text("mine")
    code, output, errors = told("run", endless, "--out", tmp_path / name)
    assert (code, output) == (2, "")
    (line,) = errors.splitlines()
    assert line.startswith(f"trialogue: {tmp_path / name.split('/')[0]} is ")
    assert "--out" in line
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_run_is_named_by_the_time_at_which_it_was_made(endless, tmp_path, monkeypatch):
    """A run's name has the real time of day, also under the virtual clock."""
    monkeypatch.chdir(tmp_path)
    before = f"{datetime.now(UTC).astimezone():%Y%m%d-%H%M%S}"
    edges = Edges(engines=murmuring_engines())
    overrides = Overrides(clock=Clock.VIRTUAL, turns=1)
    names = [run_meeting(endless, overrides=overrides, edges=edges).folder.name for _ in range(2)]
    after = f"{datetime.now(UTC).astimezone():%Y%m%d-%H%M%S}"
    assert all(before <= name.removeprefix("endless-")[:15] <= after for name in names)
    assert len(set(names)) == 2


def test_two_processes_never_share_a_name(tmp_path, monkeypatch):
    """Runs that begin at the same moment get directories of their own."""
    monkeypatch.chdir(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(lambda _: new_folder(None, "same"), range(40)))
    assert len(set(folders)) == 40
