"""`PersonSource` for asyncio; made by docs/mirror.py from `trialogue.meeting.sound`."""

from __future__ import annotations

from trialogue.actors.sources import FeedStatistics
from trialogue.aio.waiting import asked, waited
from trialogue.bridge.into_trio import CallsIntoTrio
from trialogue.handles import given_by
from trialogue.meeting import sound as native


@given_by("trialogue.aio.Meeting.source")
class PersonSource:
    """Like `trialogue.PersonSource`, for asyncio: the same calls and errors."""

    def __init__(self, held: CallsIntoTrio, native: native.PersonSource) -> None:
        self._held = held
        self._native = native

    async def send(self, pcm: bytes) -> None:
        """Send sound of any length; it is played in real time. Returns when all of it is queued."""
        await waited(self._held, lambda: self._native.send(pcm))

    async def drain(self) -> None:
        """Wait until everything that was sent has been heard, and end the stream."""
        await waited(self._held, self._native.drain)

    async def push(self, pcm: bytes) -> None:
        """Take sound that arrives in real time, in small pieces, from any thread; returns at once."""
        await asked(self._held, lambda: self._native.push(pcm))

    async def statistics(self) -> FeedStatistics:
        """Statistics of pushed sound: samples waiting, samples dropped, and how often the queue was empty."""
        return await asked(self._held, self._native.statistics)

    def __repr__(self) -> str:
        """Give a status line."""
        return repr(self._native)
