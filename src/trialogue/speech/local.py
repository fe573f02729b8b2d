"""Engines of the extra `local`: each loads at first use, in the thread of that use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from threading import Lock
from typing import Generic, TypeVar

from trialogue.speech.detection import open_recalling, open_silero
from trialogue.speech.engines import Engines
from trialogue.speech.ports import Recognized, Recognizer, Spoken, Synthesizer
from trialogue.speech.recognition import WHISPER, open_whisper
from trialogue.speech.synthesis import HIBARI, open_hibari

_T = TypeVar("_T")


def engines() -> Engines:
    """Whisper tiny.en, hibari and Silero; nothing is loaded yet."""
    whisper, hibari = _Once[Recognizer](open_whisper), _Once[Synthesizer](open_hibari)

    def warm() -> None:
        whisper.value()
        hibari.value()
        open_silero()

    return Engines(
        recognizer=_LazyRecognizer(whisper),
        synthesizer=_LazySynthesizer(hibari),
        open_detector=open_silero,
        open_recalling=open_recalling,
        recognizer_id=WHISPER,
        synthesizer_id=HIBARI,
        warm=warm,
    )


@cache
def shared() -> Engines:
    """Engines of this process: all meetings share the loaded weights."""
    return engines()


class _Once(Generic[_T]):
    """Value that one thread makes when it is first needed; a failure is tried again."""

    def __init__(self, make: Callable[[], _T]) -> None:
        self._make = make
        self._lock = Lock()
        self._made: list[_T] = []

    def value(self) -> _T:
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]


class _LazyRecognizer:
    def __init__(self, once: _Once[Recognizer]) -> None:
        self._once = once

    def recognize(self, pcm: bytes) -> Recognized:
        return self._once.value().recognize(pcm)


class _LazySynthesizer:
    def __init__(self, once: _Once[Synthesizer]) -> None:
        self._once = once

    def synthesize(self, text: str, voice: str) -> Iterator[Spoken]:
        yield from self._once.value().synthesize(text, voice)
