"""The client's session: playbooks of (at, input, events), and whatever order a server may choose."""

import attrs
import pytest
from deepgram_strategies import CLIENT_CLASSES, client_messages, server_messages, text
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from trialogue.errors import LocalProtocolError
from trialogue.model.memory import ContextMessage
from trialogue.services.deepgram import messages as m
from trialogue.services.deepgram.codec import decode_client, encode
from trialogue.services.deepgram.session import TRANSITIONS, ClientSession, HandshakeStep, SessionState
from trialogue.services.deepgram.settings import (
    AgentSettings,
    Audio,
    AudioOutput,
    HistoryContent,
    HistoryFunctionCalls,
    Settings,
)
from trialogue.services.facts import (
    Closed,
    Failed,
    Frustrated,
    HandedThrough,
    Heard,
    Latency,
    Malformed,
    Ready,
    Refused,
    Remembered,
    ReplyAudio,
    ReplyBegun,
    ReplyDone,
    Sentence,
    SpeechAtEar,
    Thinking,
    Timeout,
    ToolCall,
    ToolCalls,
    ToolCallsCancelled,
    ToolResult,
    Transmit,
    Unknown,
    Updated,
    Warned,
)
from trialogue.services.verdicts import Verdict

SETTINGS = Settings(audio=Audio(), agent=AgentSettings())
WELCOME = m.Welcome("fc553ec9")


def running(audio=SETTINGS.audio, *, at=0.0):
    """A session whose settings hold."""
    session = ClientSession(at)
    play(
        session,
        [
            (at, WELCOME, []),
            (at, Settings(audio=audio, agent=AgentSettings()), []),
            (at, m.SettingsApplied(), [Ready("fc553ec9")]),
        ],
    )
    return session


def play(session, playbook):
    """Give a session each input at its time and compare what it tells.

    Settings are sent; other messages, texts and bytes are received.
    """
    for at, given_input, events in playbook:
        match given_input:
            case Settings():
                told = session.send(given_input, at) and []
            case bytes():
                told = session.receive_audio(given_input, at)
            case str():
                told = session.receive_text(given_input, at)
            case _:
                told = session.receive_text(encode(given_input), at)
        assert told == events


def say(words, **more):
    return m.ConversationText("assistant", words, **more)


# --- the handshake ----------------------------------------------------------------------------------


def test_the_handshake_as_documented():
    """Welcome, Settings, SettingsApplied: Ready, with the service's name of the session."""
    session = ClientSession(0.0)
    states = [session.state]
    for at, given_input, events in [
        (0.1, WELCOME, []),
        (0.2, SETTINGS, []),
        (0.4, m.SettingsApplied(), [Ready("fc553ec9")]),
    ]:
        play(session, [(at, given_input, events)])
        states.append(session.state)
    assert states == [
        SessionState.AWAIT_WELCOME,
        SessionState.AWAIT_SETTINGS,
        SessionState.APPLYING,
        SessionState.RUNNING,
    ]
    assert session.heard_at == 0.4


def test_settings_may_go_out_before_the_welcome_is_read():
    """The official samples do not wait; Ready still knows the request id."""
    session = ClientSession(0.0)
    play(session, [(0, SETTINGS, []), (1, WELCOME, []), (2, m.SettingsApplied(), [Ready("fc553ec9")])])


def test_a_server_without_welcome_is_ready_without_a_name():
    """A Welcome that never comes is no reason not to talk."""
    session = ClientSession(0.0)
    play(session, [(0, SETTINGS, []), (2, m.SettingsApplied(), [Ready("")])])


@pytest.mark.parametrize(
    ("before", "message", "what"),
    [
        ([], m.SettingsApplied(), "settings-applied came while await-welcome"),
        ([], say("Hi"), "ConversationText came while await-welcome"),
        ([WELCOME], WELCOME, "welcomed came while await-settings"),
        ([WELCOME], m.AgentAudioDone(), "AgentAudioDone came while await-settings"),
        (
            [WELCOME, SETTINGS, m.SettingsApplied()],
            m.SettingsApplied(),
            "settings-applied came while running",
        ),
        ([WELCOME, SETTINGS, m.SettingsApplied()], WELCOME, "welcomed came while running"),
    ],
)
def test_a_server_out_of_order_is_a_warning(before, message, what):
    """Nothing is raised and the handshake stays where it was."""
    session = ClientSession(0.0)
    for earlier in before:
        session.send(earlier, 0) if earlier is SETTINGS else session.receive_text(encode(earlier), 0)
    state = session.state
    assert session.receive_text(encode(message), 1) == [Warned("out-of-order", what)]
    assert session.state is state


