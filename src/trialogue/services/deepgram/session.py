"""Client's side of one connection, sans I/O: messages and time in, facts and texts out.

1. Time is an input (`now`, seconds on any clock that does not go back) and the next deadline an output.
2. The handshake is the table `TRANSITIONS`. A step of ours that it lacks is a LocalProtocolError; a step of
   the server's is a warning. In both cases the state does not change.
3. Any message from the server, in any order, becomes facts and never an exception.
4. Until Ready the server can only greet, warn and fail: a reply before the settings are sent is out of order
   and dropped. A reply that comes while they are applied is kept, within limits, and reported after Ready.
5. Settings may be sent before the Welcome is read, and are sent once. Nothing is sent before them, and only
   KeepAlive before they are applied.
6. A call is answered at most once, by its id, and not after it was cancelled: check `open_calls` first. Two
   calls with one id are separate: each is answered.
7. Welcome and SettingsApplied must come within ten seconds each. While running, KeepAlive is due eight
   seconds after the last sound or KeepAlive that we sent.
8. A close may look clean after an error, so the service's last error takes precedence over the code.
9. One session is one connection: a new connection needs a new session.
"""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias, assert_never

from attrs import field

from trialogue.errors import LocalProtocolError, RemoteProtocolError
from trialogue.services.close_codes import Recovery, classify_close
from trialogue.services.deepgram import translate
from trialogue.services.deepgram.codec import decode_server, encode
from trialogue.services.deepgram.early import EarlyTalk
from trialogue.services.deepgram.messages import (
    AgentAudioDone,
    AgentError,
    AgentStartedSpeaking,
    AgentWarning,
    ClientMessage,
    ConversationText,
    FunctionCallCancelled,
    FunctionCallRequest,
    FunctionCallResponse,
    KeepAlive,
    ServerMessage,
    Settings,
    SettingsApplied,
    Welcome,
    WireUnknownMessage,
    WireUserStartedSpeaking,
)
from trialogue.services.deepgram.reply import ReplyTrack
from trialogue.services.facts import (
    Closed,
    Due,
    Fact,
    Failed,
    Heard,
    Malformed,
    Ready,
    SpeechAtEar,
    Timeout,
    ToolCallsCancelled,
    Transmit,
    Unknown,
    Warned,
)
from trialogue.services.sound_terms import SoundTerms
from trialogue.values import define

HANDSHAKE_S = 10.0
"""Most seconds until Welcome, and until SettingsApplied."""

KEEP_ALIVE_S = 8.0
"""Seconds of our silence before a KeepAlive; the service closes after about ten."""

EXCERPT_BYTES = 1024
"""Bytes of a malformed message that are kept."""

_KEEP_ALIVE = encode(KeepAlive())


class SessionState(Enum):
    """State of the handshake."""

    AWAIT_WELCOME = "await-welcome"
    """The socket is open; there was no message."""

    AWAIT_SETTINGS = "await-settings"
    """The server has greeted; Settings can be sent."""

    APPLYING = "applying"
    """Settings are sent, and not yet applied."""

    RUNNING = "running"
    """Settings are applied."""

    CLOSED = "closed"
    """The connection is over."""


class HandshakeStep(Enum):
    """Step of the handshake to another state."""

    WELCOMED = "welcomed"
    SETTINGS_SENT = "settings-sent"
    SETTINGS_APPLIED = "settings-applied"
    CLOSED = "closed"


TRANSITIONS: dict[tuple[SessionState, HandshakeStep], SessionState] = {
    (SessionState.AWAIT_WELCOME, HandshakeStep.WELCOMED): SessionState.AWAIT_SETTINGS,
    (SessionState.AWAIT_WELCOME, HandshakeStep.SETTINGS_SENT): SessionState.APPLYING,
    (SessionState.AWAIT_SETTINGS, HandshakeStep.SETTINGS_SENT): SessionState.APPLYING,
    (SessionState.APPLYING, HandshakeStep.WELCOMED): SessionState.APPLYING,
    (SessionState.APPLYING, HandshakeStep.SETTINGS_APPLIED): SessionState.RUNNING,
    **{(state, HandshakeStep.CLOSED): SessionState.CLOSED for state in SessionState},
}
"""Every step of the handshake; a missed deadline also closes, and CLOSED is final."""

_Talk: TypeAlias = (
    translate.Plain
    | ConversationText
    | WireUserStartedSpeaking
    | AgentAudioDone
    | FunctionCallRequest
    | FunctionCallCancelled
)
"""Messages that are allowed only while running."""


