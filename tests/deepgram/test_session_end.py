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
    """Clean closes follow errors; a lost turn is no reason for a close."""
    session = running()
    if error is not None:
        session.receive_text(encode(m.AgentError(error, "d")), 1)
    (closed,) = session.receive_close(code)
    assert (closed.code, closed.recovery) == (code, recovery)
    assert closed.hint


def test_our_own_close_is_judged_as_ours():
    """A message too long for us is the server's doing."""
    (closed,) = running().receive_close(1009, ours=True)
    assert closed.recovery is Recovery.RETRY


def test_nothing_comes_from_a_closed_session():
    """Late messages, sound and a second close are nothing; calls are open no more."""
    session = running()
    session.receive_text(encode(asked("a")), 1)
    assert isinstance(session.receive_close(1006)[0], Closed)
    assert session.open_calls == ()
    assert session.receive_text(encode(say("late")), 2) == []
    assert session.receive_audio(b"12") == []
    assert session.receive_close(1000) == []


def test_repr_is_a_status_line():
    """What it is, where it stands, what is open, and nothing that was said."""
    assert repr(ClientSession(0.0)) == "<ClientSession unnamed: await-welcome>"
    session = running()
    session.receive_text(encode(asked("a", "b")), 1)
    session.receive_text(encode(m.AgentError("FAILED_TO_THINK", "d")), 1)
    assert repr(session) == "<ClientSession fc553ec9: running, 2 open calls, last error FAILED_TO_THINK>"
    assert repr(ReplyAudio(b"1234")) == "ReplyAudio(data=<4 bytes>)"
