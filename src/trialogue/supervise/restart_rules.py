"""OTP's restart rules for a child that has ended, without tasks or a clock.

1. `RESTARTS` decides whether it is started again.
2. `affected` gives the children that stop and start with it.
3. `IntensityWindow` checks whether one more restart is within the intensity.
4. `is_over` decides whether the end of a significant child ends the supervisor.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final, TypeVar, assert_never

from attrs import field

from trialogue.supervise.specs import AutoShutdown, Intensity, Restart, Strategy
from trialogue.values import define

RESTARTS: Final = {
    (Restart.PERMANENT, "failed"): True,
    (Restart.PERMANENT, "normal"): True,
    (Restart.TRANSIENT, "failed"): True,
    (Restart.TRANSIENT, "normal"): False,
    (Restart.TEMPORARY, "failed"): False,
    (Restart.TEMPORARY, "normal"): False,
}
"""Whether a child is started again, by restart type and kind of end."""

_T = TypeVar("_T")


def affected(strategy: Strategy, children: Sequence[_T], failed: _T) -> tuple[_T, ...]:
    """Those of `children`, in order, that are stopped and started again when `failed` is."""
    match strategy:
        case Strategy.ONE_FOR_ONE:
            return (failed,)
        case Strategy.ONE_FOR_ALL:
            return tuple(children)
        case Strategy.REST_FOR_ONE:
            return tuple(children[children.index(failed) :])
        case _:
            assert_never(strategy)


def is_over(auto_shutdown: AutoShutdown, *, others_live: bool) -> bool:
    """Whether the supervisor ends when a significant child has ended by itself, for good.

    `others_live`: another significant child still runs or is about to.
    """
    match auto_shutdown:
        case AutoShutdown.NEVER:
            return False
        case AutoShutdown.ANY_SIGNIFICANT:
            return True
        case AutoShutdown.ALL_SIGNIFICANT:
            return not others_live
        case _:
            assert_never(auto_shutdown)


@define
class IntensityWindow:
    """Restarts of the last `within_s` seconds, counted against the intensity."""

    intensity: Intensity
    _restarted_at: deque[float] = field(factory=deque[float], init=False)

    def admit(self, now: float) -> bool:
        """Count a restart at `now` (seconds); False if it exceeds the intensity."""
        self._restarted_at.append(now)
        while self._restarted_at[0] < now - self.intensity.within_s:
            self._restarted_at.popleft()
        return len(self._restarted_at) <= self.intensity.max_restarts