def test_errors_and_warnings_are_told_in_any_state():
    """A server may refuse before it has greeted."""
    session = ClientSession(0.0)
    play(
        session,
        [
            (0, m.AgentWarning("SLOW_THINK_REQUEST", "d"), [Warned("SLOW_THINK_REQUEST", "d")]),
            (0, m.WireUnknownMessage("X", {"type": "X"}), [Unknown("X", {"type": "X"})]),
        ],
    )
    told = session.receive_text(encode(m.AgentError("INVALID_SETTINGS", "bad model")), 0)
    assert [(event.code, event.text, event.verdict) for event in told] == [
        ("INVALID_SETTINGS", "bad model", Verdict.FATAL)
    ]
    assert session.last_error == told[0]


def test_the_table_leads_from_every_state_to_closed_and_nowhere_from_there():
    """CLOSED is final, and no state is without an end."""
    assert all(TRANSITIONS[state, HandshakeStep.CLOSED] is SessionState.CLOSED for state in SessionState)
    assert [step for state, step in TRANSITIONS if state is SessionState.CLOSED] == [HandshakeStep.CLOSED]


# --- what we may send -------------------------------------------------------------------------------


ONE_OF_EACH = [
    SETTINGS,
    m.UpdatePrompt("p"),
    m.InjectUserMessage("u"),
    m.InjectAgentMessage("a"),
    m.InjectDynamicAgentMessage(),
    m.ForceEndTurn(),
    m.KeepAlive(),
    m.CustomToThinkProvider(1),
    m.WireUnknownMessage("X", {"type": "X"}),
    m.FunctionCallResponse("f", "r", "call_1"),
]


@pytest.mark.parametrize(
    ("steps", "allowed"),
    [
        ([], {Settings}),
        ([WELCOME], {Settings}),
        ([WELCOME, SETTINGS], {m.KeepAlive}),
        (
            [WELCOME, SETTINGS, m.SettingsApplied()],
            {
                m.UpdatePrompt,
                m.InjectUserMessage,
                m.InjectAgentMessage,
                m.InjectDynamicAgentMessage,
                m.ForceEndTurn,
                m.KeepAlive,
                m.CustomToThinkProvider,
            },
        ),
        (None, set()),
    ],
)
def test_what_may_be_sent_when(steps, allowed):
    """Each state has its messages; anything else raises and changes nothing."""
    for message in ONE_OF_EACH:
        session = ClientSession(0.0)
        for step in steps or []:
            session.send(step, 0) if step is SETTINGS else session.receive_text(encode(step), 0)
        if steps is None:
            session.receive_close(1000)
        before = attrs.asdict(session)
        if type(message) in allowed:
            assert session.send(message, 1) == encode(message)
        else:
            with pytest.raises(LocalProtocolError):
                session.send(message, 1)
            assert attrs.asdict(session) == before


def test_a_message_that_json_does_not_have_changes_nothing():
    """Even Settings: the handshake does not move for what was never sent."""
    session = ClientSession(0.0)
    with pytest.raises(LocalProtocolError, match="cannot be written"):
        session.send(Settings(audio=Audio(), agent=AgentSettings(greeting="\ud800")), 0)
    assert session.state is SessionState.AWAIT_WELCOME


def test_audio_is_sent_while_running_only_and_never_empty():
    """Sound before its time is thrown away by the service; empty sound ends some sessions."""
    session = ClientSession(0.0)
    with pytest.raises(LocalProtocolError, match="while await-welcome"):
        session.send_audio(b"\0\0", 0)
    session = running()
    assert session.send_audio(b"\0\0", 1) == b"\0\0"
    with pytest.raises(LocalProtocolError, match="empty"):
        session.send_audio(b"", 2)


# --- replies ----------------------------------------------------------------------------------------


def test_a_reply_from_its_first_sign_to_its_end():
    """Sentences know where in the reply's sound they stand; the next reply counts from 0 again."""
    play(
        running(),
        [
            (1, say("One."), [ReplyBegun(), Sentence("One.", 0)]),
            (1, b"1234", [ReplyAudio(b"1234")]),
            (1, say("Two.", conversational_behavior="filler"), [Sentence("Two.", 4, "filler")]),
            (1, b"56", [ReplyAudio(b"56")]),
            (2, m.AgentAudioDone(), [ReplyDone()]),
            (3, b"78", [ReplyBegun(), ReplyAudio(b"78")]),
            (3, say("Three."), [Sentence("Three.", 2)]),
            (4, m.AgentAudioDone(), [ReplyDone()]),
        ],
    )


