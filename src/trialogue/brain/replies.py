"""Agents' replies by number, from their first words until they were heard or dropped.

1. A reply's number is greater than all before; an older one is stale.
2. A reply without a grant is held, with its words, until it is granted or denied.
3. An agent that hears audio, and heard words since the last turn ended, is about to answer.
"""

from __future__ import annotations

from attrs import Factory

from trialogue.values import define


@define
class Replies:
    """Replies that agents have begun."""

    _last: dict[str, int] = Factory(dict[str, int])
    _held: dict[str, list[int]] = Factory(dict[str, list[int]])
    _words: dict[tuple[str, int], list[str]] = Factory(dict[tuple[str, int], list[str]])
    _heard: dict[str, int] = Factory(dict[str, int])
    _answering: set[str] = Factory(set[str])

    # --- what changes them --------------------------------------------------------------------------

    def begin(self, participant: str, reply: int) -> bool:
        """A reply has begun; False for one that is not newer than all before."""
        if reply <= self._last.get(participant, 0):
            return False
        self._last[participant] = reply
        self._answering.discard(participant)
        return True

    def hear(self, participant: str, reply: int) -> None:
        """Some of a reply was heard."""
        self._heard[participant] = max(reply, self._heard.get(participant, 0))

    def hold(self, participant: str, reply: int) -> None:
        """Keep a reply until it is taken or thrown away."""
        self._held.setdefault(participant, []).append(reply)
        self._words[participant, reply] = []

    def add_words(self, participant: str, reply: int, text: str) -> None:
        """Note words of a held reply; those of others are the transcript's business."""
        words = self._words.get((participant, reply))
        if words is not None:
            words.append(text)

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

    def will_answer(self, participant: str) -> None:
        """An agent by ear has heard words: it is about to answer."""
        self._answering.add(participant)

    def answers_no_more(self, *participants: str) -> None:
        """Note that what these heard is answered, or will not be; all of them where none is named."""
        if participants:
            self._answering -= set(participants)
        else:
            self._answering.clear()

    # --- what they tell -----------------------------------------------------------------------------

    def has_spoken(self, participant: str) -> bool:
        """Whether the participant has ever begun a reply."""
        return participant in self._last

    def was_heard(self, participant: str, reply: int) -> bool:
        """Whether any of a reply was heard, or of a later one."""
        return self._heard.get(participant, 0) >= reply

    def holds(self, participant: str) -> bool:
        """Whether a reply of the participant is held."""
        return participant in self._held

    def holders(self) -> tuple[str, ...]:
        """Of whom replies are held."""
        return tuple(self._held)

    def words(self, participant: str) -> str:
        """All words of the participant's held replies."""
        held = self._held.get(participant, [])
        return " ".join(word for reply in held for word in self._words[participant, reply])

    def is_answering(self, participant: str) -> bool:
        """Whether an agent by ear is about to answer."""
        return participant in self._answering
