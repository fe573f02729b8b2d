"""Sources of people's sound: a frame a tick, with detection of speech.

1. A person's sound comes from a feed: a `JitterBuffer` that a device or an app fills at its own pace, or
   another object that gives the next samples when asked, such as a recording.
2. The router pulls one frame a tick, as it does from mouths, so a person's sound is on the meeting's clock. A
   feed without samples is silent for that tick.
3. Voice activity is detected on the samples that the router pulled, so the place of an edge is a place in the
   recordings. The detector also gets silence, so that places stay correct.
4. Edges are reported with their places in the sound (`speech.places`), and the fall or rise of a voice within
   100 ms. Speech is over when the voice stays fallen for `HANG_S`; rules about the length of speech need not
   wait for that.
5. A muted person is silent for all, also for recordings and the person's ear, and no speech is detected.
6. At a gap in the sound (a mute, a process that stood still) speech ends, and the detector starts again.
7. The echo of a person's own loudspeaker in its microphone is silence for all (`echo`), and reported once.
   While that is in doubt, a beginning of speech is held back for at most `DOUBT_S`.
8. Sound may be dropped: a full buffer drops its oldest samples and counts them. A device's clock drifts from
   the meeting's: the drift is corrected in quiet places, a tick at a time.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Protocol, runtime_checkable

from attrs import field

from trialogue.actors.echo import DOUBT_S, EchoGuard, Hearsay
from trialogue.model.events import (
    EchoNoticed,
    Event,
    SpeechStarted,
    SpeechStopped,
    VoiceFell,
    VoiceRose,
)
from trialogue.speech.places import VoicePlaces
from trialogue.speech.ports import EdgeKind, SpeechDetector, SpeechEdge
from trialogue.values import define, frozen

LEAD_S = 0.04
"""Seconds of sound that a buffer gathers before it gives any, against the jitter of devices."""

KEPT_S = 0.5
"""Most seconds of sound that wait: later sound is not worth hearing."""

LOOK_S = 2.0
"""Seconds of observation before a buffer is corrected."""

QUIET = 330
"""Loudest sample, of 32,768, in a tick that may be left out or played twice."""

FELL_MS = 64
"""Silence in milliseconds after which a voice counts as fallen: two windows of the detector."""

HANG_S = 0.6
"""Silence in seconds that ends a person's speech.

A comma takes 0.3 to 0.4 s, and a rising voice is detected 0.2 s later. The brain has patience of its own on
top.
"""


NOTHING_PLAYED: Mapping[str, bytes] = {}
"""No participant was heard."""


class Feed(Protocol):
    """Feed of a person's samples."""

    def pull(self, samples: int) -> bytes | None:
        """Give the next `samples` (linear16, the meeting's rate); None for silence."""
        ...


@runtime_checkable
class Awaited(Protocol):
    """Feed that a task waits for."""

    def close(self) -> None:
        """Release the waiting task: nothing more is heard."""
        ...


class Transcriber(Protocol):
    """Transcriber of a person's sound: its ear. Must not block."""

    def would_tell(self, pcm: bytes | None, position: int) -> bool:
        """Whether the service would notice that it gets this tick."""
        ...

    def hear(self, pcm: bytes | None, samples: int, position: int) -> None:
        """Take the tick of so many samples that begins at sample `position`; None for silence."""
        ...

    def interrupt(self) -> None:
        """Note a gap in the sound."""
        ...

    def renew(self) -> None:
        """Note that the process stood still."""
        ...


@frozen
class FeedStatistics:
    """State of a jitter buffer at one moment."""

    waiting: int
    """Samples that were pushed and not pulled."""

    dropped: int
    """Samples that were dropped because the buffer was full."""

    starved: int
    """Number of times that it ran dry."""


