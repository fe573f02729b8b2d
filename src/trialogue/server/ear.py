"""Ear of one connection: makes the client's sound into speech with a beginning, an end and words.

1. Audio waits in a bounded inbox, which drops the oldest when the ear cannot keep up.
2. Engines are opened at the first sound that is not digital silence: a session of silence costs nothing.
3. Detection runs in the event loop: a window takes 0.2 ms, about as long as a switch to a thread. Opening
   engines and recognition go through the `Compute` port.
4. A long turn is recognized in pieces as it grows, cut where it is quietest, so that its words come soon
   after its end. Under a clock that leaps the ear takes sound before its time; a frame in which it detects an
   edge is given again in its time.
5. Recognition is a task of its own, so detection goes on meanwhile.
6. Words count only for as much speech as was detected (`speech.believing`): a knock is not heard as "thank
   you".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from functools import partial
from typing import Final

import numpy as np
import trio

from trialogue.errors import SetupError
from trialogue.model.audio import AudioFormat
from trialogue.server.equipment import Equipment
from trialogue.server.events import Event, HearingFailed, SpeechBegan, SpeechEnded, WordsRecognized
from trialogue.server.terms import Terms
from trialogue.speech.believing import believable
from trialogue.speech.ports import HEARING_RATE, EdgeKind, SpeechDetector, SpeechEdge
from trialogue.speech.sound_files import Undecodable
from trialogue.speech.streams import SampleStream, SoundStream, open_stream
from trialogue.values import frozen

_WIDTH: Final = 2
_LEAD_SAMPLES: Final = round(0.3 * HEARING_RATE)
"""Samples kept before the detected beginning of speech: first consonants are quiet."""

_TAIL_SAMPLES: Final = round(0.2 * HEARING_RATE)
"""Samples kept after the detected end of speech."""

_PIECE_SAMPLES: Final = 20 * HEARING_RATE
"""Length of a turn from which the part up to its quietest place is recognized."""

_SEARCH_SAMPLES: Final = 8 * HEARING_RATE
"""Samples at the end in which that place is searched."""

_STILL: Final = {"linear16": 0x00, "linear32": 0x00, "mulaw": 0xFF, "alaw": 0xD5}
"""Byte of digital silence."""

_FORESEEN_S: Final = 0.12
"""Longest frame that is taken before its time: its edges are examined as a whole, again in its time."""

_FEED_BYTES: Final = HEARING_RATE * _WIDTH // 5
"""Bytes that are detected between two checkpoints: 200 ms."""

_MAX_WAITING_S: Final = 30.0
"""Most seconds of audio that wait for a slow ear."""

_MAX_PIECES: Final = 16
"""Most pieces that wait for recognition; beyond them the ear waits, too."""


def quietest(pcm: bytes, *, search_samples: int = _SEARCH_SAMPLES) -> int:
    """Sample in the last `search_samples` of linear16 `pcm` at the middle of the quietest 100 ms."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float32)
    start = max(0, len(samples) - search_samples)
    width = HEARING_RATE // 10
    blocks = (len(samples) - start) // width
    if blocks < 2:
        return len(samples)
    energy = np.square(samples[start : start + blocks * width].reshape(blocks, width)).sum(axis=1)
    return start + int(np.argmin(energy)) * width + width // 2


