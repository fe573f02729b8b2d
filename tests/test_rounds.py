"""Rounds of a loop: who reads or ticks is called in its time, and what goes wrong is its own."""

import errno
import os
import socket
import sys
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
import trio
import trio.testing

import trialogue.rounds
from trialogue.rounds import TICKS_IN_A_ROW, Rounds, rounds_of
from trialogue.transport.direct import DirectStream

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no rounds")


@contextmanager
def joined():
    """A socket that is read, and the one at its other end."""
    left, right = socket.socketpair()
    with left, right:
        left.setblocking(False)
        yield left, right


def rounds():
    found = rounds_of()
    assert isinstance(found, Rounds)
    return found


async def read_until(end, left, got):
    """Keep what comes until `end` does."""

    def read():
        got.append(left.recv(100))
        return got[-1] != end

    await rounds().reading(left.fileno(), read)


async def test_a_reader_is_called_until_it_has_enough():
    """What comes then stays where it is, for the next who reads."""
    got = []
    with joined() as (left, right), trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(read_until, b"end", left, got)
            for message in (b"one", b"two", b"end"):
                right.send(message)
                await trio.testing.wait_all_tasks_blocked(0.01)
                assert got[-1] == message
        right.send(b"more")
        await read_until(b"more", left, got)
    assert got == [b"one", b"two", b"end", b"more"]


async def test_a_fault_in_reading_is_its_readers_alone():
    """It is raised where that reader waits; its neighbour reads on."""
    got = []

    def fail():
        raise LookupError("broken")

    with joined() as (left, right), joined() as (other, far), trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(read_until, b"end", other, got)
            right.send(b"x")
            with pytest.raises(LookupError, match="broken"):
                await rounds().reading(left.fileno(), fail)
            far.send(b"end")
    assert got == [b"end"]


async def test_who_is_cancelled_is_called_no_more():
    """A cancelled reader is not woken, and another can wait for the same socket."""
    got = []
    with joined() as (left, right), trio.fail_after(10):
        with trio.move_on_after(0.01):
            await read_until(b"end", left, got)
        right.send(b"end")
        await trio.testing.wait_all_tasks_blocked(0.02)
        assert got == []
        await read_until(b"end", left, got)
    assert got == [b"end"]


async def test_one_who_ends_another_in_a_round_ends_it_at_once():
    """Both have something to read; the first that is called cancels the other, which then reads nothing."""
    called = []
    scopes = [trio.CancelScope(), trio.CancelScope()]

    async def wait(number, fd):
        def read():
            called.append(number)
            scopes[1 - number].cancel()
            return False

        with scopes[number]:
            await rounds().reading(fd, read)

    with joined() as (left, right), joined() as (other, far), trio.fail_after(10):
        right.send(b"x")
        far.send(b"x")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait, 0, left.fileno())
            nursery.start_soon(wait, 1, other.fileno())
    assert len(called) == 1


async def test_a_socket_has_one_reader_who_is_told_when_it_closes():
    """A second reader is refused, and closing the socket wakes the first, as in trio."""

    async def wait(fd):
        with pytest.raises(trio.ClosedResourceError):
            await rounds().reading(fd, lambda: True)

    with joined() as (left, _), trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait, left.fileno())
            await trio.testing.wait_all_tasks_blocked()
            with pytest.raises(trio.BusyResourceError):
                await rounds().reading(left.fileno(), lambda: True)
            rounds().closing(left.fileno())


async def test_ticks_come_in_their_order_and_never_early():
    """Each says when it comes next, whatever the others do; a reader has its turns between them."""
    ticked, start = [], trio.current_time()

    def every(name, apart, times):
        due = [start + apart]

        def tick():
            assert trio.current_time() >= due[0]
            ticked.append((round(due[0] - start, 4), name))
            if sum(each == name for _, each in ticked) == times:
                raise StopAsyncIteration
            due[0] += apart
            return due[0]

        return tick

    async def wait(name, apart, times):
        with pytest.raises(StopAsyncIteration):
            await rounds().ticking(every(name, apart, times), start + apart)

    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait, "slow", 0.03, 2)
            nursery.start_soon(wait, "quick", 0.0101, 5)
    assert sorted(ticked) == sorted(
        [(round(0.0101 * n, 4), "quick") for n in range(1, 6)] + [(0.03, "slow"), (0.06, "slow")]
    )
    assert [at for at, name in ticked if name == "quick"] == sorted(
        at for at, name in ticked if name == "quick"
    )


