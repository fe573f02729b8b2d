"""Two dialects of a listening session: their messages in both directions.

Flux (v2): a turn has an index, each message holds the whole turn, EndOfTurn ends it.
Nova (v1): a result holds a stretch; an utterance is its final stretches, up to a speech_final, a result
that Finalize asked for, or an UtteranceEnd, which comes alone where noise hides the silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias, assert_never

from attrs import field

from trialogue.services.deepgram.codec import encode
from trialogue.services.deepgram.codes import classify_error, classify_warning
from trialogue.services.deepgram.listen import flux, nova
from trialogue.services.deepgram.listen.codec import decode_flux_server, decode_nova_server
from trialogue.services.deepgram.listen.messages import CloseStream
from trialogue.services.deepgram.listen.utterances import PlacedWords, UtteranceFacts
from trialogue.services.deepgram.messages import ForceEndTurn, KeepAlive, WireUnknownMessage
from trialogue.services.facts import ChangeRefused, EarFact, Failed, Unknown, Updated, Warned
from trialogue.values import define

ListenConfigure: TypeAlias = flux.FluxConfigure | nova.NovaConfigure
"""A change of a session, in either dialect."""


@define
class Connected:
    """First message of a route that greets; becomes Ready."""

    request_id: str
    """Id that the service gives the session."""


class ListenRoute(Protocol):
    """Route of listening: the differences between the two."""

    greets: bool
    """Whether the server's first message reports that it listens; without one, the open socket does."""

    keep_alive: str | None
    """Message that is sent while there is no sound; None where the route has none."""

    force_end: str
    """Message that ends the utterance now."""

    close: str
    """Message that requests the end."""

    def take(self, text: str | bytes, now: float) -> list[EarFact | Connected]:
        """Facts in a message; RemoteProtocolError for an invalid one."""
        ...


@define
class FluxDialect:
    """`/v2/listen`."""

    utterances: UtteranceFacts
    """Utterances of the turns."""

    greets: bool = field(default=True, init=False)
    keep_alive: str | None = field(default=None, init=False)
    force_end: str = field(default=encode(ForceEndTurn()), init=False)
    close: str = field(default=encode(CloseStream()), init=False)
    _turn: int = field(default=0, init=False)

    def take(self, text: str | bytes, now: float) -> list[EarFact | Connected]:
        """Facts in a message."""
        message = decode_flux_server(text)
        match message:
            case flux.TurnInfo():
                return [*self._turned(message, now)]
            case flux.FluxConnected(request_id=request_id):
                return [Connected(request_id)]
            case flux.FluxConfigureSuccess():
                return [Updated("listen")]
            case flux.FluxConfigureFailure(code=code, description=description):
                return [ChangeRefused(code or "", description or "")]
            case flux.FluxWarning(code=code, description=description):
                return [Warned(code, description, classify_warning(code).recovery)]
            case flux.FluxError(code=code, description=description):
                meaning = classify_error(code)
                return [Failed(code, description, meaning.recovery, meaning.hint)]
            case WireUnknownMessage(type=kind, raw=raw):
                return [Unknown(kind, raw)]
            case _:
                assert_never(message)

    def _turned(self, turn: flux.TurnInfo, now: float) -> Sequence[EarFact]:
        """Facts of a turn; the index of the next turn supplies an end that was missed."""
        missed = self.utterances.broken_off(now) if turn.turn_index > self._turn else []
        self._turn = turn.turn_index
        words = _words_of_turn(turn)
        match turn.event:
            case "EndOfTurn":
                return [*missed, *self.utterances.final(words, now, turn.trigger or "model")]
            case "EagerEndOfTurn":
                return [*missed, *self.utterances.eager(words, now)]
            case "TurnResumed":
                return [*missed, *self.utterances.interim(words, now, resumed=True)]
            case _:
                return [*missed, *self.utterances.interim(words, now)]


def _words_of_turn(turn: flux.TurnInfo) -> PlacedWords:
    """Words of a turn; words without times are placed at the end of the transcribed sound."""
    starts = [word.start for word in turn.words if word.start is not None]
    ends = [word.end for word in turn.words if word.end is not None]
    end = max(ends, default=turn.audio_window_end)
    return PlacedWords(turn.transcript.strip(), min(starts, default=end), end, turn.languages or ())


@define
class NovaDialect:
    """`/v1/listen`."""

    utterances: UtteranceFacts
    """Utterances of the results."""

    greets: bool = field(default=False, init=False)
    keep_alive: str | None = field(default=encode(KeepAlive()), init=False)
    force_end: str = field(default=encode(nova.Finalize()), init=False)
    close: str = field(default=encode(CloseStream()), init=False)
    _finals: list[PlacedWords] = field(factory=list[PlacedWords], init=False)

    def take(self, text: str | bytes, now: float) -> list[EarFact | Connected]:
        """Facts in a message."""
        message = decode_nova_server(text)
        match message:
            case nova.NovaResults():
                return [*self._understood(message, now)]
            case nova.UtteranceEnd(last_word_end=last) if last >= 0:
                return [*self._ended(now, "timeout")]
            case nova.NovaConfigureSuccess():
                return [Updated("listen")]
            case nova.NovaConfigureFailure(code=code, description=description):
                return [ChangeRefused(code or "", description or "")]
            case nova.NovaError(code=code, variant=variant):
                # Its description quotes the message sent, which may be personal.
                return [Warned(code or variant or "ERROR", "a message was not understood")]
            case nova.StreamMetadata():
                return [*self._ended(now, "model")]
            case WireUnknownMessage(type=kind, raw=raw):
                return [Unknown(kind, raw)]
            case nova.NovaSpeechStarted() | nova.UtteranceEnd():
                return []
            case _:
                assert_never(message)

    def _understood(self, result: nova.NovaResults, now: float) -> Sequence[EarFact]:
        words = _words_of_result(result)
        if not result.is_final:
            return self.utterances.interim(_joined([*self._finals, words]), now)
        if words.text:
            self._finals.append(words)
        if result.speech_final or result.from_finalize:
            return self._ended(now, "manual" if result.from_finalize else "model", words)
        return self.utterances.interim(_joined(self._finals), now) if self._finals else []

    def _ended(self, now: float, trigger: str, last: PlacedWords | None = None) -> Sequence[EarFact]:
        finals, self._finals = self._finals, []
        if finals:
            return self.utterances.final(_joined(finals), now, trigger)
        if last is not None:
            return self.utterances.final(last, now, trigger)
        return self.utterances.broken_off(now, trigger)


def _words_of_result(result: nova.NovaResults) -> PlacedWords:
    end = result.start + result.duration
    if not result.channel.alternatives:
        return PlacedWords("", end, end)
    best = result.channel.alternatives[0]
    start = best.words[0].start if best.words else end
    last = best.words[-1].end if best.words else end
    return PlacedWords(best.transcript.strip(), start, last, best.languages or ())


def _joined(parts: Sequence[PlacedWords]) -> PlacedWords:
    """Stretches joined, with the languages of all; silent ones do not count."""
    spoken = [part for part in parts if part.text] or list(parts)
    languages = dict.fromkeys(code for part in spoken for code in part.languages)
    text = " ".join(part.text for part in spoken if part.text)
    return PlacedWords(text, spoken[0].start_s, spoken[-1].end_s, tuple(languages))
