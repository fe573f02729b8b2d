"""Virtual time jumps over waits and schedules the same way for the same seed."""

import trio

from trialogue.compute import is_virtual
from trialogue.meeting.virtual import run_virtual


async def _interleaving() -> list[int]:
    order: list[int] = []

    async def worker(number: int) -> None:
        for _ in range(5):
            await trio.sleep(1)
            order.append(number)

    async with trio.open_nursery() as nursery:
        for number in range(6):
            nursery.start_soon(worker, number)
    return order


def test_the_same_seed_gives_the_same_interleaving():
    """Trio's private names still do what we set them for."""
    runs = [run_virtual(_interleaving, seed=3) for _ in range(4)]
    assert all(run == runs[0] for run in runs)


def test_another_seed_explores_another_interleaving():
    """The seed decides: among ten, not all interleavings are the same."""
    assert len({tuple(run_virtual(_interleaving, seed=n)) for n in range(10)}) > 1


def test_an_hour_is_over_at_once():
    """Waiting costs nothing, and code can tell which clock it lives by."""

    async def sleep_an_hour() -> tuple[float, bool]:
        start = trio.current_time()
        await trio.sleep(3600)
        return trio.current_time() - start, is_virtual()

    assert run_virtual(sleep_an_hour, seed=0) == (3600.0, True)


async def test_life_is_not_virtual():
    """Outside, the clock is real and trio shuffles as it likes."""
    assert not is_virtual()