@define
class ClientSession:
    """Protocol state of one connection; the owner of the socket owns it."""

    opened_at: float
    """Moment at which the websocket was open, in seconds."""

    state: SessionState = field(default=SessionState.AWAIT_WELCOME, init=False)
    """State of the handshake."""

    request_id: str = field(default="", init=False)
    """Id that the service gives the session; empty before its Welcome."""

    last_error: Failed | None = field(default=None, init=False)
    """Last `Error` of the server."""

    _settings_at: float = field(default=0.0, init=False)
    _sent_at: float = field(default=0.0, init=False)
    _reply: ReplyTrack = field(factory=ReplyTrack, init=False)
    _open_calls: dict[tuple[str, str], None] = field(factory=dict[tuple[str, str], None], init=False)
    _early: EarlyTalk[_Talk] = field(factory=EarlyTalk[_Talk], init=False)
    _early_audio_told: set[str] = field(factory=set[str], init=False)

    def __repr__(self) -> str:
        calls = f", {len(self._open_calls)} open calls" if self._open_calls else ""
        error = f", last error {self.last_error.code}" if self.last_error else ""
        return f"<ClientSession {self.request_id or 'unnamed'}: {self.state.value}{calls}{error}>"

    @property
    def open_calls(self) -> tuple[str, ...]:
        """Ids of the calls that wait for our response, oldest first; an id of two calls stands twice."""
        return tuple(call_id for call_id, _ in self._open_calls)

    # --- out ----------------------------------------------------------------------------------------

    def send(self, message: ClientMessage, now: float) -> str:
        """Text to send for `message`; LocalProtocolError, and no change, where it is not allowed."""
        self._check(message)
        text = encode(message)
        match message:
            case Settings():
                self._move(HandshakeStep.SETTINGS_SENT)
                self._settings_at = now
                self._reply.sample_width = _sample_width(message)
            case KeepAlive():
                self._sent_at = now
            case FunctionCallResponse(id=str(call_id)):
                self._close_call(call_id)
            case _:
                pass
        return text

    def send_audio(self, data: bytes, now: float) -> bytes:
        """Bytes to send for a stretch of sound: `data` itself; LocalProtocolError where not allowed."""
        if self.state is not SessionState.RUNNING:
            raise LocalProtocolError(f"audio may not be sent while {self.state.value}")
        if not data:
            raise LocalProtocolError("empty audio may not be sent: some servers close over it")
        self._sent_at = now
        return data

    def _check(self, message: ClientMessage) -> None:
        match self.state:
            case SessionState.AWAIT_WELCOME | SessionState.AWAIT_SETTINGS:
                allowed = isinstance(message, Settings)
            case SessionState.APPLYING:
                allowed = isinstance(message, KeepAlive)
            case SessionState.RUNNING:
                allowed = not isinstance(message, Settings | WireUnknownMessage)
            case SessionState.CLOSED:
                allowed = False
            case _:
                assert_never(self.state)
        if not allowed:
            raise LocalProtocolError(f"{message.type} may not be sent while {self.state.value}")
        if isinstance(message, FunctionCallResponse) and message.id not in self.open_calls:
            raise LocalProtocolError("a function call may be answered once, by its id, unless cancelled")

    def _close_call(self, call_id: str) -> None:
        """Remove the oldest open call of an id: it has its response."""
        del self._open_calls[next(call for call in self._open_calls if call[0] == call_id)]

    # --- in -----------------------------------------------------------------------------------------

    def receive_text(self, text: str | bytes, now: float) -> list[Fact]:
        """Facts in a text message."""
        if self.state is SessionState.CLOSED:
            return []
        try:
            message = decode_server(text)
        except RemoteProtocolError as error:
            return [Malformed(str(error), _excerpt(text))]
        return self._greeted(message, now)

    def receive_sound(self, data: bytes) -> bytes | None:
        """The sound of a binary message that tells nothing else; None, and no change, for any other."""
        return data if self.state is SessionState.RUNNING and self._reply.goes_on(data) else None

    def receive_audio(self, data: bytes) -> list[Fact]:
        """Facts in a binary message."""
        if self.state is SessionState.CLOSED:
            return []
        if self.state is SessionState.RUNNING:
            return self._reply.audio(data) if data else []
        is_kept = self.state is SessionState.APPLYING and bool(data) and self._early.keep(data)
        outcome = "is kept" if is_kept else "was dropped"
        if outcome in self._early_audio_told:
            return []
        self._early_audio_told.add(outcome)
        return [Warned("early-audio", f"audio came while {self.state.value}, and {outcome}")]

    def receive_close(self, code: int, *, ours: bool = False) -> list[Fact]:
        """Facts from the connection's end; `ours`: our side closed, because of a message from the server."""
        if self.state is SessionState.CLOSED:
            return []
        self._close()
        error = self.last_error
        if error is not None and error.recovery is not Recovery.TURN_LOST:
            return [Closed(code, error.recovery, error.hint)]
        meaning = classify_close(code, ours=ours)
        return [Closed(code, meaning.recovery, meaning.hint)]

    def _greeted(self, message: ServerMessage, now: float) -> list[Fact]:
        """Facts of messages that may come at any time; other messages come only while running."""
        match message:
            case Welcome(request_id=request_id):
                self.request_id = self.request_id or request_id
                return self._stepped(HandshakeStep.WELCOMED)
            case SettingsApplied():
                return self._applied(now)
            case AgentError():
                is_early = self.state is not SessionState.RUNNING
                self.last_error = translate.failed(message, is_early=is_early)
                return [self.last_error]
            case AgentWarning():
                return [translate.warned(message)]
            case WireUnknownMessage(type=kind, raw=raw):
                return [Unknown(kind, raw)]
            case _ if self.state is SessionState.APPLYING and self._early.keep(message):
                return []
            case _ if self.state is not SessionState.RUNNING:
                return [self._out_of_order(message.type)]
            case _:
                return self._conversed(message)

    def _conversed(self, message: _Talk) -> list[Fact]:
        """Facts of messages of the conversation."""
        match message:
            case ConversationText():
                return self._said(message)
            case WireUserStartedSpeaking():
                self._reply.cut()
                return [SpeechAtEar()]
            case AgentStartedSpeaking():
                return [*self._reply.announced(), translate.translate(message)]
            case AgentAudioDone():
                return self._reply.done()
            case FunctionCallRequest():
                wanted = translate.tool_calls(message)
                if isinstance(wanted, Malformed):
                    return [wanted]
                self._open_calls |= {(call.id, call.arguments): None for call in wanted.calls if call.ours}
                return [wanted]
            case FunctionCallCancelled(functions=functions):
                gone = {function.id for function in functions}
                for call in [call for call in self._open_calls if call[0] in gone]:
                    del self._open_calls[call]
                ids = (function.id for function in functions if len(function.id) <= translate.LONGEST_NAME)
                return [ToolCallsCancelled(tuple(ids))]
            case _:
                return [translate.translate(message)]

    def _said(self, message: ConversationText) -> list[Fact]:
        """Facts of words; words of an unknown role are kept as an unknown message."""
        match message.role:
            case "assistant":
                return self._reply.sentence(message.content, message.conversational_behavior or "default")
            case "user":
                return [Heard(message.content, message.languages or ())]
            case role:
                raw = {"type": message.type, "role": role, "content": message.content}
                return [Unknown(message.type, raw)]

    # --- time ---------------------------------------------------------------------------------------

    def next_deadline(self) -> float | None:
        """Next moment at which `tick` is to be called, in seconds; None while time changes nothing."""
        match self.state:
            case SessionState.AWAIT_WELCOME:
                return self.opened_at + HANDSHAKE_S
            case SessionState.APPLYING:
                return self._settings_at + HANDSHAKE_S
            case SessionState.RUNNING:
                return self._sent_at + KEEP_ALIVE_S
            case SessionState.AWAIT_SETTINGS | SessionState.CLOSED:
                return None
            case _:
                assert_never(self.state)

    def tick(self, now: float) -> list[Due]:
        """Actions that are due at `now`: none before `next_deadline`."""
        deadline = self.next_deadline()
        if deadline is None or now < deadline:
            return []
        if self.state is SessionState.RUNNING:
            self._sent_at = now
            return [Transmit(_KEEP_ALIVE)]
        missed = Timeout("welcome" if self.state is SessionState.AWAIT_WELCOME else "settings-applied")
        self._close()
        return [missed]

    # --- the table ----------------------------------------------------------------------------------

    def _applied(self, now: float) -> list[Fact]:
        warning = self._stepped(HandshakeStep.SETTINGS_APPLIED)
        if warning:
            return warning
        self._sent_at = now
        return [Ready(self.request_id), *self._greeting()]

    def _greeting(self) -> list[Fact]:
        """Facts that came too early, after Ready."""
        told: list[Fact] = []
        for item in self._early.take():
            told += self._reply.audio(item) if isinstance(item, bytes) else self._conversed(item)
        return told

    def _stepped(self, step: HandshakeStep) -> list[Fact]:
        """Take a step of the server's: nothing, or a warning that it was out of order."""
        if (self.state, step) not in TRANSITIONS:
            return [self._out_of_order(step.value)]
        self._move(step)
        return []

    def _move(self, step: HandshakeStep) -> None:
        self.state = TRANSITIONS[self.state, step]

    def _close(self) -> None:
        self._move(HandshakeStep.CLOSED)
        self._open_calls.clear()
        self._reply.cut()

    def _out_of_order(self, what: str) -> Warned:
        return Warned("out-of-order", f"{what} came while {self.state.value}")


def _sample_width(settings: Settings) -> int:
    """Bytes of a sample of the agent's sound."""
    output = settings.audio.output
    if output is None:
        return 2
    return SoundTerms(output.encoding or "linear16", container=output.container).sample_width or 1


def _excerpt(text: str | bytes) -> str:
    beginning = text[:EXCERPT_BYTES]
    if isinstance(beginning, str):
        beginning = beginning.encode(errors="replace")
    return beginning[:EXCERPT_BYTES].decode(errors="ignore")
