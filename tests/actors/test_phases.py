"""Meetings of one process begin in phases, so that their ticks share wakes."""

import pytest
import trio

from trialogue.actors import phases
from trialogue.actors.phases import PHASE_S, next_phase, wait_for_phase


@pytest.mark.parametrize("after", [0.0, 0.0049, 0.005, 17.2346, 86_400.0001])
def test_the_next_phase_is_on_the_grid_and_not_far(after):
    """A meeting begins on the grid of phases, less than one phase later."""
    found = next_phase(after)
    assert found == pytest.approx(round(found / PHASE_S) * PHASE_S, abs=1e-9)
    assert -1e-8 <= found - after < PHASE_S


async def test_a_resumed_meetings_zero_is_on_the_grid_too(autojump_clock, monkeypatch):
    """A resumed meeting's zero is on the grid of phases, so that its ticks share wakes, too."""
    monkeypatch.setattr(phases, "is_virtual", lambda: False)
    await wait_for_phase(12.3456)
    zero = trio.current_time() - 12.3456
    assert zero == pytest.approx(round(zero / PHASE_S) * PHASE_S, abs=1e-9)


async def test_a_virtual_clock_waits_for_nothing(autojump_clock):
    """A meeting on a virtual clock does not wait for a phase, so its recorded times stay."""
    autojump_clock.jump(0.0012)
    before = trio.current_time()
    await wait_for_phase(0.0)
    assert trio.current_time() == before