class JitterBuffer:
    """Bounded buffer between a source of sound and the meeting's clock; full, it drops its oldest."""

    def __init__(self, sample_rate: int) -> None:
        self._lead = 2 * round(LEAD_S * sample_rate)
        self._most = 2 * round(KEPT_S * sample_rate)
        self._look = 2 * round(LOOK_S * sample_rate)
        self._looked = 0
        self._least = self._most
        self._sound = bytearray()
        self._flows = False
        self._dropped = 0
        self._starved = 0
        self._held = Lock()  # an app's sound may come from any thread of its device

    def push(self, pcm: bytes) -> None:
        """Take samples at any pace, from any thread. ValueError for half a sample."""
        if len(pcm) % 2:
            raise ValueError(f"linear16 sound must consist of whole samples, not {len(pcm)} bytes")
        with self._held:
            self._sound += pcm
            excess = len(self._sound) - self._most
            if excess > 0:
                del self._sound[:excess]
                self._dropped += excess // 2

    def pull(self, samples: int) -> bytes | None:
        """Next `samples`, the last of them padded with silence; None before enough has gathered."""
        with self._held:
            if not self._flows and len(self._sound) < self._lead:
                return None
            self._flows = True
            pcm = bytes(self._sound[: 2 * samples])
            if len(pcm) == 2 * samples and self._is_repeated(pcm):
                return pcm
            del self._sound[: 2 * samples]
        if len(pcm) < 2 * samples:
            self._flows = False
            self._starved += 1
        return pcm.ljust(2 * samples, b"\0") if pcm else None

    def _is_repeated(self, pcm: bytes) -> bool:
        """Correct the drift of the clocks: leave a quiet tick out, or give one twice."""
        self._least = min(self._least, len(self._sound) - len(pcm))
        self._looked += len(pcm)
        if self._looked < self._look or max(map(abs, array("h", pcm)), default=0) > QUIET:
            return False
        least, self._least, self._looked = self._least, self._most, 0
        if least >= self._lead:
            del self._sound[: len(pcm)]
            self._dropped += len(pcm) // 2
        return least < len(pcm) // 2

    def statistics(self) -> FeedStatistics:
        """State of the buffer: how full it is, what was dropped, how often it ran dry."""
        return FeedStatistics(len(self._sound) // 2, self._dropped, self._starved)

    def __repr__(self) -> str:
        """Status line."""
        now = self.statistics()
        return f"<JitterBuffer: {now.waiting} samples waiting, {now.dropped} dropped>"


@define
class _Listening:
    """State of detection from one gap of the sound to the next."""

    places: VoicePlaces
    """Finder of the places where the voice rises and falls."""

    began_s: float
    """Place of its first sample on the meeting's audio clock, in seconds."""

    heard_s: float = field(init=False)
    """End of its last sound on that clock, in seconds."""

    believed_s: float = 0.0
    """Place on that clock at which a beginning in doubt will be reported, in seconds."""

    fell_s: float | None = None
    """Place on that clock at which the voice fell in open speech, in seconds; None where it has not."""

    def __attrs_post_init__(self) -> None:
        self.heard_s = self.began_s


@frozen
class _Foreseen:
    """Tick that was taken before its time and is not past yet."""

    pcm: bytes | None
    events: tuple[Event, ...]
    """Events that are reported in its time."""

    is_told: bool
    """Whether the person's ear sends it to its service."""

    @property
    def is_unnoticed(self) -> bool:
        """Whether it causes no event."""
        return self.pcm is None and not self.events and not self.is_told


class AudioSource:
    """Source of one person's sound in the audio plane: a feed, and a detector on its samples."""

    def __init__(
        self,
        participant: str,
        feed: Feed,
        open_detector: Callable[[], SpeechDetector],
        *,
        sample_rate: int,
        post: Callable[[Event], None],
        ear: Transcriber | None = None,
        echo: EchoGuard | None = None,
        is_known: bool = False,
    ) -> None:
        """`open_detector` opens a detector that ends speech after `FELL_MS`.

        With `is_known` the feed's sound is certain until something else happens, as with recordings.
        """
        self.participant = participant
        self._is_known = is_known
        self._foreseen: _Foreseen | None = None
        self.feed = feed
        self._open_detector = open_detector
        self._rate = sample_rate
        self._post = post
        self._ear = ear
        self._echo = echo
        self._hearsay = Hearsay.OWN
        self._has_told_echo = False
        self._doubtful: list[Event] = []
        self._listening: _Listening | None = None
        self.is_speaking: bool = False

    def guard(self, echo: EchoGuard) -> None:
        """Treat what the person's loudspeaker plays as echo from now on."""
        self._echo = echo

    @property
    def is_known(self) -> bool:
        """Whether its sound can be taken before its time."""
        return self._is_known and self._echo is None

    def foresee(self, samples: int, position: int, *, is_muted: bool) -> bool:
        """Take the next tick before its time; False for one with an event, which keeps its time."""
        if is_muted and self._listening is not None:
            return False
        if self._foreseen is None:
            events: list[Event] = []
            post, self._post = self._post, events.append
            try:
                pcm = self._take(samples, position, is_muted=is_muted, sounding=NOTHING_PLAYED)
            finally:
                self._post = post
            is_told = not is_muted and self._ear is not None and self._ear.would_tell(pcm, position)
            self._foreseen = _Foreseen(pcm, tuple(events), is_told)
        return self._foreseen.is_unnoticed

    def has_taken(self, samples: int, position: int, *, is_muted: bool) -> None:
        """Note that the tick taken before its time is now past."""
        self.pull(samples, position, is_muted=is_muted)

    def pull(
        self, samples: int, position: int, *, is_muted: bool, sounding: Mapping[str, bytes] = NOTHING_PLAYED
    ) -> bytes | None:
        """Frame of the tick that starts at sample `position`; None for silence, and for the muted.

        `sounding` are the participants heard in the tick before.
        """
        foreseen, self._foreseen = self._foreseen, None
        if foreseen is None:
            pcm = self._take(samples, position, is_muted=is_muted, sounding=sounding)
        else:
            pcm = foreseen.pcm
            for event in foreseen.events:
                self._post(event)
        if self._ear is not None and not is_muted:
            self._ear.hear(pcm, samples, position)
        return pcm

    def _take(
        self, samples: int, position: int, *, is_muted: bool, sounding: Mapping[str, bytes]
    ) -> bytes | None:
        pcm = self.feed.pull(samples)
        if is_muted:
            self.interrupt()
            return None
        if self._echo is not None:
            self._hearsay = self._echo.classify(pcm, sounding)
        if self._hearsay is Hearsay.ECHO:
            self._notice_echo(position)
            pcm = None
        self._listen(pcm or bytes(2 * samples), position)
        return pcm

    def close(self) -> None:
        """Tell a feed that a task waits for that nothing more is heard."""
        if isinstance(self.feed, Awaited):
            self.feed.close()

    def sleep(self) -> None:
        """Note that the process stood still: the longest kind of gap."""
        self.interrupt()
        if self._ear is not None:
            self._ear.renew()

    def interrupt(self) -> None:
        """Note a gap in the sound: speech ends where it was last heard, and the detector starts again."""
        if self._listening is None:
            return
        if self._ear is not None:
            self._ear.interrupt()
        self._believe()
        if self.is_speaking:
            fell_s = self._listening.fell_s
            self._stopped(self._listening.heard_s if fell_s is None else fell_s)
        self._listening = None

    def _listen(self, pcm: bytes, position: int) -> None:
        listening = self._listening
        if listening is None:
            places = VoicePlaces(self._open_detector(), self._rate)
            listening = self._listening = _Listening(places, position / self._rate)
        for edge in listening.places.feed(pcm):
            self._tell(listening, edge)
        listening.heard_s += len(pcm) / (2 * self._rate)
        if listening.fell_s is not None and listening.heard_s - listening.fell_s >= HANG_S:
            self._stopped(listening.fell_s)
            listening.fell_s = None
        if self._doubtful and (self._hearsay is Hearsay.OWN or listening.heard_s >= listening.believed_s):
            self._believe()

    def _tell(self, listening: _Listening, edge: SpeechEdge) -> None:
        place_s = round(listening.began_s + edge.at / self._rate, 6)
        if edge.kind is EdgeKind.STOPPED:
            listening.fell_s = place_s
            self._report(VoiceFell(self.participant, place_s))
        elif self.is_speaking:
            listening.fell_s = None
            self._report(VoiceRose(self.participant, place_s))
        else:
            self.is_speaking = True
            listening.believed_s = listening.heard_s + DOUBT_S
            self._report(SpeechStarted(self.participant, place_s))

    def _stopped(self, place_s: float) -> None:
        self.is_speaking = False
        self._report(SpeechStopped(self.participant, round(place_s, 6)))

    # --- possible echoes ------------------------------------------------------------------------

    def _report(self, event: Event) -> None:
        """Report an edge; while it may be an echo, hold back a beginning and everything after it."""
        is_beginning = isinstance(event, SpeechStarted) and self._hearsay is Hearsay.UNSURE
        if self._doubtful or is_beginning:
            self._doubtful.append(event)
        else:
            self._post(event)

    def _believe(self) -> None:
        """Report what was held back: it is the person's own voice, or the doubt has lasted too long."""
        held, self._doubtful = self._doubtful, []
        for event in held:
            self._post(event)

    def _notice_echo(self, position: int) -> None:
        """Drop what was held back, and report the echo once."""
        if self._doubtful:
            self._doubtful.clear()
            self.is_speaking = False
            self._listening = None
        if not self._has_told_echo:
            self._has_told_echo = True
            self._post(EchoNoticed(self.participant, position / self._rate))

    def __repr__(self) -> str:
        """Status line."""
        return f"<AudioSource {self.participant}: {'speaking' if self.is_speaking else 'silent'}>"
