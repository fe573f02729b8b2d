"""Meetings that would go on for long: their processes are what ends."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from forking import Forked

from trialogue.cli import main
from trialogue.meeting.edges import Edges, Seams
from trialogue.meeting.run import run_meeting
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.schema import Clock
from trialogue.speech import engines
from trialogue.testing import murmuring_engines

PROGRAM = str(Path(__file__).parent / "program.py")


def lines(seed: str) -> str:
    """Forty lines of words that nobody has said before: who says the same again is stopped."""
    draw = random.Random(seed)
    words = ["".join(draw.choices("abdegiklmnoprstu", k=6)) for _ in range(240)]
    return json.dumps(
        [
            f"This goes on {' '.join(words[at : at + 3])}. {' '.join(words[at + 3 : at + 6])}."
            for at in range(0, 240, 6)
        ]
    )


SCENARIO = f"""
trialogue: 1
name: endless
run: {{seed: 3, limits: {{time: 90s, turns: 20}}}}
cast:
  ann: {{lines: {lines("ann")}}}
  bob: {{lines: {lines("bob")}}}
"""


@pytest.fixture
def endless(tmp_path) -> Path:
    """Two agents that have a lot to say."""
    path = tmp_path / "endless.yaml"
    path.write_text(SCENARIO)
    return path


@pytest.fixture
def out(tmp_path) -> Path:
    """The run's directory."""
    return tmp_path / "run"


@pytest.fixture
def hold(endless, out):
    """Hold the endless meeting in virtual time, with parts put in front of its own."""

    def run(**seams):
        edges = Edges(engines=murmuring_engines(), seams=Seams(**seams))
        return run_meeting(endless, overrides=Overrides(clock=Clock.VIRTUAL), out=out, edges=edges)

    return run


@pytest.fixture
def command(tmp_path):
    """Run a command of the command line with engines that murmur: its process, whose stdout is a pipe."""

    @contextmanager
    def run(*arguments, **environment) -> Iterator[subprocess.Popen[str]]:
        with Forked(
            [sys.executable, PROGRAM, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "TERM": "dumb", **environment},
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    return run


@pytest.fixture
def told(monkeypatch, capsys):
    """Give a command in this process, with engines that murmur: its exit code, and what it prints."""
    monkeypatch.setattr(engines, "open_engines", murmuring_engines)

    def run(*arguments):
        capsys.readouterr()
        code = main([str(each) for each in arguments])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def failing_after():
    """A part of a meeting whose `method` raises at its `calls`-th call."""
    return partial(_Failing)


class _Failing:
    def __init__(self, part, method, calls, error) -> None:
        self._part, self._method, self._left, self._error = part, method, calls, error

    @property
    def __class__(self):
        """The part's: Python 3.12 looks for a protocol's methods on the class."""
        return type(self._part)

    def __getattr__(self, name):
        return self._call if name == self._method else getattr(self._part, name)

    def _call(self, *arguments, **options):
        self._left -= 1
        if self._left <= 0:
            raise self._error
        return getattr(self._part, self._method)(*arguments, **options)
