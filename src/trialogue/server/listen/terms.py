"""Terms in the query of a listening route, checked as the hosted service checks them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias
from urllib.parse import parse_qsl

from attrs import field

from trialogue.model.audio import AudioFormat
from trialogue.server.sound import SAMPLES
from trialogue.services.deepgram.listen.settings import ListenRoute, route_of
from trialogue.speech.streams import COMPRESSED_INPUTS
from trialogue.values import frozen

__all__ = ["FluxTerms", "ListenTerms", "NovaTerms", "QueryRefused", "read_query"]

_FLUX_NAMES = frozenset(
    {
        "model",
        "encoding",
        "sample_rate",
        "eot_threshold",
        "eager_eot_threshold",
        "eot_timeout_ms",
        "keyterm",
        "language_hint",
        "numerals",
        "profanity_filter",
        "redact",
        "mip_opt_out",
        "tag",
    }
)
_HINTS = frozenset({"en", "es", "fr", "de", "hi", "ru", "pt", "ja", "it", "nl"})
_RATES = range(4_000, 192_001)
_MAX_KEYTERMS = 100
_MAX_KEYTERM_CHARS = 100

_Pairs: TypeAlias = dict[str, list[str]]


class QueryRefused(Exception):
    """Refusal of a query that asks for what this server does not have; the text may be sent to the client."""


@frozen
class FluxTerms:
    """Terms of a `/v2/listen` session."""

    input: AudioFormat | None
    """Format of the client's sound; None for a container, whose header has it."""

    multilingual: bool = False
    """Whether the model accepts hints of languages."""

    eot_threshold: float = 0.7
    """Confidence that ends a turn."""

    eager_eot_threshold: float | None = None
    """Confidence of an eager end of turn; None for no eager ends."""

    eot_timeout_ms: int = 5000
    """Milliseconds of silence that end a turn at any confidence."""

    keyterms: tuple[str, ...] = field(default=(), repr=False)
    """Words to listen for: kept and sent back, but our recognizer does not use them."""

    language_hints: tuple[str, ...] = ()
    """Languages to expect; our recognizer does not use them."""

    numerals: bool = False
    """Whether numbers are written in digits; our recognizer does not use it."""


@frozen
class NovaTerms:
    """Terms of a `/v1/listen` session."""

    input: AudioFormat | None
    """Format of the client's sound; None for a container, whose header has it."""

    model: str = "base"
    """Name of the model, which results repeat."""

    interim_results: bool = False
    """Whether words are sent before they are final."""

    endpointing_s: float | None = 0.01
    """Seconds of silence that make a result `speech_final`; None for never."""

    utterance_end_s: float | None = None
    """Seconds without words that make an `UtteranceEnd`; None for none."""

    vad_events: bool = False
    """Whether `SpeechStarted` is sent."""

    is_punctuated: bool = False
    """Whether words have capitals and punctuation."""


ListenTerms: TypeAlias = FluxTerms | NovaTerms


def read_query(route: ListenRoute, query: str) -> ListenTerms:
    """Terms in the query of a route; raises `QueryRefused`."""
    given: _Pairs = {}
    for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=1000):
        given.setdefault(name, []).append(value)
    return _flux(given) if route == "v2" else _nova(given)


def _flux(given: _Pairs) -> FluxTerms:
    if unknown := sorted(given.keys() - _FLUX_NAMES):
        raise QueryRefused(f"Unknown query parameter: {unknown[0][:50]}.")
    model = _one(given, "model")
    if not model or route_of(model) != "v2" or model == "flux":
        raise QueryRefused("model must be flux-general-en or flux-general-multi on /v2/listen.")
    terms = FluxTerms(
        input=_format(given),
        multilingual=model == "flux-general-multi",
        eot_threshold=_number(given, "eot_threshold", 0.5, 1.0) or 0.7,
        eager_eot_threshold=_number(given, "eager_eot_threshold", 0.3, 0.9),
        eot_timeout_ms=_whole(given, "eot_timeout_ms", 500, 60_000) or 5000,
        keyterms=tuple(given.get("keyterm", ())),
        language_hints=tuple(given.get("language_hint", ())),
        numerals=_flag(given, "numerals"),
    )
    for name in ("profanity_filter", "mip_opt_out"):
        _flag(given, name)
    if any(value not in {"numbers", "aggressive_numbers"} for value in given.get("redact", ())):
        raise QueryRefused("redact must be numbers or aggressive_numbers.")
    if refusal := fault_of(terms):
        raise QueryRefused(refusal)
    return terms