def test_an_announced_reply_starts_once():
    """AgentStartedSpeaking is a first sign like others, and brings what it took."""
    play(
        running(),
        [
            (
                1,
                m.AgentStartedSpeaking(1.5, 0.5, 1.0),
                [ReplyBegun(), Latency(None, None, 1.0, None, None, 0.5, 1.5)],
            ),
            (1, say("One."), [Sentence("One.", 0)]),
            (1, m.AgentStartedSpeaking(1.5, 0.5, 1.0), [Latency(think_s=1.0, speak_s=0.5, total_s=1.5)]),
        ],
    )


def test_speech_at_the_ear_ends_a_reply_whose_done_may_never_come():
    """A late or second AgentAudioDone is told without a reply: whoever asked knows what it means."""
    play(
        running(),
        [
            (1, b"1234", [ReplyBegun(), ReplyAudio(b"1234")]),
            (2, m.WireUserStartedSpeaking(), [SpeechAtEar()]),
            (2, m.AgentAudioDone(), [ReplyDone()]),
            (3, say("Yes?"), [ReplyBegun(), Sentence("Yes?", 0)]),
            (4, m.AgentAudioDone(), [ReplyDone()]),
            (4, m.AgentAudioDone(), [ReplyDone()]),
            (5, m.WireUserStartedSpeaking(), [SpeechAtEar()]),
        ],
    )


def test_an_odd_byte_waits_for_its_other_half():
    """Samples of 16 bits leave whole; positions count what has arrived; the carry dies with its reply."""
    play(
        running(),
        [
            (1, b"1", [ReplyBegun()]),
            (1, say("One."), [Sentence("One.", 1)]),
            (1, b"2", [ReplyAudio(b"12")]),
            (1, b"345", [ReplyAudio(b"34")]),
            (2, m.AgentAudioDone(), [ReplyDone()]),
            (3, b"67", [ReplyBegun(), ReplyAudio(b"67")]),
            (3, b"8", []),
            (3, m.WireUserStartedSpeaking(), [SpeechAtEar()]),
            (3, b"90", [ReplyBegun(), ReplyAudio(b"90")]),
            (3, b"", []),
        ],
    )


@pytest.mark.parametrize(
    ("output", "events"),
    [
        (None, [ReplyBegun()]),
        (AudioOutput(), [ReplyBegun()]),
        (AudioOutput("linear16", container="none"), [ReplyBegun()]),
        (AudioOutput("linear16", container="wav"), [ReplyBegun(), ReplyAudio(b"1")]),
        (AudioOutput("mulaw"), [ReplyBegun(), ReplyAudio(b"1")]),
        (AudioOutput("mp3"), [ReplyBegun(), ReplyAudio(b"1")]),
    ],
)
def test_only_plain_samples_are_kept_together(output, events):
    """Where bytes are not samples of two, every byte leaves at once."""
    play(running(Audio(output=output)), [(1, b"1", events)])


