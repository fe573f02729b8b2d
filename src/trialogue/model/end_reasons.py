"""Reasons for which meetings end, and codes of their failures: the words that expectations may name."""

from __future__ import annotations

from typing import Final

END_REASONS: Final = (
    "agenda-done",
    "said",
    "happened",
    "limit-time",
    "limit-turns",
    "limit-cost",
    "silence",
    "order-done",
    "ended-by-chair",
    "politeness-loop",
    "participant-failed",
    "all-failed",
    "refused",
    "stopped",
    "ended-by-hand",
    "interrupted",
    "terminated",
    "hung-up",
    "crashed",
    "journal-failed",
    "brain-failed",
    "actor-failed",
    "unfinished",
)
"""Reasons for which a meeting can end, besides those of an app that stops it."""

ERROR_CODES: Final = (
    "session-failed",
    "session-lost",
    "participant-failed",
    "reply-failed",
    "injection-refused",
    "stalled",
    "overflow",
    "unspoken",
    "not-on-record",
    "ear-failed",
    "recording-failed",
    "actor-crashed",
    "tool-failed",
    "tool-timed-out",
    "tool-unknown",
)
"""Codes of all failures, as in `failures` of `result.json`."""
