"""Where engines work: one limit a process, whoever asks."""

import threading
import time

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


async def test_a_result_that_comes_as_its_caller_is_cancelled_is_dropped():
    """A user spoke as a sentence was ready: 200 ms of the cut reply were heard before or within the next."""
    may_end, results = threading.Event(), []

    async def caller():
        results.append(await InThreads().run(may_end.wait))

    def end_then_cancel(scope):
        may_end.set()
        time.sleep(0.2)  # the loop stands still: the thread's end is queued, and the cancellation behind it
        trio.lowlevel.current_trio_token().run_sync_soon(scope.cancel)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(caller)
        await trio.testing.wait_all_tasks_blocked(0.05)
        end_then_cancel(nursery.cancel_scope)
    assert results == []
