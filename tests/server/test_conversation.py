"""The rules of one session, without a socket and without a clock."""

from __future__ import annotations

from typing import Any

import pytest
from desk import AUDIO, Desk, running, scripted, settings, speaking, thinking
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from trialogue.server import commands as cmd
from trialogue.server import events as ev
from trialogue.server.conversation import SessionPhase
from trialogue.server.memory import MOST_REMEMBERED
from trialogue.server.options import LatencyStyle, RefusalStyle, ServerOptions, UnknownFields
from trialogue.server.think.ports import CallItem, TextItem, WantedCall
from trialogue.server.updating import OUT_OF_RANGE
from trialogue.services.deepgram.settings import AgentSettings

KEEP_ALIVE = {"type": "KeepAlive"}
CALL = WantedCall("c1", "tool", "{}")


def error_of(desk: Desk) -> dict[str, Any]:
    """The error that ended the session, with the close after it."""
    assert desk.conversation.phase is SessionPhase.OVER
    seen = desk.look()
    assert seen[-1] == "Close"
    assert isinstance(seen[-2], dict)
    assert seen[-2]["type"] == "Error"
    return seen[-2]


# --- handshake ---------------------------------------------------------------------------------------


def test_welcome_comes_first_and_unasked() -> None:
    """The session begins with Welcome and its request id."""
    assert Desk().look() == [{"type": "Welcome", "request_id": "r-1"}]


def test_settings_are_accepted_before_welcome_is_read() -> None:
    """Nothing is asked of the client before Settings."""
    desk = Desk()
    desk.say(settings())
    assert desk.names() == ["Welcome", "OpenEarAndVoice", "UseThink", "SettingsApplied"]


@pytest.mark.parametrize("text", ["", "{", "[]", "5", '{"a": 1}', '{"type": 5}', '{"type": "Nonsense"}'])
def test_text_that_is_no_message_is_unparsable(text: str) -> None:
    """Whatever is not a message of the protocol ends the session."""
    desk = running()
    desk.say(text)
    assert error_of(desk)["code"] == "UNPARSABLE_CLIENT_MESSAGE"


def test_messages_before_settings_are_refused() -> None:
    """NON_SETTINGS_MESSAGE_BEFORE_SETTINGS for text and for audio."""
    for act in (lambda d: d.say(KEEP_ALIVE), lambda d: d.happen(ev.AudioReceived(b"\x01\x00"))):
        desk = Desk()
        act(desk)
        assert error_of(desk)["code"] == "NON_SETTINGS_MESSAGE_BEFORE_SETTINGS"


def test_settings_apply_once() -> None:
    """SETTINGS_ALREADY_APPLIED for the second ones."""
    desk = running()
    desk.say(settings())
    assert error_of(desk)["code"] == "SETTINGS_ALREADY_APPLIED"


def test_whitespace_in_json_is_free() -> None:
    """Older SDKs indent what they send."""
    desk = running()
    desk.say('{\n    "type":\t"KeepAlive"\n}')
    assert desk.names() == []


def test_whole_numbers_do_for_floats() -> None:
    """SDKs write 1.0 as 1."""
    desk = running()
    listen = {"type": "deepgram", "version": "v2", "model": "flux-general-en", "eot_threshold": 1}
    desk.say({"type": "UpdateListen", "listen": {"provider": listen}})
    assert desk.names() == ["ListenUpdated"]


@pytest.mark.parametrize(
    "agent",
    [
        {"language": "en"},
        {"listen": {"provider": {"type": "deepgram", "model": "nova-3"}}},
        {"think": [scripted({"say": "a"}), scripted({"say": "b"})]},
        {"speak": [{"provider": {"type": "deepgram", "model": m}} for m in ("aura-2-luna-en", "b")]},
        {"greeting": None, "context": None},
        {"speak": {"provider": {"type": "cartesia", "model_id": "m", "voice": {"mode": "id", "id": "v"}}}},
    ],
)  # fmt: skip
def test_settings_in_all_their_shapes(agent: dict[str, Any]) -> None:
    """Lists, absent versions, nulls and deprecated fields are accepted."""
    desk = Desk()
    desk.say({**settings(**agent), "experimental": None, "mip_opt_out": None, "tags": ["a"]})
    assert "SettingsApplied" in desk.names()


ANTHROPIC = {"type": "anthropic", "model": "m"}
OPEN_AI = {"type": "open_ai", "model": "m"}
ABROAD = {"url": "https://example.com/"}
ELSEWHERE = "use scripted or open_ai with endpoint"


