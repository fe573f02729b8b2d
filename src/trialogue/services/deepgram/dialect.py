"""Deepgram's dialect, as the list of services holds it."""

from __future__ import annotations

from collections.abc import Mapping

from trialogue.model.events import Part
from trialogue.services.deepgram.agent import DeepgramAgent, agent_offer
from trialogue.services.deepgram.terms import read_change


class DeepgramDialect:
    """How Deepgram is spoken to (see `services.port.Dialect`)."""

    def offer(self, block: Mapping[str, object], sample_rate: int) -> DeepgramAgent:
        """What an agent is asked for, from the wire's `agent` object."""
        return agent_offer(block, sample_rate)

    def check_change(self, part: Part, content: str) -> None:
        """LocalProtocolError where this is no such part of the wire's `agent` object."""
        read_change(part, content)
