"""`/v1/listen` by plain request: the words of a whole sound file.

1. The body is any file that libsndfile reads (WAV, FLAC, MP3, Ogg and more), or samples whose format the
   query names.
2. It is processed like a stream and recognized utterance by utterance. No URL is fetched for a client.
"""

from __future__ import annotations

import hashlib
import io
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from typing import Final, Protocol, cast

import numpy as np
import numpy.typing as npt
import trio

from trialogue.errors import SetupError
from trialogue.model.json_text import read_json
from trialogue.server.equipment import Equipment
from trialogue.server.listen.hearing import DETECTOR_HANG_MS, HeardWord, StreamHearing
from trialogue.server.listen.nova import alternative_of, model_of
from trialogue.server.listen.terms import NovaTerms, QueryRefused, read_query
from trialogue.server.rest.answers import RequestRefused, RestRequest, json_answer
from trialogue.server.sound import RATES
from trialogue.services.deepgram.codec import encode
from trialogue.speech.ports import HEARING_RATE
from trialogue.speech.recordings import linear16, open_sound
from trialogue.speech.resample import Resampler
from trialogue.speech.sound_files import Undecodable, check_beginning, sound_library
from trialogue.speech.streams import SampleStream
from trialogue.transport.http import HttpResponse
from trialogue.values import frozen

__all__ = ["MAX_FILE_BYTES", "listen_file"]

MAX_FILE_BYTES: Final = 32 * 1024 * 1024
MAX_SECONDS: Final = 600
MAX_CHANNELS: Final = 8

_BLOCK: Final = HEARING_RATE // 20 * 2
_PAUSE_S: Final = 1.0
"""Seconds of silence that end an utterance."""

_LONG_S: Final = 8.0
"""Seconds of speech after which a piece is taken, so that no utterance grows without bound."""

_TOO_LONG: Final = f"The file may play {MAX_SECONDS} seconds on this server."


class _File(AbstractContextManager["_File"], Protocol):
    """Part of `soundfile.SoundFile` that this module uses."""

    samplerate: int
    channels: int

    def read(self, frames: int, *, dtype: str, always_2d: bool) -> npt.NDArray[np.float32]: ...


async def listen_file(asked: RestRequest) -> HttpResponse:
    """Answer with the words of the sound file in the body, and their times."""
    terms, body = _terms(asked), asked.request.body
    sound = await asked.equipment.compute.run(partial(_decoded, body, terms))
    try:
        words = await _Transcript(asked.equipment).of(sound)
    except SetupError as fault:
        raise RequestRefused(500, "INTERNAL_SERVER_ERROR", str(fault)) from None
    alternative = read_json(encode(alternative_of(words, is_punctuated=terms.is_punctuated)))
    info, model_uuid = model_of(terms.model)
    metadata = {
        "transaction_key": "deprecated",
        "request_id": asked.request_id,
        "sha256": hashlib.sha256(body).hexdigest(),
        "created": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "duration": round(len(sound) / 2 / HEARING_RATE, 3),
        "channels": 1,
        "models": [model_uuid],
        "model_info": {model_uuid: read_json(encode(info))},
    }
    results = {"channels": [{"alternatives": [alternative]}]}
    return json_answer(asked.request_id, {"metadata": metadata, "results": results})


def _terms(asked: RestRequest) -> NovaTerms:
    kind = (asked.request.header("content-type") or "").partition(";")[0].strip().lower()
    if kind == "application/json":
        raise RequestRefused(400, "PAYLOAD_ERROR", "This server fetches nothing: send the file itself.")
    try:
        terms = read_query("v1", asked.request.query)
    except (QueryRefused, ValueError) as fault:
        raise RequestRefused(400, "INVALID_QUERY_PARAMETER", str(fault)) from None
    return cast("NovaTerms", terms)


def _decoded(body: bytes, terms: NovaTerms) -> bytes:
    """Samples at the rate of the detector; raises `RequestRefused`."""
    if terms.input is not None:
        if terms.input.seconds_in(len(body)) > MAX_SECONDS:
            raise RequestRefused(413, "PAYLOAD_TOO_LARGE", _TOO_LONG)
        return b"".join(SampleStream(terms.input).decode(body))
    library = sound_library()
    try:
        check_beginning(body)
        with open_sound(library, io.BytesIO(body)) as file:
            return _mono(file)
    except (library.SoundFileError, Undecodable, ValueError):
        words = "The data is no sound that can be read."
        raise RequestRefused(400, "Bad Request", words) from None


def _mono(file: _File) -> bytes:
    """Samples of one channel.

    A file's header may claim any rate, and a low one would make hours of sound from a few bytes.
    """
    if file.samplerate not in RATES:
        words = f"The file's sample rate must be from {RATES[0]} to {RATES[-1]}."
        raise RequestRefused(400, "Bad Request", words)
    if file.channels > MAX_CHANNELS:
        raise RequestRefused(400, "Bad Request", f"The file may have {MAX_CHANNELS} channels at most.")
    resampler, sound = Resampler(file.samplerate, HEARING_RATE), bytearray()
    while len(block := file.read(file.samplerate, dtype="float32", always_2d=True)):
        sound += resampler.feed(linear16(block))
        if len(sound) > MAX_SECONDS * HEARING_RATE * 2:
            raise RequestRefused(413, "PAYLOAD_TOO_LARGE", _TOO_LONG)
    return bytes(sound + resampler.flush())


@frozen
class _Transcript:
    """Transcript of one file."""

    equipment: Equipment

    async def of(self, sound: bytes) -> tuple[HeardWord, ...]:
        """Words of the file; `SetupError` where no recognizer is installed."""
        hearing = StreamHearing(
            await self.equipment.compute.run(partial(self.equipment.open_detector, DETECTOR_HANG_MS))
        )
        words: tuple[HeardWord, ...] = ()
        asked_at = 0.0
        for at in range(0, len(sound), _BLOCK):
            await trio.lowlevel.checkpoint()  # ten minutes of silence take seconds: other tasks run meanwhile
            hearing.feed(sound[at : at + _BLOCK])
            if hearing.is_open and (not hearing.is_speaking or hearing.at_s - asked_at > _LONG_S):
                asked_at = hearing.at_s
                await self._recognize(hearing)
            if hearing.is_open and hearing.silence_s >= _PAUSE_S:
                words += hearing.words
                hearing.forget()
        rest = hearing.rest()
        if rest is not None:
            recognize = partial(self.equipment.recognizer.recognize, rest.pcm)
            hearing.understood(rest, await self.equipment.compute.run(recognize))
        return words + hearing.words

    async def _recognize(self, hearing: StreamHearing) -> None:
        while (piece := hearing.piece()) is not None:
            recognize = partial(self.equipment.recognizer.recognize, piece.pcm)
            hearing.understood(piece, await self.equipment.compute.run(recognize))
