"""Interruptions: what is cut, what counts as said, what the script gets back."""

from __future__ import annotations

import pytest
from desk import Desk, running, settings, speaking, thinking

from trialogue.server import commands as cmd
from trialogue.server import events as ev
from trialogue.server.options import ServerOptions
from trialogue.server.think.ports import TextItem


def test_barge_in_stops_the_agent() -> None:
    """Speech at the ear cuts the reply; its sent sentences are remembered; no AgentAudioDone."""
    desk, number = speaking()
    desk.happen(ev.SpeechBegan())
    assert desk.last(cmd.CutReply) == cmd.CutReply(number)
    assert desk.look() == [
        {"type": "UserStartedSpeaking"},
        "CutReply",
        {"type": "History", "role": "assistant", "content": "First."},
    ]
    desk.happen(ev.SentenceThought(number, "Late."))
    desk.happen(ev.SentenceVoiced(number, "Late."))
    desk.happen(ev.ReplyAudioSent(number))
    assert desk.names() == []


def test_done_after_a_cut_is_an_option() -> None:
    """With the option, an interrupted reply also ends with AgentAudioDone, as at some servers."""
    desk, _ = speaking(ServerOptions(done_after_cut=True))
    desk.happen(ev.SpeechBegan())
    assert desk.names()[-1] == "AgentAudioDone"


def test_thoughts_are_an_option() -> None:
    """With the option, AgentThinking is sent before the model is asked."""
    desk, _ = speaking(ServerOptions(tells_thoughts=True))
    desk.say({"type": "InjectUserMessage", "content": "Stop"})
    assert desk.names()[-2:] == ["AgentThinking", "BeginPass"]


def test_injected_user_message_barges_in() -> None:
    """An injected user message interrupts the agent like speech."""
    desk, _ = speaking()
    desk.say({"type": "InjectUserMessage", "content": "Stop"})
    assert desk.names() == [
        "UserStartedSpeaking", "CutReply", "History", "ConversationText", "History", "BeginPass",
    ]  # fmt: skip


@pytest.mark.parametrize("after", [0.0, 0.5, 60.0])
@pytest.mark.parametrize(("ends", "heard"), [(False, "Hi Again"), (True, "Again")])
def test_a_reply_was_given_when_its_end_was_sent(after: float, *, ends: bool, heard: str) -> None:
    """A reply counts as given when its end was sent, and before that its question is asked again."""
    desk, number = speaking(sent_s=5.0)
    if ends:
        desk.happen(ev.ThoughtEnded(number))
        desk.happen(ev.ReplyAudioSent(number))
    desk.now += after
    desk.say({"type": "InjectUserMessage", "content": "Again"})
    assert desk.last(cmd.BeginPass).request.heard == heard
    assert not [c for c in desk.commands if isinstance(c, cmd.ReturnEntry | cmd.GoBack)]


def test_a_reply_of_which_nothing_was_sent_gives_its_entry_back() -> None:
    """A scripted reply that is interrupted before its first words gives its entry back."""
    desk, number = thinking()
    desk.say({"type": "InjectAgentMessage", "message": "One moment."})
    desk.happen(ev.SentenceVoiced(number, "One moment."))
    desk.happen(ev.EntryChosen(number, 0))
    desk.look()
    desk.say({"type": "InjectUserMessage", "content": "Again"})
    assert desk.last(cmd.ReturnEntry) == cmd.ReturnEntry(number)


def test_denied_remarks_send_the_script_back() -> None:
    """A line about unheard remarks moves the script back, and is remembered, but not heard."""
    desk = running()
    text = "Ada: Hello.\n2 remarks of yours were not heard.\nPlease go on."
    desk.say({"type": "InjectUserMessage", "content": text})
    assert desk.last(cmd.GoBack) == cmd.GoBack(2)
    request = desk.last(cmd.BeginPass).request
    assert request.heard == "Ada: Hello.\nPlease go on."
    assert request.memory == (TextItem("user", text),)
    echo = [m for m in desk.look() if isinstance(m, dict) and m["type"] == "ConversationText"]
    assert echo[0]["content"] == text


def test_denied_remarks_are_never_heard_by_ear() -> None:
    """Saying the digest's line about unheard remarks aloud does not move a script."""
    desk = running()
    for event in (ev.SpeechBegan(), ev.SpeechEnded(), ev.WordsRecognized("1 remark of yours was not heard.")):
        desk.happen(event)
    assert desk.last(cmd.BeginPass).request.heard == "1 remark of yours was not heard."
    assert not [c for c in desk.commands if isinstance(c, cmd.GoBack)]


TELLING = {"provider": {"type": "scripted", "script": [{"say": "x"}, {"say": ""}], "tells_entries": True}}


def test_the_entry_of_a_reply_is_told_before_its_first_words() -> None:
    """A client that asks for it is sent a reply's script entry, once."""
    desk, number = thinking(think=TELLING)
    desk.happen(ev.EntryChosen(number, 1))
    for text in ("First.", "Second."):
        desk.happen(ev.SentenceThought(number, text))
        desk.happen(ev.SentenceVoiced(number, text))
    told = [m for m in desk.look() if isinstance(m, dict) and m["type"].endswith(("Taken", "Text"))]
    assert [m["type"] for m in told] == ["__scriptEntryTaken", "ConversationText", "ConversationText"]
    assert told[0]["entry"] == 1


def test_the_entry_of_a_silent_reply_is_told_before_its_end() -> None:
    """A scripted entry that says nothing is reported before the end of its reply."""
    desk, number = thinking(think=TELLING)
    desk.happen(ev.EntryChosen(number, 1))
    desk.happen(ev.ThoughtEnded(number))
    desk.happen(ev.ReplyAudioSent(number))
    assert desk.names()[-2:] == ["__scriptEntryTaken", "AgentAudioDone"]


def test_nobody_is_told_of_entries_who_did_not_ask() -> None:
    """A client that did not ask for script entries gets no message about them."""
    desk, number = thinking()
    desk.happen(ev.EntryChosen(number, 0))
    desk.happen(ev.SentenceThought(number, "First."))
    desk.happen(ev.SentenceVoiced(number, "First."))
    assert "__scriptEntryTaken" not in desk.names()


def test_given_names_entries_of_the_script() -> None:
    """A `given` entry that the script does not have is refused."""
    desk = Desk()
    desk.say(settings(think={"provider": {"type": "scripted", "script": [{"say": "x"}], "given": [1]}}))
    assert desk.names()[-2:] == ["INVALID_SETTINGS", "Close"]
