"""Terms in the query of `/v1/speak` or `/v2/speak`, checked as the hosted service checks them."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from attrs import field

from trialogue.server.listen.terms import QueryRefused
from trialogue.server.sound import AskedSound, SoundRefused, doubt_of
from trialogue.speech.coding import Coding, SoundForm
from trialogue.values import frozen

__all__ = [
    "SPEAK_PATH",
    "TURNS_PATH",
    "SpeakTerms",
    "content_type",
    "read_file_query",
    "read_stream_query",
    "read_turns_file_query",
    "read_turns_query",
]

SPEAK_PATH: Final = "/v1/speak"
TURNS_PATH: Final = "/v2/speak"
"""Path of the newer voices, which speak in turns."""

_DEFAULT_VOICE: Final = "aura-asteria-en"
_NAMES: Final = frozenset({"model", "encoding", "sample_rate", "speed", "mip_opt_out", "tag"})
_FILE_NAMES: Final = _NAMES | {"container", "bit_rate"}
_TURNS_NAMES: Final = _NAMES | {"expressivity"}
_TURNS_RATES: Final = {"linear16": (8_000, 16_000, 24_000, 32_000, 44_100, 48_000)}
_CODED_RATES: Final = (8_000, 16_000)
_STREAMED: Final = ("linear16", "mulaw", "alaw")
_EXPRESSIVE: Final = frozenset({"-2", "-1", "0", "1", "2"})
_NO_EXPRESSION: Final = "expressivity is taken and does nothing: voices here have one manner."
_NO_SPEED: Final = "speed is taken and does nothing: voices here have one speed."


@frozen
class SpeakTerms:
    """Terms of a speaking session: voice and form."""

    voice: str
    """Name of the voice, at the hosted service."""

    form: SoundForm
    """Form of the sound."""

    is_in_turns: bool = False
    """Whether a socket's text comes in turns, as at `/v2/speak`."""

    doubts: tuple[str, ...] = field(default=())
    """Differences from the hosted service's voice that the client is told."""


def read_stream_query(query: str) -> SpeakTerms:
    """Terms of a socket, which may only ask for plain samples. Raises `QueryRefused`."""
    given = _given(query, _NAMES)
    encoding = given.get("encoding", "linear16")
    if encoding not in _STREAMED:
        raise QueryRefused("encoding must be linear16, mulaw or alaw on a socket.")
    return _terms(given, AskedSound(encoding, _whole(given, "sample_rate")))


def read_turns_query(query: str) -> SpeakTerms:
    """Terms of a socket with turns: plain samples at the listed rates. Raises `QueryRefused`."""
    given = _given(query, _TURNS_NAMES)
    encoding, rate = given.get("encoding", "linear16"), _whole(given, "sample_rate")
    if encoding not in _STREAMED:
        raise QueryRefused("encoding must be linear16, mulaw or alaw on a socket.")
    rates = _TURNS_RATES.get(encoding, _CODED_RATES)
    if rate is not None and rate not in rates:
        raise QueryRefused(f"sample_rate must be one of {', '.join(map(str, rates))}.")
    return _turns_terms(given, AskedSound(encoding, rate))


def read_turns_file_query(query: str) -> SpeakTerms:
    """Terms of a plain request to a voice that speaks in turns, like `read_file_query`.

    Raises `QueryRefused`.
    """
    given = _given(query, _TURNS_NAMES | _FILE_NAMES | {"priority"})
    if given.get("priority") not in {None, "low"}:
        raise QueryRefused("priority must be low.")
    return _turns_terms(given, _file_sound(given))


def read_file_query(query: str) -> SpeakTerms:
    """Terms of a plain request, whose response is a file, by default MP3. Raises `QueryRefused`."""
    given = _given(query, _FILE_NAMES)
    return _terms(given, _file_sound(given))


def _file_sound(given: dict[str, str]) -> AskedSound:
    encoding = given.get("encoding", "mp3")
    container = given.get("container", "wav" if encoding in _STREAMED else None)
    rate, bit_rate = _whole(given, "sample_rate"), _whole(given, "bit_rate")
    return AskedSound(encoding, rate, container, bit_rate)


def content_type(form: SoundForm) -> str:
    """Media type of a file."""
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
        raise QueryRefused("A query parameter may be given only once.")
    return given


def _terms(given: dict[str, str], asked: AskedSound) -> SpeakTerms:
    voice = given.get("model", _DEFAULT_VOICE)
    if not voice.startswith("aura-"):
        raise QueryRefused("model must be an Aura voice: Flux voices need /v2/speak.")
    return _spoken(voice, asked, [_NO_SPEED] if _speed(given, 0.7) != 1.0 else [])


def _turns_terms(given: dict[str, str], asked: AskedSound) -> SpeakTerms:
    voice = given.get("model", "")
    if not voice.startswith("flux-"):
        raise QueryRefused("model must be a Flux voice: Aura voices need /v1/speak.")
    doubts = [_NO_SPEED] if _speed(given, 0.5) != 1.0 else []
    if (expressivity := given.get("expressivity", "0")) not in _EXPRESSIVE:
        raise QueryRefused("expressivity must be a whole number from -2 to 2.")
    return _spoken(voice, asked, doubts if expressivity == "0" else [*doubts, _NO_EXPRESSION])


def _spoken(voice: str, asked: AskedSound, doubts: list[str]) -> SpeakTerms:
    try:
        form = asked.form
    except SoundRefused as refused:
        raise QueryRefused(str(refused)) from None
    if asked.misfit is not None:
        raise QueryRefused(asked.misfit)
    doubt = doubt_of(voice)
    told = (*([doubt] if doubt is not None else []), *doubts)
    return SpeakTerms(voice, form, is_in_turns=voice.startswith("flux-"), doubts=told)


def _whole(given: dict[str, str], name: str) -> int | None:
    """Whole number; SDKs that declare a float write `24000` as `24000.0`."""
    text = given.get(name)
    if text is None:
        return None
    digits = text.removesuffix(".0")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 9):
        raise QueryRefused(f"{name} must be a whole number.")
    return int(digits)


def _speed(given: dict[str, str], least: float) -> float:
    try:
        speed = float(given.get("speed", "1"))
    except ValueError:
        speed = float("nan")
    if not least <= speed <= 1.5:
        raise QueryRefused(f"speed must be a number from {least} to 1.5.")
    return speed
