"""The brain's timers."""

import trio

from trialogue.actors.timers import Timers
from trialogue.model.commands import WakeAt
from trialogue.model.events import Woke


async def test_wakes_in_order_and_replaces_by_name(autojump_clock):
    """A timer set again under its name wakes once, at its new time."""
    woken = []
    start = trio.current_time()
    timers = Timers(lambda event: woken.append((trio.current_time() - start, event)))
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
