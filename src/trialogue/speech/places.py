"""Places in the sound at which a voice begins, falls, rises again and ends.

A detector distinguishes a voice from noise, but places its beginning and end only to within a few windows: in
a room with noise its places are up to a tenth of a second late.

1. Only the detector decides whether somebody speaks.
2. The levels decide where: for every 10 ms, in three bands, compared with those of the room without speech.
3. A beginning is moved to the place where the sound exceeded the room's, by `BACK_S` at most.
4. A voice has fallen once it has been no louder than the room for `FELL_S`; the detector, whose memory is
   longer, need not have noticed. A voice that exceeds the room again has risen.
5. A voice that the detector still finds `STILL_S` after its fall is too soft to be judged by its level: then
   only the detector decides about the rest. The same holds for a voice that never exceeded the room, and for
   one without a measured room before it.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from trialogue.speech.levels import HOPS_A_SECOND, Levels, Row
from trialogue.speech.ports import HEARING_RATE, EdgeKind, SpeechDetector, SpeechEdge
from trialogue.speech.resample import Resampler

BACK_S: Final = 0.3
"""Seconds before the detector's place at which a voice may begin."""

FELL_S: Final = 0.07
"""Seconds for which a voice must be no louder than the room to count as fallen."""

STILL_S: Final = 0.5
"""Seconds after a fall for which the detector may still find the voice: the length of its memory."""

_BACK: Final = round(BACK_S * HOPS_A_SECOND)
_FELL: Final = round(FELL_S * HOPS_A_SECOND)
_STILL: Final = round(STILL_S * HOPS_A_SECOND)
_ROSE: Final = 3
"""Hops that must exceed the room for a voice to count as risen."""

_GAP: Final = _FELL - 1
"""Hops that may be soft within a beginning."""

_AFTER: Final = 6
"""Hops after the detector's place at which a voice may begin: two of its windows."""

_ROOM: Final = 2 * HOPS_A_SECOND
"""Hops of the room that are used."""

_FEWEST: Final = 20
"""Fewest hops that measure the room."""

_LOUDER: Final = 90
"""Percentile of a room's levels that counts as its louder moments."""

_ABOVE_DB: Final = 4.0
"""Decibels above the room's louder moments from which a sound exceeds it."""

_CLEAR_DB: Final = 6.0
"""Decibels above that limit that the loudest moment of a clear voice exceeds."""

_BREATH_DB: Final = 25.0
"""Decibels below the voice at which a sound is no beginning of it, such as an intake of breath."""

_GATE_DB: Final = 40.0
"""Decibels below the voice at which a sound is no part of it, in any room."""


