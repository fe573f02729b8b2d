"""Think Live, beside the reasoning model: `agent.think_live` (early access)."""

from __future__ import annotations

from typing import ClassVar

from trialogue.services.deepgram.wire import WireObject
from trialogue.values import frozen


@frozen
class ThinkLiveProvider(WireObject):
    """Backchannels, presence checks and frustration, by a model of Deepgram's."""

    type: ClassVar[str] = "deepgram"

    version: str | None = None
    """`v1`."""

    agent_backchannel_sensitivity: float | None = None
    """0 for no backchannels."""

    presence_check_max_count: int | None = None
    """Number of times that it asks whether anyone is there; 0 for never."""

    presence_check_interval_ms: int | None = None
    """Milliseconds between; the first comes after 3000 at the earliest."""

    frustration_max_count: int | None = None
    """After how many signs it escalates; 0 for no events."""

    restricted_terms: tuple[str, ...] | None = None
    """Words that the agent does not say."""


@frozen
class ThinkLive(WireObject):
    """`agent.think_live`. A project that is not enrolled is refused as UNPARSABLE_CLIENT_MESSAGE."""

    provider: ThinkLiveProvider
    """The model."""
