"""A stream that is ill on demand: what networks and peers do to bytes, as a wrapper around either end.

1. A toxic is a value; `afflict` makes a stream ill with it at once, and it stays ill.
2. What the wrapper's owner sends goes through the toxics, in the order in which they came; what it receives
   is stopped where a connection is stopped (half-open, reset, full), and never changed.
3. Chance comes from the generator that the stream is given; time is trio's, so a virtual clock does.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final, TypeAlias, assert_never

import trio
from attrs import field

from trialogue.values import frozen

SLICE_BYTES: Final = 512
"""Bytes that a slow line carries at once."""


@frozen
class Delay:
    """Everything that is sent comes later."""

    delay_s: float
    """By so many seconds."""

    jitter_s: float = 0.0
    """And by up to so many more, drawn anew each time; the order stays."""


@frozen
class Bandwidth:
    """Toxic by which what is sent trickles."""

    bytes_per_s: float
    """At this rate."""


@frozen
class Slicer:
    """Toxic by which what is sent comes in small pieces."""

    size: int = 1
    """Bytes of a piece."""

    pause_s: float = 0.0
    """Seconds between two pieces."""


@frozen
class HalfOpen:
    """The peer is gone and nobody says so: what is sent vanishes, nothing is received, nothing ends."""


@frozen
class Unread:
    """The owner stops reading: what the peer sends fills the way and then blocks it."""


@frozen
class Reset:
    """The connection is reset: both directions break at once."""


@frozen
class Cut:
    """The stream ends in the middle of what is sent next."""

    after_bytes: int = 1
    """Bytes of it that still come."""


@frozen
class Garbage:
    """These bytes come between two writes."""

    data: bytes = field(repr=lambda data: f"{len(data)} bytes")
    """As they stand; frames of the websocket protocol, legal or not, or anything else."""


Toxic: TypeAlias = Delay | Bandwidth | Slicer | HalfOpen | Unread | Reset | Cut | Garbage
"""Whatever may befall a stream."""


class ToxicStream(trio.abc.Stream):
    """One end of a connection that can fall ill."""

    def __init__(self, stream: trio.abc.Stream, *toxics: Toxic, chance: random.Random | None = None) -> None:
        self._stream = stream
        self._toxics: list[Toxic] = []
        self._chance = chance or random.Random(0)  # noqa: S311 - jitter
        self._garbage: list[bytes] = []
        self._is_reset = False
        self._stopped = trio.CancelScope()
        self._sending = trio.Lock()
        for toxic in toxics:
            self.afflict(toxic)

    def __repr__(self) -> str:
        ills = ", ".join(type(toxic).__name__ for toxic in self._toxics) or "well"
        return f"<ToxicStream {'reset' if self._is_reset else ills}>"

    def afflict(self, toxic: Toxic) -> None:
        """Fall ill with `toxic`, at once."""
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

    def relieve(self, kind: type[Toxic]) -> None:
        """Be well again of all toxics of a kind."""
        self._toxics = [toxic for toxic in self._toxics if not isinstance(toxic, kind)]

    async def flush(self) -> None:
        """Let what waits for the next write, as garbage and a cut do, come without one."""
        await self.send_all(b"")

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send `data` as the stream's ills have it."""
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
        """Wait as the stream inside does."""
        await self._stream.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        """Receive as the stream inside, while it is well enough for that."""
        if not (self._is_reset or self.has(HalfOpen) or self.has(Unread)):
            with trio.CancelScope() as self._stopped:
                return await self._stream.receive_some(max_bytes)
        if not self._is_reset:
            await trio.sleep_forever()
        await trio.aclose_forcefully(self._stream)
        raise trio.BrokenResourceError("the stream was reset")

    async def aclose(self) -> None:
        """Close the stream inside; one that is half-open stays so for its peer."""
        if self.has(HalfOpen):
            await trio.lowlevel.checkpoint()
            return
        await self._stream.aclose()

    async def release(self) -> None:
        """Close the stream inside, however ill this one is."""
        await trio.aclose_forcefully(self._stream)

    def has(self, kind: type[Toxic]) -> bool:
        """Whether it is ill with a toxic of that kind."""
        return any(isinstance(toxic, kind) for toxic in self._toxics)

    def _check(self) -> None:
        if self._is_reset:
            raise trio.BrokenResourceError("the stream was reset")

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        """Pieces that go out at once, garbage after them."""
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
