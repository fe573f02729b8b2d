"""Embedded server as a service: it stands in a vendor's place, and speaks that vendor's dialect.

It also plays scripts, and asks models of installed packages, and endpoints that its operator allows. It has
no cost of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from attrs import evolve

from trialogue.model.participants import Price
from trialogue.services import HOSTED
from trialogue.services.deepgram.dialect import DeepgramDialect
from trialogue.services.deepgram.keys import Provider, ThinkKeys
from trialogue.services.deepgram.scenario import DeepgramKeys
from trialogue.services.deepgram.voices import AURA
from trialogue.services.keys import EndpointKeys, KeyFault, Stages, ThinkStage
from trialogue.services.service import Service

if TYPE_CHECKING:
    from trialogue.services.port import EarOffer
from trialogue.values import frozen


@frozen
class Account:
    """Account at a vendor of models that speaks OpenAI's protocol, from the operator's environment."""

    key: str
    """Environment variable of the key."""

    base: str
    """Environment variable of an address that replaces the vendor's."""

    address: str
    """Vendor's own address, below which `/chat/completions` is."""

    @property
    def endpoint(self) -> EndpointKeys:
        """Endpoint that the server asks: references to the environment, resolved when an agent is dialled."""
        url = f"${{env:{self.base}|{self.address}}}/chat/completions"
        return EndpointKeys(url, {"authorization": f"Bearer ${{env:{self.key}}}"})


ACCOUNTS: Final[Mapping[Provider, Account]] = {
    Provider.OPEN_AI: Account("OPENAI_API_KEY", "OPENAI_BASE_URL", "https://api.openai.com/v1"),
    Provider.GROQ: Account("GROQ_API_KEY", "GROQ_BASE_URL", "https://api.groq.com/openai/v1"),
    Provider.NVIDIA: Account("NVIDIA_API_KEY", "NVIDIA_BASE_URL", "https://integrate.api.nvidia.com/v1"),
}
"""Accounts at vendors whose models an agent may name without an endpoint, once the operator's key is set."""


_OWN: Final = frozenset({Provider.SCRIPTED, Provider.INSTALLED})
"""Providers that only the embedded server has."""


def permitted_hosts(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Hosts that the operator's keys permit: each vendor's own, or the one set in its place."""
    bases = (
        environment.get(account.base) or account.address
        for account in ACCOUNTS.values()
        if environment.get(account.key, "").strip()
    )
    return tuple(host for base in bases if (host := _host(base)))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


_UNHEARD: Final = (
    "language",
    "keyterms",
    "language_hints",
    "smart_format",
    "eot_threshold",
    "eager_eot_threshold",
)
"""Keys of hearing that the embedded server's recognizer does not have."""


class EmbeddedKeys(DeepgramKeys):
    """Keys of the embedded server: the vendor's, except that it manages no models."""

    model: ThinkStage | None = None
    plays_scripts: bool = True
    unheeded: frozenset[tuple[str, str]] = frozenset(
        {
            *(("listen", key) for key in _UNHEARD),
            ("think", "reasoning_mode"),
            ("think", "context_length"),
            ("speak", "speed"),
        }
    )

    def thinks(self, think: ThinkStage) -> ThinkStage:
        """Thinking with the vendor's own address and the operator's key, where no endpoint is written."""
        account = ACCOUNTS.get(think.provider) if isinstance(think, ThinkKeys) else None
        if account is None or not isinstance(think, ThinkKeys) or think.endpoint is not None:
            return think
        return evolve(think, endpoint=account.endpoint)

    def run_faults(self, think: ThinkStage) -> Iterator[KeyFault]:
        """Faults of a run: scripts, installed models and endpoints of OpenAI's protocol are possible."""
        if isinstance(think, ThinkKeys) and think.provider not in {*ACCOUNTS, *_OWN}:
            lacks = f"the embedded server has no {think.provider.value}"
            text = f"{lacks}: give a script, open_ai with an endpoint, or via: {HOSTED}"
            yield KeyFault((), text, "E-THINK-LOCAL")

    def price(self, stages: Stages) -> Price | None:
        """Price of a model, which is unknown; scripts cost nothing."""
        asked = (think for think in stages.think if isinstance(think, ThinkKeys))
        own = next((each for each in asked if each.endpoint is not None or each.installed), None)
        return None if own is None else Price(f"{own.provider.value}/{own.model}")

    def ear_price(self, offer: EarOffer) -> Price | None:
        """Price of an ear: nothing."""
        del offer
        return None


SERVICE = Service(
    "the embedded server", DeepgramDialect(), EmbeddedKeys(), permitted_hosts=permitted_hosts, voices=AURA
)
