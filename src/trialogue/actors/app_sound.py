"""Sound of an app: the sound that it gives for a person, and the room's sound that it takes.

1. Sent sound waits in a queue of at most `QUEUED_S` and is played at the meeting's pace. The sender waits for
   room, so nothing is dropped. Pushed sound comes in real time, like a device's, through a jitter buffer that
   drops and counts.
2. Sent sound is heard before pushed sound.
3. An ear of the room gets frames of one tick each: the mix without one participant. It keeps `KEPT_S`; a
   slow reader loses the oldest frames, which are counted, and one diagnostic says so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Final, Protocol, runtime_checkable

import trio

from trialogue.actors.router import Sink
from trialogue.actors.sources import Feed, JitterBuffer
from trialogue.arguments import kind_of
from trialogue.diagnostics import Log
from trialogue.errors import AuthorFailed
from trialogue.importing import reason_of
from trialogue.model.audio import AudioFormat
from trialogue.values import frozen

QUEUED_S: Final = 0.5
"""Most seconds of sent sound that wait to be heard."""

KEPT_S: Final = 5.0
"""Seconds of the room that an ear keeps for its reader."""

diagnostics: Final = Log("trialogue.sound")


@runtime_checkable
class PullsSound(Protocol):
    """Source of an app's own: the meeting calls it for each tick of a person's sound."""

    def pull(self, samples: int, /) -> bytes | None:
        """Next `samples` (linear16 mono, at the meeting's rate), or None for silence. Must not block."""
        ...


class AppFeed:
    """Sound that an app gives for one person: sent, pushed, or pulled from a source of its own."""

    def __init__(self, sample_rate: int) -> None:
        self.jitter: JitterBuffer = JitterBuffer(sample_rate)
        self._most = 2 * round(QUEUED_S * sample_rate)
        self._queue = bytearray()
        self._held = Lock()
        self._moved = trio.Event()
        self._own: Feed | None = None
        self.is_over: bool = False

    def use(self, own: Feed | None) -> None:
        """Pull from the app's source from now on; None for sent and pushed sound again."""
        self._own = own

    def pull(self, samples: int) -> bytes | None:
        """Next `samples`; silence fills up the end of sent sound."""
        if self._own is not None:
            return self._own.pull(samples)
        with self._held:
            pcm = bytes(self._queue[: 2 * samples])
            del self._queue[: 2 * samples]
        if not pcm:
            return self.jitter.pull(samples)
        self._wake()
        return pcm.ljust(2 * samples, b"\0")

    def take(self, pcm: bytes) -> int:
        """Queue as much as there is room for, and return its number of bytes."""
        with self._held:
            fits = min(len(pcm), self._most - len(self._queue)) & ~1
            self._queue += pcm[:fits]
        return fits

    @property
    def waiting(self) -> int:
        """Bytes of sent sound that are not heard yet."""
        return len(self._queue)

    async def moved(self) -> None:
        """Wait until some of the sent sound was heard, or no more will be."""
        await self._moved.wait()

    def close(self) -> None:
        """Close the feed: the meeting is over, and nothing more is heard."""
        self.is_over = True
        self._wake()

    def _wake(self) -> None:
        moved, self._moved = self._moved, trio.Event()
        moved.set()


class OwnFeed:
    """Source of the app's own: its sound is checked, and its errors are its author's."""

    def __init__(self, participant: str, own: PullsSound) -> None:
        self._what = f"the source of {participant}"
        self._own = own

    def pull(self, samples: int) -> bytes | None:
        """Next samples of the source; AuthorFailed where it raises, or returns another amount of sound."""
        try:
            pcm = self._own.pull(samples)
        except (Exception, trio.Cancelled) as fault:
            failed = AuthorFailed(f"{self._what} raised {reason_of(fault)}")
            raise failed from fault  # noqa: ASYNC104 - nothing can cancel a plain function
        return None if pcm is None else self._checked(pcm, samples)

    def _checked(self, pcm: object, samples: int) -> bytes:
        if not isinstance(pcm, bytes | bytearray):
            raise AuthorFailed(f"{self._what} gave {kind_of(pcm)}, not bytes")
        if len(pcm) != 2 * samples:
            raise AuthorFailed(f"{self._what} gave {len(pcm)} bytes for {samples} samples, not {2 * samples}")
        return bytes(pcm)


@frozen
class OwnSink:
    """Sink of the app's own: a `trio.Cancelled` from it is its author's error, and cancels nothing."""

    own: Sink
    """Sink as the app gave it."""

    def frame(self, position: int, sounding: Mapping[str, bytes]) -> None:
        """Give the sink a tick."""
        try:
            self.own.frame(position, sounding)
        except trio.Cancelled as fault:
            failed = AuthorFailed("a sink raised trio.Cancelled, though nothing was cancelled")
            raise failed from fault  # noqa: ASYNC104 - nothing can cancel a plain function


class RoomEar:
    """Sink for one listener of the app: the room without one participant, or all of it."""

    def __init__(
        self,
        without: str | None,
        *,
        frame_s: float,
        samples: int,
        form: AudioFormat,
        mix: Callable[[Sequence[bytes]], bytes],
        convert: Callable[[bytes], bytes],
    ) -> None:
        self._without = without
        self._mix = mix
        self._convert = convert
        self._form = form
        self._frame_s = frame_s
        self._ready = bytearray()
        self._cut = 0
        self._silence = bytes(2 * samples)
        self._frames: deque[bytes] = deque(maxlen=max(1, round(KEPT_S / frame_s)))
        self._come = trio.Event()
        self._is_over = False
        self.dropped: int = 0

    def frame(self, position: int, sounding: Mapping[str, bytes]) -> None:
        """Take one tick."""
        del position
        frames = [pcm for name, pcm in sounding.items() if name != self._without]
        self._ready += self._convert(self._mix(frames) if frames else self._silence)
        while len(self._ready) >= (size := self._size_of_next()):
            self._cut += 1
            if len(self._frames) == self._frames.maxlen:
                self._drop()
            self._frames.append(bytes(self._ready[:size]))
            del self._ready[:size]
            self._wake()

    def _size_of_next(self) -> int:
        """Size of the next frame in bytes; a resampler gives what it holds back in pieces of other sizes."""
        bounds = (self._form.bytes_for(cut * self._frame_s) for cut in (self._cut, self._cut + 1))
        return -next(bounds) + next(bounds)

    def _drop(self) -> None:
        self.dropped += 1
        if self.dropped == 1:
            diagnostics.warning("the app reads a room's sound too slowly: sound older than 5 s is dropped")

    async def take(self) -> bytes | None:
        """Next frame; None after the last."""
        while not self._frames:
            if self._is_over:
                return None
            await self._come.wait()
        return self._frames.popleft()

    def close(self) -> None:
        """Take no more sound; the frames kept can still be read."""
        self._is_over = True
        self._wake()

    def _wake(self) -> None:
        come, self._come = self._come, trio.Event()
        come.set()