@pytest.mark.parametrize(
    ("agent", "audio", "code", "words"),
    [
        ({"think": {"provider": ANTHROPIC}}, None, "INVALID_SETTINGS", ELSEWHERE),
        ({"think": {"provider": OPEN_AI}}, None, "INVALID_SETTINGS", ELSEWHERE),
        ({"think": {"provider": OPEN_AI, "endpoint": ABROAD}}, None, "INVALID_SETTINGS", "not allowed"),
        ({"think": scripted({"say": 5})}, None, "INVALID_SETTINGS", "script[0]"),
        ({}, {"input": {**AUDIO, "encoding": "opus"}}, "INVALID_SETTINGS", "audio.input.encoding"),
        ({}, {"output": {"encoding": "aac"}}, "INVALID_SETTINGS", "audio.output: encoding aac"),
        (
            {},
            {"output": {"encoding": "opus", "container": "none"}},
            "INVALID_SETTINGS",
            "audio.output: opus without a container",
        ),
        ({}, {"input": {**AUDIO, "sample_rate": 1}}, "INVALID_SETTINGS", "sample_rate"),
        ({"think_live": {"provider": {}}}, None, "UNPARSABLE_CLIENT_MESSAGE", ""),
        ({"greeting": 5}, None, "UNPARSABLE_CLIENT_MESSAGE", ""),
    ],
)
def test_settings_that_cannot_be_had(
    agent: dict[str, Any], audio: dict[str, Any] | None, code: str, words: str
) -> None:
    """What this server has not is refused at once, in words that say what would do."""
    desk = Desk(ServerOptions(stand_in=None))
    desk.say(settings(audio=audio, **agent))
    error = error_of(desk)
    assert error["code"] == code
    assert words in error["description"]


def test_an_agent_by_id_must_be_registered() -> None:
    """INVALID_AGENT_ID, unless the operator registered the agent."""
    message = {"type": "Settings", "audio": {}, "agent": "f5-uuid"}
    desk = Desk()
    desk.say(message)
    assert error_of(desk)["code"] == "INVALID_AGENT_ID"
    known = Desk(ServerOptions(agents={"f5-uuid": AgentSettings(greeting="Hello.")}))
    known.say(message)
    assert known.names()[-2:] == ["SpeakSentence", "FinishReply"]


def test_unknown_keys_are_rejected_or_warned_of() -> None:
    """Strict as production is, or lenient where the operator wants it."""
    message = {"type": "FunctionCallResponse", "name": "f", "content": "x", "id": "1", "output": "x"}
    strict = running()
    strict.say(message)
    assert "$.output" in error_of(strict)["description"]
    lenient = running(ServerOptions(unknown_fields=UnknownFields.WARNED))
    lenient.say(message)
    assert lenient.names() == ["UNKNOWN_FIELDS_IGNORED"]


def test_audio_of_a_file_is_not_raw_audio() -> None:
    """USER_AUDIO_FORMAT for a RIFF header where samples were declared."""
    desk = running()
    desk.happen(ev.AudioReceived(b"RIFF\x00\x00\x00\x00WAVE"))
    assert error_of(desk)["code"] == "USER_AUDIO_FORMAT"


def test_audio_goes_to_the_ear_and_empty_audio_nowhere() -> None:
    """Zero-length messages are dropped."""
    desk = running()
    desk.happen(ev.AudioReceived(b""))
    desk.happen(ev.AudioReceived(b"\x01\x00"))
    assert desk.commands == [cmd.HearAudio(b"\x01\x00")]


# --- time --------------------------------------------------------------------------------------------


def test_three_ways_of_saying_too_little() -> None:
    """CLIENT_MESSAGE_TIMEOUT after ten seconds, in three wordings."""
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
    """A KeepAlive every eight seconds is enough."""
    desk = running()
    for _ in range(20):
        desk.now += 8.0
        desk.happen(ev.DeadlineReached())
        desk.say(KEEP_ALIVE)
    assert desk.names() == []


def test_sessions_end_in_time() -> None:
    """A warning five minutes before the end, then MAXIMUM_SESSION_LENGTH_REACHED."""
    desk = running(ServerOptions(max_session_s=600, idle_s=1e6))
    desk.wake()
    assert (desk.now, desk.names()) == (300.0, ["MAXIMUM_SESSION_LENGTH_APPROACHING"])
    desk.wake()
    assert desk.now == 600.0
    assert error_of(desk)["code"] == "MAXIMUM_SESSION_LENGTH_REACHED"


def test_slow_thinking_is_warned_of_every_five_seconds() -> None:
    """SLOW_THINK_REQUEST at 5 and 10 s, and no more once a sentence is there."""
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


# --- turns -------------------------------------------------------------------------------------------


def test_greeting_is_spoken_after_settings_applied() -> None:
    """Sentence by sentence, and remembered."""
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
    """It is announced, echoed, remembered and thought about."""
    desk = running()
    desk.say({"type": "InjectUserMessage", "content": "Hi"})
    think = desk.last(cmd.BeginPass)
    assert think.request.memory == (TextItem("user", "Hi"),)
    assert desk.names() == ["UserStartedSpeaking", "ConversationText", "History", "BeginPass"]


