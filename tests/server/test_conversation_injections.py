"""Words that a client injects: when they are said, queued or refused."""

from __future__ import annotations

from typing import Any

import pytest
from desk import CALL, Desk, error_of, inject, respond, running, settings, speaking, thinking

from trialogue.server import commands as cmd
from trialogue.server import events as ev
from trialogue.server.options import RefusalStyle, ServerOptions


@pytest.mark.parametrize("behavior", [None, "default", "queue"])
def test_an_agent_that_thinks_or_waits_for_a_function_can_be_given_words(behavior: str | None) -> None:
    """Injected words are spoken while the agent thinks or waits for a function."""
    desk, number = thinking()
    desk.say(inject(behavior))
    assert desk.last(cmd.SpeakSentence) == cmd.SpeakSentence(
        number, "One moment.", desk.last(cmd.SpeakSentence).voices
    )
    desk, number = thinking()
    desk.happen(ev.CallsThought(number, (CALL,)))
    desk.happen(ev.ThoughtEnded(number))
    desk.say(inject(behavior))
    assert "SpeakSentence" in desk.names()
    desk.happen(ev.SentenceVoiced(number, "One moment."))
    desk.say(respond())
    assert desk.last(cmd.BeginPass).reply == number


def test_words_that_wait_to_be_spoken_refuse_others() -> None:
    """Injected words are refused while a sentence waits to be spoken."""
    desk, number = thinking()
    desk.happen(ev.SentenceThought(number, "First."))
    desk.say(inject())
    assert desk.names()[-1] == "InjectionRefused"


@pytest.mark.parametrize("behavior", [None, "default", "queue", "interrupt"])
def test_injection_while_nobody_speaks(behavior: str | None) -> None:
    """On a silent line, injected words are spoken whatever their `behavior`."""
    desk = running()
    desk.say(inject(behavior))
    assert desk.names() == ["SpeakSentence", "FinishReply"]


@pytest.mark.parametrize(
    ("behavior", "names"),
    [
        ("default", ["InjectionRefused"]),
        ("queue", ["SpeakSentence"]),
        ("interrupt", ["CutReply", "History", "SpeakSentence", "FinishReply"]),
    ],
)
def test_injection_while_the_agent_speaks(behavior: str, names: list[str]) -> None:
    """Injected words are refused, appended or spoken instead, by their `behavior`."""
    desk, _ = speaking()
    desk.say(inject(behavior))
    assert desk.names() == names


@pytest.mark.parametrize(
    ("behavior", "name"),
    [("default", "InjectionRefused"), ("queue", "InjectionRefused"), ("interrupt", "SpeakSentence")],
)
def test_injection_while_the_user_speaks(behavior: str, name: str) -> None:
    """Injected words are refused while the user speaks, unless they are to interrupt."""
    desk = running()
    desk.happen(ev.SpeechBegan())
    desk.look()
    desk.say(inject(behavior))
    assert name in desk.names()


def test_an_interruption_that_cuts_nothing_loses_no_call() -> None:
    """An agent that waits for a function is not speaking: the call goes on, and is answered."""
    desk, number = thinking()
    desk.happen(ev.CallsThought(number, (CALL,)))
    desk.happen(ev.ThoughtEnded(number))
    desk.look()
    desk.say(inject("interrupt"))
    assert desk.names() == ["SpeakSentence"]
    desk.say(respond())
    assert desk.last(cmd.BeginPass).reply == number


def test_a_refusal_tells_its_true_reason() -> None:
    """InjectionRefused says who is speaking."""
    reasons = []
    desk, number = speaking(sent_s=5.0)
    desk.say(inject())
    reasons.append(desk.look()[-1])
    desk.happen(ev.SentenceThought(number, "Second."))
    desk.look()
    desk.say(inject())
    reasons.append(desk.look()[-1])
    desk = running()
    desk.happen(ev.SpeechBegan())
    desk.say(inject("queue"))
    reasons.append(desk.look()[-1])
    desk.happen(ev.SpeechEnded())
    desk.say(inject("queue"))
    reasons.append(desk.look()[-1])
    desk, number = thinking(ServerOptions(max_sentences=1))
    desk.happen(ev.SentenceThought(number, "One."))
    desk.say(inject("queue"))
    reasons.append(desk.look()[-1])
    assert [reason["message"] for reason in reasons if isinstance(reason, dict)] == [
        "agent is speaking: its audio is still played",
        "agent is speaking",
        "user is speaking",
        "user has spoken and is being understood",
        "agent's reply has as many sentences as one may have",
    ]


