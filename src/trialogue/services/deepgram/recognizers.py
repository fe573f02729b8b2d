"""Recognizers of Deepgram in scenarios: the model that a `listen` names or leads to, and its keys.

1. Flux has the thresholds of a turn's end, Nova has `smart_format`. Flux has no `language`: its English model
   needs none, its model for several languages takes `language_hints`, and a language as its one hint.
2. An ear without a `model` gets the one that hears its languages; an agent gets Nova.
3. A key that the model does not have is a fault, and is not sent: the service would refuse the session.
4. A reference to the environment stays as it is written. Faults that depend on its value are not told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import evolve

from trialogue.services.deepgram.keys import ListenKeys
from trialogue.services.script import KeyFault

__all__ = ["hints_of", "is_flux", "key_faults", "model_of_ear", "sendable"]

ENGLISH: Final = "flux-general-en"
"""Default model of an ear, which decides where a turn ends."""

MANY: Final = "flux-general-multi"
"""Model of an ear for several languages."""

FLUX_LANGUAGES: Final = frozenset({"en", "es", "fr", "de", "hi", "ru", "pt", "ja", "it", "nl"})
"""Languages of the model for several languages."""

OTHERS: Final = "nova-3"
"""Model of an ear for all other languages."""

_END: Final = 0.7
"""Confidence that ends a turn where none is written."""

_THRESHOLDS: Final = ("eot_threshold", "eager_eot_threshold", "eot_timeout_ms")


def is_flux(model: str | None) -> bool:
    """Whether the model is one of Flux."""
    return "flux" in (model or "")


def model_of_ear(listen: ListenKeys) -> str:
    """Model of an ear: the one that is written, or else the one for its languages."""
    language = listen.language
    if listen.model is not None:
        return listen.model
    if language is not None and _primary(language) not in FLUX_LANGUAGES | {"multi"}:
        return OTHERS
    return ENGLISH if not listen.language_hints and _is_english(language) else MANY


def hints_of(listen: ListenKeys, model: str | None) -> tuple[str, ...] | None:
    """Language hints for a model; None where it gets none."""
    if model == ENGLISH or not is_flux(model):
        return None
    language = () if listen.language is None else (_primary(listen.language),)
    return tuple(hint for hint in listen.language_hints or language if hint != "multi") or None


def sendable(listen: ListenKeys) -> ListenKeys:
    """Hearing of an agent with the keys that its model has."""
    if listen.provider != "deepgram" or listen.version == "v1" or not is_flux(listen.model):
        return listen
    return evolve(listen, language=None, smart_format=None, language_hints=hints_of(listen, listen.model))


def key_faults(listen: ListenKeys) -> Iterator[KeyFault]:
    """Faults of an agent's completed `listen`, or of an ear's: keys that its model does not have."""
    if listen.provider not in {None, "deepgram"}:
        return
    if _is_reference(listen.model or listen.language):
        yield from _threshold_faults(listen)
        return
    model = model_of_ear(listen)
    if is_flux(model):
        yield from _flux_faults(listen, model)
        return
    for key in _THRESHOLDS:
        if getattr(listen, key) is not None:
            yield _fault(key, "only Flux models have this", model, f"write model: {ENGLISH}")
    if listen.language_hints is not None:
        yield _hints_fault(model)


def _flux_faults(listen: ListenKeys, model: str) -> Iterator[KeyFault]:
    if listen.smart_format:
        yield _fault("smart_format", "only Nova models have this", model, f"write model: {OTHERS}")
    is_known = not _is_reference(listen.language)
    if model == ENGLISH and is_known and not _is_english(listen.language):
        yield KeyFault(("language",), f"{ENGLISH} hears only English: write model: {MANY}", "E-CONFLICT")
    if model == ENGLISH and listen.language_hints is not None:
        yield _hints_fault(model)
    yield from _threshold_faults(listen)


def _threshold_faults(listen: ListenKeys) -> Iterator[KeyFault]:
    eager, end = listen.eager_eot_threshold, listen.eot_threshold
    if eager is not None and eager > (_END if end is None else end):
        told = f"may not exceed eot_threshold, which is {_END if end is None else end:g}"
        yield KeyFault(("eager_eot_threshold",), told, "E-CONFLICT")


def _hints_fault(model: str) -> KeyFault:
    return _fault("language_hints", f"only {MANY} has this", model, f"write model: {MANY}")


def _fault(key: str, what: str, model: str, instead: str) -> KeyFault:
    return KeyFault((key,), f"{what}, and the model is {model}: {instead}", "E-CONFLICT")


def _is_english(language: str | None) -> bool:
    return language is None or _primary(language) == "en"


def _primary(language: str) -> str:
    return language if _is_reference(language) else language.split("-", maxsplit=1)[0].casefold()


def _is_reference(text: str | None) -> bool:
    """Whether a text refers to the environment: its value is not known yet."""
    return text is not None and "${" in text
