"""Stretches of ticks without an event, which are carried before their time where a virtual clock leaps.

1. While every task waits, only the router itself changes anything before the next deadline, so the sound
   until then is certain, to the sample.
2. A tick that causes an event at a mouth or an ear keeps its own time. So does a tick at the moment of that
   deadline, since the scheduler decides which comes first.
3. A mouth that has run dry and may get more sound goes no further than to the moment of that sound.
4. Ears at which silence changes nothing take it as one. An ear that detects takes its ticks one by one, up to
   the first with an event; that one it has already taken, and reports in its time.
5. A tick in its own time is complete: each ear is sent its frame, since an ear with a frame on its way gets
   the events of that moment in another step of the scheduler than one without.
6. An error before its time is raised in the router's own task: inside the clock it would end the whole loop.
7. Of people only silence is carried before its time, and only of recordings, whose sound is known before it
   comes. A tick that causes an event at their detector or their ear keeps its time.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

import trio

if TYPE_CHECKING:
    from trialogue.actors.router import Foreseer, Router
    from trialogue.leaping import Moment

MOST_S: Final = 10.0
"""Most seconds that are carried at once, which bounds the memory needed."""


class Stretches:
    """Carrier of a router's ticks before their time."""

    def __init__(self, router: Router, epoch: float) -> None:
        """The first sample is heard at the trio time `epoch`."""
        self._router = router
        self._epoch = epoch
        self._most = max(1, round(MOST_S * 1000 / router.grid.frame_ms))
        self._waiting = trio.CancelScope()
        self._first = 0
        self._failure: Exception | None = None

    async def wait_until(self, due: float) -> None:
        """Wait for the next tick that keeps its own time; `due` is the time of the next tick."""
        now = trio.current_time()
        with trio.CancelScope(deadline=due if due <= now else inf) as self._waiting:
            await trio.sleep_forever()
        if self._failure is not None:
            raise self._failure

    def set_out(self) -> None:
        """See `leaping.Leaper`."""
        self._first = self._router.next_tick
        self._waiting.deadline = inf

    def brings_at(self) -> float:
        """Never: the router takes sound and brings none."""
        return inf

    def carry(self, next_deadline: Moment, next_brought: Moment) -> bool:
        """Carry the ticks before the next deadline, up to the first that keeps its time."""
        if self._failure is not None or self._router.is_holding:
            return False
        self._waiting.deadline = inf
        begun = self._router.next_tick
        try:
            self._feed(next_deadline, next_brought)
        except Exception as error:  # noqa: BLE001 - raised again where the router waits
            self._failure, self._waiting.deadline = error, trio.current_time()
            return False
        self.arrive(next_deadline)  # the next leaper goes no further than this tick
        return self._router.next_tick > begun

    def arrive(self, next_deadline: Moment) -> None:
        """Wait for the next tick, if no other deadline comes before it."""
        due = self._router.due(self._epoch, self._router.next_tick)
        if self._failure is None and due <= next_deadline():
            self._waiting.deadline = due

    def _feed(self, next_deadline: Moment, next_brought: Moment) -> None:
        """Carry all ticks that can be carried, and report their number to the ears."""
        router, begun = self._router, self._router.next_tick
        ears = router.foreseers.values()
        for ear in ears:
            ear.set_out()
        self._carry_all(next_deadline, next_brought)
        at = router.due(self._epoch, router.next_tick - 1)
        for ear in ears:
            ear.was_fed(router.silence, router.next_tick - begun, at)

    def _carry_all(self, next_deadline: Moment, next_brought: Moment) -> None:
        router = self._router
        while router.next_tick - self._first < self._most:
            end = next_deadline()
            if any(playout.is_dry for playout in router.playouts.values()):
                end = min(end, next_brought())
            if not self._carry(self._before(end)):
                return

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
        """Carry up to so many ticks; whether all that could be carried so far were."""
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
            silent = router.silent_ticks(ticks)
            if silent:
                router.advance(silent, router.pull(silent))
            return silent == ticks
        return all(self._foresee(ears, awake) for _ in range(ticks))

    def _foresee(self, ears: dict[str, Foreseer], awake: list[str]) -> bool:
        """Carry the next tick, unless it causes an event at an ear."""
        router = self._router
        if not router.foresee_people():
            return False
        sounding = router.pull(1)
        noticed = [name for name in awake if not ears[name].foresee(router.heard_by(name, sounding))]
        if noticed:
            router.hold(sounding)
            return False
        for name in awake:
            ears[name].has_taken()
        router.silent_ticks(1)
        router.advance(1, sounding)
        return True
