"""Meetings and agents for those who have another loop, or none."""

import threading

import pytest

from trialogue.meeting.edges import Edges
from trialogue.testing import murmuring_engines

SCENARIO = """
trialogue: 1
name: asked
run: {clock: CLOCK, limits: {time: 60s, turns: TURNS}}
cast:
  ann: {lines: [One., Two., Three., Four.]}
  bob: {lines: [Five., Six., Seven., Eight.]}
"""
PERSON = "  kim: {role: human, via: text}\n"


@pytest.fixture
def scenario(tmp_path):
    """Writes a scenario of two agents, and on the real clock a person who types."""

    def write(clock="real", turns="40"):
        path = tmp_path / "asked.yaml"
        person = PERSON if clock == "real" else ""
        path.write_text(SCENARIO.replace("CLOCK", clock).replace("TURNS", turns) + person)
        return path

    return write


@pytest.fixture
def edges():
    """Voices that murmur."""
    return Edges(engines=murmuring_engines())


def ours():
    """The threads of blocks that are there."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("trialogue")]


@pytest.fixture(autouse=True)
def _no_thread_stays():
    """Each block has taken its thread along."""
    assert ours() == []
    yield
    assert ours() == []
