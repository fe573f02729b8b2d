"""Floor transfers of many meetings, of each and of all together, beside published figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import floor
from statistics import fmean, median
from types import MappingProxyType
from typing import Final

from trialogue.report.measures.borders import borders
from trialogue.report.stretches import Stretch
from trialogue.values import frozen

PUBLISHED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "median": "0.15 to 0.19 s in the three parts of the AMI corpus (170 meetings), as measured here",
        "overlaps": "41 to 43 % of all floor transfers in the same",
        "mode": "0.2 to 0.3 s in the same; 0 to 0.2 s over ten languages (Stivers et al. 2009)",
    }
)
"""Published figures of human conversations; `docs/reference/measures.md` names the sources."""

_BIN_S: Final = 0.1


@frozen
class Transfers:
    """Floor transfers of a meeting, or of all meetings."""

    name: str
    """Name of the meeting."""

    n: int
    """Number of transfers."""

    median_s: float | None = None
    """Median, in seconds; below 0 for overlaps; None without transfers, like all figures here."""

    mean_s: float | None = None
    """Mean, in seconds."""

    overlaps: float | None = None
    """Share of overlaps, from 0 to 1."""

    mode_s: float | None = None
    """Middle of the tenth of a second with the most of them, in seconds; its beginning belongs to it."""

    @property
    def mode(self) -> tuple[float, float] | None:
        """Bounds of that tenth of a second; None without transfers."""
        if self.mode_s is None:
            return None
        return round(self.mode_s - _BIN_S / 2, 3), round(self.mode_s + _BIN_S / 2, 3)


@frozen
class Corpus:
    """Measured folder of meetings."""

    meetings: tuple[Transfers, ...]
    """Transfers of each meeting that has any."""

    all: Transfers
    """Transfers of all meetings."""


def corpus(meetings: Mapping[str, Sequence[Stretch]]) -> Corpus:
    """Transfers of meetings, given by their times of speech, after Heldner and Edlund (`borders`)."""
    found = {
        name: [each.offset_s for each in borders(heard) if each.is_transfer]
        for name, heard in meetings.items()
    }
    together = [offset for offsets in found.values() for offset in offsets]
    return Corpus(
        tuple(_transfers(name, offsets) for name, offsets in found.items() if offsets),
        _transfers("all", together),
    )


def _transfers(name: str, offsets: Sequence[float]) -> Transfers:
    if not offsets:
        return Transfers(name, 0)
    bins = Counter(floor(round(offset / _BIN_S, 6)) for offset in offsets)
    most = min(bins, key=lambda each: (-bins[each], each))
    return Transfers(
        name=name,
        n=len(offsets),
        median_s=round(median(offsets), 6),
        mean_s=round(fmean(offsets), 6),
        overlaps=round(sum(1 for offset in offsets if offset < 0) / len(offsets), 6),
        mode_s=round((most + 0.5) * _BIN_S, 3),
    )
