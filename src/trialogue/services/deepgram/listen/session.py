"""Client's side of one listening connection, sans I/O: sound, messages and time in, facts out.

1. Time is an input (`now`, seconds on any clock that does not go back) and the next deadline an output.
2. The connection's life is the table `LISTEN_TRANSITIONS`; a step of ours that it lacks is a
   LocalProtocolError. Any message from the server, in any order, becomes facts and never an exception.
3. Flux greets, within ten seconds; on v1 the open socket is Ready.
4. The service counts in seconds of sent sound. Facts give places on the owner's axis, also after dropped
   sound and long silences.
5. Sound ends turns, so a stream that stops would leave them open: without sound for half a second the session
   feeds silence, in real time. After six seconds of silence without an open utterance the stream rests: it
   sends KeepAlive every four seconds on v1, and a short silence every twenty on v2, which has no such
   message.
6. A service that sends nothing while it is fed, or inside an utterance, is lost: Timeout.
7. Every utterance ends, at the latest with the connection, with the words so far.
8. One session is one connection: a new connection needs a new session.
"""

from __future__ import annotations

from enum import Enum
from typing import Literal

from attrs import field

from trialogue.errors import LocalProtocolError, RemoteProtocolError
from trialogue.services.close_codes import Recovery, classify_close
from trialogue.services.deepgram.codec import encode
from trialogue.services.deepgram.listen.dialects import (
    Connected,
    FluxDialect,
    ListenConfigure,
    ListenRoute,
    NovaDialect,
)
from trialogue.services.deepgram.listen.settings import ListenSettings
from trialogue.services.deepgram.listen.sound_clock import SoundClock
from trialogue.services.deepgram.listen.utterances import UtteranceFacts
from trialogue.services.deepgram.session import EXCERPT_BYTES, HANDSHAKE_S
from trialogue.services.facts import (
    ChangeRefused,
    Closed,
    EarDue,
    EarFact,
    Failed,
    Malformed,
    Ready,
    Timeout,
    Transmit,
    Understood,
    Updated,
    Warned,
)
from trialogue.values import define

QUIET_S = 0.5
"""Seconds without sound after which the session feeds silence."""

SILENCE_S = 0.2
"""Most seconds of silence sent at a time, after a stall."""

SETTLED_S = 6.0
"""Seconds of silence before the stream rests; Flux ends a turn after at most five seconds."""

KEEP_ALIVE_S = 4.0
"""Seconds between two KeepAlives of a resting stream; the service closes after ten seconds."""

BREATH_S = 20.0
"""Seconds between two short silences of a resting stream without KeepAlive; services close after sixty."""

FINISH_S = 3.0
"""Most seconds until the server closes after a request to."""

LOST_S = 3.0
"""Most seconds without a message from a service that is fed; four times `eot_timeout_ms` if that is longer.
"""

_ZERO = {"linear16": b"\x00\x00", "mulaw": b"\xff", "alaw": b"\xd5"}
"""Silent sample of each encoding."""


class ListenState(Enum):
    """State of the connection."""

    OPENING = "opening"
    """The socket is open; the server has not greeted."""

    LISTENING = "listening"
    """Sound may flow."""

    FINISHING = "finishing"
    """The end is requested; last words may come."""

    CLOSED = "closed"
    """The connection is over."""


class ListenStep(Enum):
    """Step of the connection to another state."""

    READY = "ready"
    FINISHED = "finished"
    CLOSED = "closed"


LISTEN_TRANSITIONS: dict[tuple[ListenState, ListenStep], ListenState] = {
    (ListenState.OPENING, ListenStep.READY): ListenState.LISTENING,
    (ListenState.LISTENING, ListenStep.FINISHED): ListenState.FINISHING,
    **{(state, ListenStep.CLOSED): ListenState.CLOSED for state in ListenState},
}
"""Every step of the connection; a missed deadline also closes, and CLOSED is final."""


