"""`PersonSource` for asyncio; made by docs/mirror.py from `trialogue.meeting.sound`."""

from __future__ import annotations

from trialogue.actors.sources import FeedStatistics
from trialogue.aio.waiting import asked, waited
from trialogue.bridge.into_trio import CallsIntoTrio
from trialogue.meeting import sound as native


class PersonSource:
    """As `trialogue.PersonSource`, for asyncio: it asks and raises the same."""

    def __init__(self, held: CallsIntoTrio, native: native.PersonSource) -> None:
        self._held = held
        self._native = native

    async def send(self, pcm: bytes) -> None:
        """Have sound heard in real time, however fast and much is given; returns when it is queued."""
        await waited(self._held, lambda: self._native.send(pcm))

    async def drain(self) -> None:
        """Wait until everything that was sent has been heard. A stream ends here: the next begins anew."""
        await waited(self._held, self._native.drain)

    async def push(self, pcm: bytes) -> None:
        """Take sound that comes in real time, a frame or so at a time, from any thread; never waits."""
        await asked(self._held, lambda: self._native.push(pcm))

    async def statistics(self) -> FeedStatistics:
        """Statistics of what was pushed: how much waits, what was dropped, how often it ran dry."""
        return await asked(self._held, self._native.statistics)

    def __repr__(self) -> str:
        """Give a status line."""
        return repr(self._native)
