"""What services cost, as their vendors said on a day: a table that ages in the open.

Only what a vendor published as one price for the whole of it stands here. Whoever brings a model or a voice
of their own pays otherwise, and is "unpriced": said aloud by the meeting and never counted as free.
"""

from __future__ import annotations

from typing import Final

from trialogue.model.participants import Price
from trialogue.scenario.schema import Agent, Via
from trialogue.scenario.stages import Think

DEEPGRAM: Final = Price("deepgram/voice-agent", usd_a_minute=4.50 / 60, as_of="2025-06-16")
"""Deepgram's own listen, think and speak: 4.50 US dollars an hour of a session, as announced with its
general availability (https://deepgram.com/learn/voice-agent-api-generally-available)."""


def price_of(agent: Agent) -> Price | None:
    """What a seat's service costs; None where nothing is paid: people, scripts, the embedded server."""
    if agent.is_person:
        return None
    thinks = agent.think if isinstance(agent.think, tuple) else (agent.think,)
    own = [think for think in thinks if isinstance(think, Think) and think.endpoint is not None]
    if agent.via is Via.DEEPGRAM:
        speaks = agent.speak.provider if agent.speak is not None else None
        if own or speaks not in {None, "deepgram"}:
            return Price("deepgram/voice-agent with parts of its own")
        return DEEPGRAM
    return Price(f"{own[0].provider.value}/{own[0].model}") if own else None
