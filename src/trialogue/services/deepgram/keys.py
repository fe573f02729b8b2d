"""Keys by which a scenario says how an agent hears, thinks and sounds, in Deepgram's names."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Annotated

from trialogue.model.kinds import Number, Whole
from trialogue.services.keys import EndpointKeys
from trialogue.services.script import ScriptEntryKeys
from trialogue.values import frozen


class Provider(Enum):
    """Provider that thinks for an agent, in Deepgram's names; the first two are the embedded server's own."""

    SCRIPTED = "scripted"
    INSTALLED = "installed"
    OPEN_AI = "open_ai"
    ANTHROPIC = "anthropic"
    GOOGLE = "google"
    GROQ = "groq"
    AWS_BEDROCK = "aws_bedrock"
    NVIDIA = "nvidia"
    DEEPGRAM = "deepgram"


class ReasoningMode(Enum):
    """Amount of reasoning before a model answers."""

    NONE = "none"
    MINIMAL = "minimal"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@frozen
class ListenKeys:
    """Keys of an agent's hearing, in Deepgram's names."""

    provider: str | None = None
    """Provider of the recognizer."""

    model: str | None = None
    """Model: `nova-3`, `flux-general-en`, ..."""

    version: str | None = None
    """`v1` for Nova, `v2` for Flux."""

    language: str | None = None
    """BCP 47 tag, or `multi`."""

    keyterms: tuple[str, ...] | None = None
    """Words to expect."""

    language_hints: tuple[str, ...] | None = None
    """Languages to expect (Flux)."""

    smart_format: bool | None = None
    """Whether numbers and dates are written as people write them."""

    eot_threshold: Annotated[float | None, Number(0.5, 1.0)] = None
    """Certainty of a turn's end that it needs (Flux): 0.5 to 1.0."""

    eager_eot_threshold: Annotated[float | None, Number(0.3, 0.9)] = None
    """Certainty that it needs to begin a speculative reply (Flux): 0.3 to 0.9."""

    eot_timeout_ms: Annotated[int | None, Whole(500, 60_000)] = None
    """Silence that ends a turn in any case (Flux), in milliseconds."""


@frozen
class ThinkKeys:
    """Keys of an agent's thinking, in Deepgram's names."""

    provider: Provider
    """Provider of the model; `scripted` says what its script says, `installed` is a package's."""

    model: str | None = None
    """Model."""

    version: str | None = None
    """Of the provider's interface."""

    temperature: Annotated[float | None, Number(0.0, 2.0)] = None
    """Temperature: freedom in the choice of words."""

    reasoning_mode: ReasoningMode | None = None
    """Amount of reasoning before it answers."""

    credentials: Mapping[str, str] | None = None
    """The account at AWS Bedrock; values belong into `${env:NAME}`. Secret."""

    endpoint: EndpointKeys | None = None
    """Endpoint of the model, unless the service manages it."""

    context_length: Annotated[int | None, Whole(1)] = None
    """Characters of conversation kept; with an endpoint only."""

    script: tuple[ScriptEntryKeys, ...] | str | None = None
    """With `scripted`: the entries, or the path of a file with them, inside the scenario's folder."""

    @property
    def is_scripted(self) -> bool:
        """Whether it says what its script says."""
        return self.provider is Provider.SCRIPTED

    @property
    def installed(self) -> str | None:
        """Name of the model of an installed package that it is; None where it is none."""
        return self.model if self.provider is Provider.INSTALLED else None


@frozen
class SpeakKeys:
    """Keys of an agent's voice, in Deepgram's names."""

    provider: str | None = None
    """Provider of the voice: `deepgram`, `eleven_labs`, `cartesia`, `open_ai`, ..."""

    model: str | None = None
    """Model of the voice: `aura-2-thalia-en`, ...; each sounds different on the embedded server too."""

    version: str | None = None
    """Of the provider's interface."""

    speed: Annotated[float | None, Number(0.25, 4.0)] = None
    """1 is as trained."""

    model_id: str | None = None
    """The model at Eleven Labs or Cartesia."""

    voice: str | Mapping[str, str] | None = None
    """The voice at OpenAI (its name) or at Cartesia (a map of `mode` and `id`)."""

    language: str | None = None
    """BCP 47 tag, where the voice speaks several."""

    endpoint: EndpointKeys | None = None
    """Endpoint of the voice, unless it is Deepgram's."""
