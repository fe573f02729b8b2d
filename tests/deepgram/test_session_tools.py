"""Function calls that a session hands on, and their answers."""

import pytest
from session_playbook import asked, play, running

from trialogue.errors import LocalProtocolError
from trialogue.services.deepgram import messages as m
from trialogue.services.deepgram.codec import encode
from trialogue.services.facts import ToolCall, ToolCalls, ToolCallsCancelled


def test_calls_are_answered_once_and_by_their_id():
    """Calls of ours can be answered once, by their id; other answers are refused."""
    session = running()
    play(
        session,
        [
            (
                1,
                asked("a", "b"),
                [ToolCalls((ToolCall("a", "f", "{}", True), ToolCall("b", "f", "{}", True)))],
            ),
            (1, asked("c", ours=False), [ToolCalls((ToolCall("c", "f", "{}", False),))]),
        ],
    )
    assert session.open_calls == ("a", "b")
    session.send(m.FunctionCallResponse("f", "r", "b"), 2)
    assert session.open_calls == ("a",)
    for call_id in ("b", "c", "d", None):
        with pytest.raises(LocalProtocolError, match="answered once"):
            session.send(m.FunctionCallResponse("f", "r", call_id), 2)


def test_two_calls_of_one_id_are_answered_each():
    """Two calls under one id with different arguments take an answer each; a repeated one takes none."""
    session = running()
    for arguments in ("1", "2", "2"):
        wanted = m.RequestedFunction(id="a", name="f", arguments=arguments, client_side=True)
        session.receive_text(encode(m.FunctionCallRequest((wanted,))), 1)
    assert session.open_calls == ("a", "a")
    for _ in range(2):
        session.send(m.FunctionCallResponse("f", "r", "a"), 2)
    with pytest.raises(LocalProtocolError, match="answered once"):
        session.send(m.FunctionCallResponse("f", "r", "a"), 2)


def test_cancelled_calls_are_not_answered():
    """A cancelled id is no longer open, and an unknown one is no fault."""
    session = running()
    cancelled = m.FunctionCallCancelled((m.CancelledFunction("a", "f"), m.CancelledFunction("x", "f")))
    session.receive_text(encode(asked("a", "b")), 1)
    play(session, [(2, cancelled, [ToolCallsCancelled(("a", "x"))])])
    assert session.open_calls == ("b",)
    with pytest.raises(LocalProtocolError, match="unless cancelled"):
        session.send(m.FunctionCallResponse("f", "r", "a"), 2)


def test_a_thought_signature_is_kept():
    """Some models want it back in their history."""
    request = m.FunctionCallRequest((m.RequestedFunction("a", "f", "", True, "sig"),))
    play(running(), [(1, request, [ToolCalls((ToolCall("a", "f", "", True, "sig"),))])])
