"""First message of an agent's session, from the protocol's `agent` object and the terms of sound."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from trialogue.errors import LocalProtocolError
from trialogue.model.json_text import read_json
from trialogue.services.deepgram.reading import read
from trialogue.services.deepgram.settings import Settings
from trialogue.services.sound_terms import SessionTerms, SoundTerms

__all__ = ["settings_for", "settings_on"]


def settings_for(block: Mapping[str, object], sample_rate: int) -> Settings:
    """First message of a session: `block` is the protocol's `agent` object, sound is linear16 both ways."""
    sound = SoundTerms(sample_rate=sample_rate)
    return settings_on(block, SessionTerms(sound, sound))


def settings_on(agent: Mapping[str, object] | str, terms: SessionTerms) -> Settings:
    """First message of a session on these terms; LocalProtocolError for values that JSON does not have."""
    hears, asked = terms.hears, _asked(terms)
    written = {
        "type": "Settings",
        "audio": {
            "input": {"encoding": hears.encoding, "sample_rate": hears.sample_rate},
            "output": _spoken(terms.speaks),
        },
        "agent": agent if isinstance(agent, str) else dict(agent),
        **{name: value for name, value in asked.items() if value is not None},
    }
    try:
        plain = read_json(orjson.dumps(written))
    except (TypeError, orjson.JSONDecodeError) as error:
        raise LocalProtocolError(f"invalid agent settings: {error}") from None
    return read(plain, Settings, "Settings")


def _spoken(speaks: SoundTerms) -> dict[str, object]:
    """Output sound in the protocol's terms; `none` is no container for compressed sound."""
    is_plain = SoundTerms(speaks.encoding).sample_width is not None
    container = speaks.container or ("none" if is_plain else None)
    written: dict[str, object] = {"encoding": speaks.encoding, "sample_rate": speaks.sample_rate}
    asked = {"container": container, "bitrate": speaks.bit_rate}
    return written | {name: value for name, value in asked.items() if value is not None}


def _asked(terms: SessionTerms) -> dict[str, object]:
    """Other terms as the protocol writes them; None for a default."""
    return {
        "tags": list(terms.tags) or None,
        "flags": None if terms.history else {"history": False},
        "experimental": terms.experimental or None,
        "mip_opt_out": terms.mip_opt_out or None,
    }
