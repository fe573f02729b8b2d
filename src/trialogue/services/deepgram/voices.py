"""Deepgram's voices: default voices by seat, and the local voices that stand in for them offline."""

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
"""Default voices by seat, so that neighbours are easy to distinguish."""

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


_PUBLISHED: Final = MappingProxyType(
    {
        "aura-{}-en": "angus arcas asteria athena helios hera luna orion orpheus perseus stella zeus",
        "aura-2-{}-de": "aurelia elara fabian julius kara lara viktoria",
        "aura-2-{}-en": (
            "amalthea andromeda apollo arcas aries asteria athena atlas aurora callista cora "
            "cordelia delia draco electra harmonia helena hera hermes hyperion iris janus juno "
            "jupiter luna mars minerva neptune odysseus ophelia orion orpheus pandora phoebe "
            "pluto saturn selene thalia theia vesta zeus"
        ),
        "aura-2-{}-es": (
            "agustina alvaro antonia aquila carina celeste diana estrella gloria javier luciano "
            "nestor olivia selena silvia sirio valerio"
        ),
        "aura-2-{}-fr": "agathe hector",
        "aura-2-{}-it": "cesare cinzia demetra dionisio elio flavio livia maia melia perseo",
        "aura-2-{}-ja": "ama ebisu fujin izanami uzume",
        "aura-2-{}-nl": "beatrix cornelia daphne hestia lars leda rhea roman sander",
        "flux-{}-en": (
            "alexis bree brittany brooke bruce cliff cole colin conor donovan drew elise gemma "
            "haley hannah heather jack kai kelsey kit maeve marcelo marcus meena meghan miles "
            "naveen paige priya renee rufus sean sharon sienna tanner wade wes"
        ),
    }
)

PUBLISHED: Final = tuple(form.format(given) for form, names in _PUBLISHED.items() for given in names.split())
"""Voices published by November 2026; there may be newer ones."""


def given_name(model: str) -> str:
    """Given name of a voice: `thalia` for `aura-2-thalia-en` and for `thalia`; empty for others."""
    parts = model.split("-")
    if len(parts) > 2 and parts[0] == "aura":
        return parts[-2]
    return model if len(parts) == 1 else ""


AURA: Final = VoiceNames(_STAND_INS, given_name, "aura-2-{}-en".format)
"""Names of the Aura voices."""
