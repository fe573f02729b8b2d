"""Rules of reconnecting: waits with full jitter, the first retry included, and a limit.

1. The n-th retry (from 0) waits `U(0, min(cap_s, base_s * 2**n))` seconds.
2. The service's request (`Retry-After`) is a lower bound, itself capped.
3. After `attempts` retries, or `within_s` after the first loss, there is no further one.
4. The count starts again only after a session was ready and then lived for `alive_s`: a service that
   accepts and then refuses must not be called for ever.
5. A loss may occur only so often in a row (`Loss.at_most`). Such a row ends with another kind of loss,
   or when the next session has proved itself: by being ready, for losses while connecting; by a complete
   reply or by `proved_s` of life, for the others. Some services live long and fail each turn.
6. An expected loss (`Loss.is_planned`) is not counted and needs no wait, if the session had lived.
7. A session that is rolled over is no loss. But where sessions that have not lived are rolled over one after
   another, the waits grow as after losses, without a limit to their number: a service may announce the end of
   each session at its beginning.
8. Randomness comes from a generator seeded by the meeting's seed and the participant's name.
"""

from __future__ import annotations

from random import Random

from attrs import Factory

from trialogue.values import define, frozen

RETRY_AFTER_CAP_S = 60.0
"""Longest wait that a service can ask for, in seconds."""


@frozen
class RedialRules:
    """Rules for reconnecting a participant's sessions."""

    base_s: float = 0.5
    """Ceiling of the first wait, in seconds."""

    cap_s: float = 20.0
    """Ceiling of any wait, in seconds."""

    attempts: int = 6
    """Most retries in a row."""

    within_s: float = 60.0
    """Seconds after the first loss in which retries are made."""

    alive_s: float = 10.0
    """Seconds that a ready session must live for earlier losses to be forgotten."""

    proved_s: float = 600.0
    """Seconds that a ready session must live to end a row of the same loss."""


@frozen
class Loss:
    """Loss of a session, as far as reconnecting depends on it."""

    cause: str = ""
    """Cause of the loss: the same cause twice in a row is the same loss."""

    at_most: int | None = None
    """Most losses of this cause in a row that are followed by a retry; None for no limit of its own."""

    at_once: bool = False
    """Whether the first retry is made at once: neither our side nor the load is the cause."""

    is_planned: bool = False
    """Whether the loss was expected: the session's allowed life was over."""

    was_dialling: bool = False
    """Whether the session was lost before it was open."""


ANY_LOSS = Loss()
"""Loss of unknown cause."""


@define
class Redialling:
    """Losses of one participant's sessions, and the wait after each."""

    seed: int
    """Seed of the meeting."""

    participant: str
    """Participant who has the sessions."""

    rules: RedialRules = RedialRules()
    """Rules for reconnecting."""

    _tried: int = 0
    _first_loss: float | None = None
    _ready_at: float | None = None
    _last: Loss = ANY_LOSS
    _row: int = 0
    _rolled: int = 0
    _chance: Random = Factory(
        lambda self: Random(f"{self.seed}/{self.participant}"),  # noqa: S311 - jitter, not a secret
        takes_self=True,
    )

    def ready(self, now: float) -> None:
        """Note that a session is ready at `now`, in seconds since the meeting's start."""
        self._ready_at = now
        if self._last.was_dialling:
            self._row = 0

    def proved(self) -> None:
        """Note that the session has proved itself: a reply was sent completely."""
        self._row = 0

    def rolled_over(self, now: float) -> float:
        """Note a session that continues in a new one; returns the seconds to wait before that is dialled."""
        if self._forgive(now):
            return 0.0
        self._rolled += 1
        return self._chance.uniform(0.0, self._ceiling(self._rolled - 2)) if self._rolled > 1 else 0.0

    def lost(self, now: float, retry_after_s: float | None = None, loss: Loss = ANY_LOSS) -> float | None:
        """Note a lost session or a failed dial; returns the seconds to wait, or None for no further retry."""
        has_lived = self._forgive(now)
        if loss.is_planned and has_lived:
            return 0.0
        self._count(loss)
        if self._first_loss is None:
            self._first_loss = now
        is_late = now - self._first_loss >= self.rules.within_s
        is_over = loss.at_most is not None and self._row > loss.at_most
        if self._tried >= self.rules.attempts or is_late or is_over:
            return None
        wait = self._chance.uniform(0.0, self._ceiling(self._tried))
        self._tried += 1
        if loss.at_once and self._row == 1:
            wait = 0.0
        return max(wait, min(retry_after_s or 0.0, RETRY_AFTER_CAP_S))

    def _ceiling(self, earlier: int) -> float:
        """Longest wait after so many waits in a row."""
        return min(self.rules.cap_s, self.rules.base_s * 2.0 ** min(earlier, 64))

    def _count(self, loss: Loss) -> None:
        self._row = self._row + 1 if loss.cause == self._last.cause else 1
        self._last = loss

    def _forgive(self, now: float) -> bool:
        """Restart the count if the lost session had lived long enough; returns whether it had."""
        lived_s = now - self._ready_at if self._ready_at is not None else 0.0
        self._ready_at = None
        if lived_s >= self.rules.proved_s:
            self._row = 0
        has_lived = lived_s >= self.rules.alive_s
        if has_lived:
            self._tried, self._rolled, self._first_loss = 0, 0, None
        return has_lived