async def test_late_ticks_catch_up_without_delaying_others():
    """Ticks that lie back are made a few in a row, and what can be read is read between; so it goes on."""
    order, start = [], trio.current_time() - 10.0
    with joined() as (left, right), trio.fail_after(10):
        scope = trio.CancelScope()

        def tick():
            order.append("tick")
            right.send(b"x")
            if len(order) > 4 * TICKS_IN_A_ROW:
                scope.cancel()
            return start

        def read():
            left.recv(100)
            order.append("read")
            return True

        async with trio.open_nursery() as nursery:
            nursery.start_soon(rounds().reading, left.fileno(), read)
            with scope:
                await rounds().ticking(tick, start)
            nursery.cancel_scope.cancel()
    in_a_round = [*["tick"] * TICKS_IN_A_ROW, "read"]
    assert order[: 3 * len(in_a_round)] == in_a_round * 3


async def test_a_late_router_catches_up_in_turn():
    """The second tick of one comes behind the first of the other: no meeting runs ahead of the others."""
    order, start = [], trio.current_time() - 10.0

    async def wait(name):
        def tick():
            order.append(name)
            if len(order) >= 2 * TICKS_IN_A_ROW - 1:
                raise StopAsyncIteration
            return start

        with pytest.raises(StopAsyncIteration):
            await rounds().ticking(tick, start)

    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait, "a")
            nursery.start_soon(wait, "b")
    assert all(before != after for before, after in pairwise(order))


async def test_a_tick_that_is_cancelled_comes_no_more():
    """A cancelled tick is not called, even if it was due already."""
    ticked = []

    def tick():
        ticked.append(1)
        return trio.current_time()

    with trio.move_on_after(0):
        await rounds().ticking(tick, trio.current_time())
    await trio.sleep(0.01)
    assert ticked == []
    assert repr(rounds()) == "<Rounds: 0 sockets, 0 ticks>"


def test_they_end_with_their_loop():
    """Nothing is left open, and another loop has others."""

    async def hold():
        with joined() as (left, right):
            right.send(b"end")
            await read_until(b"end", left, [])
        return rounds()

    trio.run(hold)  # what is opened once a process is open now
    before = len(list(Path("/proc/self/fd").iterdir()))
    first, second = trio.run(hold), trio.run(hold)
    assert first is not second
    assert first.is_over
    assert len(list(Path("/proc/self/fd").iterdir())) == before


async def test_a_virtual_clock_has_none(autojump_clock):
    """There everybody waits alone, and time is nobody's timer."""
    assert rounds_of() is None


async def test_other_systems_have_none(monkeypatch):
    """Where the system has no epoll, each session waits by itself."""
    monkeypatch.setattr(sys, "platform", "darwin")
    assert rounds_of() is None


def descriptors():
    return sorted(Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize("lacks", ["timer", "epoll"])
async def test_without_a_descriptor_everybody_waits_alone(monkeypatch, lacks):
    """A stream is read to its end and closed; when there is a descriptor again, there are rounds."""
    before = descriptors()

    def fail(*_):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    got = []
    with monkeypatch.context() as patch:
        where = (trialogue.rounds, "_Timer") if lacks == "timer" else (trialogue.rounds.select, "epoll")
        patch.setattr(*where, fail)
        left, right = socket.socketpair()
        left.setblocking(False)
        stream = DirectStream(left)
        with right, trio.fail_after(10):
            right.send(b"one")
            right.shutdown(socket.SHUT_WR)
            assert await stream.receive_into(lambda data: not got.append(data)) == b""
            stream.close()
        assert (got, left.fileno(), rounds_of()) == ([b"one"], -1, None)
    assert descriptors() == before
    assert isinstance(rounds_of(), Rounds)


async def test_a_socket_that_cannot_be_watched_is_forgotten():
    """The error is raised, and the descriptor's next owner is read."""
    got = []
    with joined() as (left, right), trio.fail_after(10):
        fd = os.open(__file__, os.O_RDONLY)
        try:
            with pytest.raises(PermissionError):  # epoll takes no regular file
                await rounds().reading(fd, lambda: True)
            os.dup2(left.fileno(), fd)
            right.send(b"end")

            def read():
                got.append(os.read(fd, 100))
                return False

            await rounds().reading(fd, read)
        finally:
            os.close(fd)
    assert got == [b"end"]
