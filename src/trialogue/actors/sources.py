"""People at the table: their sound, a frame a tick, and whether they speak.

1. A person's sound comes from a feed: a `JitterBuffer` that a device or an app fills at its own pace, or
   whatever else gives the next samples when it is asked (a recording).
2. The router pulls one frame a tick, as it does from mouths, so a person's sound is on the meeting's
   clock; a feed that has nothing is silent for that tick.
3. Voice activity is detected on the very samples that the router pulled: the place of an edge is a place
   in the recordings. Silence is fed too, so that the places stay true.
4. Who is muted is silent for everybody, for voice activity and recordings too.
5. Sound may be dropped: a full buffer forgets its oldest samples and counts them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from attrs import frozen

from trialogue.model.events import Event, SpeechStarted, SpeechStopped
from trialogue.speech.ports import HEARING_RATE, EdgeKind, SpeechDetector, SpeechEdge
from trialogue.speech.resample import Resampler

LEAD_S = 0.04
"""How much sound a buffer gathers before it gives any, against the jitter of devices."""

KEPT_S = 0.5
"""How much sound may wait at most: what is later than this is not worth hearing."""

HANG_MS = 400
"""The silence that ends a person's speech; the brain has its own patience on top."""


class Feed(Protocol):
    """Where a person's samples come from."""

    def pull(self, samples: int) -> bytes | None:
        """Give the next `samples` (linear16, the meeting's rate); None for silence."""
        ...


@frozen
class FeedStatistics:
    """A jitter buffer at one moment."""

    waiting: int
    """Samples that were pushed and not pulled."""

    dropped: int
    """Samples that were forgotten because the buffer was full."""

    starved: int
    """How often it ran dry."""


class JitterBuffer:
    """A bounded buffer between whoever makes sound and the meeting's clock; full, it drops its oldest."""

    def __init__(self, sample_rate: int) -> None:
        self._lead = 2 * round(LEAD_S * sample_rate)
        self._most = 2 * round(KEPT_S * sample_rate)
        self._sound = bytearray()
        self._flows = False
        self._dropped = 0
        self._starved = 0

    def push(self, pcm: bytes) -> None:
        """Take samples at whatever pace they come. Never waits; ValueError for half a sample."""
        if len(pcm) % 2:
            raise ValueError(f"linear16 comes in whole samples, not in {len(pcm)} bytes")
        self._sound += pcm
        excess = len(self._sound) - self._most
        if excess > 0:
            del self._sound[:excess]
            self._dropped += excess // 2

    def pull(self, samples: int) -> bytes | None:
        """The next `samples`, the last of them padded with silence; None before enough has gathered."""
        if not self._flows and len(self._sound) < self._lead:
            return None
        self._flows = True
        pcm = bytes(self._sound[: 2 * samples])
        del self._sound[: 2 * samples]
        if len(pcm) < 2 * samples:
            self._flows = False
            self._starved += 1
        return pcm.ljust(2 * samples, b"\0") if pcm else None

    def statistics(self) -> FeedStatistics:
        """How full it is, what was dropped, how often it ran dry."""
        return FeedStatistics(len(self._sound) // 2, self._dropped, self._starved)

    def __repr__(self) -> str:
        """Give a status line."""
        now = self.statistics()
        return f"<JitterBuffer: {now.waiting} samples waiting, {now.dropped} dropped>"


class AudioSource:
    """One person's seat in the audio plane: a feed, and a detector that listens to what it gave."""

    def __init__(
        self,
        participant: str,
        feed: Feed,
        detector: SpeechDetector,
        *,
        sample_rate: int,
        post: Callable[[Event], None],
    ) -> None:
        self.participant = participant
        self.feed = feed
        self._detector = detector
        self._rate = sample_rate
        self._resampler = Resampler(sample_rate, HEARING_RATE)
        self._post = post
        self._began_s: float | None = None
        self.is_speaking = False

    def pull(self, samples: int, position: int, *, is_muted: bool) -> bytes | None:
        """The tick's frame, which starts at sample `position`; None for silence, and for the muted."""
        pcm = self.feed.pull(samples)
        heard = None if is_muted else pcm
        self._listen(heard or bytes(2 * samples), position)
        return heard

    def skip(self, seconds: float) -> None:
        """Note that the meeting's clock went on without a frame: places of later edges move along."""
        if self._began_s is not None:
            self._began_s += seconds

    def _listen(self, pcm: bytes, position: int) -> None:
        if self._began_s is None:
            self._began_s = position / self._rate
        for edge in self._detector.feed(self._resampler.feed(pcm)):
            self._tell(edge, self._began_s + edge.at / HEARING_RATE)

    def _tell(self, edge: SpeechEdge, position_s: float) -> None:
        self.is_speaking = edge.kind is EdgeKind.STARTED
        event = SpeechStarted if self.is_speaking else SpeechStopped
        self._post(event(self.participant, round(position_s, 6)))

    def __repr__(self) -> str:
        """Give a status line."""
        return f"<AudioSource {self.participant}: {'speaking' if self.is_speaking else 'silent'}>"
