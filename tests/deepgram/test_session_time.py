"""Deadlines of a session: a Welcome and settings that do not come, keep-alives."""

from session_playbook import SETTINGS, WELCOME, running

from trialogue.services.deepgram import messages as m
from trialogue.services.deepgram.codec import decode_client, encode
from trialogue.services.deepgram.session import ClientSession, SessionState
from trialogue.services.facts import Timeout, Transmit


def test_a_welcome_that_does_not_come():
    """A session without a Welcome is over after ten seconds."""
    session = ClientSession(5.0)
    assert session.next_deadline() == 15.0
    assert session.tick(14.9) == []
    assert session.tick(15.0) == [Timeout("welcome")]
    assert session.state is SessionState.CLOSED
    assert session.next_deadline() is None
    assert session.tick(99.0) == []


def test_settings_that_are_not_applied():
    """A session whose settings are not applied is over ten seconds after they were sent."""
    session = ClientSession(0.0)
    session.receive_text(encode(WELCOME), 1.0)
    assert session.next_deadline() is None
    assert session.tick(100.0) == []
    session.send(SETTINGS, 2.0)
    assert session.next_deadline() == 12.0
    assert session.tick(12.0) == [Timeout("settings-applied")]
    assert session.state is SessionState.CLOSED


def test_keep_alive_is_due_eight_seconds_after_the_last_sound():
    """A KeepAlive is due eight seconds after the last sound, once, however late it is asked for."""
    session = running(at=10.0)
    assert session.next_deadline() == 18.0
    session.send_audio(b"\0\0", 12.0)
    session.send(m.UpdatePrompt("p"), 13.0)
    assert session.next_deadline() == 20.0
    assert session.tick(19.9) == []
    (due,) = session.tick(45.0)
    assert isinstance(due, Transmit)
    assert decode_client(due.message) == m.KeepAlive()
    assert session.next_deadline() == 53.0
    session.send(m.KeepAlive(), 50.0)
    assert session.next_deadline() == 58.0
