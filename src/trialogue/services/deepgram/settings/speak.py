"""Voice of an agent: `agent.speak`."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from attrs import field

from trialogue.services.deepgram.settings.think import Endpoint
from trialogue.services.deepgram.wire import WireObject
from trialogue.values import frozen


@frozen
class DeepgramSpeakProviderV1(WireObject):
    """Aura. Read for every Deepgram voice that names no version; always written with its own."""

    type: ClassVar[str] = "deepgram"
    version: ClassVar[str] = "v1"

    model: str
    """`aura-2-thalia-en`, ..."""

    speed: float | None = None
    """0.7 to 1.5; 1 where absent."""


@frozen
class DeepgramSpeakProviderV2(WireObject):
    """Flux voices (early access)."""

    type: ClassVar[str] = "deepgram"
    version: ClassVar[str] = "v2"

    model: str
    """`flux-{voice}-{language}`."""

    speed: float | None = None
    """0.5 to 1.5 in steps of 0.05."""

    expressivity: int | None = None
    """-2 to 2."""


@frozen
class ElevenLabsSpeakProvider(WireObject):
    """A voice of Eleven Labs; wants an endpoint."""

    type: ClassVar[str] = "eleven_labs"

    model_id: str
    """The model's name."""

    version: str | None = None
    """Of the REST API: `v1`."""

    language: str | None = None
    """BCP 47 tag."""

    language_code: str | None = None
    """The older name of `language`."""


@frozen
class CartesiaVoice(WireObject):
    """A voice at Cartesia."""

    mode: str
    """Mode of naming the voice: `id`."""

    id: str
    """Its name."""


@frozen
class CartesiaSpeakProvider(WireObject):
    """A voice of Cartesia."""

    type: ClassVar[str] = "cartesia"

    model_id: str
    """The model's name."""

    voice: CartesiaVoice
    """The voice."""

    version: str | None = None
    """Of the API, as a date."""

    language: str | None = None
    """Cartesia's language code."""

    volume: float | None = None
    """0.5 to 2.0."""


@frozen
class OpenAiSpeakProvider(WireObject):
    """A voice of OpenAI; wants an endpoint."""

    type: ClassVar[str] = "open_ai"

    model: str
    """`tts-1`, `tts-1-hd`, ..."""

    voice: str
    """The voice's name."""

    version: str | None = None
    """Of the REST API: `v1`."""


@frozen
class AwsPollyCredentials(WireObject):
    """Credentials for AWS Polly. Secret."""

    type: Literal["sts", "iam"]
    """Short-lived (`sts`) or long-lived (`iam`)."""

    region: str
    """AWS region."""

    access_key_id: str = field(repr=False)
    """Secret."""

    secret_access_key: str = field(repr=False)
    """Secret."""

    session_token: str | None = field(default=None, repr=False)
    """With `sts` only. Secret."""


@frozen
class AwsPollySpeakProvider(WireObject):
    """A voice of AWS Polly; wants an endpoint."""

    type: ClassVar[str] = "aws_polly"

    voice: str
    """The voice's name."""

    language: str
    """BCP 47 tag."""

    engine: str
    """`generative`, `long-form`, `standard` or `neural`."""

    credentials: AwsPollyCredentials
    """The account."""

    language_code: str | None = None
    """The older name of `language`."""


SpeakProvider: TypeAlias = (
    DeepgramSpeakProviderV1
    | DeepgramSpeakProviderV2
    | ElevenLabsSpeakProvider
    | CartesiaSpeakProvider
    | OpenAiSpeakProvider
    | AwsPollySpeakProvider
)
"""Told apart by `type`, Deepgram's two by `version`."""


@frozen
class SpeakSettings(WireObject):
    """One voice."""

    provider: SpeakProvider
    """Voice."""

    endpoint: Endpoint | None = None
    """Endpoint of the voice, unless it is Deepgram's."""
