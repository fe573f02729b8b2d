"""Speech beside a turn: unsure, then a backchannel, an overlap or an interruption.

1. Speech that begins beside a turn is *unsure*: it does not end the turn.
2. `classify_speech` decides from its length, the number of its known words, and the rules:
   an interruption once it is longer than `backchannel_s` or has more than `backchannel_words`; a backchannel
   if it ends before; if overlap is allowed, an overlap for that time.
3. The length of speech is counted by the detector's positions. Speech is classified by its length `SETTLE_S`
   after the limit, so that a voice that fell in time is known to have fallen.
4. Words are not needed; they only make an interruption known sooner.
5. A person's turn is neither ducked nor cut: speech beside it other than a backchannel is an overlap.
"""

from __future__ import annotations

from enum import Enum

from attrs import Factory, evolve

from trialogue.model.plan import InterruptRules
from trialogue.values import define

SETTLE_S = 0.15
"""Seconds after the limit at which speech is classified by its length: the fall of a voice is reported within
0.1 s, and a room hides at most 0.05 s of a beginning."""


class SpeechSort(Enum):
    """Kind of speech beside a turn."""

    UNSURE = "unsure"
    BACKCHANNEL = "backchannel"
    OVERLAP = "overlap"
    INTERRUPTION = "interruption"


def classify_speech(length_s: float, words: int, rules: InterruptRules, *, is_over: bool) -> SpeechSort:
    """Classify speech beside a turn, so far or in the end: unsure, backchannel, overlap or interruption."""
    if length_s <= rules.backchannel_s and words <= rules.backchannel_words:
        return SpeechSort.BACKCHANNEL if is_over else SpeechSort.UNSURE
    if length_s <= rules.overlap_s:
        return SpeechSort.OVERLAP
    return SpeechSort.INTERRUPTION


def beside_people(rules: InterruptRules) -> InterruptRules:
    """Rules beside a person's turn, which no speech cuts."""
    return evolve(rules, overlap_s=float("inf"))


@define
class Entry:
    """Speech of one person beside a turn."""

    name: str
    """Person who speaks."""

    turn: int
    """Number of the turn beside which it began."""

    begin_s: float
    """Position on the meeting's audio clock where it began."""

    words: int = 0
    """Number of its words that are known."""

    sort: SpeechSort = SpeechSort.UNSURE
    """Kind of speech, so far."""

    @property
    def is_open(self) -> bool:
        """Whether its kind may still change."""
        return self.sort in {SpeechSort.UNSURE, SpeechSort.OVERLAP}


@define
class Beside:
    """Speech beside the current turn: one entry per person."""

    _entries: dict[str, Entry] = Factory(dict[str, Entry])

    def begin(self, name: str, turn: int, position_s: float) -> None:
        """Note that a person has begun to speak beside a turn."""
        self._entries[name] = Entry(name, turn, position_s)

    def count_words(self, name: str, words: int) -> None:
        """Note how many words of a person's speech are known."""
        self._entries[name].words = words

    def note(self, name: str, found: SpeechSort) -> None:
        """Note the kind of a person's speech, so far."""
        self._entries[name].sort = found

    def end(self, name: str) -> Entry | None:
        """Remove a person's entry: the speech is over, or has the floor."""
        return self._entries.pop(name, None)

    def of(self, name: str) -> Entry | None:
        """Entry of a person; None for one who does not speak beside the turn."""
        return self._entries.get(name)

    def entries(self) -> tuple[Entry, ...]:
        """Entries of all who speak beside the turn, in the order in which they began."""
        return tuple(sorted(self._entries.values(), key=lambda each: (each.begin_s, each.name)))

    def is_empty(self) -> bool:
        """Whether no person speaks beside the turn."""
        return not self._entries