class VoicePlaces:
    """Edges of one person's voice: the detector's, at their places in the sound."""

    def __init__(self, detector: SpeechDetector, sample_rate: int) -> None:
        """`detector` must be new, and opened with a hang of a few windows."""
        self._detector = detector
        self._rate = sample_rate
        self._resampler = Resampler(sample_rate, HEARING_RATE)
        self._levels = Levels(sample_rate)
        self._is_heard = self._is_up = False
        self._told_at = 0
        self._quiet_from = 0
        self._room: Row | None = None
        self._least: Row | None = None
        self._looked = self._high = self._low = 0

    def feed(self, pcm: bytes) -> list[SpeechEdge]:
        """Edges detected in the next `pcm`, alternately starts and stops; places are its samples."""
        self._levels.feed(pcm)
        edges: list[SpeechEdge] = []
        for edge in self._detector.feed(self._resampler.feed(pcm)):
            at = edge.at * self._rate // HEARING_RATE
            edges += self._heard(at) if edge.kind is EdgeKind.STARTED else self._unheard(at)
        while self._looked < self._levels.count:
            edges += self._look()
        return edges

    # --- from the detector ---------------------------------------------------------------------

    def _heard(self, at: int) -> list[SpeechEdge]:
        hop, now = at // self._levels.hop_samples, self._levels.count
        loudest = self._levels.between(hop, now).max(axis=0, initial=-np.inf)
        self._see_room(hop)
        self._least = _least(self._room, loudest)
        self._is_heard = True
        self._looked, self._high, self._low = now, 0, 0
        return [] if self._is_up else [self._rises(self._beginning(at, loudest))]

    def _unheard(self, at: int) -> list[SpeechEdge]:
        self._is_heard = False
        self._quiet_from = self._levels.count
        return [self._falls(self._end(at))] if self._is_up else []

    def _see_room(self, hop: int) -> None:
        """Note that a hop without speech for a while before it exceeds the room."""
        room = self._levels.between(max(self._quiet_from, hop - _ROOM), hop - _BACK)
        if len(room) >= _FEWEST:
            self._room = np.percentile(room, _LOUDER, axis=0).astype(np.float32) + np.float32(_ABOVE_DB)

    def _beginning(self, at: int, loudest: Row) -> int:
        """Hop at which the sound exceeded the room's, near the detector's place."""
        if self._least is None:
            return at
        hop, least = at // self._levels.hop_samples, np.maximum(self._least, loudest - _BREATH_DB)
        first = max(self._told_at // self._levels.hop_samples, hop - _BACK)
        out = [each for each in self._hops(first, hop + _AFTER) if self._is_out(each, least)]
        begin = min((each for each in out if each >= hop), default=hop)
        for each in reversed(out):
            if begin - _GAP <= each + 1 <= begin:
                begin = each
        return max(self._told_at, begin * self._levels.hop_samples)

    def _end(self, at: int) -> int:
        """Hop at which the sound was last louder than the room's, shortly before the detector's place."""
        hop = at // self._levels.hop_samples
        if self._least is None:
            return at
        out = [each for each in self._hops(hop - _STILL, hop) if self._is_out(each, self._least)]
        return max(self._told_at, (max(out, default=hop) + 1) * self._levels.hop_samples)

    # --- from the levels ------------------------------------------------------------------------

    def _look(self) -> list[SpeechEdge]:
        """Examine the next hop, which shows where a heard voice is soft."""
        hop, self._looked = self._looked, self._looked + 1
        if not self._is_heard or self._least is None:
            return []
        is_out = self._is_out(hop, self._least)
        self._high, self._low = (self._high + 1, 0) if is_out else (0, self._low + 1)
        if self._is_up:
            return [self._falls(self._place(hop, self._low))] if self._low >= _FELL else []
        if self._high >= _ROSE:
            return [self._rises(self._place(hop, self._high))]
        if hop * self._levels.hop_samples - self._told_at >= STILL_S * self._rate:
            self._least = None
            return [self._rises(self._told_at)]
        return []

    def _place(self, hop: int, since: int) -> int:
        """Place at which the last so many hops begin."""
        return max(self._told_at, (hop + 1 - since) * self._levels.hop_samples)

    def _is_out(self, hop: int, least: Row) -> bool:
        return bool((self._levels.of(hop) > least).any())

    def _hops(self, begin: int, end: int) -> range:
        return range(max(begin, self._levels.first), min(end, self._levels.count))

    # --- reporting -------------------------------------------------------------------------------

    def _rises(self, at: int) -> SpeechEdge:
        self._is_up, self._told_at = True, at
        return SpeechEdge(EdgeKind.STARTED, at)

    def _falls(self, at: int) -> SpeechEdge:
        self._is_up, self._told_at = False, at
        return SpeechEdge(EdgeKind.STOPPED, at)


def _least(room: Row | None, loudest: Row) -> Row | None:
    """Levels from which the sound belongs to this voice; None for one that does not exceed the room."""
    if room is None or not bool((loudest >= room + _CLEAR_DB).any()):
        return None
    least: Row = np.maximum(room, loudest - _GATE_DB)
    return least
