"""When a meeting ends by itself, and what its timers are called."""

from __future__ import annotations

from trialogue.model.plan import Limits

TIME = "limit-time"
"""The timer, and the reason, of the meeting's own length."""

SILENCE = "limit-silence"
"""The timer of how long nobody may be heard; the reason is `silence`."""


def are_turns_used_up(limits: Limits, ended: int) -> bool:
    """Whether as many turns have ended as there may be."""
    return limits.turns is not None and ended >= limits.turns
