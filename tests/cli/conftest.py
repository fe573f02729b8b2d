"""A small meeting in virtual time, with engines that murmur, through the command line's own functions."""

import shutil
from pathlib import Path

import pytest

from trialogue.meeting.edges import Edges
from trialogue.meeting.run import run_meeting
from trialogue.scenario import defaults
from trialogue.testing import murmuring_engines

SMALL = """
trialogue: 1
name: small
run: {clock: virtual, seed: 3, limits: {time: 1m, turns: 5}}
cast:
  ann: {role: chair, lines: ["Hello. Bob, please.", "The meeting is closed."]}
  bob: {title: Bobby, lines: ["It works. It is fast."]}
end: {any: [{said: {by: ann, match: closed}}, limits]}
floor: {policy: moderated}
"""


@pytest.fixture(scope="module", autouse=True)
def _frames():
    """Frames of 100 ms where a scenario names none, which takes less."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(defaults, "FRAME_S", 0.1)
        yield


@pytest.fixture
def small(tmp_path) -> Path:
    """Two agents, three turns."""
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return path


def held(resolved, asked, watch, progress):
    """Hold a meeting as the app does, with engines that murmur."""
    edges = Edges(engines=murmuring_engines(), progress=progress, permissions=asked.permissions())
    return run_meeting(resolved, out=asked.out, edges=edges, watch=watch)


@pytest.fixture
def hold_it():
    """What `hold` holds a meeting by."""
    return held


@pytest.fixture(scope="session")
def _held_once(tmp_path_factory) -> Path:
    """The directory of a run of the small meeting, held once a test worker."""
    from trialogue.cli.run import RunOptions, hold

    folder = tmp_path_factory.mktemp("held")
    (folder / "small.yaml").write_text(SMALL)
    assert hold(folder / "small.yaml", RunOptions(out=folder / "run", shown="line"), held) == 0
    return folder / "run"


@pytest.fixture
def run_folder(_held_once, small, tmp_path) -> Path:
    """A run of the small meeting: a copy of its directory, which a test may change."""
    return shutil.copytree(_held_once, tmp_path / "run")
