"""Other messages of the service, in our own words."""

import pytest
from session_playbook import play, running, say

from trialogue.model.memory import ContextMessage
from trialogue.services.close_codes import Recovery
from trialogue.services.deepgram import messages as m
from trialogue.services.deepgram.codec import encode
from trialogue.services.deepgram.settings import HistoryContent, HistoryFunctionCalls
from trialogue.services.facts import (
    Frustrated,
    HandedThrough,
    Heard,
    Latency,
    Malformed,
    Refused,
    Remembered,
    Sentence,
    Thinking,
    ToolResult,
    Unknown,
    Updated,
    Warned,
)


@pytest.mark.parametrize(
    ("message", "event"),
    [
        (m.ConversationText("user", "Hi"), Heard("Hi")),
        (m.ConversationText("user", "Hi", languages=("en",)), Heard("Hi", ("en",))),
        (
            m.ConversationText("narrator", "Hm"),
            Unknown("ConversationText", {"type": "ConversationText", "role": "narrator", "content": "Hm"}),
        ),
        (m.WireAgentThinking("hm"), Thinking("hm")),
        (m.LatencyReport(1, 2, 3, 4, 5, 6, 7), Latency(1, 2, 3, 4, 5, 6, 7)),
        (m.LatencyReport(tts_latency=0.5), Latency(speak_s=0.5)),
        (m.FunctionCallResponse("f", "r"), ToolResult(None, "f", "r")),
        (m.PromptUpdated(), Updated("prompt")),
        (m.SpeakUpdated(), Updated("speak")),
        (m.ThinkUpdated(), Updated("think")),
        (m.ListenUpdated(), Updated("listen")),
        (m.ThinkLiveUpdated(), Updated("think_live")),
        (m.WireInjectionRefused("busy"), Refused("busy")),
        (m.WireInjectionRefused(), Refused("")),
        (m.AgentWarning("INJECT_AGENT_MESSAGE_DURING_USER_SPEECH", "busy"), Refused("busy")),
        (
            m.AgentWarning("INJECT_AGENT_MESSAGE_DURING_AGENT_SPEECH", ""),
            Refused("INJECT_AGENT_MESSAGE_DURING_AGENT_SPEECH"),
        ),
        (HistoryContent("user", "Hi"), Remembered((ContextMessage("user", "Hi"),))),
        (HistoryFunctionCalls(()), Remembered(())),
        (m.WireFrustrationDetected(2, escalated=True), Frustrated(2, escalated=True)),
        (m.CustomFromThinkProvider([1]), HandedThrough([1])),
        (
            m.AgentWarning("MAXIMUM_SESSION_LENGTH_APPROACHING", "soon"),
            Warned("MAXIMUM_SESSION_LENGTH_APPROACHING", "soon", Recovery.ROLL_OVER),
        ),
    ],
)
def test_messages_in_our_own_words(message, event):
    """Each message of the service is one event, in words of our own."""
    play(running(), [(1, message, [event])])


def test_malformed_messages_are_told_with_their_beginning():
    """A malformed message is reported with its field and at most a KiB of it, and the session goes on."""
    session = running()
    session.receive_text(encode(say("One.")), 1)
    (told,) = session.receive_text('{"type":"InjectionRefused","message":7}', 1)
    assert told == Malformed(
        "InjectionRefused: expected a string, not a number at $.message",
        '{"type":"InjectionRefused","message":7}',
    )
    (told,) = session.receive_text("ü" * 2000, 1)
    assert told.raw_excerpt == "ü" * 512
    (told,) = session.receive_text(b"x" + "ü".encode() * 2000, 1)
    assert told.raw_excerpt == "x" + "ü" * 511
    (told,) = session.receive_text("\ud800", 1)
    assert told.raw_excerpt == "?"
    assert session.receive_text(encode(say("Two.")), 2) == [Sentence("Two.", 0)]
