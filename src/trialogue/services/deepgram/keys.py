"""Keys of a scenario for an agent's hearing, thinking and voice, by Deepgram's names."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, ClassVar, Final

from trialogue.model.kinds import Number, Whole
from trialogue.services.keys import EndpointKeys
from trialogue.services.script import ScriptEntryKeys
from trialogue.values import frozen

_FLUX: Final = {"model": "flux-general-en"}
_OPEN: Final = {"model": "gpt-4o-mini"}


class Provider(Enum):
    """Provider of an agent's thinking, by Deepgram's names; the first two are the embedded server's own."""

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
    """Keys of an agent's hearing, by Deepgram's names."""

    BESIDE: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "language_hints": {"model": "flux-general-multi"},
        **dict.fromkeys(("eot_threshold", "eager_eot_threshold", "eot_timeout_ms"), _FLUX),
    }
    """Companions of a key with their examples."""

    provider: str | None = None
    """Provider of the recognizer."""

    model: str | None = None
    """Model: `nova-3`, `flux-general-en`, ..."""

    version: str | None = None
    """`v1` for Nova, `v2` for Flux."""

    language: str | None = None
    """BCP 47 tag, or `multi`."""

    keyterms: tuple[str, ...] | None = None
    """Words that are likely in the speech, to be recognized better."""

    language_hints: tuple[str, ...] | None = None
    """Languages that are likely in the speech (`flux-general-multi`)."""

    smart_format: bool | None = None
    """Whether numbers and dates are written in their usual form."""

    eot_threshold: Annotated[float | None, Number(0.5, 1.0)] = None
    """Confidence that ends a turn (Flux): 0.5 to 1.0."""

    eager_eot_threshold: Annotated[float | None, Number(0.3, 0.9)] = None
    """Confidence at which a speculative reply begins (Flux): 0.3 to 0.9."""

    eot_timeout_ms: Annotated[int | None, Whole(500, 60_000)] = None
    """Silence that ends a turn in any case (Flux), in milliseconds."""


@frozen
class ThinkKeys:
    """Keys of an agent's thinking, by Deepgram's names."""

    BESIDE: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "script": {"provider": "scripted"},
        **dict.fromkeys(
            ("provider", "temperature", "reasoning_mode", "endpoint", "context_length", "version"), _OPEN
        ),
        "credentials": {"provider": "aws_bedrock", "model": "amazon/nova-lite-v1"},
    }
    """Companions of a key with their examples."""

    provider: Provider
    """Provider of the model; `scripted` says what its script says, `installed` is a package's."""

    model: str | None = None
    """Model."""

    version: str | None = None
    """Version of the provider's interface."""

    temperature: Annotated[float | None, Number(0.0, 2.0)] = None
    """Temperature: freedom in the choice of words."""

    reasoning_mode: ReasoningMode | None = None
    """Amount of reasoning before it answers."""

    credentials: Mapping[str, str] | None = None
    """Credentials for AWS Bedrock; write values as `${env:NAME}`. Secret."""

    endpoint: EndpointKeys | None = None
    """Endpoint of the model; without one the service manages the model."""

    context_length: Annotated[int | None, Whole(1)] = None
    """Characters of conversation that are kept; only with an endpoint."""

    script: tuple[ScriptEntryKeys, ...] | str | None = None
    """With `scripted`: the entries, or the path of a file with them, inside the scenario's folder."""

    @property
    def is_scripted(self) -> bool:
        """Whether it plays a script."""
        return self.provider is Provider.SCRIPTED

    @property
    def installed(self) -> str | None:
        """Name of the installed package's model; None for any other provider."""
        return self.model if self.provider is Provider.INSTALLED else None


@frozen
class SpeakKeys:
    """Keys of an agent's voice, by Deepgram's names."""

    BESIDE: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "model_id": {"provider": "eleven_labs"},
        "voice": {"provider": "open_ai", "model": "tts-1"},
        "language": {"provider": "eleven_labs", "model_id": "eleven_turbo_v2_5"},
    }
    """Companions of a key with their examples."""

    provider: str | None = None
    """Provider of the voice: `deepgram`, `eleven_labs`, `cartesia`, `open_ai`, ..."""

    model: str | None = None
    """Model of the voice: `aura-2-thalia-en`, ..., or `hugo` and the others of the embedded server."""

    version: str | None = None
    """Version of the provider's interface."""

    speed: Annotated[float | None, Number(0.25, 4.0)] = None
    """Speed of speech; 1 is normal."""

    model_id: str | None = None
    """Model at Eleven Labs or Cartesia."""

    voice: str | Mapping[str, str] | None = None
    """Voice at OpenAI (its name) or at Cartesia (a map of `mode` and `id`)."""

    language: str | None = None
    """BCP 47 tag, for a voice with several languages."""

    endpoint: EndpointKeys | None = None
    """Endpoint of the voice, unless it is Deepgram's."""