def test_speech_at_the_ear_is_a_turn() -> None:
    """UserStartedSpeaking at its start, the words once, at its confirmed end."""
    desk = running()
    desk.happen(ev.SpeechBegan())
    desk.happen(ev.SpeechEnded())
    assert desk.names() == ["UserStartedSpeaking"]
    desk.happen(ev.WordsRecognized("Hello.", 0.3))
    assert desk.names() == ["LatencyReport", "ConversationText", "History", "BeginPass"]


def test_speech_without_words_is_no_turn() -> None:
    """A cough is answered by nothing."""
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
    """It still hears and can be made to speak."""
    desk = Desk(ServerOptions(stand_in=None))
    desk.say(settings())
    desk.look()
    desk.say({"type": "InjectUserMessage", "content": "Hi"})
    assert desk.names() == ["UserStartedSpeaking", "ConversationText", "History"]


def test_empty_reply_ends_at_once() -> None:
    """A thinker with nothing to say: AgentAudioDone without audio, and no History."""
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
    """`flags.history: false` silences History, not memory."""
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
    """As met in the field: a message for each stage."""
    desk, number = thinking()
    desk.happen(ev.SentenceThought(number, "A."), after=1.0)
    desk.happen(ev.SentenceVoiced(number, "A."), after=0.5)
    desk.happen(ev.AudioSent(number, 0.2))
    reports = [s for s in desk.look() if isinstance(s, dict) and s["type"] == "LatencyReport"]
    assert [{k: v for k, v in r.items() if k != "type"} for r in reports] == [
        {"ttt_text_latency": 1.0}, {"tts_latency": 0.5}, {"total_latency": 1.5},
    ]  # fmt: skip


def test_latency_report_one_message_a_reply() -> None:
    """As documented: all stages in one message."""
    desk, number = thinking(ServerOptions(latency_style=LatencyStyle.COMBINED))
    desk.happen(ev.SentenceThought(number, "A."), after=1.0)
    desk.happen(ev.AudioSent(number, 0.2), after=0.5)
    desk.happen(ev.AudioSent(number, 0.2))
    reports = [s for s in desk.look() if isinstance(s, dict) and s["type"] == "LatencyReport"]
    assert reports == [
        {"type": "LatencyReport", "ttt_text_latency": 1.0, "tts_latency": 0.5, "total_latency": 1.5}
    ]


def test_agent_started_speaking_only_if_experimental() -> None:
    """An undocumented message, for those who asked for such."""
    for experimental in (True, False):
        desk = Desk()
        desk.say({**settings(think=scripted({"say": "x"})), "experimental": experimental})
        desk.say({"type": "InjectUserMessage", "content": "Hi"})
        number = desk.reply
        desk.happen(ev.SentenceThought(number, "A."))
        desk.happen(ev.AudioSent(number, 0.2))
        assert ("AgentStartedSpeaking" in desk.names()) is experimental


# --- interruptions -----------------------------------------------------------------------------------


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
    """Some servers close an interrupted reply, too."""
    desk, _ = speaking(ServerOptions(done_after_cut=True))
    desk.happen(ev.SpeechBegan())
    assert desk.names()[-1] == "AgentAudioDone"


def test_thoughts_are_an_option() -> None:
    """Some models tell that they think, before they are asked."""
    desk, _ = speaking(ServerOptions(tells_thoughts=True))
    desk.say({"type": "InjectUserMessage", "content": "Stop"})
    assert desk.names()[-2:] == ["AgentThinking", "BeginPass"]


def test_injected_user_message_barges_in() -> None:
    """As speech at the ear does."""
    desk, _ = speaking()
    desk.say({"type": "InjectUserMessage", "content": "Stop"})
    assert desk.names() == [
        "UserStartedSpeaking", "CutReply", "History", "ConversationText", "History", "BeginPass",
    ]  # fmt: skip


@pytest.mark.parametrize("after", [0.0, 0.5, 60.0])
@pytest.mark.parametrize(("ends", "heard"), [(False, "Hi Again"), (True, "Again")])
def test_a_reply_was_given_when_its_end_was_sent(after: float, *, ends: bool, heard: str) -> None:
    """However fast the client answers; until one is, what was said to it counts on."""
    desk, number = speaking(sent_s=5.0)
    if ends:
        desk.happen(ev.ThoughtEnded(number))
        desk.happen(ev.ReplyAudioSent(number))
    desk.now += after
    desk.say({"type": "InjectUserMessage", "content": "Again"})
    assert desk.last(cmd.BeginPass).request.heard == heard
    assert not [c for c in desk.commands if isinstance(c, cmd.ReturnEntry | cmd.GoBack)]


