"""Time limits of one session: its length, and the silence of its client."""

from __future__ import annotations

from enum import Enum
from typing import Final

from trialogue.server.lateness import LATE_S
from trialogue.server.options import ServerOptions

__all__ = ["NEVER", "SessionLimit", "SessionLimits"]

NEVER: Final = float("inf")
"""A deadline that does not come."""


class SessionLimit(Enum):
    """Limit of a session that has a deadline."""

    TOO_LONG = "the session has lasted too long"
    TOO_SILENT = "the client has been silent too long"
    ENDS_SOON = "the session will have lasted too long soon"


class SessionLimits:
    """Deadlines of one session, from its opening and its client's last message."""

    def __init__(self, options: ServerOptions) -> None:
        self._options = options
        self._opened_at = 0.0
        self._active_at = 0.0
        self._warns_at = NEVER
        self._has_waited = False

    def open(self, now: float) -> None:
        """Start counting at `now`."""
        self._opened_at = self._active_at = now
        self._warns_at = now + self._options.max_session_s - self._options.session_warning_s

    def note_client(self, now: float) -> None:
        """Note that the client is active."""
        self._active_at = now
        self._has_waited = False

    def next_deadline(self) -> float:
        """Next moment at which `due` is to be called."""
        return min(
            self._active_at + self._options.idle_s,
            self._opened_at + self._options.max_session_s,
            self._warns_at,
        )

    def due(self, now: float) -> SessionLimit | None:
        """Most serious limit that is reached; the warning before the session's end is given once.

        A silence that is noticed late is given `LATE_S` more, once: the client's messages may wait.
        """
        if now >= self._opened_at + self._options.max_session_s:
            return SessionLimit.TOO_LONG
        late_s = now - (self._active_at + self._options.idle_s)
        if late_s >= LATE_S and not self._has_waited:
            self._has_waited = True
            self._active_at += late_s + LATE_S
        elif late_s >= 0:
            return SessionLimit.TOO_SILENT
        if now < self._warns_at:
            return None
        self._warns_at = NEVER
        return SessionLimit.ENDS_SOON
