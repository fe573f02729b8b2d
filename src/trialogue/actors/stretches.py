"""Ticks that are carried before their time, where a virtual clock leaps: the stretches that nobody notices.

1. While every task waits, nothing changes before the next deadline but what the router itself carries: what
   is heard until then is certain, to the sample.
2. A tick of which a mouth would tell something, or an ear notice something, keeps its own time; so does one
   that is due at the very moment of that deadline: who is first then is for the scheduler to say.
3. Ears at which silence changes nothing take it as one. An ear that listens takes its ticks one by one, until
   it would notice one; that one it has heard then, and it is told again in time.
4. A tick in its own time is a tick in every way: each ear is sent its frame, for what is told at that moment
   comes to whom a frame is on its way by another step of the scheduler than to whom none is.
5. What fails before its time fails in the router's own task: inside the clock it would end the whole loop.
6. Sound that nobody knows before it comes, a person's, is never carried before its time.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

import trio

if TYPE_CHECKING:
    from collections.abc import Callable

    from trialogue.actors.router import Foreseer, Router

MOST_S: Final = 10.0
"""Seconds that are carried at one go: what is held in memory meanwhile is bounded."""


class Stretches:
    """Carries a router's ticks before their time."""

    def __init__(self, router: Router, epoch: float) -> None:
        """The first sample is heard at the trio time `epoch`."""
        self._router = router
        self._epoch = epoch
        self._most = max(1, round(MOST_S * 1000 / router.grid.frame_ms))
        self._waiting = trio.CancelScope()
        self._failure: Exception | None = None

    async def wait_until(self, due: float) -> None:
        """Wait for the next tick that keeps its own time; `due` is when the next would be."""
        now = trio.current_time()
        with trio.CancelScope(deadline=due if due <= now else inf) as self._waiting:
            await trio.sleep_forever()
        if self._failure is not None:
            raise self._failure

    def leap(self, next_deadline: Callable[[], float]) -> None:
        """Carry what lies before the next deadline, and wait for the first tick that keeps its time."""
        self._waiting.deadline = inf
        try:
            self._leap(next_deadline)
        except Exception as error:  # noqa: BLE001 - raised again where the router waits
            self._failure, self._waiting.deadline = error, trio.current_time()

    def _leap(self, next_deadline: Callable[[], float]) -> None:
        first, router = self._router.next_tick, self._router
        while router.next_tick - first < self._most and self._carry(self._before(next_deadline())):
            pass
        due = router.due(self._epoch, router.next_tick)
        if due <= next_deadline():
            self._waiting.deadline = due

    def _before(self, deadline: float) -> int:
        """Number of ticks that are due before a deadline."""
        router, first = self._router, self._router.next_tick
        end = first + self._most
        if router.due(self._epoch, end) >= deadline:
            end = max(first, int((deadline - self._epoch) * 1000 / router.grid.frame_ms) + 2)
        while end > first and router.due(self._epoch, end - 1) >= deadline:
            end -= 1
        return end - first

    def _carry(self, ticks: int) -> bool:
        """Carry up to so many ticks; whether all that could be carried so far was."""
        router, samples = self._router, self._router.grid.frame_samples
        if ticks < 1 or router.keeps_time:
            return False
        for playout in router.playouts.values():
            ticks = playout.untold(samples, ticks)
        heard = {name for name in router.playouts if router.is_heard(name)}
        ears = router.foreseers
        if ticks < 1 or len(ears) < len(router.ears):
            return False
        awake = [
            listener
            for listener, ear in ears.items()
            if router.hears_somebody(listener, heard) or not ear.rests()
        ]
        if not awake:
            self._advance(ears, ticks, router.pull(ticks))
            return True
        return all(self._foresee(ears, awake) for _ in range(ticks))

    def _foresee(self, ears: dict[str, Foreseer], awake: list[str]) -> bool:
        """Carry the next tick, unless an ear would notice it."""
        router = self._router
        sounding = router.pull(1)
        noticed = [name for name in awake if not ears[name].foresee(router.heard_by(name, sounding))]
        if noticed:
            router.hold(sounding)
            return False
        self._advance(ears, 1, sounding)
        return True

    def _advance(self, ears: dict[str, Foreseer], ticks: int, sounding: dict[str, bytes]) -> None:
        """Let these ticks be past, whose sound was heard."""
        router = self._router
        at = router.due(self._epoch, router.next_tick + ticks - 1)
        for ear in ears.values():
            ear.was_fed(router.silence, ticks, at)
        router.advance(ticks, sounding)
