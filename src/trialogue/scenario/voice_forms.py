"""Voices in place of words that name none, such as `voice: male`."""

from __future__ import annotations

from typing import Final

from trialogue.scenario.flow_text import flow
from trialogue.scenario.own_names import OwnNames
from trialogue.scenario.tree import Entries, Node, Scalar
from trialogue.services import EMBEDDED, SERVICES, service_of
from trialogue.speech.voices import known_voice

LOCAL: Final = ("hugo", "cleo")
"""A low and a high voice of the embedded server."""

_HIGH: Final = frozenset(("female", "woman", "girl", "feminine", "lady", "she", "f"))


def voice_meant(node: Node | None, seat: Entries | None, names: OwnNames) -> str:
    """Voice of the service of `seat` for a word that names none; empty for a voice, and for no text."""
    value = node.value if isinstance(node, Scalar) else None
    via = seat.find("via") if seat is not None else None
    service = via.value if isinstance(via, Scalar) else names.via or EMBEDDED
    if not isinstance(value, str) or not value.strip() or known_voice(value) is not None:
        return ""
    if service not in SERVICES or (service != EMBEDDED and "-" in value):
        return ""  # a later voice of a service, as its list may be outdated
    low, high = LOCAL if service == EMBEDDED else _first_two(service)
    return flow(high if value.casefold().strip() in _HIGH else low)


def _first_two(service: str) -> tuple[str, str]:
    """A low and a high voice of a service: its defaults by seat begin with a high one, and alternate."""
    voices = service_of(service).keys.voices
    return voices[1 % len(voices)], voices[0]
