"""Prices of Deepgram, as published on a stated day: a table that becomes outdated visibly.

1. An agent is priced by the tier of its model, as Deepgram's list of models has it. A model whose tier is not
   listed here, or whose tier has no price here, is "unpriced": the meeting reports that, and counts it
   neither as free nor at another tier's price.
2. An agent with a model or a voice of its user's own has another price, and is unpriced, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from trialogue.model.participants import Price
from trialogue.services.deepgram.keys import SpeakKeys, ThinkKeys
from trialogue.services.deepgram.settings import DeepgramListenProviderV1
from trialogue.services.keys import Stages

if TYPE_CHECKING:
    from trialogue.services.deepgram.listen import ListenSettings

STANDARD: Final = Price("deepgram/voice-agent", usd_a_minute=4.50 / 60, as_of="2025-06-16")
"""Deepgram's own listen and speak, and a model of its tier Standard: 4.50 US dollars an hour of a session, as
announced with its general availability (https://deepgram.com/learn/voice-agent-api-generally-available)."""

STANDARD_MODELS: Final = frozenset(
    {
        "gpt-4o-mini",
        "gpt-4.1-mini",
        "gpt-4.1-nano",
        "gpt-5-mini",
        "gpt-5-nano",
        "gpt-5.4-mini",
        "gpt-5.4-nano",
        "gemini-3.5-flash",
    }
)
"""Models of the tier Standard (https://developers.deepgram.com/docs/voice-agent-llm-models). Others, the tier
Advanced among them, have no price that was published with a day."""

_LISTENING: Final[Mapping[str, tuple[float, str]]] = {
    "flux-general-en": (0.0065, "2026-09-04"),
    "flux-general-multi": (0.0078, "2026-11-04"),
    "nova-3": (0.0048, "2026-08-01"),
    "nova-3/multi": (0.0058, "2026-08-01"),
}
"""Deepgram's streaming speech to text: US dollars a minute of a connection, pay as you go, with the day on
which the price page (https://deepgram.com/pricing) was read."""


def price_of_agent(stages: Stages) -> Price:
    """Price of an agent at Deepgram; without `usd_a_minute` where no price is known for all of it."""
    thinks = [think for think in stages.think if isinstance(think, ThinkKeys)]
    speaks = stages.speak.provider if isinstance(stages.speak, SpeakKeys) else None
    if any(think.endpoint is not None for think in thinks) or speaks not in {None, "deepgram"}:
        return Price("deepgram/voice-agent with parts of its own")
    unlisted = [think.model or think.provider.value for think in thinks if think.model not in STANDARD_MODELS]
    return Price(f"deepgram/voice-agent with {unlisted[0]}") if unlisted else STANDARD


def price_of_listening(settings: ListenSettings) -> Price:
    """Price of a listening session."""
    model = _listed(settings)
    usd, as_of = _LISTENING.get(model, (None, ""))
    return Price(f"deepgram/listen/{model}", usd_a_minute=usd, as_of=as_of)


def _listed(settings: ListenSettings) -> str:
    """Model as the price page lists it: Nova-3 costs more where it distinguishes languages."""
    model = "nova-3" if settings.model == "nova-3-general" else settings.model
    nova = settings.recognizer
    is_multi = isinstance(nova, DeepgramListenProviderV1) and nova.language == "multi"
    return "nova-3/multi" if model == "nova-3" and is_multi else model
