"""The embedded server as a service: it stands in a vendor's place, and speaks that vendor's dialect.

Beside it, it plays scripts, and asks endpoints that its operator allows. It costs nothing of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialogue.model.participants import Price
from trialogue.services import HOSTED
from trialogue.services.deepgram.dialect import DeepgramDialect
from trialogue.services.deepgram.keys import Provider, ThinkKeys
from trialogue.services.deepgram.scenario import DeepgramKeys
from trialogue.services.deepgram.voices import AURA
from trialogue.services.keys import KeyFault, Stages, ThinkStage
from trialogue.services.port import EarOffer
from trialogue.services.service import Service


class EmbeddedKeys(DeepgramKeys):
    """The keys of the embedded server: the vendor's, but it manages no models."""

    model: ThinkStage | None = None
    plays_scripts: bool = True

    def run_faults(self, think: ThinkStage) -> Iterator[KeyFault]:
        """It plays scripts, and asks endpoints that speak OpenAI's protocol."""
        if not isinstance(think, ThinkKeys) or think.is_scripted:
            return
        if think.provider is not Provider.OPEN_AI:
            lacks = f"the embedded server has no {think.provider.value}"
            text = f"{lacks}: give a script, open_ai with an endpoint, or via: {HOSTED}"
            yield KeyFault((), text, "E-THINK-LOCAL")
        elif think.endpoint is None:
            lacks = "the embedded server asks an open_ai endpoint"
            text = f"{lacks}: give its endpoint, a script, or via: {HOSTED}"
            yield KeyFault((), text, "E-THINK-LOCAL")

    def price(self, stages: Stages) -> Price | None:
        """That of a model's endpoint, which nobody knows; scripts cost nothing."""
        asked = (think for think in stages.think if isinstance(think, ThinkKeys))
        own = next((think for think in asked if think.endpoint is not None), None)
        return None if own is None else Price(f"{own.provider.value}/{own.model}")

    def ear_price(self, offer: EarOffer) -> Price | None:
        """Nothing."""
        del offer
        return None


SERVICE = Service("the embedded server", DeepgramDialect(), EmbeddedKeys(), voices=AURA)
