"""Phases of meetings that one process holds: meetings whose ticks come together share a wake.

1. A process that sleeps pays more for being woken than a tick of one meeting costs. Ticks that are due
   together are made in one round (`rounds`).
2. So each meeting's zero lies on a grid of `PHASE_S` of the loop's clock, of which ticks are multiples. No
   sound is later for it: a meeting begins that much later, at most.
3. The grid is finer than a tick, so that not all meetings of a process need it at one moment.
"""

from __future__ import annotations

from math import ceil
from typing import Final

import trio

from trialogue.compute import is_virtual

PHASE_S: Final = 0.0025
"""Seconds between two phases."""


def next_phase(after: float) -> float:
    """The first moment of the grid that is not before `after`, in seconds."""
    return ceil(round(after / PHASE_S, 6)) * PHASE_S


async def wait_for_phase(gone_s: float) -> None:
    """Wait until a meeting of which `gone_s` are past can begin; under a virtual clock wakes cost nothing."""
    if is_virtual():
        return
    await trio.sleep_until(next_phase(trio.current_time() - gone_s) + gone_s)
