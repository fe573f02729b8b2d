"""Silence ladder: the steps to try, in order, while no participant takes a free floor."""

from __future__ import annotations

from trialogue.model.plan import SilenceStep
from trialogue.values import define


@define
class SilenceLadder:
    """Silence ladder: each rung is taken once until a participant is heard again."""

    steps: tuple[SilenceStep, ...]
    """Rungs, in order."""

    _taken: int = 0

    @property
    def is_used_up(self) -> bool:
        """Whether no rung is left."""
        return self._taken >= len(self.steps)

    def climb(self) -> SilenceStep | None:
        """Take the next rung; None when all are taken."""
        if self.is_used_up:
            return None
        self._taken += 1
        return self.steps[self._taken - 1]

    def reset(self) -> None:
        """Begin at the first rung next time: a participant was heard."""
        self._taken = 0
