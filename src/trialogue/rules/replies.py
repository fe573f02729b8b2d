"""Agents' replies, from their first words until they were heard or thrown away."""

from __future__ import annotations

from attrs import Factory, define


@define
class Replies:
    """Which replies are held, and the number of each participant's last one."""

    _last: dict[str, int] = Factory(dict[str, int])
    _held: dict[str, list[int]] = Factory(dict[str, list[int]])
    _words: dict[tuple[str, int], list[str]] = Factory(dict[tuple[str, int], list[str]])

    def begin(self, participant: str, reply: int) -> bool:
        """A reply has begun; False for one that is not newer than all before."""
        if reply <= self._last.get(participant, 0):
            return False
        self._last[participant] = reply
        return True

    def has_spoken(self, participant: str) -> bool:
        """Whether the participant has ever begun a reply."""
        return participant in self._last

    def hold(self, participant: str, reply: int) -> None:
        """Keep a reply until it is taken or thrown away."""
        self._held.setdefault(participant, []).append(reply)
        self._words[participant, reply] = []

    def holds(self, participant: str) -> bool:
        """Whether a reply of the participant is held."""
        return participant in self._held

    def holders(self) -> tuple[str, ...]:
        """Of whom replies are held."""
        return tuple(self._held)

    def add_words(self, participant: str, reply: int, text: str) -> None:
        """Note words of a held reply; those of others are the transcript's business."""
        words = self._words.get((participant, reply))
        if words is not None:
            words.append(text)

    def words(self, participant: str) -> str:
        """All words of the participant's held replies."""
        held = self._held.get(participant, [])
        return " ".join(word for reply in held for word in self._words[participant, reply])

    def take(self, participant: str) -> list[int]:
        """Give up holding the participant's replies: their numbers, in order."""
        held = self._held.pop(participant, [])
        for reply in held:
            del self._words[participant, reply]
        return held

    def discard(self, participant: str, reply: int) -> bool:
        """Forget one held reply; False where it is not held."""
        held = self._held.get(participant, [])
        if reply not in held:
            return False
        held.remove(reply)
        del self._words[participant, reply]
        if not held:
            del self._held[participant]
        return True
