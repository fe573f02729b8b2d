"""Words of one reply, and their positions in its sound.

Sentences have the position where their sound begins; within one, words are assumed to be spread evenly over
its characters.
"""

from __future__ import annotations

from attrs import Factory

from trialogue.values import define

CHARACTERS_A_SECOND = 15.0
"""Characters a second in a reply of unknown length: about 150 words a minute."""


@define
class SpokenScript:
    """Words of one reply and their positions in its sound."""

    duration_s: float | None = None
    """Length of the sound in seconds; None until all of it has arrived."""

    _parts: list[tuple[float, str]] = Factory(list[tuple[float, str]])

    def add(self, text: str, offset_s: float) -> None:
        """Note a sentence; sentences of one offset arrived before their sound and share its stretch."""
        text = " ".join(text.split())
        if self._parts and offset_s <= self._parts[-1][0]:
            offset_s, earlier = self._parts.pop()
            text = f"{earlier} {text}"
        self._parts.append((offset_s, text))

    def end_at(self, duration_s: float) -> None:
        """Note the length of the sound: all of it has arrived."""
        self.duration_s = duration_s

    @property
    def text(self) -> str:
        """All words of the reply."""
        return " ".join(text for _, text in self._parts if text)

    def next_sentence_s(self, played_s: float) -> float | None:
        """Position where the next sentence begins, or the sound ends; None if unknown."""
        begins = (begin for begin, _ in self._parts if begin > played_s)
        return next(begins, self.duration_s)

    def between(self, start_s: float, end_s: float) -> str:
        """Words whose sound ends between two positions."""
        return behind(self.until(end_s), self.until(start_s))

    def until(self, played_s: float) -> str:
        """Words of the first `played_s` seconds."""
        if self.duration_s is not None and played_s >= self.duration_s:
            return self.text
        heard = (self._part_until(index, played_s) for index in range(len(self._parts)))
        return " ".join(words for words in heard if words)

    def passages(self, start_s: float, end_s: float) -> list[tuple[float, float, str]]:
        """Sentences heard between two positions: the beginning and end of each, and its words."""
        found: list[tuple[float, float, str]] = []
        for index, (begin, _) in enumerate(self._parts):
            words = behind(self._part_until(index, end_s), self._part_until(index, start_s))
            if words:
                found.append((max(begin, start_s), min(self._end_of(index), end_s), words))
        return found

    def begun_by(self, played_s: float) -> str:
        """Words whose sound had begun by a position: the heard words of a reply that came to no end."""
        return " ".join(text for begin, text in self._parts if text and begin < played_s)

    def _part_until(self, index: int, played_s: float) -> str:
        begin, text = self._parts[index]
        end = self._end_of(index)
        if played_s <= begin:
            return ""
        if played_s >= end:
            return text
        count = int(len(text) * ((played_s - begin) / (end - begin)))
        if count >= len(text) or text[count] == " ":
            return text[:count]
        return text[:count].rpartition(" ")[0]

    def _end_of(self, index: int) -> float:
        begin, text = self._parts[index]
        if index + 1 < len(self._parts):
            return self._parts[index + 1][0]
        if self.duration_s is not None and self.duration_s > begin:
            return self.duration_s
        return begin + (len(text) + 1) / CHARACTERS_A_SECOND


def behind(text: str, beginning: str) -> str:
    """Rest of a text after its beginning."""
    return text[len(beginning) :].strip()
