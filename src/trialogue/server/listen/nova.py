"""Results of `/v1/listen`, as a pure state machine: the hosted service's rules over our own detection.

1. A final result covers the sound from the end of the last one; the next result replaces an interim one.
2. `endpointing` of silence makes a result final and `speech_final`; no sooner than our detector notices a
   pause. Where it is off, a second of silence makes a result final, and nothing is `speech_final`.
3. UtteranceEnd comes once, `utterance_end_ms` after the last word that was sent.
4. Ten seconds of silence make a final result without words. A long utterance becomes final piece by piece.
5. Finalize makes a result of the sound so far, if there is any. CloseStream does the same, then sends
   Metadata.
6. A text that is no valid message is answered by an Error, and the stream goes on.
"""

from __future__ import annotations

import uuid
from typing import Final

from attrs import field

from trialogue.server.listen.hearing import HeardWord, StreamHearing
from trialogue.server.listen.terms import NovaTerms, keyterms_fault
from trialogue.server.listen.told import ReceivedStream, Told, type_of
from trialogue.services.deepgram.listen.messages import CloseStream
from trialogue.services.deepgram.listen.nova import (
    Finalize,
    NovaAlternative,
    NovaChannel,
    NovaConfigure,
    NovaConfigureFailure,
    NovaConfigureSuccess,
    NovaError,
    NovaModel,
    NovaResults,
    NovaResultsMetadata,
    NovaSpeechStarted,
    NovaWord,
    StreamMetadata,
    UtteranceEnd,
)
from trialogue.services.deepgram.messages import KeepAlive, WireUnknownMessage
from trialogue.services.deepgram.wire import WireObject
from trialogue.values import define

__all__ = ["ResultsOfStretches", "alternative_of", "model_of"]

_CHANNEL: Final = (0, 1)
_SILENT_RESULT_S: Final = 10.0
_FINAL_AFTER_S: Final = 1.0
_NEVER: Final = float("inf")


