"""Voices by name: one trained voice, modified in pitch and in the length of the throat.

Changed pitch alone sounds like a tape at the wrong speed, so the formants change, too, as with the size of a
head. The recognizer's word error rate for every voice here is about one percent.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from trialogue.services import EMBEDDED, service_of
from trialogue.services.service import VoiceNames
from trialogue.values import frozen


@frozen
class VoiceShape:
    """Modification of the trained voice."""

    name: str
    """Name of the voice."""

    pitch: float
    """Factor on the fundamental frequency; 1 is about 200 Hz."""

    formants: float
    """Factor on the formants: below 1 for a longer throat, above 1 for a shorter one."""

    pace: float = 1.0
    """Factor on the speed of speech."""


_ALL: Final = (
    VoiceShape("heart", 1.0, 1.0),
    VoiceShape("ada", 1.08, 1.04, 1.03),
    VoiceShape("cleo", 1.2, 1.1, 1.05),
    VoiceShape("eve", 0.88, 0.96, 0.92),
    VoiceShape("gwen", 0.94, 1.06, 1.08),
    VoiceShape("iris", 1.32, 1.14, 1.0),
    VoiceShape("kit", 1.42, 1.2, 1.06),
    VoiceShape("ben", 0.58, 0.86, 1.0),
    VoiceShape("dan", 0.48, 0.8, 0.98),
    VoiceShape("finn", 0.68, 0.9, 1.08),
    VoiceShape("hugo", 0.53, 0.9, 0.94),
    VoiceShape("jack", 0.63, 0.82, 1.04),
)

VOICES: Final = MappingProxyType({voice.name: voice for voice in _ALL})
"""Voices by name."""


def voice_for(model: str) -> VoiceShape:
    """Local voice for a name: one of ours, a vendor's, or any other name, by its hash.

    >>> voice_for("Ben").name
    'ben'
    """
    return known_voice(model) or VOICES[_by_hash(model)]


def known_voice(model: str) -> VoiceShape | None:
    """Local voice with this name, or the stand-in for a vendor's voice with it; else None."""
    vendors = stand_ins()
    return VOICES.get(model.lower()) or VOICES.get(vendors.local.get(vendors.given(model.lower()), ""))


def stand_ins() -> VoiceNames:
    """Names of a vendor's voices for which the embedded server uses our voices."""
    return service_of(EMBEDDED).voices


def _by_hash(model: str) -> str:
    import hashlib  # noqa: PLC0415 - OpenSSL comes with it, and most voices are named

    digest = hashlib.sha256(model.encode()).digest()
    return _ALL[int.from_bytes(digest[:4], "big") % len(_ALL)].name
