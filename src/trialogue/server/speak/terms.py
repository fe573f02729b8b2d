"""What the query of `/v1/speak` asks for, checked as the hosted service checks it."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from attrs import field, frozen

from trialogue.server.listen.terms import QueryRefused
from trialogue.server.sound import AskedSound, SoundRefused, doubt_of
from trialogue.speech.coding import Coding, SoundForm

__all__ = ["SPEAK_PATH", "SpeakTerms", "content_type", "read_file_query", "read_stream_query"]

SPEAK_PATH: Final = "/v1/speak"

_DEFAULT_VOICE: Final = "aura-asteria-en"
_NAMES: Final = frozenset({"model", "encoding", "sample_rate", "speed", "mip_opt_out", "tag"})
_FILE_NAMES: Final = _NAMES | {"container", "bit_rate"}
_STREAMED: Final = ("linear16", "mulaw", "alaw")
_NO_SPEED: Final = "speed is taken and does nothing: voices here have one speed."


@frozen
class SpeakTerms:
    """What is to be spoken, and how."""

    voice: str
    """The voice's name, at the hosted service."""

    form: SoundForm
    """What the sound is to be."""

    doubts: tuple[str, ...] = field(default=())
    """What a client should know of how it differs from the hosted service's."""


def read_stream_query(query: str) -> SpeakTerms:
    """Read the query of a socket: samples only. Raises `QueryRefused`."""
    given = _given(query, _NAMES)
    encoding = given.get("encoding", "linear16")
    if encoding not in _STREAMED:
        raise QueryRefused("encoding must be linear16, mulaw or alaw on a socket.")
    return _terms(given, AskedSound(encoding, _whole(given, "sample_rate")))


def read_file_query(query: str) -> SpeakTerms:
    """Read the query of a request, whose answer is a file, usually MP3. Raises `QueryRefused`."""
    given = _given(query, _FILE_NAMES)
    encoding = given.get("encoding", "mp3")
    container = given.get("container", "wav" if encoding in _STREAMED else None)
    rate, bit_rate = _whole(given, "sample_rate"), _whole(given, "bit_rate")
    return _terms(given, AskedSound(encoding, rate, container, bit_rate))


def content_type(form: SoundForm) -> str:
    """The media type of a file."""
    match form.coding:
        case Coding.RAW:
            name = {"linear16": "l16", "linear32": "l32"}.get(form.format.encoding, form.format.encoding)
            return f"audio/{name};rate={form.format.sample_rate}"
        case Coding.MP3:
            return "audio/mpeg"
        case Coding.OGG_OPUS:
            return "audio/ogg;codecs=opus"
        case Coding.WAV | Coding.FLAC:
            return f"audio/{form.coding.value}"


def _given(query: str, names: frozenset[str]) -> dict[str, str]:
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=1000)
    if unknown := sorted({name for name, _ in pairs} - names):
        raise QueryRefused(f"Unknown query parameter: {unknown[0][:50]}.")
    given = dict(pairs)
    if len(given) < len([name for name, _ in pairs if name != "tag"]):
        raise QueryRefused("A query parameter may be given once.")
    return given


def _terms(given: dict[str, str], asked: AskedSound) -> SpeakTerms:
    voice = given.get("model", _DEFAULT_VOICE)
    if not voice.startswith("aura-"):
        raise QueryRefused("model must be a voice of Aura's: flux voices are spoken by /v2/speak.")
    try:
        form = asked.form
    except SoundRefused as refused:
        raise QueryRefused(str(refused)) from None
    if asked.misfit is not None:
        raise QueryRefused(asked.misfit)
    doubt = doubt_of(voice)
    doubts = [doubt] if doubt is not None else []
    if _speed(given) != 1.0:
        doubts.append(_NO_SPEED)
    return SpeakTerms(voice, form, tuple(doubts))


def _whole(given: dict[str, str], name: str) -> int | None:
    """A whole number; SDKs write `24000` as `24000.0` where they declare a float."""
    text = given.get(name)
    if text is None:
        return None
    digits = text.removesuffix(".0")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 9):
        raise QueryRefused(f"{name} must be a whole number.")
    return int(digits)


def _speed(given: dict[str, str]) -> float:
    try:
        speed = float(given.get("speed", "1"))
    except ValueError:
        speed = float("nan")
    if not 0.7 <= speed <= 1.5:
        raise QueryRefused("speed must be a number from 0.7 to 1.5.")
    return speed
