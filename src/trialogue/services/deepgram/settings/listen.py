"""Hearing of an agent: `agent.listen`."""

from __future__ import annotations

from typing import ClassVar, TypeAlias

from trialogue.services.deepgram.wire import WireObject
from trialogue.values import frozen


@frozen
class DeepgramListenProviderV1(WireObject):
    """Nova: silence decides that a turn has ended. Read for every provider that names no version.

    Always written with its version: without it, a provider fits both schemas.
    """

    type: ClassVar[str] = "deepgram"
    version: ClassVar[str] = "v1"

    model: str | None = None
    """`nova-3`, `nova-2`, ...; the server's choice where absent."""

    language: str | None = None
    """BCP 47 tag or `multi`; `en-US` where absent."""

    keyterms: tuple[str, ...] | None = None
    """Words to expect. Fixed for the session."""

    smart_format: bool | None = None
    """Whether numbers, dates and the like are written as people write them."""


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
    """The older name of `language_hints`, which some clients still send in Settings."""

    eot_threshold: float | None = None
    """Confidence of a turn's end that it must reach: 0.5 to 1.0; 0.7 where absent."""

    eager_eot_threshold: float | None = None
    """Confidence at which a speculative reply begins: 0.3 to 0.9; none where absent."""

    eot_timeout_ms: int | None = None
    """Silence that ends a turn in any case, in milliseconds: 500 to 60000; 5000 where absent."""

    keyterms: tuple[str, ...] | None = None
    """Words to expect."""


ListenProvider: TypeAlias = DeepgramListenProviderV1 | DeepgramListenProviderV2
"""Told apart by `version` alone."""


@frozen
class Listen(WireObject):
    """`agent.listen` of Settings."""

    provider: ListenProvider | None = None
    """The recognizer; the server's choice where absent."""


@frozen
class ListenUpdate(WireObject):
    """`listen` of UpdateListen: Settings may leave the provider out, an update may not."""

    provider: ListenProvider
    """Provider's fields that change: those left out keep their value, but `language_hints` are cleared."""
