"""What is on the disk before a command is carried out."""

import pytest

from trialogue.actors.dispatch import Dispatch
from trialogue.model.commands import EndMeeting, EndTurn, RunTool


class Tools:
    """Takes orders, and notes their names."""

    def __init__(self, noted):
        self.noted = noted

    def order(self, command):
        self.noted.append(type(command).__name__)


@pytest.fixture
def order():
    """What happened, in order."""
    return []


@pytest.fixture
def dispatch(order):
    """Only tools and the journal are there."""
    return Dispatch(None, {}, Tools(order), None, lambda: order.append("sync"))


def test_a_tool_runs_when_its_call_is_on_the_disk(dispatch, order):
    """A tool runs only after its call is on the disk, so that a power cut leaves no doubt."""
    dispatch(RunTool(participant="ann", call_id="c1", tool="price", arguments="{}"))
    assert order == ["sync", "RunTool"]


@pytest.mark.parametrize("command", [EndTurn("ann", 1, "finished"), EndMeeting("done")], ids=repr)
def test_a_turns_end_is_on_the_disk(dispatch, order, command):
    """A crash just after a turn loses nothing that was heard: its end is flushed at once."""
    dispatch(command)
    assert order == ["sync"]
