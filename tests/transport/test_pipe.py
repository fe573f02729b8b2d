"""The in-memory pipe keeps trio's contract for streams."""

import pytest
import trio
import trio.testing

from trialogue.transport.pipe import PipeStream, open_pipe


async def make_pair() -> tuple[PipeStream, PipeStream]:
    await trio.lowlevel.checkpoint()
    return open_pipe()


async def make_clogged_pair() -> tuple[PipeStream, PipeStream]:
    left, right = open_pipe(max_bytes=10)
    await left.send_all(b"x" * 10)
    await right.send_all(b"x" * 10)
    return left, right


async def test_pipe_is_a_half_closeable_stream() -> None:
    """A pipe in memory passes trio's own checks of a stream, full or not."""
    await trio.testing.check_half_closeable_stream(make_pair, make_clogged_pair)


async def test_sender_waits_for_room() -> None:
    """A send larger than the bound ends only when the other end has read enough."""
    left, right = open_pipe(max_bytes=4)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(left.send_all, b"0123456789")
        await trio.testing.wait_all_tasks_blocked()
        assert repr(left) == "<PipeStream open, 4 bytes out, 0 in>"
        received = b""
        while len(received) < 10:
            received += await right.receive_some(3)
    assert received == b"0123456789"


async def test_sent_bytes_survive_a_close() -> None:
    """Bytes sent before a close are received before the end."""
    left, right = open_pipe()
    await left.send_all(b"last words")
    await left.aclose()
    assert await right.receive_some() == b"last words"
    assert await right.receive_some() == b""
    with pytest.raises(trio.BrokenResourceError):
        await right.send_all(b"too late")
