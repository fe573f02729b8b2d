"""Turns of a session: greetings, injected and spoken words, memory, latencies."""

from __future__ import annotations

from desk import Desk, running, scripted, settings, thinking

from trialogue.server import commands as cmd
from trialogue.server import events as ev
from trialogue.server.memory import MOST_REMEMBERED
from trialogue.server.options import LatencyStyle, ServerOptions
from trialogue.server.think.ports import CallItem, TextItem


def test_greeting_is_spoken_after_settings_applied() -> None:
    """The greeting comes sentence by sentence, and is part of the agent's memory."""
    desk = Desk()
    desk.say(settings(greeting="Hello. How are you?"))
    names = desk.names()
    assert names[-4:] == ["SettingsApplied", "SpeakSentence", "SpeakSentence", "FinishReply"]
    for text in ("Hello.", "How are you?"):
        desk.happen(ev.SentenceVoiced(1, text))
        desk.happen(ev.AudioSent(1, 0.5))
    desk.happen(ev.ReplyAudioSent(1))
    said = {"type": "ConversationText", "role": "assistant", "conversational_behavior": "default"}
    assert desk.look() == [
        {**said, "content": "Hello."},
        {**said, "content": "How are you?"},
        {"type": "History", "role": "assistant", "content": "Hello. How are you?"},
        {"type": "AgentAudioDone"},
    ]


def test_injected_user_message_is_a_turn() -> None:
    """An injected user message is announced, echoed, remembered and answered."""
    desk = running()
    desk.say({"type": "InjectUserMessage", "content": "Hi"})
    think = desk.last(cmd.BeginPass)
    assert think.request.memory == (TextItem("user", "Hi"),)
    assert desk.names() == ["UserStartedSpeaking", "ConversationText", "History", "BeginPass"]


def test_speech_at_the_ear_is_a_turn() -> None:
    """A user's turn has UserStartedSpeaking at its start, and its words once at its end."""
    desk = running()
    desk.happen(ev.SpeechBegan())
    desk.happen(ev.SpeechEnded())
    assert desk.names() == ["UserStartedSpeaking"]
    desk.happen(ev.WordsRecognized("Hello.", 0.3))
    assert desk.names() == ["LatencyReport", "ConversationText", "History", "BeginPass"]


def test_speech_without_words_is_no_turn() -> None:
    """A cough gets no answer from the agent."""
    desk = running()
    for event in (ev.SpeechBegan(), ev.SpeechEnded(), ev.WordsRecognized("")):
        desk.happen(event)
    assert desk.names() == ["UserStartedSpeaking"]


def test_speech_that_goes_on_before_its_words_are_there_is_one_turn() -> None:
    """The two halves of a sentence with a pause are answered together."""
    desk = running()
    desk.happen(ev.SpeechBegan())
    desk.happen(ev.SpeechEnded())
    desk.happen(ev.SpeechBegan())
    desk.happen(ev.WordsRecognized("What does"))
    assert "BeginPass" not in desk.names()
    desk.happen(ev.SpeechEnded())
    desk.happen(ev.WordsRecognized("it cost?"))
    assert desk.last(cmd.BeginPass).request.heard == "What does it cost?"


def test_agent_without_think_settings_never_answers_where_nobody_stands_in() -> None:
    """An agent without think settings hears, and does not answer where no stand-in is set."""
    desk = Desk(ServerOptions(stand_in=None))
    desk.say(settings())
    desk.look()
    desk.say({"type": "InjectUserMessage", "content": "Hi"})
    assert desk.names() == ["UserStartedSpeaking", "ConversationText", "History"]


def test_empty_reply_ends_at_once() -> None:
    """A model without an answer gives AgentAudioDone without audio, and no History."""
    desk, number = thinking()
    desk.happen(ev.ThoughtEnded(number))
    assert desk.names() == ["FinishReply"]
    desk.happen(ev.ReplyAudioSent(number))
    assert desk.names() == ["AgentAudioDone"]


def test_a_conversations_memory_is_bounded() -> None:
    """A client that says a mebibyte again and again is remembered by its newest turns."""
    desk = running()
    for number in range(6):
        desk.say({"type": "InjectUserMessage", "content": f"{number} " + "x" * 900_000})
        request = desk.last(cmd.BeginPass).request
        assert (
            sum(len(item.content) for item in request.memory if isinstance(item, TextItem)) <= MOST_REMEMBERED
        )
        assert len(request.heard) < 2 * 900_000
        desk.look()
    assert [item.content[0] for item in request.memory if isinstance(item, TextItem)] == ["4", "5"]
    assert request.heard.startswith("5 ")


def test_history_can_be_switched_off() -> None:
    """`flags.history: false` stops History messages, and the agent still remembers."""
    desk = Desk()
    desk.say({**settings(think=scripted({"say": "x"})), "flags": {"history": False}})
    desk.look()
    desk.say({"type": "InjectUserMessage", "content": "Hi"})
    assert "History" not in desk.names()


def test_context_is_restored() -> None:
    """Messages and finished calls of `agent.context` are remembered, and not said again."""
    call = {"id": "1", "name": "f", "client_side": True, "arguments": "{}", "response": "ok"}
    messages = [
        {"type": "History", "role": "user", "content": "Hi"},
        {"type": "History", "function_calls": [call]},
    ]
    desk = running(context={"messages": messages})
    desk.say({"type": "InjectUserMessage", "content": "Go on."})
    assert desk.last(cmd.BeginPass).request.memory == (
        TextItem("user", "Hi"),
        CallItem("1", "f", "{}", "ok"),
        TextItem("user", "Go on."),
    )


def test_latency_reports_one_field_a_message() -> None:
    """Each stage of a reply has a LatencyReport of its own, as the service was met in the field."""
    desk, number = thinking()
    desk.happen(ev.SentenceThought(number, "A."), after=1.0)
    desk.happen(ev.SentenceVoiced(number, "A."), after=0.5)
    desk.happen(ev.AudioSent(number, 0.2))
    reports = [s for s in desk.look() if isinstance(s, dict) and s["type"] == "LatencyReport"]
    assert [{k: v for k, v in r.items() if k != "type"} for r in reports] == [
        {"ttt_text_latency": 1.0}, {"tts_latency": 0.5}, {"total_latency": 1.5},
    ]  # fmt: skip


def test_latency_report_one_message_a_reply() -> None:
    """Each reply has one LatencyReport with all stages, as documented."""
    desk, number = thinking(ServerOptions(latency_style=LatencyStyle.COMBINED))
    desk.happen(ev.SentenceThought(number, "A."), after=1.0)
    desk.happen(ev.AudioSent(number, 0.2), after=0.5)
    desk.happen(ev.AudioSent(number, 0.2))
    reports = [s for s in desk.look() if isinstance(s, dict) and s["type"] == "LatencyReport"]
    assert reports == [
        {"type": "LatencyReport", "ttt_text_latency": 1.0, "tts_latency": 0.5, "total_latency": 1.5}
    ]


def test_agent_started_speaking_only_if_experimental() -> None:
    """AgentStartedSpeaking is sent only to clients that asked for experimental messages."""
    for experimental in (True, False):
        desk = Desk()
        desk.say({**settings(think=scripted({"say": "x"})), "experimental": experimental})
        desk.say({"type": "InjectUserMessage", "content": "Hi"})
        number = desk.reply
        desk.happen(ev.SentenceThought(number, "A."))
        desk.happen(ev.AudioSent(number, 0.2))
        assert ("AgentStartedSpeaking" in desk.names()) is experimental
