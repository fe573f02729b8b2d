"""Phases of the meetings of one process: meetings whose ticks fall together share a wake.

1. A wake of a sleeping process costs more than a tick of one meeting. Ticks that are due together are made in
   one round (`rounds`).
2. So each meeting's zero lies on a grid of `PHASE_S` of the loop's clock, and ticks are multiples of it.
   Sound is not delayed; a meeting begins at most that much later.
3. The grid is finer than a tick, so that the meetings of a process do not all need it at one moment.
"""

from __future__ import annotations

from math import ceil
from typing import Final

import trio

from trialogue.compute import is_virtual

PHASE_S: Final = 0.0025
"""Seconds between two phases."""


def next_phase(after: float) -> float:
    """First moment of the grid at or after `after`, in seconds."""
    return ceil(round(after / PHASE_S, 6)) * PHASE_S


async def wait_for_phase(gone_s: float) -> None:
    """Wait until a meeting that is `gone_s` old can begin on the grid; under a virtual clock, at once."""
    if is_virtual():
        return
    await trio.sleep_until(next_phase(trio.current_time() - gone_s) + gone_s)