@settings(deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=9), max_size=12))
def test_no_byte_of_a_reply_is_lost_or_moved(stretches):
    """However the sound is cut up, it comes out the same, in whole samples, but for a last odd byte."""
    session = running()
    events = [event for data in stretches for event in session.receive_audio(data, 1)]
    sounds = [event.data for event in events if isinstance(event, ReplyAudio)]
    whole = b"".join(stretches)
    assert b"".join(sounds) == whole[: len(whole) // 2 * 2]
    assert all(sounds)
    assert all(len(sound) % 2 == 0 for sound in sounds)


def test_sound_before_the_settings_is_dropped_and_told_once():
    """The service should not, and one warning is enough."""
    session = ClientSession(0.0)
    warning = Warned("early-audio", "audio came while await-welcome, and was dropped")
    play(session, [(0, b"12", [warning]), (0, b"34", [])])


def test_a_greeting_before_the_settings_are_applied_is_told_behind_ready():
    """Words, sound and end, in their order: some services greet before they say that they are ready."""
    session = ClientSession(0.0)
    warning = Warned("early-audio", "audio came while applying, and is kept")
    play(
        session,
        [
            (0, WELCOME, []),
            (0, SETTINGS, []),
            (1, say("Hello."), []),
            (1, b"123", [warning]),
            (1, b"4", []),
            (1, m.AgentAudioDone(), []),
            (
                2,
                m.SettingsApplied(),
                [
                    Ready("fc553ec9"),
                    ReplyBegun(),
                    Sentence("Hello.", 0, "default"),
                    ReplyAudio(b"12"),
                    ReplyAudio(b"34"),
                    ReplyDone(),
                ],
            ),
        ],
    )


def test_a_greeting_is_kept_within_bounds():
    """A megabyte of sound; what is beyond it is dropped, and both are told once."""
    session = ClientSession(0.0)
    play(session, [(0, WELCOME, []), (0, SETTINGS, [])])
    told = [warning.text for _ in range(40) for warning in session.receive_audio(bytes(32_768), 0.0)]
    assert told == ["audio came while applying, and is kept", "audio came while applying, and was dropped"]
    told = session.receive_text(encode(m.SettingsApplied()), 1.0)
    assert sum(len(event.data) for event in told if isinstance(event, ReplyAudio)) == 1024 * 1024
    play(session, [(0, b"12", [ReplyAudio(b"12")])])


def test_messages_before_their_time_are_kept_within_bounds():
    """Two hundred and fifty-six; the next is out of order, as it always was."""
    session = ClientSession(0.0)
    play(session, [(0, WELCOME, []), (0, SETTINGS, [])])
    play(session, [(0, say("a"), [])] * 256)
    play(session, [(0, say("b"), [Warned("out-of-order", "ConversationText came while applying")])])


# --- the other messages -----------------------------------------------------------------------------


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
            Warned("MAXIMUM_SESSION_LENGTH_APPROACHING", "soon", Verdict.ROLL_OVER),
        ),
    ],
)
def test_messages_in_our_own_words(message, event):
    """One message, one event, whose words are not the service's."""
    play(running(), [(1, message, [event])])


def test_malformed_messages_are_told_with_their_beginning():
    """The reason names the field, the excerpt is at most a KiB of whole characters, and talk goes on."""
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


# --- tools ------------------------------------------------------------------------------------------


def asked(*ids, ours=True):
    return m.FunctionCallRequest(tuple(m.RequestedFunction(i, "f", "{}", ours) for i in ids))


def test_calls_are_answered_once_and_by_their_id():
    """Only calls of ours wait for an answer; each takes one."""
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
    """Models use an id again: with other arguments it is another call, with the same ones the same."""
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


# --- time -------------------------------------------------------------------------------------------


def test_a_welcome_that_does_not_come():
    """Ten seconds after the socket opened the session is over."""
    session = ClientSession(5.0)
    assert session.next_deadline() == 15.0
    assert session.tick(14.9) == []
    assert session.tick(15.0) == [Timeout("welcome")]
    assert session.state is SessionState.CLOSED
    assert session.next_deadline() is None
    assert session.tick(99.0) == []


def test_settings_that_are_not_applied():
    """Ten seconds after they were sent; between Welcome and Settings time is ours."""
    session = ClientSession(0.0)
    session.receive_text(encode(WELCOME), 1.0)
    assert session.next_deadline() is None
    assert session.tick(100.0) == []
    session.send(SETTINGS, 2.0)
    assert session.next_deadline() == 12.0
    assert session.tick(12.0) == [Timeout("settings-applied")]
    assert session.state is SessionState.CLOSED


def test_keep_alive_is_due_eight_seconds_after_the_last_sound():
    """Sound and KeepAlive put it off, other messages do not; a late tick sends one, not many."""
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


# --- the end ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code", "verdict"),
    [
        (None, 1005, Verdict.RETRY),
        (None, 1008, Verdict.FATAL),
        ("INVALID_SETTINGS", 1005, Verdict.FATAL),
        ("SERVER_GOING_AWAY", 1006, Verdict.RETRY_NOW),
        ("MAXIMUM_SESSION_LENGTH_REACHED", 1000, Verdict.ROLL_OVER),
        ("FAILED_TO_THINK", 1005, Verdict.RETRY),
    ],
)
def test_the_last_error_counts_before_the_close_code(error, code, verdict):
    """Clean closes follow errors; a lost turn is no reason for a close."""
    session = running()
    if error is not None:
        session.receive_text(encode(m.AgentError(error, "d")), 1)
    (closed,) = session.receive_close(code)
    assert (closed.code, closed.verdict) == (code, verdict)
    assert closed.hint


def test_our_own_close_is_judged_as_ours():
    """A message too long for us is the server's doing."""
    (closed,) = running().receive_close(1009, ours=True)
    assert closed.verdict is Verdict.RETRY


