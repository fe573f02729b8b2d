"""What a session does as time goes by: too little said, keep-alives, slow thinking."""

from __future__ import annotations

from desk import KEEP_ALIVE, Desk, error_of, running, thinking

from trialogue.server import events as ev
from trialogue.server.options import ServerOptions


def test_three_ways_of_saying_too_little() -> None:
    """A silent client gets CLIENT_MESSAGE_TIMEOUT after ten seconds, worded by what is missing."""
    words = []
    for audio in (None, b"", b"\x01\x00"):
        desk = Desk() if audio is None else running()
        if audio:
            desk.happen(ev.AudioReceived(audio))
        desk.wake()
        assert desk.now == 10.0
        error = error_of(desk)
        assert error["code"] == "CLIENT_MESSAGE_TIMEOUT"
        words.append(error["description"])
    assert "'Settings'" in words[0]
    assert "containing user speech" in words[1]
    assert "KeepAlive" in words[2]


def test_keep_alive_is_never_answered_and_keeps_alive() -> None:
    """A client that sends KeepAlive every eight seconds keeps its session."""
    desk = running()
    for _ in range(20):
        desk.now += 8.0
        desk.happen(ev.DeadlineReached())
        desk.say(KEEP_ALIVE)
    assert desk.names() == []


def test_sessions_end_in_time() -> None:
    """A session at its age limit gets a warning five minutes before, and then the error."""
    desk = running(ServerOptions(max_session_s=600, idle_s=1e6))
    desk.wake()
    assert (desk.now, desk.names()) == (300.0, ["MAXIMUM_SESSION_LENGTH_APPROACHING"])
    desk.wake()
    assert desk.now == 600.0
    assert error_of(desk)["code"] == "MAXIMUM_SESSION_LENGTH_REACHED"


def test_slow_thinking_is_warned_of_every_five_seconds() -> None:
    """A slow model gets SLOW_THINK_REQUEST every five seconds until its first sentence."""
    desk, number = thinking(ServerOptions(idle_s=1e6))
    desk.wake()
    desk.wake()
    seen = desk.look()
    assert [s["description"] for s in seen if isinstance(s, dict)] == [
        "We have now waited 5 seconds for a think response.",
        "We have now waited 10 seconds for a think response.",
    ]
    desk.happen(ev.SentenceThought(number, "At last."))
    assert desk.conversation.next_deadline() > desk.now + 100


def test_a_server_that_was_stopped_reads_before_it_calls_a_client_silent() -> None:
    """A server that was stopped for a minute reads what came before it calls a client silent."""
    desk = running()
    desk.now += 60.0
    desk.happen(ev.DeadlineReached())
    desk.say(KEEP_ALIVE)
    assert desk.names() == []
    desk.now += 60.0
    desk.happen(ev.DeadlineReached())
    assert (desk.names(), desk.conversation.next_deadline()) == ([], desk.now + 1.0)
    desk.wake()
    assert error_of(desk)["code"] == "CLIENT_MESSAGE_TIMEOUT"