@define
class ListenSession:
    """Protocol state of one listening connection; the owner of the socket owns it."""

    settings: ListenSettings
    """Settings in the address."""

    state: ListenState = field(default=ListenState.OPENING, init=False)
    """State of the connection."""

    request_id: str = field(default="", init=False)
    """Id that the service gives the session; empty before it is known."""

    last_error: Failed | None = field(default=None, init=False)
    """Last `Error`, which ended the session."""

    clock: SoundClock = field(factory=SoundClock, init=False)
    """Clock that places the connection's sound on the owner's axis."""

    utterances: UtteranceFacts = field(init=False)
    """Utterances so far; `utterances.open` is the one without an end."""

    _dialect: ListenRoute = field(init=False)
    _sample: bytes = field(init=False)
    _since: float = field(default=0.0, init=False)
    _filled_until: float = field(default=0.0, init=False)
    _silent_since: float = field(default=0.0, init=False)
    _sent_at: float = field(default=0.0, init=False)
    _told_at: float = field(default=0.0, init=False)
    _is_fed: bool = field(default=False, init=False)
    _finalized_at: float | None = field(default=None, init=False)
    _configures: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._sample = _ZERO.get(self.settings.encoding, b"\x00\x00")
        self.utterances = UtteranceFacts(self.clock)
        made = FluxDialect if self.settings.route == "v2" else NovaDialect
        self._dialect = made(self.utterances)

    def __repr__(self) -> str:
        error = f", last error {self.last_error.code}" if self.last_error else ""
        spoken = f", utterance {self.utterances.count}" if self.utterances.open else ""
        return f"<ListenSession {self.request_id or 'unnamed'}: {self.state.value}{spoken}{error}>"

    # --- out ----------------------------------------------------------------------------------------

    def start(self, now: float, request_id: str = "") -> list[EarFact]:
        """Facts from an open socket, whose `dg-request-id` header is `request_id`; on v1, Ready at once."""
        self._since, self.request_id = now, request_id
        return [] if self._dialect.greets else self._ready(request_id, now)

    def hear(self, data: bytes, now: float, at: float | None = None) -> bytes:
        """Bytes to send for sound: `data` itself; LocalProtocolError where none may be sent.

        `at` is the place of its first sample on the owner's axis, on which all facts give places; `now` if
        None.
        """
        self._check("sound")
        if not data:
            raise LocalProtocolError("empty sound may not be sent: some servers close over it")
        if not self._is_fed and now - self._told_at > SETTLED_S:
            self._told_at = now  # a resting stream has sent nothing, and was not expected to
        self._is_fed = True
        self._send_sound(data, now if at is None else at, now)
        self._filled_until = max(now, self._filled_until) + self._seconds(data)
        self._silent_since = self._filled_until
        return data

    def end_utterance(self, now: float) -> str:
        """Text that ends the open utterance now, whatever the service has detected."""
        self._check("the end of an utterance")
        if self.settings.route == "v1":
            self._finalized_at = now
        return self._dialect.force_end

    def configure(self, change: ListenConfigure, now: float) -> str:
        """Text that changes the session: answered by Updated or ChangeRefused, one at a time."""
        self._check("a change")
        if self._configures:
            raise LocalProtocolError("a change may not be sent before the previous one is answered")
        self._configures = True
        self._sent_at = now
        return encode(change)

    def finish(self, now: float) -> list[str]:
        """Texts that end the session: last words come, then the server closes."""
        self._check("the end")
        self.state = LISTEN_TRANSITIONS[self.state, ListenStep.FINISHED]
        self._since = now
        ends_turn = self.settings.route == "v2" and self.utterances.open is not None
        return [*([self._dialect.force_end] if ends_turn else []), self._dialect.close]

    def _check(self, what: str) -> None:
        if self.state is not ListenState.LISTENING:
            raise LocalProtocolError(f"{what} may not be sent while {self.state.value}")

    # --- in -----------------------------------------------------------------------------------------

    def receive_text(self, text: str | bytes, now: float) -> list[EarFact]:
        """Facts in a text message."""
        if self.state is ListenState.CLOSED:
            return []
        self._told_at = now
        try:
            told = self._dialect.take(text, now)
        except RemoteProtocolError as error:
            return [Malformed(str(error), _excerpt(text))]
        facts: list[EarFact] = []
        for fact in told:
            facts += self._ready(fact.request_id, now) if isinstance(fact, Connected) else [fact]
            self._note(fact)
        return facts

    def receive_audio(self, data: bytes) -> list[EarFact]:
        """Facts in a binary message: a listening server has no sound to send."""
        return [Malformed(f"{len(data)} bytes of sound came from a service that listens", "")]

    def receive_close(self, code: int, now: float, *, ours: bool = False) -> list[EarFact]:
        """Facts from the connection's end; `ours`: our side closed, because of a message from the server."""
        if self.state is ListenState.CLOSED:
            return []
        asked = self.state is ListenState.FINISHING
        last = self._close(now, "model" if asked else "lost")
        if self.last_error is not None:
            return [*last, Closed(code, self.last_error.recovery, self.last_error.hint)]
        if asked and code in {1000, 1005}:
            return [*last, Closed(code, Recovery.GO_ON, "It ended as it was asked to.")]
        meaning = classify_close(code, ours=ours)
        return [*last, Closed(code, meaning.recovery, meaning.hint)]

    def _ready(self, request_id: str, now: float) -> list[EarFact]:
        if (self.state, ListenStep.READY) not in LISTEN_TRANSITIONS:
            return [Warned("out-of-order", f"a greeting came while {self.state.value}")]
        self.state = LISTEN_TRANSITIONS[self.state, ListenStep.READY]
        self.request_id = request_id or self.request_id
        self._filled_until = self._silent_since = self._sent_at = self._told_at = now
        return [Ready(self.request_id)]

    def _note(self, fact: EarFact | Connected) -> None:
        match fact:
            case Failed():
                self.last_error = fact
            case Updated() | ChangeRefused():
                self._configures = False
            case _:
                pass
        if self.utterances.open is None:
            self._finalized_at = None

    def _close(self, now: float, trigger: str) -> list[Understood]:
        self.state = LISTEN_TRANSITIONS[self.state, ListenStep.CLOSED]
        return self.utterances.broken_off(now, trigger)

    # --- time ---------------------------------------------------------------------------------------

    def next_deadline(self) -> float | None:
        """Next moment at which `tick` is to be called, in seconds; None while time changes nothing."""
        match self.state:
            case ListenState.OPENING:
                return self._since + HANDSHAKE_S
            case ListenState.FINISHING:
                return self._since + FINISH_S
            case ListenState.LISTENING:
                return min(self._feeds_at(), self._lost_at(), self._finalizes_at())
            case _:
                return None

    def tick(self, now: float) -> list[EarDue]:
        """Actions that are due at `now`: none before `next_deadline`."""
        match self.state:
            case ListenState.OPENING if now >= self._since + HANDSHAKE_S:
                return self._missed("connected", now)
            case ListenState.FINISHING if now >= self._since + FINISH_S:
                return self._missed("end", now)
            case ListenState.LISTENING if now >= self._lost_at():
                return self._missed("words", now)
            case ListenState.LISTENING if now >= self._finalizes_at():
                self._finalized_at = None
                return [*self.utterances.broken_off(now, "manual")]
            case ListenState.LISTENING if now >= self._feeds_at():
                return [self._feed(now)]
            case _:
                return []

    def _missed(self, what: Literal["connected", "words", "end"], now: float) -> list[EarDue]:
        return [*self._close(now, "lost"), Timeout(what)]

    @property
    def _rests(self) -> bool:
        """Whether silence has been fed for so long that every utterance has ended."""
        settled = self._filled_until - self._silent_since >= SETTLED_S
        return settled and self.utterances.open is None

    def _feeds_at(self) -> float:
        if self._rests:
            return self._sent_at + (BREATH_S if self._dialect.keep_alive is None else KEEP_ALIVE_S)
        return self._filled_until + (QUIET_S if self._is_fed else SILENCE_S)

    def _feed(self, now: float) -> EarDue:
        if self._rests and self._dialect.keep_alive is not None:
            self._sent_at = now
            return Transmit(self._dialect.keep_alive)
        wanted_s = SILENCE_S if self._rests else min(now - self._filled_until, QUIET_S)
        samples = max(1, round(wanted_s * self.settings.sample_rate))
        silence = self._sample * samples
        self._is_fed = False
        self._send_sound(silence, None, now)
        self._filled_until = now
        return Transmit(silence)

    def _lost_at(self) -> float:
        """Moment at which a silent service is given up: Flux always sends messages, v1 only in utterances."""
        is_waited_for = self.utterances.open is not None or (self._dialect.greets and not self._rests)
        if not is_waited_for:
            return float("inf")
        return self._told_at + max(LOST_S, 4 * self.settings.eot_timeout_s)

    def _finalizes_at(self) -> float:
        """Moment at which a Finalize without an answer ends: little sound need not get one."""
        if self._finalized_at is None or self.utterances.open is None:
            return float("inf")
        return self._finalized_at + 2.0

    def _send_sound(self, data: bytes, at: float | None, now: float) -> None:
        self.clock.add(self._seconds(data), at)
        self._sent_at = now

    def _seconds(self, data: bytes) -> float:
        return len(data) / (len(self._sample) * self.settings.sample_rate)


def _excerpt(text: str | bytes) -> str:
    beginning = text[:EXCERPT_BYTES]
    if isinstance(beginning, str):
        beginning = beginning.encode(errors="replace")
    return beginning[:EXCERPT_BYTES].decode(errors="ignore")
