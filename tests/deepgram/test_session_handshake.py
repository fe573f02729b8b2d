"""The client's session up to Ready, and what the state machine lets it send when."""

import attrs
import pytest
from deepgram_strategies import CLIENT_CLASSES
from session_playbook import SETTINGS, WELCOME, play, running, say

from trialogue.errors import LocalProtocolError
from trialogue.services.close_codes import Recovery
from trialogue.services.deepgram import messages as m
from trialogue.services.deepgram.codec import encode
from trialogue.services.deepgram.session import TRANSITIONS, ClientSession, HandshakeStep, SessionState
from trialogue.services.deepgram.settings import AgentSettings, Audio, Settings
from trialogue.services.facts import Ready, Unknown, Warned


def test_the_handshake_as_documented():
    """The documented handshake ends with Ready and the service's name of the session."""
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


def test_settings_may_go_out_before_the_welcome_is_read():
    """A client may send Settings before it reads Welcome, and Ready still has the request id."""
    session = ClientSession(0.0)
    play(session, [(0, SETTINGS, []), (1, WELCOME, []), (2, m.SettingsApplied(), [Ready("fc553ec9")])])


def test_a_server_without_welcome_is_ready_without_a_name():
    """A server that never sends Welcome can be talked to, in a session without a name."""
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
    """A message out of order is a warning, and leaves the handshake where it was."""
    session = ClientSession(0.0)
    for earlier in before:
        session.send(earlier, 0) if earlier is SETTINGS else session.receive_text(encode(earlier), 0)
    state = session.state
    assert session.receive_text(encode(message), 1) == [Warned("out-of-order", what)]
    assert session.state is state


def test_errors_and_warnings_are_told_in_any_state():
    """Errors and warnings are reported in any state, also before the greeting."""
    session = ClientSession(0.0)
    play(
        session,
        [
            (0, m.AgentWarning("SLOW_THINK_REQUEST", "d"), [Warned("SLOW_THINK_REQUEST", "d")]),
            (0, m.WireUnknownMessage("X", {"type": "X"}), [Unknown("X", {"type": "X"})]),
        ],
    )
    told = session.receive_text(encode(m.AgentError("INVALID_SETTINGS", "bad model")), 0)
    assert [(event.code, event.text, event.recovery) for event in told] == [
        ("INVALID_SETTINGS", "bad model", Recovery.FATAL)
    ]
    assert session.last_error == told[0]


def test_the_table_leads_from_every_state_to_closed_and_nowhere_from_there():
    """A session can be closed in each state, and never leaves the closed one."""
    assert all(TRANSITIONS[state, HandshakeStep.CLOSED] is SessionState.CLOSED for state in SessionState)
    assert [step for state, step in TRANSITIONS if state is SessionState.CLOSED] == [HandshakeStep.CLOSED]


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
def test_messages_allowed_in_each_state(steps, allowed):
    """A message that the session's state does not allow raises, and changes nothing."""
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
    """Settings that cannot be written leave the handshake where it was."""
    session = ClientSession(0.0)
    with pytest.raises(LocalProtocolError, match="cannot be written"):
        session.send(Settings(audio=Audio(), agent=AgentSettings(greeting="\ud800")), 0)
    assert session.state is SessionState.AWAIT_WELCOME


def test_audio_is_sent_while_running_only_and_never_empty():
    """Sound before its time, and empty sound, are refused instead of being sent."""
    session = ClientSession(0.0)
    with pytest.raises(LocalProtocolError, match="while await-welcome"):
        session.send_audio(b"\0\0", 0)
    session = running()
    assert session.send_audio(b"\0\0", 1) == b"\0\0"
    with pytest.raises(LocalProtocolError, match="empty"):
        session.send_audio(b"", 2)


def test_every_client_class_was_tried():
    """The test of allowed messages has each class of a client, except the updates."""
    assert set(CLIENT_CLASSES) - {type(message) for message in ONE_OF_EACH} == {
        m.UpdateListen,
        m.UpdateThink,
        m.UpdateThinkLive,
        m.UpdateSpeak,
    }
