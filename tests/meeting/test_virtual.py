"""Virtual time jumps over waits, and runs what is ready in one order, whatever else the process does."""

import threading

import pytest
import trio

from trialogue.compute import is_virtual
from trialogue.errors import WrongLoop
from trialogue.meeting.virtual import run_virtual

WORKERS = 12


async def _interleaving() -> list[int]:
    order: list[int] = []

    async def worker(number: int) -> None:
        for _ in range(20):
            await trio.sleep(1)
            order.append(number)

    async with trio.open_nursery() as nursery:
        for number in range(WORKERS):
            nursery.start_soon(worker, number)
    return order


IN_ORDER = list(range(WORKERS)) * 20


def test_ready_tasks_run_in_the_order_of_their_start():
    """Ready tasks of a virtual loop run in the order of their start."""
    assert run_virtual(_interleaving) == IN_ORDER


@pytest.fixture
def another_loop():
    """Real loops, one after another, in a thread of their own; each takes chances of trio's."""
    is_over = threading.Event()

    def live() -> None:
        while not is_over.is_set():
            trio.run(trio.sleep, 0)

    thread = threading.Thread(target=live)
    thread.start()
    yield
    is_over.set()
    thread.join()


def test_another_loop_of_the_process_changes_no_order(another_loop):
    """Another loop in a thread does not change the order of a virtual loop's tasks."""
    assert all(run_virtual(_interleaving) == IN_ORDER for _ in range(10))


def test_the_first_virtual_loop_to_end_leaves_the_order_to_the_other():
    """Two virtual loops in two threads each run their tasks in order until their end."""
    entered, ended = threading.Event(), threading.Event()
    found: list[list[int]] = []

    async def outlives() -> None:
        entered.set()
        ended.wait(10)
        found.append(await _interleaving())

    thread = threading.Thread(target=run_virtual, args=(outlives,))
    thread.start()
    assert entered.wait(10)
    run_virtual(_interleaving)
    ended.set()
    thread.join()
    assert found == [IN_ORDER]


def test_real_loops_are_shuffled_behind_it():
    """A real loop after a virtual one has trio's own order of tasks again."""
    run_virtual(_interleaving)

    async def real() -> list[int]:
        order: list[int] = []
        async with trio.open_nursery() as nursery:
            for number in range(WORKERS):
                nursery.start_soon(_note, order, number)
        return order

    assert any(trio.run(real) != list(range(WORKERS)) for _ in range(64))


async def _note(order: list[int], number: int) -> None:
    await trio.lowlevel.checkpoint()
    order.append(number)


def test_an_hour_is_over_at_once():
    """An hour's wait in virtual time is over at once, and code can ask which clock it has."""

    async def sleep_an_hour() -> tuple[float, bool]:
        start = trio.current_time()
        await trio.sleep(3600)
        return trio.current_time() - start, is_virtual()

    assert run_virtual(sleep_an_hour) == (3600.0, True)


async def test_life_is_not_virtual():
    """Code outside of a virtual loop is told that its clock is real."""
    assert not is_virtual()


def test_a_loop_within_a_loop_is_refused_by_name():
    """A virtual loop within a loop is an error that names our function."""

    async def main():
        with pytest.raises(WrongLoop, match="inside a trio loop, await the function"):
            run_virtual(_interleaving)

    run_virtual(main)
