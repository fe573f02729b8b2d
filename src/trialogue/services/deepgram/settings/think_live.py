"""Think Live, a model beside the reasoning model: `agent.think_live` (early access)."""

from __future__ import annotations

from typing import ClassVar

from trialogue.services.deepgram.wire import WireObject
from trialogue.values import frozen


@frozen
class ThinkLiveProvider(WireObject):
    """Backchannels, presence checks and frustration, by a model of Deepgram."""

    type: ClassVar[str] = "deepgram"

    version: str | None = None
    """Version: `v1`."""

    agent_backchannel_sensitivity: float | None = None
    """Sensitivity for backchannels; 0 for none."""

    presence_check_max_count: int | None = None
    """Most times that it asks whether anyone is present; 0 for never."""

    presence_check_interval_ms: int | None = None
    """Milliseconds between two such questions; the first comes after 3000 or later."""

    frustration_max_count: int | None = None
    """Number of signs after which frustration escalates; 0 for no events."""

    restricted_terms: tuple[str, ...] | None = None
    """Words that the agent does not say."""


@frozen
class ThinkLive(WireObject):
    """`agent.think_live`. A project without access is refused as UNPARSABLE_CLIENT_MESSAGE."""

    provider: ThinkLiveProvider
    """Model."""
