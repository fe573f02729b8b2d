"""Turns of `/v2/listen`, as a pure state machine: the hosted service's rules over our own detection.

1. `IDLE -StartOfTurn-> OPEN -EagerEndOfTurn-> PENDING -TurnResumed-> OPEN`; OPEN and PENDING `-EndOfTurn->
   IDLE`. A turn starts with its first words, not with the first sound: noise without words is no turn.
2. The confidence of an end follows the length of the silence: 0.7 (the service's default threshold) at
   `hang_s`, in proportion before and after, always below 1. `eot_timeout_ms` of silence ends a turn at any
   confidence.
3. An Update comes every 0.25 s of sound, also while idle, unless another event has just said the same.
4. Words change only while somebody speaks, so an EndOfTurn has the words of the EagerEndOfTurn before it.
5. ForceEndTurn ends the turn with the words known by then; later words belong to the next turn.
6. CloseStream ends no turn: it causes a last Update, and the end.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, TypeAlias

from attrs import evolve, field

from trialogue.server.listen.hearing import StreamHearing
from trialogue.server.listen.terms import FluxTerms, fault_of
from trialogue.server.listen.told import ReceivedStream, Told, type_of
from trialogue.services.deepgram.listen.flux import (
    FluxConfigure,
    FluxConfigureFailure,
    FluxConfigureSuccess,
    FluxConnected,
    FluxError,
    FluxThresholds,
    FluxWarning,
    FluxWord,
    TurnInfo,
)
from trialogue.services.deepgram.listen.messages import CloseStream
from trialogue.services.deepgram.messages import ForceEndTurn, WireUnknownMessage
from trialogue.services.deepgram.wire import WireObject
from trialogue.values import define

__all__ = ["FluxTurns"]

_Numbered: TypeAlias = (
    FluxConnected | TurnInfo | FluxConfigureSuccess | FluxConfigureFailure | FluxWarning | FluxError
)

UPDATE_S = 0.25
_DEFAULT_THRESHOLD = 0.7
_SUREST = 0.99


class TurnState(Enum):
    """State of a turn."""

    IDLE = "idle"
    OPEN = "open"
    PENDING = "pending"


@define
class FluxTurns:
    """State machine of the messages that a client of `/v2/listen` gets."""

    terms: FluxTerms
    """Present terms of the client."""

    request_id: str
    """Id that every message carries."""

    hang_s: float = 0.8
    """Seconds of silence at which the confidence of an end is 0.7."""

    state: TurnState = field(default=TurnState.IDLE, init=False)
    """State of the turn."""

    _turn: int = field(default=0, init=False)
    _sequence: int = field(default=-1, init=False)
    _told_at: float = field(default=0.0, init=False)
    _window_from: float = field(default=0.0, init=False)

    def open(self) -> Told:
        """Message that opens the session."""
        return Told((self._numbered(FluxConnected(request_id=self.request_id)),))

    def heard(self, hearing: StreamHearing) -> Told:
        """Messages after a block of sound."""
        event, trigger = self._event(hearing)
        if event == "EndOfTurn":
            return self._ended(hearing, trigger)
        if event:
            return Told((self._turn_info(event, hearing),))
        if hearing.is_open and self.state is TurnState.IDLE and self._trigger(hearing):
            return Told(forgets=True)  # no words: noise
        if hearing.at_s - self._told_at >= UPDATE_S - 1e-6:
            return Told((self._turn_info("Update", hearing),))
        return Told()

    def take(
        self, message: WireObject | WireUnknownMessage, hearing: StreamHearing, stream: ReceivedStream
    ) -> Told:
        """Messages that answer a message of the client, which comes after the sound before it."""
        del stream  # only the other route reports it
        match message:
            case ForceEndTurn():
                return self._forced(hearing)
            case CloseStream():
                return self._closed(hearing)
            case FluxConfigure():
                return Told((self._configured(message),))
            case _:
                return self.nonsense(f"unknown variant `{type_of(message)}`")

    def nonsense(self, description: str) -> Told:
        """Messages after a text that is no valid message: an error, and the session's end."""
        error = FluxError(code="UNPARSABLE_CLIENT_MESSAGE", description=description)
        return Told((self._numbered(error),), closes=True)

    def failed(self, description: str) -> Told:
        """Messages after an error of the server."""
        return Told(
            (self._numbered(FluxError(code="INTERNAL_SERVER_ERROR", description=description)),), closes=True
        )

    # --- the turn -----------------------------------------------------------------------------------

    def _event(self, hearing: StreamHearing) -> tuple[str, str]:
        """Event of the turn, if there is one, with its trigger."""
        match self.state:
            case TurnState.IDLE if hearing.words:
                self.state = TurnState.OPEN
                return "StartOfTurn", ""
            case TurnState.PENDING if hearing.is_speaking:
                self.state = TurnState.OPEN
                return "TurnResumed", ""
            case TurnState.OPEN | TurnState.PENDING if trigger := self._trigger(hearing):
                return "EndOfTurn", trigger
            case TurnState.OPEN if self._is_eager(hearing):
                self.state = TurnState.PENDING
                return "EagerEndOfTurn", ""
            case _:
                return "", ""

    def _trigger(self, hearing: StreamHearing) -> str:
        """Trigger that ends the turn now; empty for none."""
        if self._confidence(hearing) >= self.terms.eot_threshold:
            return "model"
        return "timeout" if hearing.silence_s >= self.terms.eot_timeout_ms / 1000 else ""

    def _is_eager(self, hearing: StreamHearing) -> bool:
        eager = self.terms.eager_eot_threshold
        return eager is not None and bool(hearing.words) and self._confidence(hearing) >= eager

    def _confidence(self, hearing: StreamHearing) -> float:
        return round(min(_SUREST, hearing.silence_s / self.hang_s * _DEFAULT_THRESHOLD), 3)

    def _forced(self, hearing: StreamHearing) -> Told:
        if self.state is TurnState.IDLE:
            warning = FluxWarning(
                code="FORCE_END_TURN_NO_ACTIVE_TURN",
                description="There is no turn to end.",
                request_id=self.request_id,
            )
            return Told((self._numbered(warning),))
        return self._ended(hearing, "manual")

    def _closed(self, hearing: StreamHearing) -> Told:
        """End of a turn with its last words; a turn that gets its first words only now is also started."""
        told: list[WireObject] = []
        if self.state is TurnState.IDLE and hearing.words:
            self.state = TurnState.OPEN
            told.append(self._turn_info("StartOfTurn", hearing))
        return Told((*told, self._turn_info("Update", hearing)), closes=True)

    def _ended(self, hearing: StreamHearing, trigger: str) -> Told:
        told = self._turn_info("EndOfTurn", hearing, trigger)
        self.state = TurnState.IDLE
        self._turn += 1
        self._window_from = hearing.at_s
        return Told((told,), forgets=True)

    def _turn_info(self, event: str, hearing: StreamHearing, trigger: str = "") -> WireObject:
        self._told_at = hearing.at_s
        words = hearing.words if self.state is not TurnState.IDLE else ()
        multilingual = self.terms.multilingual
        info = TurnInfo(
            event=event,
            turn_index=self._turn,
            audio_window_start=round(self._window_from, 3),
            audio_window_end=round(hearing.at_s, 3),
            transcript=" ".join(word.text for word in words),
            words=tuple(
                FluxWord(word=w.text, confidence=w.confidence, start=w.start_s, end=w.end_s) for w in words
            ),
            end_of_turn_confidence=self._confidence(hearing) if hearing.is_open else _SUREST,
            trigger=trigger or None,
            languages=("en",) if multilingual and words else None,
            languages_hinted=self.terms.language_hints if multilingual else None,
            request_id=self.request_id,
        )
        return self._numbered(info)

    # --- the session --------------------------------------------------------------------------------

    def _configured(self, change: FluxConfigure) -> WireObject:
        new = changed(self.terms, change)
        fault = _range_fault(change.thresholds) or fault_of(new)
        if fault is not None:
            code = "INVALID_THRESHOLD" if "eot_" in fault else "INVALID_PARAMETER"
            failure = FluxConfigureFailure(code=code, description=fault, request_id=self.request_id)
            return self._numbered(failure)
        self.terms = new
        success = FluxConfigureSuccess(
            thresholds=FluxThresholds(
                eager_eot_threshold=new.eager_eot_threshold,
                eot_threshold=new.eot_threshold,
                eot_timeout_ms=new.eot_timeout_ms,
            ),
            keyterms=new.keyterms,
            language_hints=new.language_hints if new.multilingual else None,
            numerals=new.numerals,
            request_id=self.request_id,
        )
        return self._numbered(success)

    def _numbered(self, message: _Numbered) -> WireObject:
        self._sequence += 1
        return evolve(message, sequence_id=self._sequence)


def changed(terms: FluxTerms, change: FluxConfigure) -> FluxTerms:
    """Terms after a Configure: an absent key keeps its value, a list replaces the former one."""
    given = change.thresholds or FluxThresholds()
    wanted: dict[str, Any] = {
        "eot_threshold": given.eot_threshold,
        "eager_eot_threshold": given.eager_eot_threshold,
        "eot_timeout_ms": given.eot_timeout_ms,
        "keyterms": change.keyterms,
        "language_hints": change.language_hints,
        "numerals": change.numerals,
    }
    return evolve(terms, **{name: value for name, value in wanted.items() if value is not None})


def _range_fault(given: FluxThresholds | None) -> str | None:
    given = given or FluxThresholds()
    if given.eot_threshold is not None and not 0.5 <= given.eot_threshold <= 1.0:
        return "eot_threshold must be a number from 0.5 to 1.0."
    if given.eager_eot_threshold is not None and not 0.3 <= given.eager_eot_threshold <= 0.9:
        return "eager_eot_threshold must be a number from 0.3 to 0.9."
    if given.eot_timeout_ms is not None and not 500 <= given.eot_timeout_ms <= 60_000:
        return "eot_timeout_ms must be a whole number from 500 to 60000."
    return None
