"""Synthesis of a text by sentences, in a client's form; `/v1/speak` and `/v2/speak` by plain request."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator
from functools import partial
from typing import Final

from trialogue.errors import TrialogueError
from trialogue.model.json_text import read_json
from trialogue.server.equipment import Equipment
from trialogue.server.listen.terms import QueryRefused
from trialogue.server.rest.answers import RequestRefused, RestRequest
from trialogue.server.speak.terms import (
    TURNS_PATH,
    SpeakTerms,
    content_type,
    read_file_query,
    read_turns_file_query,
)
from trialogue.server.voice import resampled
from trialogue.speech.coding import Coded, SoundEncoder, open_encoder
from trialogue.speech.sentences import split_sentences
from trialogue.transport.http import HttpResponse

__all__ = ["MAX_CHARS", "model_uuid", "sound_of", "speak_file"]

MAX_CHARS: Final = 2000
"""Most characters of one text."""


def model_uuid(voice: str) -> str:
    """Id of a voice, equal in every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, voice))


async def sound_of(
    sentence: str, terms: SpeakTerms, equipment: Equipment, encoder: SoundEncoder
) -> list[Coded]:
    """Sound of one sentence; raises the errors of the voice."""
    rate = terms.form.format.sample_rate

    def make() -> list[Coded]:
        spoken = equipment.synthesizer.synthesize(sentence, terms.voice)
        return encoder.encode(b"".join(resampled(each, rate) for each in spoken))

    return await equipment.compute.run(make)


async def speak_file(asked: RestRequest) -> HttpResponse:
    """Speak a text, `{"text": "..."}` or plain, as a sound file in the form that the query names."""
    try:
        read = read_turns_file_query if asked.request.path == TURNS_PATH else read_file_query
        terms = read(asked.request.query)
    except (QueryRefused, ValueError) as fault:
        raise RequestRefused(400, "INVALID_QUERY_PARAMETER", str(fault)) from None
    text = _text(asked)
    pieces = _pieces(text, terms, asked.equipment)
    try:
        first = await anext(pieces, b"")
    except TrialogueError as fault:
        raise RequestRefused(500, "INTERNAL_SERVER_ERROR", str(fault)) from None
    headers = [
        ("content-type", content_type(terms.form)),
        ("dg-request-id", asked.request_id),
        ("dg-model-name", terms.voice),
        ("dg-model-uuid", model_uuid(terms.voice)),
        ("dg-char-count", str(len(text))),
        *(("dg-warning", doubt) for doubt in terms.doubts),
    ]
    return HttpResponse(200, tuple(headers), _behind(first, pieces))


def _text(asked: RestRequest) -> str:
    kind = (asked.request.header("content-type") or "").partition(";")[0].strip().lower()
    try:
        body: object = (
            {"text": asked.request.body.decode()} if kind == "text/plain" else read_json(asked.request.body)
        )
    except ValueError:
        raise RequestRefused(400, "INVALID_JSON", "The body must be JSON, or text/plain in UTF-8.") from None
    text: object = body.get("text") if isinstance(body, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] -- keys of JSON are text
    if not isinstance(text, str) or not text.strip():
        raise RequestRefused(400, "PAYLOAD_ERROR", "The body must have a text to be spoken.")
    if len(text) > MAX_CHARS:
        raise RequestRefused(413, "PAYLOAD_TOO_LARGE", f"A text may have at most {MAX_CHARS} characters.")
    return text


async def _pieces(text: str, terms: SpeakTerms, equipment: Equipment) -> AsyncGenerator[bytes]:
    encoder = open_encoder(terms.form)
    for sentence in split_sentences(text):
        said = await sound_of(sentence, terms, equipment, encoder)
        if data := b"".join(each.data for each in said):
            yield data
    if rest := await equipment.compute.run(partial(SoundEncoder.end, encoder)):
        yield rest


async def _behind(first: bytes, pieces: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    if first:
        yield first
    async for piece in pieces:
        yield piece
