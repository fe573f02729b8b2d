"""Voice of an agent: `agent.speak`."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from attrs import field

from trialogue.services.deepgram.settings.think import Endpoint
from trialogue.services.deepgram.wire import WireObject
from trialogue.values import frozen


@frozen
class DeepgramSpeakProviderV1(WireObject):
    """Aura voices. A Deepgram voice without a version is read as this one; it is always written with it."""

    type: ClassVar[str] = "deepgram"
    version: ClassVar[str] = "v1"

    model: str
    """`aura-2-thalia-en`, ..."""

    speed: float | None = None
    """Speed: 0.7 to 1.5; 1 where absent."""


@frozen
class DeepgramSpeakProviderV2(WireObject):
    """Flux voices (early access)."""

    type: ClassVar[str] = "deepgram"
    version: ClassVar[str] = "v2"

    model: str
    """`flux-{voice}-{language}`."""

    speed: float | None = None
    """Speed: 0.5 to 1.5 in steps of 0.05."""

    expressivity: int | None = None
    """Expressivity: -2 to 2."""


@frozen
class ElevenLabsSpeakProvider(WireObject):
    """Voice of Eleven Labs; needs an endpoint."""

    type: ClassVar[str] = "eleven_labs"

    model_id: str
    """Name of the model."""

    version: str | None = None
    """Version of the REST API: `v1`."""

    language: str | None = None
    """BCP 47 tag."""

    language_code: str | None = None
    """Older name of `language`."""


@frozen
class CartesiaVoice(WireObject):
    """Voice at Cartesia."""

    mode: str
    """Way in which the voice is named: `id`."""

    id: str
    """Name of the voice."""


@frozen
class CartesiaSpeakProvider(WireObject):
    """Voice of Cartesia."""

    type: ClassVar[str] = "cartesia"

    model_id: str
    """Name of the model."""

    voice: CartesiaVoice
    """Voice."""

    version: str | None = None
    """Version of the API, as a date."""

    language: str | None = None
    """Cartesia's language code."""

    volume: float | None = None
    """Volume: 0.5 to 2.0."""


@frozen
class OpenAiSpeakProvider(WireObject):
    """Voice of OpenAI; needs an endpoint."""

    type: ClassVar[str] = "open_ai"

    model: str
    """`tts-1`, `tts-1-hd`, ..."""

    voice: str
    """Name of the voice."""

    version: str | None = None
    """Version of the REST API: `v1`."""


@frozen
class AwsPollyCredentials(WireObject):
    """Credentials for AWS Polly. Secret."""

    type: Literal["sts", "iam"]
    """Kind of credentials: short-lived (`sts`) or long-lived (`iam`)."""

    region: str
    """AWS region."""

    access_key_id: str = field(repr=False)
    """Access key id. Secret."""

    secret_access_key: str = field(repr=False)
    """Secret access key. Secret."""

    session_token: str | None = field(default=None, repr=False)
    """Session token, only with `sts`. Secret."""


@frozen
class AwsPollySpeakProvider(WireObject):
    """Voice of AWS Polly; needs an endpoint."""

    type: ClassVar[str] = "aws_polly"

    voice: str
    """Name of the voice."""

    language: str
    """BCP 47 tag."""

    engine: str
    """`generative`, `long-form`, `standard` or `neural`."""

    credentials: AwsPollyCredentials
    """Credentials of the account."""

    language_code: str | None = None
    """Older name of `language`."""


SpeakProvider: TypeAlias = (
    DeepgramSpeakProviderV1
    | DeepgramSpeakProviderV2
    | ElevenLabsSpeakProvider
    | CartesiaSpeakProvider
    | OpenAiSpeakProvider
    | AwsPollySpeakProvider
)
"""Voices, distinguished by `type`, Deepgram's two by `version`."""


@frozen
class SpeakSettings(WireObject):
    """Voice of an agent."""

    provider: SpeakProvider
    """Voice."""

    endpoint: Endpoint | None = None
    """Endpoint of the voice, unless it is Deepgram's."""
