"""Borders between speakers, by the rule of Heldner and Edlund (2010).

1. The time line is cut where the set of heard participants changes.
2. Between two stretches of exactly one speaker lies silence, overlap, or nothing.
3. Where the speakers differ, the border is a floor transfer: the length of the silence (above 0), minus the
   length of the overlap (below 0), or 0. Where they are the same, it is a pause, or an overlap within one
   speaker's talk.
4. A border that mixes silence and overlap is left out, and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Literal

from attrs import evolve

from trialogue.report.stretches import Stretch, joined
from trialogue.values import frozen

Between = Literal["nothing", "silence", "overlap", "mixed"]
"""Kind of stretch between two stretches of exactly one speaker."""


@frozen
class Border:
    """Border between two stretches with exactly one speaker."""

    before: str
    """Participant heard alone before it."""

    after: str
    """Participant heard alone after it."""

    start_s: float
    """Beginning, in seconds on the meeting's audio clock."""

    length_s: float
    """Length in seconds; 0 where one stretch touches the next."""

    between: Between
    """Kind of the time between."""

    @property
    def is_transfer(self) -> bool:
        """Whether the floor changes here, by a known offset."""
        return self.before != self.after and self.between != "mixed"

    @property
    def offset_s(self) -> float:
        """Floor transfer offset in seconds: above 0 a gap, below 0 an overlap."""
        return -self.length_s if self.between == "overlap" else self.length_s


@frozen
class _Part:
    """Part of the time line with a constant set of heard participants."""

    start_s: float
    end_s: float
    names: frozenset[str]


def borders(heard: Sequence[Stretch]) -> tuple[Border, ...]:
    """Borders in order; the time before the first sound and after the last has none."""
    parts = list(_parts(heard))
    alone = [place for place, part in enumerate(parts) if len(part.names) == 1]
    return tuple(_border(parts[here : there + 1]) for here, there in pairwise(alone))


def _border(parts: Sequence[_Part]) -> Border:
    """Border between the first and the last of these parts."""
    kinds: set[Between] = {"overlap" if part.names else "silence" for part in parts[1:-1]}
    between: Between = "nothing" if not kinds else kinds.pop() if len(kinds) == 1 else "mixed"
    (before,), (after,) = parts[0].names, parts[-1].names
    return Border(before, after, parts[0].end_s, parts[-1].start_s - parts[0].end_s, between)


def _parts(heard: Sequence[Stretch]) -> Iterator[_Part]:
    """Parts of the time line from the first sound to the last; neighbours differ."""
    last: _Part | None = None
    for part in _raw_parts(_touching(heard)):
        if last is not None and last.names == part.names:
            last = evolve(last, end_s=part.end_s)
            continue
        if last is not None:
            yield last
        last = part
    if last is not None:
        yield last


def _raw_parts(heard: Iterable[Stretch]) -> Iterator[_Part]:
    steps = [step for each in heard for step in ((each.start_s, 1, each), (each.end_s, -1, each))]
    steps.sort(key=lambda step: step[:2])
    voices: Counter[str] = Counter()
    since: float | None = None
    for at, group in groupby(steps, key=lambda step: step[0]):
        if since is not None:
            yield _Part(since, at, frozenset(voices))
        for _, change, each in group:
            voices[each.participant] += change
            if not voices[each.participant]:
                del voices[each.participant]
        since = at


def _touching(heard: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Stretches without overlap within one participant, and without empty ones."""
    ordered = sorted(heard, key=lambda each: (each.start_s, each.end_s, each.participant))
    return tuple(each for each in joined(ordered) if each.length_s > 0)