def test_nothing_comes_from_a_closed_session():
    """Late messages, sound and a second close are nothing; calls are open no more."""
    session = running()
    session.receive_text(encode(asked("a")), 1)
    assert isinstance(session.receive_close(1006)[0], Closed)
    assert session.open_calls == ()
    assert session.receive_text(encode(say("late")), 2) == []
    assert session.receive_audio(b"12", 2) == []
    assert session.receive_close(1000) == []
    assert session.heard_at == 1


def test_repr_is_a_status_line():
    """What it is, where it stands, what is open, and nothing that was said."""
    assert repr(ClientSession(0.0)) == "<ClientSession unnamed: await-welcome>"
    session = running()
    session.receive_text(encode(asked("a", "b")), 1)
    session.receive_text(encode(m.AgentError("FAILED_TO_THINK", "d")), 1)
    assert repr(session) == "<ClientSession fc553ec9: running, 2 open calls, last error FAILED_TO_THINK>"
    assert repr(ReplyAudio(b"1234")) == "ReplyAudio(data=<4 bytes>)"


# --- any order --------------------------------------------------------------------------------------


class AnyServer(RuleBasedStateMachine):
    """A server that sends anything in any order, and a client that tries anything."""

    def __init__(self):
        super().__init__()
        self.now = 0.0
        self.session = ClientSession(0.0)
        self.told = []
        self.states = [self.session.state]

    def note(self, events):
        self.told += events
        if self.session.state is not self.states[-1]:
            self.states.append(self.session.state)

    @rule(seconds=st.floats(0, 12))
    def wait(self, seconds):
        self.now += seconds
        deadline = self.session.next_deadline()
        due = self.session.tick(self.now)
        assert bool(due) == (deadline is not None and self.now >= deadline)
        self.note([])

    @precondition(lambda self: self.session.state is not SessionState.RUNNING)
    @rule()
    def welcome(self):
        self.note(self.session.receive_text(encode(WELCOME), self.now))

    @precondition(lambda self: self.session.state is SessionState.AWAIT_SETTINGS)
    @rule()
    def configure(self):
        self.session.send(SETTINGS, self.now)
        self.note([])

    @rule()
    def apply(self):
        self.note(self.session.receive_text(encode(m.SettingsApplied()), self.now))

    @rule(message=server_messages)
    def receive(self, message):
        self.note(self.session.receive_text(encode(message), self.now))

    @rule(data=st.binary(max_size=5))
    def receive_sound(self, data):
        self.note(self.session.receive_audio(data, self.now))

    @rule(garbage=text)
    def receive_garbage(self, garbage):
        self.note(self.session.receive_text(garbage, self.now))

    @rule(message=client_messages)
    def try_to_send(self, message):
        before = attrs.asdict(self.session)
        try:
            self.session.send(message, self.now)
        except LocalProtocolError:
            assert attrs.asdict(self.session) == before
        self.note([])

    @rule(code=st.integers(0, 5000))
    def close(self, code):
        self.note(self.session.receive_close(code))

    @invariant()
    def it_is_ready_once_and_talks_only_then(self):
        readies = [index for index, event in enumerate(self.told) if isinstance(event, Ready)]
        assert len(readies) <= 1
        early = self.told[: readies[0]] if readies else self.told
        assert all(
            isinstance(event, Warned | Refused | Failed | Unknown | Malformed | Closed) for event in early
        )

    @invariant()
    def replies_are_well_formed(self):
        inside = False
        for event in self.told:
            match event:
                case ReplyBegun():
                    assert not inside
                    inside = True
                case Sentence() | ReplyAudio():
                    assert inside
                case ReplyDone() | SpeechAtEar():  # the end of sound may come alone: nothing was said
                    inside = False

    @invariant()
    def the_states_went_by_the_table(self):
        for before, after in zip(self.states, self.states[1:], strict=False):
            assert after in {
                SessionState.CLOSED,
                *(to for (state, _), to in TRANSITIONS.items() if state is before),
            }


AnyServer.TestCase.settings = settings(deadline=None, max_examples=40, stateful_step_count=25)
TestAnyServer = AnyServer.TestCase


def test_every_client_class_was_tried():
    """The lists above leave out what has no state of its own: the updates."""
    assert set(CLIENT_CLASSES) - {type(message) for message in ONE_OF_EACH} == {
        m.UpdateListen,
        m.UpdateThink,
        m.UpdateThinkLive,
        m.UpdateSpeak,
    }
