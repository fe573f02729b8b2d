"""Deadlines by name. The brain sets them; whoever carries out its commands owns the clock."""

from __future__ import annotations

from attrs import Factory, define

SLACK_S = 1e-6
"""Times are recorded to the microsecond, so a timer may seem to come early by as much."""


@define
class Timers:
    """Which timers are set, and for when."""

    _deadlines: dict[str, float] = Factory(dict[str, float])

    def set(self, timer: str, at: float) -> float | None:
        """Set a timer: its deadline to the microsecond, or None where it is already set for then."""
        at = round(at, 6)
        if self._deadlines.get(timer) == at:
            return None
        self._deadlines[timer] = at
        return at

    def is_set(self, timer: str) -> bool:
        """Whether it was set, and neither came nor was cleared."""
        return timer in self._deadlines

    def all(self) -> dict[str, float]:
        """The deadlines of all timers that are set, by name."""
        return dict(self._deadlines)

    def clear(self, *timers: str) -> None:
        """Forget timers; when they come they are stale."""
        for timer in timers:
            self._deadlines.pop(timer, None)

    def came(self, timer: str, now: float) -> bool:
        """Whether this one is due; it is forgotten then. False for a stale or an early one."""
        at = self._deadlines.get(timer)
        if at is None or now < at - SLACK_S:
            return False
        del self._deadlines[timer]
        return True