def test_a_reply_of_which_nothing_was_sent_gives_its_entry_back() -> None:
    """Without a word; a filler that was injected meanwhile is not of it."""
    desk, number = thinking()
    desk.say({"type": "InjectAgentMessage", "message": "One moment."})
    desk.happen(ev.SentenceVoiced(number, "One moment."))
    desk.happen(ev.EntryChosen(number, 0))
    desk.look()
    desk.say({"type": "InjectUserMessage", "content": "Again"})
    assert desk.last(cmd.ReturnEntry) == cmd.ReturnEntry(number)


def test_denied_remarks_send_the_script_back() -> None:
    """By a line of its own, in words that are read: it is no part of what is heard, but of the memory."""
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
    """Whoever says the words aloud moves nothing."""
    desk = running()
    for event in (ev.SpeechBegan(), ev.SpeechEnded(), ev.WordsRecognized("1 remark of yours was not heard.")):
        desk.happen(event)
    assert desk.last(cmd.BeginPass).request.heard == "1 remark of yours was not heard."
    assert not [c for c in desk.commands if isinstance(c, cmd.GoBack)]


TELLING = {"provider": {"type": "scripted", "script": [{"say": "x"}, {"say": ""}], "tells_entries": True}}


def test_the_entry_of_a_reply_is_told_before_its_first_words() -> None:
    """Once, where the client asks for it."""
    desk, number = thinking(think=TELLING)
    desk.happen(ev.EntryChosen(number, 1))
    for text in ("First.", "Second."):
        desk.happen(ev.SentenceThought(number, text))
        desk.happen(ev.SentenceVoiced(number, text))
    told = [m for m in desk.look() if isinstance(m, dict) and m["type"].endswith(("Taken", "Text"))]
    assert [m["type"] for m in told] == ["__scriptEntryTaken", "ConversationText", "ConversationText"]
    assert told[0]["entry"] == 1


def test_the_entry_of_a_silent_reply_is_told_before_its_end() -> None:
    """An entry that says nothing is used up all the same."""
    desk, number = thinking(think=TELLING)
    desk.happen(ev.EntryChosen(number, 1))
    desk.happen(ev.ThoughtEnded(number))
    desk.happen(ev.ReplyAudioSent(number))
    assert desk.names()[-2:] == ["__scriptEntryTaken", "AgentAudioDone"]


def test_nobody_is_told_of_entries_who_did_not_ask() -> None:
    """The message is no part of the vendor's protocol."""
    desk, number = thinking()
    desk.happen(ev.EntryChosen(number, 0))
    desk.happen(ev.SentenceThought(number, "First."))
    desk.happen(ev.SentenceVoiced(number, "First."))
    assert "__scriptEntryTaken" not in desk.names()


def test_given_names_entries_of_the_script() -> None:
    """One that the script has not is refused."""
    desk = Desk()
    desk.say(settings(think={"provider": {"type": "scripted", "script": [{"say": "x"}], "given": [1]}}))
    assert desk.names()[-2:] == ["INVALID_SETTINGS", "Close"]


# --- injections of the agent's ------------------------------------------------------------------------


def inject(behavior: str | None = None) -> dict[str, Any]:
    """An InjectAgentMessage."""
    message = {"type": "InjectAgentMessage", "message": "One moment."}
    return message if behavior is None else {**message, "behavior": behavior}


@pytest.mark.parametrize("behavior", [None, "default", "queue"])
def test_an_agent_that_thinks_or_waits_for_a_function_can_be_given_words(behavior: str | None) -> None:
    """The filler: only speech refuses it, and nothing that is under way is lost by it."""
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
    """A sentence that is ordered, and not yet sound, is speech."""
    desk, number = thinking()
    desk.happen(ev.SentenceThought(number, "First."))
    desk.say(inject())
    assert desk.names()[-1] == "InjectionRefused"


@pytest.mark.parametrize("behavior", [None, "default", "queue", "interrupt"])
def test_injection_while_nobody_speaks(behavior: str | None) -> None:
    """It is spoken, whatever its behaviour."""
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
    """Refused, appended, or in the reply's place."""
    desk, _ = speaking()
    desk.say(inject(behavior))
    assert desk.names() == names


@pytest.mark.parametrize(
    ("behavior", "name"),
    [("default", "InjectionRefused"), ("queue", "InjectionRefused"), ("interrupt", "SpeakSentence")],
)
def test_injection_while_the_user_speaks(behavior: str, name: str) -> None:
    """Refused, unless it interrupts."""
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
    """Who is in the way, and how."""
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
    """Whole for apps that compare it with what they sent; by sentences where their times are wanted."""
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
    """Longer than AgentAudioDone: audio is sent faster than it plays."""
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
    """As warnings, one code for each side's speech."""
    options = ServerOptions(refusal_style=RefusalStyle.WARNING)
    desk, _ = speaking(options)
    desk.say(inject())
    assert desk.names() == ["INJECT_AGENT_MESSAGE_DURING_AGENT_SPEECH"]
    desk = running(options)
    desk.happen(ev.SpeechBegan())
    desk.say(inject())
    assert desk.names()[-1] == "INJECT_AGENT_MESSAGE_DURING_USER_SPEECH"


