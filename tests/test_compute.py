"""Where engines work: one limit a process, whoever asks."""

import threading

import trio
import trio.testing

from trialogue.compute import InThreads, compute


async def test_all_of_a_loop_share_one_limit():
    """Three who each ask for a place to compute have two places together."""
    assert isinstance(compute(), InThreads)
    assert compute() is compute()
    begun, go_on = [], threading.Event()
    two = trio.Event()
    token = trio.lowlevel.current_trio_token()

    def work():
        begun.append(threading.get_ident())
        if len(begun) == 2:
            token.run_sync_soon(two.set)
        go_on.wait(10)

    with trio.fail_after(50):
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(compute().run, work)
            await two.wait()
            await trio.testing.wait_all_tasks_blocked(0.02)
            assert len(begun) == 2
            go_on.set()
    assert len(begun) == 3


async def test_a_virtual_clock_computes_in_the_loop(autojump_clock):
    """Virtual time stands still while something is computed."""
    before = trio.current_time()
    assert await compute().run(threading.get_ident) == threading.get_ident()
    assert trio.current_time() == before
