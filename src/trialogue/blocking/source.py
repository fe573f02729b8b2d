"""`PersonSource` for threads; made by docs/mirror.py from `trialogue.meeting.sound`."""

from __future__ import annotations

from trialogue.actors.sources import FeedStatistics
from trialogue.blocking.waiting import waited
from trialogue.bridge.into_trio import CallsIntoTrio
from trialogue.meeting import sound as native


class PersonSource:
    """As `trialogue.PersonSource`, for threads: it asks and raises the same."""

    def __init__(self, held: CallsIntoTrio, native: native.PersonSource) -> None:
        self._held = held
        self._native = native

    def send(self, pcm: bytes, *, timeout_s: float | None = None) -> None:
        """Have sound heard in real time, however fast and much is given; returns when it is queued.

        TimeoutError where that takes longer than `timeout_s`.
        """
        waited(self._held, lambda: self._native.send(pcm), timeout_s)

    def drain(self, *, timeout_s: float | None = None) -> None:
        """Wait until everything that was sent has been heard.

        A stream ends here: the next begins anew. TimeoutError where that takes longer than `timeout_s`.
        """
        waited(self._held, self._native.drain, timeout_s)

    def push(self, pcm: bytes) -> None:
        """Take sound that comes in real time, a frame or so at a time, from any thread; never waits."""
        self._native.push(pcm)

    def statistics(self) -> FeedStatistics:
        """Statistics of what was pushed: how much waits, what was dropped, how often it ran dry."""
        return self._native.statistics()

    def __repr__(self) -> str:
        """Give a status line."""
        return repr(self._native)
