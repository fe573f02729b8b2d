"""Second reckoning: the same figures from the recordings, as a check of those from the records.

1. The records have the times at which sound began and ended; here only the recordings count. A frame of 10 ms
   is voice if it is louder than -65 dBFS and, in a recording with a hum, 12 dB louder than the hum.
2. Silence of less than 0.18 s within one participant's speech does not count (Heldner and Edlund 2010), nor
   does sound of less than 0.03 s.
3. It does not use the meeting's detector of people's speech: the two are independent.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.report.measures.borders import borders
from trialogue.report.measures.spread import Spread, ratio, spread
from trialogue.report.recordings import blocks_of, parts_of
from trialogue.report.stretches import Stretch, joined, spoken_by, stretches, time_with
from trialogue.values import frozen

__all__ = ["APART_S", "SecondReckoning", "SoundFigures", "of_recordings", "second_reckoning", "voiced"]

APART_S: Final = 0.05
"""Seconds by which two medians of floor transfer may differ."""

_FRAME_S: Final = 0.01
_QUIET_DB: Final = -65.0
_OVER_HUM_DB: Final = 12.0
_PAUSE_S: Final = 0.18
_SHORTEST_S: Final = 0.03
_HUM_PERCENT: Final = 10

_Levels = npt.NDArray[np.float64]


@frozen
class SoundFigures:
    """Figures of a meeting from the times of speech."""

    transfer: Spread
    """Floor transfer offsets."""

    overlap: float | None
    """Time with two voices or more, divided by time with one or more."""

    silence: float | None
    """Time without a voice, divided by the meeting's."""

    spoken_s: Mapping[str, float]
    """Seconds in which each participant was heard."""


@frozen
class SecondReckoning:
    """Figures by the records and by the recordings."""

    records: SoundFigures
    """Figures by the records."""

    sound: SoundFigures
    """Figures by the loud stretches of the recordings."""

    begins: Spread
    """Delays of voices in the recordings after the records; a recorded reply begins with silence."""

    ends: Spread
    """Times by which voices end earlier in the recordings."""

    unheard: int
    """Stretches of the records without a voice in the recording."""

    unrecorded: int
    """Stretches of voice in recordings that the records do not have."""

    apart_s: float | None
    """Difference of the two medians of floor transfer: recordings minus records; None where one is missing.
    """

    @property
    def agrees(self) -> bool:
        """Whether the two medians differ by at most `APART_S`."""
        return self.apart_s is None or abs(self.apart_s) <= APART_S


def of_recordings(
    plan: MeetingPlan, records: Sequence[Record], folder: Path, duration_s: float
) -> SecondReckoning | None:
    """Second reckoning of a run from its `audio` folder; None where none of its plan was recorded.

    JournalError where a recording cannot be read.
    """
    recorded = {each.name: parts_of(folder, each.name) for each in plan.participants}
    recorded = {name: parts for name, parts in recorded.items() if parts}
    return second_reckoning(stretches(records), recorded, duration_s) if recorded else None


def second_reckoning(
    heard: Sequence[Stretch], recorded: Mapping[str, Sequence[Path]], duration_s: float
) -> SecondReckoning:
    """Second reckoning; `recorded` has the files of each participant.

    JournalError where one cannot be read.
    """
    mine = [each for each in joined(heard) if each.participant in recorded]
    loud = [
        Stretch(name, None, start_s, end_s)
        for name, parts in recorded.items()
        for start_s, end_s in voiced(parts)
        if start_s < duration_s
    ]
    loud.sort(key=lambda each: (each.start_s, each.end_s, each.participant))
    of_mine, of_loud = _by_name(mine), _by_name(loud)
    pairs = [(each, within) for each in mine if (within := _within(each, of_loud))]
    by_records, by_sound = _figures(mine, duration_s), _figures(loud, duration_s)
    one, other = by_records.transfer.p50, by_sound.transfer.p50
    return SecondReckoning(
        records=by_records,
        sound=by_sound,
        begins=spread(within[0].start_s - each.start_s for each, within in pairs),
        ends=spread(each.end_s - within[-1].end_s for each, within in pairs),
        unheard=len(mine) - len(pairs),
        unrecorded=sum(not _within(each, of_mine) for each in loud),
        apart_s=None if one is None or other is None else other - one,
    )


def voiced(parts: Sequence[Path]) -> list[tuple[float, float]]:
    """Stretches of voice in a recording, in seconds from its beginning."""
    pieces = list(_levels(parts))
    if not pieces:
        return []
    levels = np.concatenate(pieces)
    hum = float(np.percentile(levels, _HUM_PERCENT))
    loud = levels > max(_QUIET_DB, hum + _OVER_HUM_DB)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], loud, [False])).astype(np.int8)))
    found: list[tuple[float, float]] = []
    for first, last in edges.reshape(-1, 2):
        start_s, end_s = float(first) * _FRAME_S, float(last) * _FRAME_S
        if found and start_s - found[-1][1] < _PAUSE_S:
            found[-1] = (found[-1][0], end_s)
        else:
            found.append((start_s, end_s))
    return [each for each in found if each[1] - each[0] >= _SHORTEST_S]


def _levels(parts: Sequence[Path]) -> Iterator[_Levels]:
    """Level of each frame, in dB of full scale."""
    for block, rate in blocks_of(parts):
        width = round(rate * _FRAME_S)
        frames = np.pad(block, (0, -len(block) % width)).astype(np.float64).reshape(-1, width)
        power = (frames**2).mean(axis=1) / 32768.0**2
        yield 10.0 * np.log10(np.maximum(power, 1e-12))


def _figures(heard: Sequence[Stretch], duration_s: float) -> SoundFigures:
    one, two = time_with(heard)
    return SoundFigures(
        transfer=spread(border.offset_s for border in borders(heard) if border.is_transfer),
        overlap=ratio(two, one),
        silence=ratio(max(0.0, duration_s - one), duration_s),
        spoken_s=dict(sorted(spoken_by(heard).items())),
    )


def _by_name(heard: Iterable[Stretch]) -> dict[str, list[Stretch]]:
    """Each participant's stretches, which never share time with one another, in order."""
    found: dict[str, list[Stretch]] = {}
    for each in heard:
        found.setdefault(each.participant, []).append(each)
    return found


def _within(stretch: Stretch, others: Mapping[str, list[Stretch]]) -> list[Stretch]:
    """Other stretches of the same participant that share time with one, in order."""
    own = others.get(stretch.participant, [])
    first = bisect_right(own, stretch.start_s, key=lambda each: each.end_s)
    behind = bisect_left(own, stretch.end_s, key=lambda each: each.start_s)
    return own[first:behind]
