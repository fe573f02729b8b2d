"""Clock of a connection's sound: gives places on the owner's axis of time.

The service counts seconds of sent sound, from 0 at the connection's start. Frames may be dropped, and a
silent person's stream may stop, so a new anchor is set wherever the two clocks drift apart.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque

from attrs import field

from trialogue.values import define

DRIFT_S = 0.03
"""Most seconds of drift between the clocks before a new anchor is set."""

ANCHORS = 256
"""Number of anchors that are kept; places before the oldest are counted from it."""


@define
class SoundClock:
    """Places of a connection's sound on the owner's axis."""

    sent_s: float = field(default=0.0, init=False)
    """Seconds of sound that were sent."""

    _anchors: deque[tuple[float, float]] = field(factory=lambda: deque(maxlen=ANCHORS), init=False)

    def add(self, duration_s: float, at: float | None) -> None:
        """Note sound whose first sample lies at `at`; None where it continues the sound before."""
        if at is not None and (not self._anchors or abs(self.at(self.sent_s) - at) > DRIFT_S):
            self._anchors.append((self.sent_s, at))
        self.sent_s += duration_s

    def at(self, sound_s: float) -> float:
        """Place at `sound_s` seconds of the connection's sound, on the owner's axis."""
        if not self._anchors:
            return sound_s
        index = bisect_right(self._anchors, sound_s, key=lambda anchor: anchor[0]) - 1
        began, at = self._anchors[max(index, 0)]
        return at + sound_s - began
