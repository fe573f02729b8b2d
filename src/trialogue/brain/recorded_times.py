"""Times as a journal records them: to the microsecond."""

from __future__ import annotations

SLACK_S = 1e-6
"""Tolerance in seconds: recorded times are rounded, so a timer may seem to come early by this much."""


def recorded(at: float) -> float:
    """Time, or position on the meeting's audio clock, as it is recorded."""
    return round(at, 6)


def has_come(at: float, now: float) -> bool:
    """Whether a time has come."""
    return now >= at - SLACK_S
