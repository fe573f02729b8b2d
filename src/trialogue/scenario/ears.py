"""A person's ear: at which service it listens, and what that is asked for."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import attrs
from attrs import field, frozen

from trialogue.scenario.schema import AgentKeys, Document, Via
from trialogue.scenario.stages import ListenKeys
from trialogue.scenario.vocabulary import Seat
from trialogue.services.deepgram.ear import DeepgramEar
from trialogue.services.deepgram.listen import ListenSettings

EarVia: TypeAlias = Literal["local", "deepgram"]

ENGLISH: Final = "flux-general-en"
"""The conversational model where nothing else is asked for: it says itself when a turn ends."""

MANY: Final = "flux-general-multi"
"""The same for other languages."""

FLUX_LANGUAGES: Final = frozenset({"en", "es", "fr", "de", "hi", "ru", "pt", "ja", "it", "nl"})
"""What the second of them understands."""

OTHERS: Final = "nova-3"
"""The model for all other languages."""

_KEYS: Final = frozenset(
    {
        "model",
        "language",
        "language_hints",
        "keyterms",
        "eot_threshold",
        "eager_eot_threshold",
        "eot_timeout_ms",
    }
)


@frozen
class EarSpec:
    """One person's ear, as it is dialled."""

    via: EarVia
    """At which service."""

    offer: DeepgramEar = field(repr=False)
    """What it is asked for, but for the rate of the meeting's sound. Personal."""


def has_ear(seat: AgentKeys) -> bool:
    """Whether somebody sits here whose sound is made words of."""
    return seat.is_person and seat.via is not Via.TEXT and seat.role is not Seat.OBSERVER


def ear_of(document: Document, name: str) -> EarSpec | None:
    """The ear of a person of a completed document; None for one without sound."""
    seat = document.cast[name]
    return (
        EarSpec(_where(document), DeepgramEar(_settings(seat.listen or ListenKeys())))
        if has_ear(seat)
        else None
    )


def _where(document: Document) -> EarVia:
    """Where the first agent is."""
    first = next((seat for seat in document.cast.values() if not seat.is_person), None)
    return "deepgram" if first is not None and first.via is Via.DEEPGRAM else "local"


def _settings(listen: ListenKeys) -> ListenSettings:
    model = listen.model or _model_for(listen.language)
    hints = listen.language_hints or ()
    if model == MANY and not hints and listen.language is not None:
        hints = (_primary(listen.language),)
    return ListenSettings(
        model=model,
        language=listen.language,
        keyterms=listen.keyterms or (),
        language_hints=tuple(hint for hint in hints if hint != "multi"),
        eot_threshold=listen.eot_threshold,
        eager_eot_threshold=listen.eager_eot_threshold,
        eot_timeout_ms=listen.eot_timeout_ms,
    )


def _model_for(language: str | None) -> str:
    if language is None or _primary(language) == "en":
        return ENGLISH
    return MANY if _primary(language) in FLUX_LANGUAGES | {"multi"} else OTHERS


def _primary(language: str) -> str:
    return language.split("-", maxsplit=1)[0].casefold()


def unheard_keys(seat: AgentKeys) -> tuple[str, ...]:
    """The keys of a person's `listen` that an ear is not asked for."""
    if seat.listen is None:
        return ()
    written = attrs.asdict(seat.listen, recurse=False, filter=lambda _, item: item is not None)
    is_deaf = isinstance(seat.via, Via) and not has_ear(seat)
    return tuple(key for key in written if is_deaf or key not in _KEYS)