@define
class ResultsOfStretches:
    """State machine of the messages that a client of `/v1/listen` gets."""

    terms: NovaTerms
    """Terms of the client."""

    request_id: str
    """Id that every result carries."""

    _from: float = field(default=0.0, init=False)
    _finals: int = field(default=0, init=False)
    _interim: str = field(default="", init=False)
    _is_started: bool = field(default=False, init=False)
    _last_word_end: float = field(default=_NEVER, init=False)

    def heard(self, hearing: StreamHearing) -> Told:
        """Messages after a block of sound."""
        told: list[WireObject] = []
        if hearing.is_speaking and not self._is_started:
            self._is_started = True
            if self.terms.vad_events:
                told.append(NovaSpeechStarted(channel=_CHANNEL, timestamp=round(hearing.began_s, 3)))
        if len(hearing.fixed) > self._finals:
            told.append(self._final(hearing, hearing.fixed))
        is_over = hearing.is_open and hearing.silence_s >= self._patience_s
        if is_over:
            told.append(
                self._final(hearing, hearing.words, speech_final=self.terms.endpointing_s is not None)
            )
        elif interim := self._interim_of(hearing):
            told.append(interim)
        elif not hearing.is_open and hearing.at_s - self._from >= _SILENT_RESULT_S:
            told.append(self._final(hearing, ()))
        told += self._utterance_end(hearing)
        if is_over:
            self._forget()
        return Told(tuple(told), forgets=is_over)

    def take(
        self, message: WireObject | WireUnknownMessage, hearing: StreamHearing, stream: ReceivedStream
    ) -> Told:
        """Messages that answer a client's message; words without a final result are recognized first."""
        match message:
            case Finalize():
                return self._finalized(hearing)
            case NovaConfigure():
                return Told((self._configured(message),))
            case KeepAlive():
                return Told()
            case CloseStream():
                return Told(
                    (*self._finalized(hearing).messages, self._metadata(hearing, stream)), closes=True
                )
            case _:
                return self.nonsense(f"unknown variant `{type_of(message)}`")

    def nonsense(self, description: str) -> Told:
        """Messages after a text that is no valid message."""
        text = f"Could not deserialize last text message: {description}"
        return Told((NovaError(variant="SchemaError", description=text),))

    @property
    def _patience_s(self) -> float:
        silent_s = self.terms.endpointing_s
        return _FINAL_AFTER_S if silent_s is None else silent_s

    def _forget(self) -> None:
        self._finals, self._interim, self._is_started = 0, "", False

    # --- results ------------------------------------------------------------------------------------

    def _interim_of(self, hearing: StreamHearing) -> WireObject | None:
        text = _text(hearing.words[self._finals :])
        if not self.terms.interim_results or not text or text == self._interim:
            return None
        self._interim = text
        return self._result(hearing, hearing.words[self._finals :], is_final=False)

    def _final(
        self,
        hearing: StreamHearing,
        words: tuple[HeardWord, ...],
        *,
        speech_final: bool = False,
        forced: bool = False,
    ) -> WireObject:
        new = words[self._finals :]
        result = self._result(hearing, new, is_final=True, speech_final=speech_final, forced=forced)
        self._finals, self._interim, self._from = len(words), "", hearing.at_s
        if new:
            self._last_word_end = new[-1].end_s
        return result

    def _finalized(self, hearing: StreamHearing) -> Told:
        if not hearing.is_open:
            return Told()
        told = self._final(hearing, hearing.words, forced=True)
        self._forget()
        return Told((told,), forgets=True)

    def _utterance_end(self, hearing: StreamHearing) -> list[WireObject]:
        gap_s = self.terms.utterance_end_s
        if gap_s is None or hearing.is_speaking or hearing.at_s - self._last_word_end < gap_s:
            return []
        last, self._last_word_end = self._last_word_end, _NEVER
        return [UtteranceEnd(channel=_CHANNEL, last_word_end=last)]

    def _result(
        self,
        hearing: StreamHearing,
        words: tuple[HeardWord, ...],
        *,
        is_final: bool,
        speech_final: bool = False,
        forced: bool = False,
    ) -> NovaResults:
        return NovaResults(
            channel_index=_CHANNEL,
            start=round(self._from, 3),
            duration=round(hearing.at_s - self._from, 3),
            is_final=is_final,
            speech_final=speech_final,
            from_finalize=forced,
            channel=NovaChannel(
                alternatives=(alternative_of(words, is_punctuated=self.terms.is_punctuated),)
            ),
            metadata=self._result_metadata(),
        )

    def _result_metadata(self) -> NovaResultsMetadata:
        info, model_uuid = model_of(self.terms.model)
        return NovaResultsMetadata(request_id=self.request_id, model_info=info, model_uuid=model_uuid)

    # --- the session --------------------------------------------------------------------------------

    def _configured(self, change: NovaConfigure) -> WireObject:
        fault = keyterms_fault(change.keyterms or ())
        if fault is not None:
            return NovaConfigureFailure(
                code="CONFIGURE_KEYTERM_LIMIT_EXCEEDED", description=fault, request_id=self.request_id
            )
        if change.keyterms and not self.terms.model.startswith("nova-3"):
            return NovaConfigureFailure(
                code="CONFIGURE_KEYTERMS_NOT_SUPPORTED",
                description="Keyterms need nova-3.",
                request_id=self.request_id,
            )
        return NovaConfigureSuccess(request_id=self.request_id, keyterms=change.keyterms)

    def _metadata(self, hearing: StreamHearing, stream: ReceivedStream) -> WireObject:
        return StreamMetadata(
            request_id=self.request_id,
            duration=round(hearing.at_s, 3),
            channels=1,
            created=stream.now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            sha256=stream.sha256,
        )


def alternative_of(words: tuple[HeardWord, ...], *, is_punctuated: bool) -> NovaAlternative:
    """Alternative of a result: its words, as the route sends them."""
    sure = sum(word.confidence for word in words) / len(words) if words else 0.0
    return NovaAlternative(
        transcript=_text(words) if is_punctuated else " ".join(_plain(word.text) for word in words),
        confidence=round(sure, 3),
        words=tuple(
            NovaWord(
                word=_plain(word.text),
                start=word.start_s,
                end=word.end_s,
                confidence=word.confidence,
                punctuated_word=word.text if is_punctuated else None,
            )
            for word in words
        ),
    )


def model_of(name: str) -> tuple[NovaModel, str]:
    """Name and id of a model, as results have them."""
    info = NovaModel(name=f"general-{name}", version="trialogue", arch=name)
    return info, str(uuid.uuid5(uuid.NAMESPACE_DNS, name))


def _text(words: tuple[HeardWord, ...]) -> str:
    return " ".join(word.text for word in words)


def _plain(word: str) -> str:
    """Word in small letters, without punctuation at its ends."""
    return word.strip(".,;:?!\"'()…").lower() or word
