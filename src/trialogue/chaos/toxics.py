"""Toxics of a stream: failures of networks and peers, by a wrapper around either end.

1. A toxic is a value; `add` puts it on a stream at once, and it stays.
2. Bytes that the wrapper's owner sends go through the toxics, and stay in order. Received bytes are never
   changed, only stopped (half-open, reset, full).
3. Random numbers come from the stream's own generator; time is trio's, so a virtual clock works.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final, TypeAlias, assert_never

import trio
from attrs import field

from trialogue.values import frozen

SLICE_BYTES: Final = 512
"""Bytes that a slow line sends at once."""


@frozen
class Delay:
    """Toxic that delays everything sent."""

    delay_s: float
    """Delay in seconds."""

    jitter_s: float = 0.0
    """Most seconds of a further delay, drawn again each time; the order stays."""


@frozen
class Bandwidth:
    """Toxic that limits the rate of sending."""

    bytes_per_s: float
    """Bytes a second."""


@frozen
class Slicer:
    """Toxic that cuts sent bytes into small pieces."""

    size: int = 1
    """Bytes of a piece."""

    pause_s: float = 0.0
    """Seconds between two pieces."""


@frozen
class HalfOpen:
    """Toxic of a vanished peer: sent bytes disappear, nothing is received, nothing ends."""


@frozen
class Unread:
    """Toxic of an owner that stops reading: the peer's bytes fill the buffers and then block it."""


@frozen
class Reset:
    """Toxic of a reset connection: both directions break at once."""


@frozen
class Cut:
    """Toxic that ends the stream within the next bytes sent."""

    after_bytes: int = 1
    """Number of bytes that still come."""


@frozen
class Garbage:
    """Toxic that puts these bytes between two writes."""

    data: bytes = field(repr=lambda data: f"{len(data)} bytes")
    """Bytes: frames of the websocket protocol, valid or not, or anything else."""


Toxic: TypeAlias = Delay | Bandwidth | Slicer | HalfOpen | Unread | Reset | Cut | Garbage
"""Toxic of a stream."""


class ToxicStream(trio.abc.Stream):
    """One end of a connection, with toxics."""

    def __init__(self, stream: trio.abc.Stream, *toxics: Toxic, chance: random.Random | None = None) -> None:
        self._stream = stream
        self._toxics: list[Toxic] = []
        self._chance = chance or random.Random(0)  # noqa: S311 - jitter
        self._garbage: list[bytes] = []
        self._is_reset = False
        self._stopped = trio.CancelScope()
        self._sending = trio.Lock()
        for toxic in toxics:
            self.add(toxic)

    def __repr__(self) -> str:
        toxics = ", ".join(type(toxic).__name__ for toxic in self._toxics) or "clean"
        return f"<ToxicStream {'reset' if self._is_reset else toxics}>"

    def add(self, toxic: Toxic) -> None:
        """Put `toxic` on the stream, at once."""
        match toxic:
            case Garbage(data):
                self._garbage.append(data)
            case Reset():
                self._is_reset = True
                self._toxics.append(toxic)
                self._stopped.cancel(reason="the stream was reset")
            case HalfOpen() | Unread():
                self._toxics.append(toxic)
                self._stopped.cancel(reason="nothing is received any more")
            case Delay() | Bandwidth() | Slicer() | Cut():
                self._toxics.append(toxic)
            case _ as never:
                assert_never(never)

    def remove(self, kind: type[Toxic]) -> None:
        """Remove all toxics of a kind."""
        self._toxics = [toxic for toxic in self._toxics if not isinstance(toxic, kind)]

    async def flush(self) -> None:
        """Let toxics that wait for the next write, such as garbage and a cut, act without one."""
        await self.send_all(b"")

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send `data` through the toxics."""
        async with self._sending:
            await self._send_all(data)

    async def _send_all(self, data: bytes | bytearray | memoryview) -> None:
        self._check()
        for piece in self._pieces(bytes(data)):
            await self._wait_for(len(piece))
            self._check()
            if self.has(HalfOpen):
                await trio.lowlevel.checkpoint()
                return
            await self._stream.send_all(piece)
        cut = next((toxic for toxic in self._toxics if isinstance(toxic, Cut)), None)
        if cut is not None:
            await self._stream.aclose()
            raise trio.BrokenResourceError("the stream was cut")

    async def wait_send_all_might_not_block(self) -> None:
        """Wait as the inner stream does."""
        await self._stream.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        """Receive from the inner stream, as far as the toxics allow."""
        if not (self._is_reset or self.has(HalfOpen) or self.has(Unread)):
            with trio.CancelScope() as self._stopped:
                return await self._stream.receive_some(max_bytes)
        if not self._is_reset:
            await trio.sleep_forever()
        await trio.aclose_forcefully(self._stream)
        raise trio.BrokenResourceError("the stream was reset")

    async def aclose(self) -> None:
        """Close the inner stream; a half-open one stays so for its peer."""
        if self.has(HalfOpen):
            await trio.lowlevel.checkpoint()
            return
        await self._stream.aclose()

    async def release(self) -> None:
        """Close the inner stream in any state."""
        await trio.aclose_forcefully(self._stream)

    def has(self, kind: type[Toxic]) -> bool:
        """Whether the stream has a toxic of that kind."""
        return any(isinstance(toxic, kind) for toxic in self._toxics)

    def _check(self) -> None:
        if self._is_reset:
            raise trio.BrokenResourceError("the stream was reset")

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        """Pieces that are sent at once, with garbage after them."""
        size = len(data)
        for toxic in self._toxics:
            match toxic:
                case Cut(after_bytes):
                    data = data[:after_bytes]
                case Slicer(each):
                    size = min(size, each)
                case Bandwidth():
                    size = min(size, SLICE_BYTES)
                case _:
                    pass
        for start in range(0, len(data), max(size, 1)):
            yield data[start : start + size]
        garbage, self._garbage = self._garbage, []
        yield from garbage

    async def _wait_for(self, size: int) -> None:
        seconds = 0.0
        for toxic in self._toxics:
            match toxic:
                case Delay(delay_s, jitter_s):
                    seconds += delay_s + self._chance.uniform(0.0, jitter_s)
                case Bandwidth(bytes_per_s):
                    seconds += size / bytes_per_s
                case Slicer(_, pause_s):
                    seconds += pause_s
                case _:
                    pass
        if seconds:
            await trio.sleep(seconds)