@pytest.mark.parametrize("splits", [False, True])
def test_an_injected_text_is_told_whole_or_sentence_by_sentence(*, splits: bool) -> None:
    """Injected text is echoed whole, or by sentences where the operator wants it."""
    desk = running(ServerOptions(splits_injections=splits))
    desk.say({"type": "InjectAgentMessage", "message": "One moment.  I look it up."})
    number = desk.reply
    desk.look()
    told = []
    for sentence in ("One moment.", "I look it up."):
        desk.happen(ev.SentenceVoiced(number, sentence))
        told += [m["content"] for m in desk.look() if isinstance(m, dict)]
    assert told == (["One moment.", "I look it up."] if splits else ["One moment.  I look it up."])
    desk.happen(ev.ReplyAudioSent(number))
    history = [m for m in desk.look() if isinstance(m, dict) and m["type"] == "History"]
    assert history[0]["content"] == "One moment. I look it up."


def test_agent_is_mid_turn_until_its_audio_must_have_been_played() -> None:
    """Injected words are refused until the sent audio can have been played."""
    desk, number = speaking(sent_s=5.0)
    desk.happen(ev.ThoughtEnded(number))
    desk.happen(ev.ReplyAudioSent(number))
    desk.look()
    desk.now += 4.0
    desk.say(inject())
    assert desk.names() == ["InjectionRefused"]
    desk.now += 1.0
    desk.say(inject())
    assert desk.names() == ["SpeakSentence", "FinishReply"]


def test_refusals_in_the_other_style() -> None:
    """By option, refusals are warnings with one code for each side's speech."""
    options = ServerOptions(refusal_style=RefusalStyle.WARNING)
    desk, _ = speaking(options)
    desk.say(inject())
    assert desk.names() == ["INJECT_AGENT_MESSAGE_DURING_AGENT_SPEECH"]
    desk = running(options)
    desk.happen(ev.SpeechBegan())
    desk.say(inject())
    assert desk.names()[-1] == "INJECT_AGENT_MESSAGE_DURING_USER_SPEECH"


def test_one_audio_done_after_the_last_injected_message() -> None:
    """Two queued messages are one reply, with one AgentAudioDone after the second."""
    desk = running()
    desk.say(inject("queue"))
    desk.say(inject("queue"))
    assert desk.names() == ["SpeakSentence", "FinishReply", "SpeakSentence", "FinishReply"]
    number = 1
    desk.happen(ev.ReplyAudioSent(number))
    assert desk.names() == []
    desk.happen(ev.ReplyAudioSent(number))
    assert desk.names() == ["AgentAudioDone"]


def test_replies_are_bounded() -> None:
    """A reply takes so many sentences and no more, thought or injected."""
    desk, number = thinking(ServerOptions(max_sentences=2))
    for _ in range(2):
        desk.happen(ev.SentenceThought(number, "On."))
    desk.say(inject("queue"))
    assert [n for n in desk.names() if n != "LatencyReport"] == [
        "SpeakSentence",
        "SpeakSentence",
        "InjectionRefused",
    ]
    desk.happen(ev.SentenceThought(number, "And on."))
    desk.happen(ev.SentenceThought(number, "And on."))
    assert desk.names() == ["StopPass", "FinishReply"]


def test_endless_greeting_is_cut() -> None:
    """A text of a hundred thousand sentences is not all spoken."""
    desk = Desk(ServerOptions(max_sentences=3))
    desk.say(settings(greeting="On and on. " * 100))
    assert desk.names().count("SpeakSentence") == 3


@pytest.mark.parametrize(
    "message",
    [
        {"type": "InjectAgentMessage", "is_dynamic": True},
        {"type": "InjectAgentMessage", "content": "old name"},
        {"type": "InjectUserMessage"},
        {"type": "UpdateThink_Live", "think_live": {"provider": {"type": "deepgram"}}},
    ],
)
def test_messages_that_this_server_does_not_accept(message: dict[str, Any]) -> None:
    """Messages of Think Live, and those with old field names, are refused."""
    desk = running()
    desk.say(message)
    assert error_of(desk)["code"] == "UNPARSABLE_CLIENT_MESSAGE"


@pytest.mark.parametrize("words", ["", " \n\t"])
@pytest.mark.parametrize("style", RefusalStyle)
def test_injections_without_words_are_refused(words: str, style: RefusalStyle) -> None:
    """An injection without words is refused, and the session goes on."""
    desk = running(ServerOptions(refusal_style=style))
    desk.say({"type": "InjectUserMessage", "content": words})
    desk.say({"type": "InjectAgentMessage", "message": words})
    desk.say({"type": "InjectAgentMessage", "message": words, "behavior": "interrupt"})
    assert desk.look() == [{"type": "InjectionRefused", "message": "the message has no words"}] * 3
    desk.say({"type": "InjectUserMessage", "content": "Hi"})
    assert "BeginPass" in desk.names()