class AgentEar:
    """Ear of one connection; reports its events to `tell` at once."""

    def __init__(self, terms: Terms, equipment: Equipment, tell: Callable[[Event], None]) -> None:
        self._decode = _decoding(terms)
        self._open_detector = partial(equipment.open_detector, round(terms.hang_s * 1000))
        self._recognizer = equipment.recognizer
        self._compute = equipment.compute
        self._tell = tell
        self._inbox = _Inbox(terms.input, is_compressed=terms.compressed is not None)
        self._detector: SpeechDetector | None = None
        self._foreseen: _Foreseen | None = None
        self._can_foresee = terms.compressed is None
        self._most_foreseen = terms.input.bytes_for(_FORESEEN_S)
        self._is_free = False
        self._speech = _Speech()
        self._put_piece, self._pieces = trio.open_memory_channel[_Piece](_MAX_PIECES)

    def put(self, audio: bytes) -> None:
        """Append audio in the client's format; never waits."""
        self._inbox.put(audio)

    def end_turn(self) -> None:
        """Treat the turn as over after the audio given so far."""
        self._inbox.end_turn()

    # --- before its time (see `transport.link.Listener`) ---

    def rests(self) -> bool:
        """Whether silence of any length changes nothing: no other sound was given before."""
        return not self._inbox.has_begun

    def foresee(self, audio: bytes) -> bool:
        """Take audio before its time, if none waits; False where it must also be given in its time."""
        if not self._inbox.has_begun:
            return self._inbox.is_still(audio)
        is_free = self._is_free and not self._inbox.has_news
        if self._detector is None or not is_free or not self._can_foresee or len(audio) > self._most_foreseen:
            return False
        pcm = b"".join(self._decode.decode(audio))
        self._foreseen = _Foreseen(audio, pcm, self._detector.feed(pcm))
        return not self._foreseen.edges and not self._speech.grows_long(pcm)

    def has_taken(self) -> None:
        """Note that the audio taken before its time is now past."""
        if self._foreseen is not None:
            self._speech.append(self._foreseen.pcm)
            self._foreseen = None

    async def run(self) -> None:
        """Listen until cancelled, or until no engine is to be had."""
        with closing(self._decode):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._until_failed, self._understand)
                nursery.start_soon(self._until_failed, self._listen)

    async def _until_failed(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except SetupError as error:
            self._tell(HearingFailed(str(error)))
        except Undecodable as fault:
            self._tell(HearingFailed(str(fault), code="USER_AUDIO_FORMAT"))

    async def _listen(self) -> None:
        while True:
            self._is_free = True
            coded, ends_turn = await self._inbox.take()
            self._is_free = False
            await self._take(coded, ends_turn=ends_turn)

    async def _take(self, coded: bytes, *, ends_turn: bool) -> None:
        foreseen, self._foreseen = self._foreseen, None
        if foreseen is not None:
            await self._hear(foreseen.pcm, foreseen.edges)
            coded = coded[len(foreseen.audio) :]
        if foreseen is None or coded:
            for pcm in self._decode.decode(coded):
                await self._detect(pcm)
        if ends_turn:
            await self._stop(self._speech.end)

    async def _detect(self, pcm: bytes) -> None:
        if not pcm:
            await trio.lowlevel.checkpoint()
            return
        if self._detector is None:
            self._detector = await self._compute.run(self._open_detector)
        for start in range(0, len(pcm), _FEED_BYTES):
            piece = pcm[start : start + _FEED_BYTES]
            await self._hear(piece, self._detector.feed(piece))

    async def _hear(self, pcm: bytes, edges: Sequence[SpeechEdge]) -> None:
        if not pcm:
            return
        self._speech.append(pcm)
        for edge in edges:
            if edge.kind is EdgeKind.STARTED:
                self._speech.start(edge.at)
                self._tell(SpeechBegan())
            else:
                await self._stop(edge.at)
        if self._speech.is_long:
            pcm = self._speech.take_piece()
            await self._put_piece.send(_Piece(pcm, len(pcm) / (_WIDTH * HEARING_RATE)))
        await trio.lowlevel.checkpoint()

    async def _stop(self, at: int) -> None:
        """End the turn whose last speech ends at sample `at`."""
        if self._speech.is_open:
            self._tell(SpeechEnded())
            speech_s = self._speech.seconds_to(at)
            pcm = self._speech.stop(at + _TAIL_SAMPLES)
            await self._put_piece.send(_Piece(pcm, speech_s, trio.current_time()))

    async def _understand(self) -> None:
        """Recognize pieces in order, and report a turn's words after its last piece."""
        texts: list[str] = []
        async for piece in self._pieces:
            texts.append(await self._recognize(piece))
            if piece.ended_at is not None:
                words, texts = " ".join(filter(None, texts)), []
                self._tell(WordsRecognized(words, trio.current_time() - piece.ended_at))

    async def _recognize(self, piece: _Piece) -> str:
        if not piece.pcm:
            return ""
        recognized = await self._compute.run(partial(self._recognizer.recognize, piece.pcm))
        return believable(recognized, piece.speech_s).strip()


def _decoding(terms: Terms) -> SoundStream:
    return SampleStream(terms.input) if terms.compressed is None else open_stream(terms.compressed)


class _Inbox:
    """Inbox of the ear: audio that waits, and the end of the turn after it."""

    def __init__(self, audio_format: AudioFormat, *, is_compressed: bool = False) -> None:
        # Compressed sound tells nothing before it is decoded.
        self.has_begun = is_compressed
        self._max_waiting = audio_format.bytes_for(_MAX_WAITING_S)
        self._still = _STILL[audio_format.encoding]
        self._width = audio_format.sample_width
        self._waiting = bytearray()
        self._ends_turn = False
        self._has_news = trio.Event()

    @property
    def has_news(self) -> bool:
        """Whether anything waits."""
        return self._has_news.is_set()

    def is_still(self, audio: bytes) -> bool:
        """Whether `audio` is digital silence."""
        return len(audio) % self._width == 0 and audio.count(self._still) == len(audio)

    def put(self, audio: bytes) -> None:
        """Append audio, except digital silence before the first sound; a full inbox drops its oldest."""
        if not self.has_begun and self.is_still(audio):
            return
        self.has_begun = True
        self._waiting += audio
        excess = len(self._waiting) - self._max_waiting
        if excess > 0:
            del self._waiting[: excess + -excess % self._width]  # whole samples: half of one shifts the rest
        self._has_news.set()

    def end_turn(self) -> None:
        """Note that the turn ends after the audio that waits."""
        self._ends_turn = True
        self._has_news.set()

    async def take(self) -> tuple[bytes, bool]:
        """Wait for news: all audio that waits, and whether the turn ends after it."""
        await self._has_news.wait()
        self._has_news = trio.Event()
        taken = bytes(self._waiting), self._ends_turn
        self._waiting, self._ends_turn = bytearray(), False
        return taken


@frozen
class _Piece:
    """Part of a turn that waits for recognition."""

    pcm: bytes
    """Samples at 16 kHz."""

    speech_s: float
    """Seconds of it that are speech."""

    ended_at: float | None = None
    """Moment at which the turn ended, for its last part; else None."""


@frozen
class _Foreseen:
    """Frame that was taken before its time and is not past yet."""

    audio: bytes
    """Audio, as it is sent."""

    pcm: bytes
    """Samples at 16 kHz."""

    edges: Sequence[SpeechEdge]
    """Edges of speech detected in it."""


class _Speech:
    """Most recent sound of the stream, and its turn; positions are samples since the start of the stream."""

    def __init__(self) -> None:
        self.end = 0
        self._held = bytearray()
        self._began: int | None = None
        self._speaks_from = 0

    @property
    def is_open(self) -> bool:
        """Whether a turn has begun and not stopped."""
        return self._began is not None

    @property
    def is_long(self) -> bool:
        """Whether the turn is long enough for a piece to be recognized."""
        return self._began is not None and len(self._held) >= _PIECE_SAMPLES * _WIDTH

    def grows_long(self, pcm: bytes) -> bool:
        """Whether it becomes long with this sound."""
        return self._began is not None and len(self._held) + len(pcm) >= _PIECE_SAMPLES * _WIDTH

    def append(self, pcm: bytes) -> None:
        """Append `pcm`; without a turn, keep only as much as a late detection needs."""
        self._held += pcm
        self.end += len(pcm) // _WIDTH
        if self._began is None:
            del self._held[: max(0, len(self._held) - 2 * HEARING_RATE * _WIDTH)]

    def start(self, at: int) -> None:
        """Begin a turn at sample `at`; drop earlier sound and digital silence.

        So pieces of repeated speech are cut at the same places, and their recognition can be reused.
        """
        self._speaks_from = at
        self._drop_before(max(at - _LEAD_SAMPLES, self._held_from))
        del self._held[: (len(self._held) - len(self._held.lstrip(b"\0"))) & ~1]
        self._began = self._held_from

    def stop(self, at: int) -> bytes:
        """End the turn at sample `at` and return its remaining sound."""
        stop = min(max(at, self._held_from), self.end)
        taken = bytes(self._held[: (stop - self._held_from) * _WIDTH])
        self._drop_before(stop)
        self._began = None
        return taken

    def seconds_to(self, at: int) -> float:
        """Seconds of speech up to sample `at`, except those already taken."""
        return max(0, at - max(self._speaks_from, self._held_from)) / HEARING_RATE

    def take_piece(self) -> bytes:
        """Take the turn so far, up to its quietest place."""
        cut = quietest(bytes(self._held)) * _WIDTH
        taken = bytes(self._held[:cut])
        del self._held[:cut]
        return taken

    @property
    def _held_from(self) -> int:
        return self.end - len(self._held) // _WIDTH

    def _drop_before(self, at: int) -> None:
        del self._held[: max(0, at - self._held_from) * _WIDTH]
