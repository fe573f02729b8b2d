"""What toxics do to a stream."""

import random

import pytest
import trio

from trialogue.chaos.toxics import (
    Bandwidth,
    Cut,
    Delay,
    Garbage,
    HalfOpen,
    Reset,
    Slicer,
    ToxicStream,
    Unread,
)
from trialogue.transport.pipe import open_pipe


def pair(*toxics):
    """A stream that is faulty, and its peer."""
    ours, theirs = open_pipe()
    return ToxicStream(ours, *toxics, chance=random.Random(1)), theirs


async def test_a_stream_that_is_well(autojump_clock):
    """Without toxics bytes go both ways, at once and whole."""
    faulty, peer = pair()
    await faulty.send_all(b"there")
    await peer.send_all(b"and back")
    assert (await peer.receive_some(), await faulty.receive_some()) == (b"there", b"and back")
    await faulty.aclose()
    assert await peer.receive_some() == b""
    assert trio.current_time() == 0.0
    assert repr(faulty) == "<ToxicStream clean>"


async def test_latency(autojump_clock):
    """Bytes come later, by the delay and up to the jitter."""
    faulty, peer = pair(Delay(1.0, 0.5))
    await faulty.send_all(b"a")
    assert 1.0 < trio.current_time() <= 1.5
    assert await peer.receive_some() == b"a"


async def test_bandwidth(autojump_clock):
    """A kilobyte at a hundred bytes a second takes ten seconds."""
    faulty, _ = pair(Bandwidth(100.0))
    await faulty.send_all(bytes(1000))
    assert trio.current_time() == pytest.approx(10.0)


async def test_slices(autojump_clock):
    """Bytes arrive in small pieces with pauses between them."""
    faulty, peer = pair(Slicer(2, 0.5))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(faulty.send_all, b"abcde")
        assert [await peer.receive_some() for _ in range(3)] == [b"ab", b"cd", b"e"]
    assert trio.current_time() == pytest.approx(1.5)


async def test_half_open(autojump_clock):
    """A half-open stream loses what both sides send, and neither side is told, not even at the end."""
    faulty, peer = pair()
    with trio.move_on_after(60) as scope:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(faulty.receive_some)
            nursery.start_soon(peer.receive_some)
            await trio.testing.wait_all_tasks_blocked()
            faulty.add(HalfOpen())
            await faulty.send_all(b"lost")
            await peer.send_all(b"never read")
            await faulty.aclose()
    assert scope.cancelled_caught


async def test_unread_blocks_the_peer(autojump_clock):
    """A reader that stops makes its peer wait once the connection is full."""
    faulty, peer = pair(Unread())
    with trio.move_on_after(60) as scope:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(faulty.receive_some)
            await peer.send_all(bytes(10**6))
    assert scope.cancelled_caught


async def test_reset(autojump_clock):
    """A reset breaks both directions at once, for a waiting reader and for a later writer."""
    faulty, peer = pair()
    async with trio.open_nursery() as nursery:

        async def wait():
            with pytest.raises(trio.BrokenResourceError):
                await faulty.receive_some()

        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked()
        faulty.add(Reset())
    with pytest.raises(trio.BrokenResourceError):
        await faulty.send_all(b"late")
    assert await peer.receive_some() == b""
    assert repr(faulty) == "<ToxicStream reset>"


async def test_cut(autojump_clock):
    """A cut stream ends within the next message, after the given number of bytes."""
    faulty, peer = pair(Cut(3))
    with pytest.raises(trio.BrokenResourceError):
        await faulty.send_all(b"whole")
    assert (await peer.receive_some(), await peer.receive_some()) == (b"who", b"")


async def test_garbage_comes_between_two_writes(autojump_clock):
    """Garbage comes once, between two messages of the peer."""
    faulty, peer = pair(Garbage(b"!!"))
    await faulty.send_all(b"one")
    await faulty.send_all(b"two")
    assert await peer.receive_some() == b"one!!two"
