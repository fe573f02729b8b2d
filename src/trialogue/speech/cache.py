"""Caching recognizer and synthesizer: the same Protocols, backed by a store.

A key covers the engine with its version and weights, and all of the input, so a new engine never returns an
old one's results. Several listeners recognize one utterance at the same time, each in a thread of its own:
the first computes, the others wait for its result. Each may have cut it out of its own stream with a
different amount of digital silence around it, so that silence is no part of the key.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from threading import Lock
from typing import Final

from attrs import asdict, evolve

from trialogue.speech.ports import HEARING_RATE, Recognized, Recognizer, Spoken, Synthesizer
from trialogue.speech.store import Store

_HEAD_LENGTH: Final = struct.Struct("<I")


class CachedRecognizer:
    """Recognizer that recognizes each stretch of audio once."""

    def __init__(self, recognizer: Recognizer, engine: str, store: Store) -> None:
        """Store in `store` the results of `recognizer`; `engine` names its version and weights."""
        self._recognizer = recognizer
        self._engine = engine
        self._store = store
        self._flights = _SingleFlight()

    def recognize(self, pcm: bytes) -> Recognized:
        """Words in `pcm` (linear16 mono at 16 kHz, any length)."""
        sound = _without_silence(pcm)
        key = _key("recognized", self._engine, sound)
        recognized = self._flights.share(key, lambda: self._once(key, sound))
        return evolve(recognized, duration_s=len(pcm) // 2 / HEARING_RATE)

    def _once(self, key: str, pcm: bytes) -> Recognized:
        known = self._store.read(key)
        if known is not None:
            return Recognized(**json.loads(known))
        recognized = self._recognizer.recognize(pcm)
        self._store.write(key, json.dumps(asdict(recognized)).encode())
        return recognized


class CachedSynthesizer:
    """Synthesizer that speaks each text in each voice once."""

    def __init__(self, synthesizer: Synthesizer, engine: str, store: Store) -> None:
        """Store in `store` the results of `synthesizer`; `engine` names its version and weights."""
        self._synthesizer = synthesizer
        self._engine = engine
        self._store = store

    def synthesize(self, text: str, voice: str) -> Iterator[Spoken]:
        """Yield `text` sentence by sentence; only a text that is read to its end is stored."""
        key = _key("spoken", self._engine, voice.encode(), text.encode())
        known = self._store.read(key)
        if known is not None:
            yield from _unpacked(known)
            return
        sentences: list[Spoken] = []
        for spoken in self._synthesizer.synthesize(text, voice):
            sentences.append(spoken)
            yield spoken
        self._store.write(key, b"".join(_packed(spoken) for spoken in sentences))


class _SingleFlight:
    """Shared result, or shared exception, for callers with the same key at the same time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._flights: dict[str, Future[Recognized]] = {}

    def share(self, key: str, make: Callable[[], Recognized]) -> Recognized:
        mine = Future[Recognized]()
        with self._lock:
            flight = self._flights.setdefault(key, mine)
        return self._fly(key, mine, make) if flight is mine else flight.result()

    def _fly(self, key: str, mine: Future[Recognized], make: Callable[[], Recognized]) -> Recognized:
        try:
            answer = make()
        except BaseException as fault:
            mine.set_exception(fault)
            raise
        else:
            mine.set_result(answer)
            return answer
        finally:
            with self._lock:
                del self._flights[key]


def _without_silence(pcm: bytes) -> bytes:
    """`pcm` from its first to its last sample that is not zero."""
    begin = (len(pcm) - len(pcm.lstrip(b"\0"))) & ~1
    end = (len(pcm.rstrip(b"\0")) + 1) & ~1
    return pcm[begin:end]


def _key(kind: str, engine: str, *parts: bytes) -> str:
    """SHA-256 of everything that a result depends on; lengths separate neighbouring parts."""
    digest = hashlib.sha256()
    for part in (kind.encode(), engine.encode(), *parts):
        digest.update(_HEAD_LENGTH.pack(len(part)))
        digest.update(part)
    return digest.hexdigest()


def _packed(spoken: Spoken) -> bytes:
    head = {"text": spoken.text, "sample_rate": spoken.sample_rate, "size": len(spoken.pcm)}
    written = json.dumps(head).encode()
    return _HEAD_LENGTH.pack(len(written)) + written + spoken.pcm


def _unpacked(content: bytes) -> Iterator[Spoken]:
    at = 0
    while at < len(content):
        (length,) = _HEAD_LENGTH.unpack_from(content, at)
        at += _HEAD_LENGTH.size
        head = json.loads(content[at : at + length])
        at += length
        yield Spoken(head["text"], content[at : at + head["size"]], head["sample_rate"])
        at += head["size"]