def test_one_audio_done_after_the_last_injected_message() -> None:
    """Two queued messages are one reply, whose end is the second's."""
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
def test_what_this_server_does_not_parse(message: dict[str, Any]) -> None:
    """Think Live is not enabled here, and old field names are not ours."""
    desk = running()
    desk.say(message)
    assert error_of(desk)["code"] == "UNPARSABLE_CLIENT_MESSAGE"


# --- functions ---------------------------------------------------------------------------------------


def respond(call_id: str | None = "c1", content: str = "ok") -> dict[str, Any]:
    """A FunctionCallResponse."""
    response = {"type": "FunctionCallResponse", "name": "tool", "content": content}
    return response if call_id is None else {**response, "id": call_id}


def test_function_call_and_its_response() -> None:
    """Requested of the client; with its response the agent thinks on."""
    desk, number = thinking()
    desk.happen(ev.CallsThought(number, (CALL,)))
    desk.happen(ev.ThoughtEnded(number))
    wanted = {"id": "c1", "name": "tool", "arguments": "{}", "client_side": True}
    assert desk.look() == [{"type": "FunctionCallRequest", "functions": [wanted]}]
    desk.say(respond(content="21C"))
    assert desk.last(cmd.BeginPass).request.results == (CallItem("c1", "tool", "{}", "21C"),)
    assert desk.names() == ["History", "BeginPass"]


def test_several_calls_wait_for_all_responses() -> None:
    """In any order; one without an id is for the oldest call of its name."""
    desk, number = thinking()
    desk.happen(ev.CallsThought(number, (CALL, WantedCall("c2", "tool", "{}"))))
    desk.happen(ev.ThoughtEnded(number))
    desk.look()
    desk.say(respond("c2"))
    assert desk.names() == ["History"]
    desk.say(respond(None))
    assert desk.names() == ["History", "BeginPass"]


def test_response_before_the_pass_has_ended() -> None:
    """A quick client: thinking goes on when the pass is over."""
    desk, number = thinking()
    desk.happen(ev.CallsThought(number, (CALL,)))
    desk.say(respond())
    assert "BeginPass" not in desk.names()
    desk.happen(ev.ThoughtEnded(number))
    assert desk.names() == ["BeginPass"]


def test_unwanted_responses_are_dropped() -> None:
    """Unknown ids, second answers, answers without a call."""
    desk, number = thinking()
    desk.say(respond())
    desk.happen(ev.CallsThought(number, (CALL,)))
    desk.look()
    desk.say(respond("other"))
    assert desk.names() == []


def test_barge_in_cancels_calls() -> None:
    """FunctionCallCancelled, and a late answer is dropped."""
    desk, number = thinking()
    desk.happen(ev.CallsThought(number, (CALL,)))
    desk.happen(ev.ThoughtEnded(number))
    desk.look()
    desk.happen(ev.SpeechBegan())
    desk.say(respond())
    assert desk.look()[1:] == [
        "CutReply",
        "ReturnEntry",
        {"type": "FunctionCallCancelled", "functions": [{"id": "c1", "name": "tool"}]},
    ]


def test_function_that_nobody_offered() -> None:
    """NON_EXISTENT_FUNCTION_CALLED ends the session."""
    desk, number = thinking()
    desk.happen(ev.CallsThought(number, (WantedCall("c1", "other", "{}"),)))
    assert error_of(desk)["code"] == "NON_EXISTENT_FUNCTION_CALLED"


def test_function_with_an_endpoint_fails_and_the_agent_goes_on() -> None:
    """This server does not call endpoints of functions: it says so and thinks on."""
    functions = [{"name": "tool", "endpoint": {"url": "https://example.com", "method": "post"}}]
    desk, number = thinking(think=scripted({"say": "x"}, functions=functions))
    desk.happen(ev.CallsThought(number, (CALL,)))
    desk.happen(ev.ThoughtEnded(number))
    seen = desk.look()
    assert isinstance(seen[0], dict)
    assert seen[0]["functions"][0]["client_side"] is False
    assert [s if isinstance(s, str) else s.get("code", s["type"]) for s in seen] == [
        "FunctionCallRequest", "FUNCTION_CALL_FAILED", "FunctionCallResponse", "History", "BeginPass",
    ]  # fmt: skip


def test_model_that_calls_for_ever_is_stopped() -> None:
    """After sixteen passes the reply ends with what it has."""
    desk, number = thinking()
    for turn in range(40):
        desk.happen(ev.CallsThought(number, (WantedCall(f"c{turn}", "tool", "{}"),)))
        desk.happen(ev.ThoughtEnded(number))
        desk.say(respond(f"c{turn}"))
    names = desk.names()
    assert names.count("BeginPass") == 15
    assert names[-1] == "FinishReply"


