"""When to dial again: full jitter, the first retry included, and an end of trying.

1. The n-th retry (from 0) waits `U(0, min(cap_s, base_s * 2**n))` seconds.
2. What the service asks for (`Retry-After`) is a lower bound, itself capped.
3. After `attempts` retries, or `within_s` after the first loss, there is no further one.
4. The count starts anew only when a session was ready and then lived for `alive_s`: a service that
   accepts and then refuses must not be dialled for ever.
5. Chance comes from a generator seeded by the meeting's seed and the participant's name.
"""

from __future__ import annotations

from random import Random

from attrs import Factory, define, field, frozen

RETRY_AFTER_CAP_S = 60.0
"""No service makes us wait longer than this."""


@frozen
class RestartRules:
    """How patiently a participant's sessions are dialled again."""

    base_s: float = 0.5
    """The ceiling of the first wait, in seconds."""

    cap_s: float = 20.0
    """The ceiling of any wait, in seconds."""

    attempts: int = 6
    """Retries in a row."""

    within_s: float = 60.0
    """Seconds after the first loss in which retries are made."""

    alive_s: float = 10.0
    """Seconds of a ready session's life that make earlier losses forgotten."""


@define
class Restarts:
    """One participant's losses and the waits that follow them."""

    seed: int
    """The meeting's seed."""

    participant: str
    """Whose sessions."""

    rules: RestartRules = RestartRules()
    """How patiently."""

    _tried: int = 0
    _first_loss: float | None = None
    _ready_at: float | None = None
    _chance: Random = field(
        init=False,
        default=Factory(
            lambda self: Random(f"{self.seed}/{self.participant}"),  # noqa: S311 - jitter, not a secret
            takes_self=True,
        ),
    )

    def ready(self, now: float) -> None:
        """A session has become ready at `now` (seconds since the meeting's start)."""
        self._ready_at = now

    def lost(self, now: float, retry_after_s: float | None = None) -> float | None:
        """A session was lost, or a dial failed: seconds to wait, or None when there is no further retry."""
        self._forgive(now)
        if self._first_loss is None:
            self._first_loss = now
        if self._tried >= self.rules.attempts or now - self._first_loss >= self.rules.within_s:
            return None
        ceiling = min(self.rules.cap_s, self.rules.base_s * 2**self._tried)
        self._tried += 1
        wait = self._chance.uniform(0.0, ceiling)
        return max(wait, min(retry_after_s or 0.0, RETRY_AFTER_CAP_S))

    def _forgive(self, now: float) -> None:
        """Start counting anew when the session that was just lost had lived long enough."""
        if self._ready_at is not None and now - self._ready_at >= self.rules.alive_s:
            self._tried, self._first_loss = 0, None
        self._ready_at = None
