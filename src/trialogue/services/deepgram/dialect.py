"""Deepgram's dialect, as the list of services holds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from trialogue.errors import LocalProtocolError
from trialogue.services.deepgram.agent import DeepgramAgent, agent_offer, settings_on
from trialogue.services.sound_terms import SessionTerms

if TYPE_CHECKING:
    from trialogue.model.events import Part
    from trialogue.services.deepgram.wire import WireObject


class DeepgramDialect:
    """Dialect of Deepgram (see `services.port.Dialect`)."""

    def offer(self, block: Mapping[str, object], sample_rate: int) -> DeepgramAgent:
        """Offer of an agent, from the protocol's `agent` object."""
        return agent_offer(block, sample_rate)

    def offer_on(self, agent: Mapping[str, object] | str, terms: SessionTerms) -> DeepgramAgent:
        """Offer of an agent on these terms, from the protocol's `agent`: an object, or the id of one.

        LocalProtocolError for an unknown key, which would never be sent.
        """
        settings = settings_on(agent, terms)
        _check_keys(settings)
        return DeepgramAgent(settings)

    def check_change(self, part: Part, content: str) -> None:
        """Raise LocalProtocolError where this is no such part of the protocol's `agent` object."""
        from trialogue.services.deepgram.terms import read_change  # noqa: PLC0415 - a session comes with it

        _check_keys(read_change(part, content))


def _check_keys(asked: WireObject) -> None:
    """Raise LocalProtocolError for keys that no class declares, which writing would leave out."""
    from trialogue.services.deepgram.codec import unknown_fields  # noqa: PLC0415 - as above

    unknown = [path.removeprefix("$.") for path in unknown_fields(asked)]
    if unknown:
        raise LocalProtocolError(f"unknown key of this service: {', '.join(unknown)}")