# --- updates -----------------------------------------------------------------------------------------


def test_update_prompt_appends() -> None:
    """It adds to the prompt; it does not replace it."""
    desk = running(think=scripted({"say": "x"}, prompt="Be kind."))
    desk.say({"type": "UpdatePrompt", "prompt": "Be brief."})
    assert desk.names() == ["PromptUpdated"]
    desk.say({"type": "InjectUserMessage", "content": "Hi"})
    assert desk.last(cmd.BeginPass).request.prompt == "Be kind.\nBe brief."


def test_update_think_replaces_everything() -> None:
    """Prompt and functions that it leaves out are gone; memory stays."""
    desk = running(think=scripted({"say": "x"}, prompt="Be kind.", functions=[{"name": "tool"}]))
    desk.say({"type": "UpdateThink", "think": scripted({"say": "y"})})
    assert desk.names() == ["UseThink", "ThinkUpdated"]
    desk.say({"type": "InjectUserMessage", "content": "Hi"})
    request = desk.last(cmd.BeginPass).request
    assert (request.prompt, request.functions) == ("", ())


def test_update_think_to_what_is_not_here() -> None:
    """INVALID_SETTINGS ends the session, as the hosted service does."""
    desk = running(ServerOptions(stand_in=None))
    desk.say({"type": "UpdateThink", "think": {"provider": {"type": "google", "model": "m"}}})
    assert error_of(desk)["code"] == "INVALID_SETTINGS"


def test_update_speak_counts_from_the_next_reply() -> None:
    """The reply under way keeps its voice."""
    desk, number = speaking()
    desk.say({"type": "UpdateSpeak", "speak": {"provider": {"type": "deepgram", "model": "aura-2-luna-en"}}})
    desk.happen(ev.SentenceThought(number, "Second."))
    assert desk.last(cmd.SpeakSentence).voices == ("aura-2-thalia-en",)
    desk.say(inject("interrupt"))
    assert desk.last(cmd.SpeakSentence).voices == ("aura-2-luna-en",)
    assert "SpeakUpdated" in desk.names()


FLUX = {"type": "deepgram", "version": "v2", "model": "flux-general-en"}


def test_update_listen_is_partial_but_for_language_hints() -> None:
    """What it leaves out stays; `language_hints` are cleared."""
    hints = {**FLUX, "model": "flux-general-multi", "language_hints": ["en"], "keyterms": ["edge"]}
    desk = running(listen={"provider": hints})
    desk.say({"type": "UpdateListen", "listen": {"provider": {**FLUX, "eot_threshold": 0.9}}})
    assert desk.names() == ["ListenUpdated"]
    agent = desk.conversation._agent
    assert agent is not None
    listen = agent.terms.listen
    assert (listen.keyterms, listen.model) == (("edge",), "flux-general-en")
    assert getattr(listen, "language_hints", None) is None


def test_update_listen_where_the_provider_is_fixed() -> None:
    """The older rule: another model is a warning, and nothing changes."""
    desk = running(ServerOptions(listen_identity_fixed=True), listen={"provider": FLUX})
    other = {"type": "deepgram", "model": "nova-3"}
    desk.say({"type": "UpdateListen", "listen": {"provider": other}})
    assert desk.names() == ["UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED"]


def test_long_prompts_are_cut_with_a_warning() -> None:
    """PROMPT_TOO_LONG at 25 000 characters, from Settings and from updates; BYO models may have more."""
    desk = Desk()
    desk.say(settings(think=scripted({"say": "x"}, prompt="p" * 25_001)))
    assert desk.names()[-1] == "PROMPT_TOO_LONG"
    desk.say({"type": "UpdatePrompt", "prompt": "q"})
    assert desk.names() == ["PromptUpdated", "PROMPT_TOO_LONG"]
    endpoint = {"url": "http://127.0.0.1:1/v1/chat/completions"}
    own = {"provider": {"type": "open_ai", "model": "m"}, "endpoint": endpoint, "prompt": "p" * 25_001}
    desk.say({"type": "UpdateThink", "think": own})
    assert desk.names() == ["UseThink", "ThinkUpdated"]


def test_force_end_turn() -> None:
    """Flux only; ignored without a turn."""
    nova = running()
    nova.say({"type": "ForceEndTurn"})
    assert nova.names() == ["FORCE_END_TURN_UNSUPPORTED"]
    flux = running(listen={"provider": FLUX})
    flux.say({"type": "ForceEndTurn"})
    assert flux.names() == []
    flux.happen(ev.SpeechBegan())
    flux.look()
    flux.say({"type": "ForceEndTurn"})
    assert flux.names() == ["EndUserTurn"]


