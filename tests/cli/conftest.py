"""A small meeting in virtual time, with engines that murmur, through the command line's own functions."""

from pathlib import Path

import pytest

from trialogue.meeting.edges import Edges
from trialogue.meeting.run import run_meeting
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


@pytest.fixture
def small(tmp_path) -> Path:
    """Two agents, three turns."""
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return path


@pytest.fixture
def hold_it():
    """What `hold` holds a meeting by: the app itself, with engines that murmur."""

    def run(resolved, asked, watch, progress):
        edges = Edges(engines=murmuring_engines(), progress=progress, permissions=asked.permissions())
        return run_meeting(resolved, out=asked.out, edges=edges, watch=watch)

    return run


@pytest.fixture
def run_folder(small, hold_it, tmp_path, capsys) -> Path:
    """The directory of a run of it."""
    from trialogue.cli.run import RunOptions, hold

    assert hold(small, RunOptions(out=tmp_path / "run", shown="line"), hold_it) == 0
    capsys.readouterr()
    return tmp_path / "run"
