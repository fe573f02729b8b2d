"""Deepgram's dialect, as the list of services holds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from trialogue.services.deepgram.agent import DeepgramAgent, agent_offer, settings_on
from trialogue.services.sound_terms import SessionTerms

if TYPE_CHECKING:
    from trialogue.model.events import Part


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
        from trialogue.services.deepgram.terms import read_change  # noqa: PLC0415 - a session comes with it

        read_change(part, content)
