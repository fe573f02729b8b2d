"""Places in the sound at which a voice begins, falls, rises again and ends.

A detector knows a voice from noise, but where it begins and ends only to a few of its windows: in a room that
is not quiet its places are up to a tenth of a second late.

1. Whether somebody speaks, the detector alone decides.
2. Where, the levels say: of every 10 ms, in three bands, beside those of the room while nobody spoke.
3. A beginning is moved to where the sound came out of the room's, by `BACK_S` at most.
4. A voice has fallen once it has been no louder than the room for `FELL_S`; the detector, whose memory is
   longer, need not know yet. One that comes out of the room again has risen.
5. A voice that the detector still hears `STILL_S` behind its fall is too soft to be judged by its level: what
   is left of it is the detector's alone. So is all of a voice that never came out of the room, and one
   before which there was no room to be heard.
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
"""Seconds for which a voice must be no louder than the room to have fallen."""

STILL_S: Final = 0.5
"""Seconds behind a fall for which the detector may still hear the voice: as long as it remembers it."""

_BACK: Final = round(BACK_S * HOPS_A_SECOND)
_FELL: Final = round(FELL_S * HOPS_A_SECOND)
_STILL: Final = round(STILL_S * HOPS_A_SECOND)
_ROSE: Final = 3
"""Hops that must come out of the room for a voice to have risen."""

_GAP: Final = _FELL - 1
"""Hops that may be soft within a beginning."""

_AFTER: Final = 6
"""Hops behind the detector's place at which a voice may begin: two of its windows."""

_ROOM: Final = 2 * HOPS_A_SECOND
"""Hops of the room that are looked at."""

_FEWEST: Final = 20
"""Hops from which on they say what the room is like."""

_LOUDER: Final = 90
"""The percentile of a room's levels that are its louder moments."""

_ABOVE_DB: Final = 4.0
"""Decibels over the room's louder moments from which on a sound comes out of it."""

_CLEAR_DB: Final = 6.0
"""A voice whose loudest moment is only so much above that does not come out of it clearly."""

_BREATH_DB: Final = 25.0
"""Decibels under the voice at which a sound is no beginning of it: that is how a breath is drawn."""

_GATE_DB: Final = 40.0
"""Decibels under the voice at which a sound is none of it, however silent the room was."""


class VoicePlaces:
    """Edges of one person's voice: what a detector notices, at their places in the sound."""

    def __init__(self, detector: SpeechDetector, sample_rate: int) -> None:
        """`detector` is new, and opened with a hang of a few windows."""
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
        """Return the edges noticed in the next `pcm`, a start and a stop in turns; places are its samples."""
        self._levels.feed(pcm)
        edges: list[SpeechEdge] = []
        for edge in self._detector.feed(self._resampler.feed(pcm)):
            at = edge.at * self._rate // HEARING_RATE
            edges += self._heard(at) if edge.kind is EdgeKind.STARTED else self._unheard(at)
        while self._looked < self._levels.count:
            edges += self._look()
        return edges

    # --- what the detector says ---------------------------------------------------------------------

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
        """Note what comes out of the room: nobody spoke in it for a while before this hop."""
        room = self._levels.between(max(self._quiet_from, hop - _ROOM), hop - _BACK)
        if len(room) >= _FEWEST:
            self._room = np.percentile(room, _LOUDER, axis=0).astype(np.float32) + np.float32(_ABOVE_DB)

    def _beginning(self, at: int, loudest: Row) -> int:
        """Hop at which the sound came out of the room's, near where the detector says so."""
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
        """Hop at which the sound was last louder than the room's, not long before the detector says so."""
        hop = at // self._levels.hop_samples
        if self._least is None:
            return at
        out = [each for each in self._hops(hop - _STILL, hop) if self._is_out(each, self._least)]
        return max(self._told_at, (max(out, default=hop) + 1) * self._levels.hop_samples)

    # --- what the levels say ------------------------------------------------------------------------

    def _look(self) -> list[SpeechEdge]:
        """Look at the next hop, which tells where a voice that is heard is soft."""
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

    # --- what is told -------------------------------------------------------------------------------

    def _rises(self, at: int) -> SpeechEdge:
        self._is_up, self._told_at = True, at
        return SpeechEdge(EdgeKind.STARTED, at)

    def _falls(self, at: int) -> SpeechEdge:
        self._is_up, self._told_at = False, at
        return SpeechEdge(EdgeKind.STOPPED, at)


def _least(room: Row | None, loudest: Row) -> Row | None:
    """From which levels on the sound is this voice; None for one that does not come out of the room."""
    if room is None or not bool((loudest >= room + _CLEAR_DB).any()):
        return None
    least: Row = np.maximum(room, loudest - _GATE_DB)
    return least
