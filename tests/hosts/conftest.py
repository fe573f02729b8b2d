"""Examples of programs that hold meetings, as they stand in the documentation."""

import threading

import browser as browsers
import pytest

from trialogue.meeting.edges import Edges
from trialogue.testing import murmuring_engines

SCENARIO = """
trialogue: 1
name: hosted
run: {limits: {time: 60s, turns: 40}}
cast:
  ann: {lines: [One., Two., Three., Four., Five., Six., Seven., Eight.]}
  bob: {lines: [Nine., Ten., Eleven., Twelve., More., And more., Still more.]}
  kim: {role: human, via: text}
"""


@pytest.fixture
def scenario(tmp_path):
    """Two agents, and a person who types."""
    path = tmp_path / "hosted.yaml"
    path.write_text(SCENARIO)
    return path


@pytest.fixture
def options(tmp_path):
    """Voices that murmur, and a directory for the run."""
    return {"edges": Edges(engines=murmuring_engines()), "out": tmp_path / "run"}


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """A headless Chromium."""
    yield from browsers.started_or_skipped(tmp_path_factory.mktemp("profile"))


@pytest.fixture(autouse=True)
def _no_thread_stays():
    """Each block has taken its thread along."""

    def ours():
        return [each.name for each in threading.enumerate() if each.name.startswith("trialogue")]

    assert ours() == []
    yield
    assert ours() == []
