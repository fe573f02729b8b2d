"""The brain's timers."""

import pytest
import trio

from trialogue.actors.timers import AlarmClock
from trialogue.model.commands import WakeAt
from trialogue.model.events import Woke

EPOCHS = (-1.1, -0.7, 0.1, 0.7, 1e5 + 0.1)
"""Starts on trio's clock, before it and after, from which sums and differences are rounded otherwise."""


async def test_wakes_in_order_and_replaces_by_name(autojump_clock):
    """A timer set again under its name wakes once, at its new time."""
    woken = []
    start = trio.current_time()
    timers = AlarmClock(lambda event: woken.append((trio.current_time() - start, event)))
    async with trio.open_nursery() as nursery:
        await nursery.start(timers.run, start)
        timers.set(WakeAt("think", 5.0))
        timers.set(WakeAt("hold", 2.0))
        timers.set(WakeAt("think", 3.0))
        await trio.sleep(10)
        timers.set(WakeAt("late", 4.0))
        await trio.sleep(1)
        nursery.cancel_scope.cancel(reason="the test is over")
    assert woken == [(2.0, Woke("hold")), (3.0, Woke("think")), (10.0, Woke("late"))]


@pytest.mark.parametrize("epoch", EPOCHS)
async def test_wakes_once_whatever_the_rounding(autojump_clock, epoch):
    """A timer wakes once when its wait is over, whatever the rounding of its time."""
    woken = []
    timers = AlarmClock(woken.append)
    times = [n / 10 for n in range(1, 100)]
    assert any((epoch + at) - epoch < at for at in times)
    async with trio.open_nursery() as nursery:
        await nursery.start(timers.run, epoch)
        await trio.sleep(max(epoch, 0.0))
        for at in times:
            timers.set(WakeAt(str(at), at))
        await trio.sleep(20)
        nursery.cancel_scope.cancel(reason="the test is over")
    assert woken == [Woke(str(at)) for at in times]


async def test_a_timer_can_be_taken_back(autojump_clock):
    """A timer that was taken back wakes nobody; one that was never set can be, too."""
    woken = []
    timers = AlarmClock(woken.append)
    async with trio.open_nursery() as nursery:
        await nursery.start(timers.run, trio.current_time())
        timers.set(WakeAt("think", 1.0))
        timers.set(WakeAt("hold", 2.0))
        timers.cancel("think")
        timers.cancel("ready")
        await trio.sleep(3)
        nursery.cancel_scope.cancel(reason="the test is over")
    assert woken == [Woke("hold")]
