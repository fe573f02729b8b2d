"""Times as a journal records them: to the microsecond."""

from __future__ import annotations

SLACK_S = 1e-6
"""Times are recorded to the microsecond, so a moment may seem to come early by as much."""


def recorded(at: float) -> float:
    """A time, or a position on the meeting's audio clock, as recorded."""
    return round(at, 6)


def has_come(at: float, now: float) -> bool:
    """Whether it is so late."""
    return now >= at - SLACK_S
