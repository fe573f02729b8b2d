"""The sound of a meeting for an app: a person's source, at any pace and rate, and an ear in the room."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import get_args

import trio

from trialogue.actors.app_sound import AppFeed, RoomEar
from trialogue.actors.mixing import mix as sum_of
from trialogue.actors.router import Router
from trialogue.actors.sources import FeedStatistics
from trialogue.arguments import checks_arguments
from trialogue.errors import AlreadyOver, WrongValue
from trialogue.handles import given_by
from trialogue.meeting.app_requests import Loop, a_choice, a_number, wrong_type, wrong_value
from trialogue.model.audio import AudioFormat, Encoding
from trialogue.speech.formats import Decoder, Encoder
from trialogue.speech.resample import Resampler
from trialogue.values import frozen

LOWEST_RATE, HIGHEST_RATE = 4_000, 192_000
"""Lowest and highest sample rate."""


def sound_format(sample_rate: object, encoding: object, own_rate: int) -> AudioFormat:
    """Format that an app asks for; WrongType, WrongValue for an invalid one. None is the meeting's rate."""
    rate = (
        own_rate if sample_rate is None else a_number(sample_rate, "sample_rate", LOWEST_RATE, HIGHEST_RATE)
    )
    for known in get_args(Encoding):
        if encoding == known:
            return AudioFormat(known, rate)
    a_choice(encoding, "encoding", get_args(Encoding))
    raise AssertionError("a_choice() refuses all other values")


@given_by("Meeting.source")
class PersonSource:
    """Source for the sound of a person with `via: app`; made by `Meeting.source`.

    Sound is mono, in the source's format, in pieces of whole samples. A participant who left and came back
    has a new source.
    """

    def __init__(
        self, participant: str, feed: AppFeed, form: AudioFormat, *, loop: Loop, own_rate: int
    ) -> None:
        self.participant = participant
        self.form = form
        self._feed = feed
        self._loop = loop
        self._decoder = Decoder(form)
        self._resampler = Resampler(form.sample_rate, own_rate)
        self._sending = trio.Lock()
        self._held = Lock()

    async def send(self, pcm: bytes) -> None:
        """Send sound of any length; it is played in real time. Returns when all of it is queued.

        The queue holds half a second. Longer sound waits for room, so a whole file is paced and nothing is
        dropped. Several senders take turns. Raises `AlreadyOver` after the meeting has ended or the person
        has left, and `WrongLoop` outside a task of its loop.
        """
        sound = self._checked(pcm)
        self._loop.check()
        async with self._sending:
            await self._queue(self._converted(sound))

    async def drain(self) -> None:
        """Wait until everything that was sent has been heard, and end the stream."""
        self._loop.check()
        async with self._sending:
            await self._queue(self._resampler.flush())
            while self._feed.waiting:
                await self._moved()

    def push(self, pcm: bytes) -> None:
        """Take sound that arrives in real time, in small pieces, from any thread; returns at once.

        The queue holds half a second; older sound is dropped and counted (`statistics`).
        """
        sound = self._checked(pcm)
        if self._feed.is_over:
            raise self._over()
        with self._held:
            self._feed.jitter.push(self._converted(sound))

    def statistics(self) -> FeedStatistics:
        """Statistics of pushed sound: samples waiting, samples dropped, and how often the queue was empty."""
        return self._feed.jitter.statistics()

    def _checked(self, pcm: object) -> bytes:
        if not isinstance(pcm, bytes | bytearray):
            raise wrong_type("pcm", "bytes", pcm)
        width = self.form.sample_width
        if len(pcm) % width:
            raise wrong_value("pcm", f"must consist of whole samples of {width} bytes, not {len(pcm)} bytes")
        return bytes(pcm)

    def _converted(self, sound: bytes) -> bytes:
        return self._resampler.feed(self._decoder.decode(sound))

    async def _queue(self, pcm: bytes) -> None:
        await trio.lowlevel.checkpoint()
        rest = memoryview(pcm)
        while True:
            if self._feed.is_over:
                raise self._over()
            rest = rest[self._feed.take(bytes(rest)) :]
            if not rest:
                return
            await self._feed.moved()

    async def _moved(self) -> None:
        await self._feed.moved()
        if self._feed.is_over:
            raise self._over()

    def _over(self) -> AlreadyOver:
        name = self.participant
        return AlreadyOver(f"{name} has left, or the meeting has ended: this source accepts no more sound")

    def __repr__(self) -> str:
        """Status line."""
        waiting_s = self._feed.waiting / (2 * self._resampler.target_rate)
        rate = self.form.sample_rate
        return f"<PersonSource {self.participant}: {self.form.encoding} at {rate}, {waiting_s:.2f} s waiting>"


@given_by("Meeting.ear")
@frozen(eq=False, repr=False)
class RoomSound:
    """The meeting's sound in frames of one tick each, in the listener's format; made by `Meeting.ear`.

    An async iterator of bytes that ends with the meeting or with `close`. The buffer holds five seconds;
    older sound is dropped, counted in `dropped`, and reported once in the diagnostics.
    """

    form: AudioFormat
    """The format of its frames."""

    _ear: RoomEar
    _router: Router
    _loop: Loop

    @property
    def dropped(self) -> int:
        """Number of frames dropped because they were not read in time."""
        return self._ear.dropped

    def close(self) -> None:
        """Stop receiving; buffered frames can still be read. Can be called again, from any thread."""
        self._loop.ask(self._close)

    def _close(self) -> None:
        self._router.forget(self._ear)
        self._ear.close()

    def __aiter__(self) -> RoomSound:
        return self

    async def __anext__(self) -> bytes:
        self._loop.check()
        await trio.lowlevel.checkpoint()
        pcm = await self._ear.take()
        if pcm is None:
            raise StopAsyncIteration
        return pcm

    def __repr__(self) -> str:
        """Give a status line."""
        return f"<RoomSound: {self.form.encoding} at {self.form.sample_rate}, {self.dropped} frames dropped>"


@checks_arguments
def mix(frames: Sequence[bytes]) -> bytes:
    """The sum of linear16 frames of equal length, clipped to 16 bits.

    WrongValue for no frames or unequal ones.
    """
    if len({len(frame) for frame in frames}) != 1 or len(frames[0]) % 2:
        raise WrongValue("frames must be linear16 frames of equal length, at least one", argument="frames")
    return sum_of(frames)


def room_ear(router: Router, without: str | None, form: AudioFormat) -> RoomEar:
    """Ear that hears the room without a participant, in this format, once the router records it."""
    grid = router.grid
    resampler, encoder = Resampler(grid.sample_rate, form.sample_rate), Encoder(form)
    return RoomEar(
        without,
        frame_s=grid.frame_ms / 1000,
        samples=grid.frame_samples,
        form=form,
        mix=lambda frames: frames[0] if len(frames) == 1 else sum_of(frames),
        convert=lambda pcm: encoder.encode(resampler.feed(pcm)),
    )
