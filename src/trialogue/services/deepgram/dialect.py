"""Deepgram's dialect, as the list of services holds it."""

from __future__ import annotations

from collections.abc import Mapping

from trialogue.model.events import Part
from trialogue.services.deepgram.agent import DeepgramAgent, agent_offer, settings_on
from trialogue.services.deepgram.terms import read_change
from trialogue.services.sound_terms import SessionTerms


class DeepgramDialect:
    """Dialect of Deepgram (see `services.port.Dialect`)."""

    def offer(self, block: Mapping[str, object], sample_rate: int) -> DeepgramAgent:
        """Offer of an agent, from the wire's `agent` object."""
        return agent_offer(block, sample_rate)

    def offer_on(self, agent: Mapping[str, object] | str, terms: SessionTerms) -> DeepgramAgent:
        """Offer of an agent on these terms, from the wire's `agent`: an object, or the id of one."""
        return DeepgramAgent(settings_on(agent, terms))

    def check_change(self, part: Part, content: str) -> None:
        """LocalProtocolError where this is no such part of the wire's `agent` object."""
        read_change(part, content)
