"""Speech beside a turn: unsure, then a backchannel, an overlap or an interruption.

1. A person who begins to speak beside a turn is *unsure*: nobody stops for it.
2. `classify_speech` decides from its length, the number of its known words, and the rules:
   an interruption once it is longer than `backchannel_s` or has more than `backchannel_words`; a backchannel
   if it ends before; if overlap is allowed, an overlap for that time.
3. Its length is the speech's own, by the detector's positions. It is classified by its length `SETTLE_S`
   after the limit, so that a voice that fell in time is known to have fallen.
4. Words are not needed; they only make an interruption known sooner.
5. Beside a person's turn nobody is ducked or cut: speech other than a backchannel is an overlap.
"""

from __future__ import annotations

from enum import Enum

from attrs import Factory, evolve

from trialogue.model.plan import InterruptRules
from trialogue.values import define

SETTLE_S = 0.15
"""Seconds behind the bound after which speech is classified by its length: a voice that fell in time is told
of within 0.1 s, and what a room hides of a beginning takes no more than 0.05."""


class SpeechSort(Enum):
    """Kind of speech beside a turn."""

    UNSURE = "unsure"
    BACKCHANNEL = "backchannel"
    OVERLAP = "overlap"
    INTERRUPTION = "interruption"


def classify_speech(length_s: float, words: int, rules: InterruptRules, *, is_over: bool) -> SpeechSort:
    """Sort of speech beside a turn, so far or in the end: unsure, backchannel, overlap or interruption."""
    if length_s <= rules.backchannel_s and words <= rules.backchannel_words:
        return SpeechSort.BACKCHANNEL if is_over else SpeechSort.UNSURE
    if length_s <= rules.overlap_s:
        return SpeechSort.OVERLAP
    return SpeechSort.INTERRUPTION


def beside_people(rules: InterruptRules) -> InterruptRules:
    """The rules beside a person's turn, which nobody cuts."""
    return evolve(rules, overlap_s=float("inf"))


@define
class Entry:
    """One person who speaks beside a turn."""

    name: str
    """The person who speaks."""

    turn: int
    """The turn beside which it began."""

    begin_s: float
    """Place where its speech began on the meeting's audio clock."""

    words: int = 0
    """Number of words of it that are known."""

    sort: SpeechSort = SpeechSort.UNSURE
    """Sort of it, so far."""

    @property
    def is_open(self) -> bool:
        """Whether it may still become something else."""
        return self.sort in {SpeechSort.UNSURE, SpeechSort.OVERLAP}


@define
class Beside:
    """Speakers beside the current turn: one entry per person."""

    _entries: dict[str, Entry] = Factory(dict[str, Entry])

    def begin(self, name: str, turn: int, position_s: float) -> None:
        """Somebody has begun to speak beside a turn."""
        self._entries[name] = Entry(name, turn, position_s)

    def count_words(self, name: str, words: int) -> None:
        """So many words of somebody's speech beside a turn are known."""
        self._entries[name].words = words

    def note(self, name: str, found: SpeechSort) -> None:
        """Note what somebody's speech is, so far."""
        self._entries[name].sort = found

    def end(self, name: str) -> Entry | None:
        """Forget somebody's speech: it is over, or has the floor."""
        return self._entries.pop(name, None)

    def of(self, name: str) -> Entry | None:
        """The entry of somebody who speaks beside the turn."""
        return self._entries.get(name)

    def entries(self) -> tuple[Entry, ...]:
        """All who speak beside the turn, the first to begin first."""
        return tuple(sorted(self._entries.values(), key=lambda each: (each.begin_s, each.name)))

    def is_empty(self) -> bool:
        """Whether nobody speaks beside the turn."""
        return not self._entries
