"""The end of a session, and what it means."""

import pytest
from session_playbook import asked, running, say

from trialogue.services.close_codes import Recovery
from trialogue.services.deepgram import messages as m
from trialogue.services.deepgram.codec import encode
from trialogue.services.deepgram.session import ClientSession
from trialogue.services.facts import Closed, ReplyAudio


@pytest.mark.parametrize(
    ("error", "code", "recovery"),
    [
        (None, 1005, Recovery.RETRY),
        (None, 1008, Recovery.FATAL),
        ("INVALID_SETTINGS", 1005, Recovery.FATAL),
        ("SERVER_GOING_AWAY", 1006, Recovery.RETRY_NOW),
        ("MAXIMUM_SESSION_LENGTH_REACHED", 1000, Recovery.ROLL_OVER),
        ("FAILED_TO_THINK", 1005, Recovery.RETRY),
    ],
)
def test_the_last_error_counts_before_the_close_code(error, code, recovery):
    """The last error of a session decides what follows its close, unless it only lost a turn."""
    session = running()
    if error is not None:
        session.receive_text(encode(m.AgentError(error, "d")), 1)
    (closed,) = session.receive_close(code)
    assert (closed.code, closed.recovery) == (code, recovery)
    assert closed.hint


def test_our_own_close_is_judged_as_ours():
    """A message that was too long for us is followed by another connection."""
    (closed,) = running().receive_close(1009, ours=True)
    assert closed.recovery is Recovery.RETRY


def test_nothing_comes_from_a_closed_session():
    """A closed session reports no late message, no sound and no second close, and has no open calls."""
    session = running()
    session.receive_text(encode(asked("a")), 1)
    assert isinstance(session.receive_close(1006)[0], Closed)
    assert session.open_calls == ()
    assert session.receive_text(encode(say("late")), 2) == []
    assert session.receive_audio(b"12") == []
    assert session.receive_close(1000) == []


def test_repr_is_a_status_line():
    """The repr of a session shows its state, its open calls and its last error, and no words."""
    assert repr(ClientSession(0.0)) == "<ClientSession unnamed: await-welcome>"
    session = running()
    session.receive_text(encode(asked("a", "b")), 1)
    session.receive_text(encode(m.AgentError("FAILED_TO_THINK", "d")), 1)
    assert repr(session) == "<ClientSession fc553ec9: running, 2 open calls, last error FAILED_TO_THINK>"
    assert repr(ReplyAudio(b"1234")) == "ReplyAudio(data=<4 bytes>)"