def fault_of(terms: FluxTerms) -> str | None:
    """Fault of Flux terms that are valid one by one, as it may be sent to the client; None where they fit."""
    eager = terms.eager_eot_threshold
    if eager is not None and eager > terms.eot_threshold:
        return "eager_eot_threshold must not exceed eot_threshold."
    return keyterms_fault(terms.keyterms) or _hints_fault(terms)


def keyterms_fault(keyterms: Iterable[str]) -> str | None:
    """Fault of a list of keyterms, or None."""
    listed = list(keyterms)
    if len(listed) > _MAX_KEYTERMS:
        return f"keyterm may be given {_MAX_KEYTERMS} times at most."
    if any(not term.strip() or len(term) > _MAX_KEYTERM_CHARS for term in listed):
        return f"a keyterm must have 1 to {_MAX_KEYTERM_CHARS} characters."
    return None


def _hints_fault(terms: FluxTerms) -> str | None:
    if terms.language_hints and not terms.multilingual:
        return "language_hint needs flux-general-multi."
    if any(hint.partition("-")[0].lower() not in _HINTS for hint in terms.language_hints):
        return "language_hint must be one of " + ", ".join(sorted(_HINTS)) + "."
    return None


def _nova(given: _Pairs) -> NovaTerms:
    model = _one(given, "model") or "base"
    if route_of(model) == "v2":
        raise QueryRefused("Flux models need /v2/listen.")
    for name in ("multichannel", "callback", "diarize_model"):
        if given.get(name) not in (None, ["false"]):
            raise QueryRefused(f"{name} is not available on this server.")
    if _whole(given, "channels", 1, 1) is None and "channels" in given:
        raise QueryRefused("channels must be 1 on this server.")
    if fault := keyterms_fault(given.get("keyterm", ())):
        raise QueryRefused(fault)
    interim = _flag(given, "interim_results")
    ends_ms = _whole(given, "utterance_end_ms", 1000, 5000)
    if ends_ms is not None and not interim:
        raise QueryRefused("utterance_end_ms needs interim_results=true.")
    endpointing = _one(given, "endpointing")
    silent_ms = None if endpointing == "false" else _whole(given, "endpointing", 0, 60_000)
    return NovaTerms(
        input=_format(given),
        model=model,
        interim_results=interim,
        endpointing_s=None if endpointing == "false" else 0.01 if silent_ms is None else silent_ms / 1000,
        utterance_end_s=None if ends_ms is None else ends_ms / 1000,
        vad_events=_flag(given, "vad_events"),
        is_punctuated=_flag(given, "smart_format") or _flag(given, "punctuate"),
    )


# --- parts ------------------------------------------------------------------------------------------


def _one(given: _Pairs, name: str) -> str | None:
    values = given.get(name, [])
    if len(values) > 1:
        raise QueryRefused(f"{name} may be given only once.")
    return values[0] if values else None


def _flag(given: _Pairs, name: str) -> bool:
    value = _one(given, name)
    if value not in (None, "true", "false"):
        raise QueryRefused(f"{name} must be true or false.")
    return value == "true"


def _number(given: _Pairs, name: str, least: float, most: float) -> float | None:
    text = _one(given, name)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise QueryRefused(f"{name} must be a number from {least} to {most}.")
    return value


def _whole(given: _Pairs, name: str, least: int, most: int) -> int | None:
    text = _one(given, name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 9 and least <= int(text) <= most):
        raise QueryRefused(f"{name} must be a whole number from {least} to {most}.")
    return int(text)


def _format(given: _Pairs) -> AudioFormat | None:
    encoding, rate = _one(given, "encoding"), _whole(given, "sample_rate", _RATES[0], _RATES[-1])
    if encoding in COMPRESSED_INPUTS or (encoding is None and rate is None):
        return None  # the stream's header has its format
    if encoding is not None and encoding not in SAMPLES:
        names = ", ".join((*SAMPLES, *COMPRESSED_INPUTS))
        raise QueryRefused(f"encoding {encoding[:50]} is not available on this server; use {names}.")
    if encoding is None or rate is None:
        raise QueryRefused("encoding and sample_rate go together: both for raw audio, none for containers.")
    return AudioFormat(SAMPLES[encoding], rate)
