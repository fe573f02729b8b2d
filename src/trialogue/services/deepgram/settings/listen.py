"""Hearing of an agent: `agent.listen`."""

from __future__ import annotations

from typing import ClassVar, TypeAlias

from trialogue.services.deepgram.wire import WireObject
from trialogue.values import frozen


@frozen
class DeepgramListenProviderV1(WireObject):
    """Nova: silence decides that a turn has ended.

    A provider without a version is read as this one. It is always written with its version, since a provider
    without one fits both schemas.
    """

    type: ClassVar[str] = "deepgram"
    version: ClassVar[str] = "v1"

    model: str | None = None
    """`nova-3`, `nova-2`, ...; the server's choice where absent."""

    language: str | None = None
    """BCP 47 tag or `multi`; `en-US` where absent."""

    keyterms: tuple[str, ...] | None = None
    """Words that are likely in the speech. Fixed for the session."""

    smart_format: bool | None = None
    """Whether numbers, dates and the like are written in their usual form."""


@frozen
class DeepgramListenProviderV2(WireObject):
    """Flux: a model of turn-taking decides that a turn has ended."""

    type: ClassVar[str] = "deepgram"
    version: ClassVar[str] = "v2"

    model: str
    """`flux-general-en` or `flux-general-multi`."""

    language_hints: tuple[str, ...] | None = None
    """Languages to expect (`flux-general-multi` only). An update without them clears them."""

    language_hint: str | tuple[str, ...] | None = None
    """Older name of `language_hints`, which some clients still send in Settings."""

    eot_threshold: float | None = None
    """Confidence that ends a turn: 0.5 to 1.0; 0.7 where absent."""

    eager_eot_threshold: float | None = None
    """Confidence at which a speculative reply begins: 0.3 to 0.9; none where absent."""

    eot_timeout_ms: int | None = None
    """Milliseconds of silence that end a turn in any case: 500 to 60000; 5000 where absent."""

    keyterms: tuple[str, ...] | None = None
    """Words that are likely in the speech."""


ListenProvider: TypeAlias = DeepgramListenProviderV1 | DeepgramListenProviderV2
"""Recognizers, distinguished only by `version`."""


@frozen
class Listen(WireObject):
    """`agent.listen` of Settings."""

    provider: ListenProvider | None = None
    """Recognizer; the server's choice where absent."""


@frozen
class ListenUpdate(WireObject):
    """`listen` of UpdateListen, which must have a provider; Settings may leave it out."""

    provider: ListenProvider
    """Fields that change: absent ones keep their value, but `language_hints` are cleared."""