def test_flux_timeout_shortens_the_hang() -> None:
    """`eot_timeout_ms` is a maximum of silence."""
    desk = Desk()
    desk.say(settings(listen={"provider": {**FLUX, "eot_timeout_ms": 500}}))
    assert desk.last(cmd.OpenEarAndVoice).terms.hang_s == 0.5


# --- faults of engines and providers ------------------------------------------------------------------


def test_failed_thinking_costs_the_turn_not_the_session() -> None:
    """A warning for each provider, then FAILED_TO_THINK; the next turn is thought about."""
    desk, number = thinking()
    desk.happen(ev.ThinkStumbled(number, "THINK_REQUEST_FAILED", "HTTP status 500"))
    desk.happen(ev.ThinkFailed(number))
    assert desk.names() == ["THINK_REQUEST_FAILED", "CutReply", "ReturnEntry", "FAILED_TO_THINK"]
    desk.say({"type": "InjectUserMessage", "content": "Again"})
    assert desk.last(cmd.BeginPass).request.heard == "Hi Again"


def test_failed_voice_ends_the_session() -> None:
    """SPEAK_REQUEST_FAILED for each voice, then FAILED_TO_SPEAK."""
    desk, number = speaking()
    desk.happen(ev.VoiceStumbled(number, "broken"))
    desk.happen(ev.VoiceFailed(number))
    assert desk.names() == ["SPEAK_REQUEST_FAILED", "CutReply", "FAILED_TO_SPEAK", "Close"]


def test_failed_ear_ends_the_session() -> None:
    """FAILED_TO_START_LISTENING where there are no engines."""
    desk = running()
    desk.happen(ev.HearingFailed("pip install 'trialogue[local]'"))
    assert error_of(desk)["code"] == "FAILED_TO_START_LISTENING"


def test_nothing_is_said_after_the_end() -> None:
    """Whatever comes after the error is ignored."""
    desk, number = speaking()
    desk.say("nonsense")
    desk.look()
    desk.happen(ev.SentenceThought(number, "Late."))
    desk.say(settings())
    desk.happen(ev.DeadlineReached())
    assert desk.names() == []
    assert desk.conversation.next_deadline() == float("inf")


def test_repr_is_a_status_line() -> None:
    """What is going on, in one line, without speech."""
    assert repr(running().conversation) == "<Conversation r-1: running, user silent>"


# --- any order ---------------------------------------------------------------------------------------

NUMBERS = st.integers(0, 4)
CLIENT = st.sampled_from([
    settings(greeting="Hello.", think=scripted({"say": "x"}, functions=[{"name": "tool"}])),
    settings(), KEEP_ALIVE, inject(), inject("queue"), inject("interrupt"), respond(), respond(None),
    {"type": "InjectUserMessage", "content": "Hi"}, {"type": "ForceEndTurn"},
    {"type": "UpdatePrompt", "prompt": "More."}, {"type": "UpdateThink", "think": scripted({"say": "y"})},
    {"type": "UpdateListen", "listen": {"provider": FLUX}}, {"type": "__customToThinkProvider", "content": 1},
])  # fmt: skip
OWN = st.one_of(
    st.sampled_from([ev.SpeechBegan(), ev.SpeechEnded(), ev.WordsRecognized("So."), ev.WordsRecognized("")]),
    st.sampled_from([ev.DeadlineReached(), ev.AudioReceived(b"\x01\x00"), ev.AudioReceived(b"")]),
    st.builds(ev.SentenceThought, NUMBERS, st.just("A.")),
    st.builds(ev.CallsThought, NUMBERS, st.just((CALL,))),
    st.builds(ev.ThoughtEnded, NUMBERS),
    st.builds(ev.ThinkFailed, NUMBERS),
    st.builds(ev.SentenceVoiced, NUMBERS, st.just("A.")),
    st.builds(ev.AudioSent, NUMBERS, st.just(0.2)),
    st.builds(ev.ReplyAudioSent, NUMBERS),
)


@given(st.lists(st.tuples(st.one_of(CLIENT, OWN), st.sampled_from([0.0, 0.1, 3.0])), max_size=30))
@hypothesis_settings(max_examples=300, deadline=None)
def test_any_order_of_anything_is_decided(steps: list[tuple[Any, float]]) -> None:
    """No order raises; an end is one close, the last command; no reply is cut twice."""
    desk = Desk()
    desk.say(steps[0][0]) if steps and isinstance(steps[0][0], dict) else desk.say(settings())
    for step, after in steps:
        desk.now += after
        desk.say(step) if isinstance(step, dict) else desk.happen(step)
    closes = [c for c in desk.commands if isinstance(c, cmd.Close)]
    assert len(closes) == (desk.conversation.phase is SessionPhase.OVER)
    assert not closes or isinstance(desk.commands[-1], cmd.Close)
    cuts = [c.reply for c in desk.commands if isinstance(c, cmd.CutReply)]
    assert cuts == sorted(set(cuts))
    assert desk.conversation.next_deadline() > 0


