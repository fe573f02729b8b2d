"""Deepgram's voices: those of seats that name none, and the local voices that stand in for them offline."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from trialogue.services.service import VoiceNames

VOICES: Final = (
    "aura-2-thalia-en",
    "aura-2-orion-en",
    "aura-2-luna-en",
    "aura-2-arcas-en",
    "aura-2-helena-en",
    "aura-2-zeus-en",
    "aura-2-andromeda-en",
    "aura-2-orpheus-en",
)
"""Voices by seat, for agents that name none: neighbours are easy to tell apart."""

_STAND_INS: Final = MappingProxyType(
    {
        "thalia": "heart",
        "asteria": "ada",
        "luna": "cleo",
        "athena": "eve",
        "hera": "gwen",
        "stella": "iris",
        "andromeda": "kit",
        "helena": "ada",
        "aurora": "cleo",
        "vesta": "eve",
        "juno": "gwen",
        "iris": "iris",
        "electra": "kit",
        "orion": "ben",
        "zeus": "dan",
        "arcas": "finn",
        "perseus": "hugo",
        "angus": "jack",
        "apollo": "finn",
        "orpheus": "hugo",
        "helios": "jack",
        "atlas": "dan",
        "saturn": "ben",
    }
)


def given_name(model: str) -> str:
    """What people call a voice: `thalia` for `aura-2-thalia-en`, and for `thalia`; else nothing."""
    parts = model.split("-")
    if len(parts) > 2 and parts[0] == "aura":
        return parts[-2]
    return model if len(parts) == 1 else ""


AURA: Final = VoiceNames(_STAND_INS, given_name, "aura-2-{}-en".format)
"""The names of the voices called Aura."""
