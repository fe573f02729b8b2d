"""What services cost, as their vendors said on a day: a table that ages in the open.

Only what a vendor published as one price for the whole of it stands here. Whoever brings a model or a voice
of their own pays otherwise, and is "unpriced": said aloud by the meeting and never counted as free.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from trialogue.model.participants import Price
from trialogue.scenario.ears import EarSpec
from trialogue.scenario.schema import AgentKeys, Via
from trialogue.scenario.stages import ThinkKeys
from trialogue.services.deepgram.listen import ListenSettings

DEEPGRAM: Final = Price("deepgram/voice-agent", usd_a_minute=4.50 / 60, as_of="2025-06-16")
"""Deepgram's own listen, think and speak: 4.50 US dollars an hour of a session, as announced with its
general availability (https://deepgram.com/learn/voice-agent-api-generally-available)."""

_LISTENING: Final[Mapping[str, tuple[float, str]]] = {
    "flux-general-en": (0.0065, "2026-09-04"),
    "flux-general-multi": (0.0078, "2026-11-04"),
    "nova-3": (0.0048, "2026-08-01"),
    "nova-3/multi": (0.0058, "2026-08-01"),
}
"""Deepgram's streaming speech to text: US dollars a minute of a connection, pay as you go, with the day on
which the price page (https://deepgram.com/pricing) was read."""


def price_of_ear(ear: EarSpec | None) -> Price | None:
    """What a person's ear costs; None where nothing is paid: no ear, or the embedded server's."""
    if ear is None or ear.via != "deepgram":
        return None
    model = _listed(ear.offer.settings)
    usd, as_of = _LISTENING.get(model, (None, ""))
    return Price(f"deepgram/listen/{model}", usd_a_minute=usd, as_of=as_of)


def _listed(settings: ListenSettings) -> str:
    """The model as the price page lists it: Nova-3 costs more where it is to tell languages apart."""
    model = "nova-3" if settings.model == "nova-3-general" else settings.model
    return "nova-3/multi" if model == "nova-3" and settings.language == "multi" else model


def price_of(agent: AgentKeys) -> Price | None:
    """What an agent's service costs; None where nothing is paid: people, scripts, the embedded server."""
    if agent.is_person:
        return None
    thinks = agent.think if isinstance(agent.think, tuple) else (agent.think,)
    own = [think for think in thinks if isinstance(think, ThinkKeys) and think.endpoint is not None]
    if agent.via is Via.DEEPGRAM:
        speaks = agent.speak.provider if agent.speak is not None else None
        if own or speaks not in {None, "deepgram"}:
            return Price("deepgram/voice-agent with parts of its own")
        return DEEPGRAM
    return Price(f"{own[0].provider.value}/{own[0].model}") if own else None