@pytest.mark.parametrize("words", ["", " \n\t"])
@pytest.mark.parametrize("style", RefusalStyle)
def test_injections_without_words_are_refused(words: str, style: RefusalStyle) -> None:
    """Nobody starts speaking, nothing is thought about, and the session goes on."""
    desk = running(ServerOptions(refusal_style=style))
    desk.say({"type": "InjectUserMessage", "content": words})
    desk.say({"type": "InjectAgentMessage", "message": words})
    desk.say({"type": "InjectAgentMessage", "message": words, "behavior": "interrupt"})
    assert desk.look() == [{"type": "InjectionRefused", "message": "the message has no words"}] * 3
    desk.say({"type": "InjectUserMessage", "content": "Hi"})
    assert "BeginPass" in desk.names()


def speaks(model: str) -> dict[str, object]:
    """A voice of the service's, in Settings or an update."""
    return {"provider": {"type": "deepgram", "model": model}}


def test_a_voice_that_cannot_be_had_is_told() -> None:
    """Of another language or unknown: behind SettingsApplied and SpeakUpdated, and the session goes on."""
    desk = Desk()
    desk.say(settings(speak=[speaks("aura-2-celeste-es"), speaks("aura-2-thalia-en")]))
    assert desk.names()[-2:] == ["SettingsApplied", "VOICE_SUBSTITUTED"]
    desk.say({"type": "UpdateSpeak", "speak": speaks("aura-2-thalia-en")})
    desk.say({"type": "UpdateSpeak", "speak": speaks("aura-2-nobody-en")})
    assert desk.names() == ["SpeakUpdated", "SpeakUpdated", "VOICE_SUBSTITUTED"]


def test_voices_of_other_vendors_are_their_own() -> None:
    """Nothing is said of them; of the service's own names that nobody knows, each is told once, and five."""
    desk = Desk()
    other = {"provider": {"type": "eleven_labs", "model_id": "21m00Tcm4TlvDq8ikWAM"}}
    desk.say(settings(speak=[other, speaks("thalia")]))
    assert desk.names()[-1] == "SettingsApplied"
    desk.say({"type": "UpdateSpeak", "speak": [other, *[speaks("nobody")] * 3]})
    assert desk.names() == ["SpeakUpdated", "VOICE_SUBSTITUTED"]
    desk.say({"type": "UpdateSpeak", "speak": [speaks(f"nobody-{n}") for n in range(100)]})
    assert desk.names() == ["SpeakUpdated", *["VOICE_SUBSTITUTED"] * 5]


def test_thresholds_that_are_none_are_warned_of() -> None:
    """Behind SettingsApplied and ListenUpdated, each with its range; the session goes on."""
    flux = {"type": "deepgram", "version": "v2", "model": "flux-general-en"}
    desk = Desk()
    asked = {**flux, "eot_threshold": 1.5, "eager_eot_threshold": 0.4, "eot_timeout_ms": 100}
    desk.say(settings(listen={"provider": asked}))
    told = desk.look()
    assert [each.get("code") for each in told[-2:] if isinstance(each, dict)] == [OUT_OF_RANGE] * 2
    assert "eot_threshold is from 0.5 to 1.0, not 1.5." in str(told[-2])
    desk.say({"type": "UpdateListen", "listen": {"provider": {**flux, "eager_eot_threshold": 0.1}}})
    assert desk.names() == ["ListenUpdated", OUT_OF_RANGE]
    desk.say({"type": "UpdateListen", "listen": {"provider": {**flux, "eager_eot_threshold": 0.5}}})
    assert desk.names() == ["ListenUpdated"]


def test_compressed_sound_may_come_in_its_container() -> None:
    """What would be no samples is what was declared; samples are still held to be samples."""
    output = {"encoding": "linear16", "sample_rate": 16_000}
    for encoding, magic in (("flac", b"fLaC"), ("ogg-opus", b"OggS")):
        desk = Desk()
        desk.say(settings(audio={"input": {"encoding": encoding, "sample_rate": 48_000}, "output": output}))
        desk.happen(ev.AudioReceived(magic + bytes(100)))
        assert desk.names()[-1] == "HearAudio"


@pytest.mark.parametrize("encoding", ["opus", "amr-nb", "amr-wb", "speex", "g729", "aac", "mp3"])
def test_sound_that_cannot_be_heard_is_refused_by_name(encoding: str) -> None:
    """With those that can be."""
    desk = Desk()
    desk.say(settings(audio={"input": {"encoding": encoding, "sample_rate": 16_000}}))
    error = desk.look()[-2]
    assert isinstance(error, dict)
    assert error["code"] == "INVALID_SETTINGS"
    assert f"audio.input.encoding {encoding} is not available" in error["description"]
    assert "ogg-opus" in error["description"]
