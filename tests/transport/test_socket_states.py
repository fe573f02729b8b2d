"""How a socket goes from its handshake to its end."""

from itertools import product

import pytest

from trialogue.errors import LocalProtocolError
from trialogue.transport.library import SocketEnding
from trialogue.transport.socket_states import SOCKET_TRANSITIONS, SocketCourse, SocketState, SocketStep

ENDS = (SocketStep.FINISHED, SocketStep.LOST, SocketStep.WRITTEN)
FIRST, SECOND = SocketEnding("first", 1000), SocketEnding("second", 1011)


def opened() -> SocketCourse:
    course = SocketCourse()
    course.open()
    return course


@pytest.mark.parametrize(("first", "second"), [*product(ENDS, ENDS)])
def test_the_first_end_stands(first: SocketStep, second: SocketStep) -> None:
    """The reported reason of a socket's end is the first one."""
    course = opened()
    assert course.end(first, FIRST)
    if (course.state, second) in SOCKET_TRANSITIONS:
        assert not course.end(second, SECOND)
    assert course.ending is FIRST


@pytest.mark.parametrize("step", ENDS)
def test_a_peer_that_ends_first_says_how(step: SocketStep) -> None:
    """A peer that ends during our close gives the reported reason."""
    course = opened()
    assert course.close(FIRST)
    assert course.ending is FIRST
    assert not course.has_ended
    assert course.end(step, SECOND)
    assert course.ending is SECOND


def test_only_the_first_close_closes() -> None:
    """A second close waits for the first, and closing an ended socket does nothing."""
    course = opened()
    assert course.close(FIRST)
    assert not course.close(SECOND)
    assert course.ending is FIRST
    course.end(SocketStep.LOST, SECOND)
    assert not course.close(FIRST)


@pytest.mark.parametrize("step", [SocketStep.CLOSED, SocketStep.OPENED])
def test_a_missing_entry_changes_nothing(step: SocketStep) -> None:
    """An impossible step, such as opening twice, raises and changes nothing."""
    course = SocketCourse() if step is SocketStep.CLOSED else opened()
    before = course.state
    with pytest.raises(LocalProtocolError, match="takes no"):
        course.close(FIRST) if step is SocketStep.CLOSED else course.open()
    assert (course.state, course.ending) == (before, None)


def test_nothing_leads_back() -> None:
    """A socket's state never goes back, and the last one stays."""
    order = list(SocketState)
    assert all(order.index(after) >= order.index(state) for (state, _), after in SOCKET_TRANSITIONS.items())
    assert {after for (state, _), after in SOCKET_TRANSITIONS.items() if state is SocketState.DONE} == {
        SocketState.DONE
    }
