"""Replies of agents by number, from their first words until they are heard or dropped.

1. A reply's number is greater than all before; an older one is stale.
2. A reply without a grant is held, with its words, until it is granted or denied.
3. An agent that hears audio and has heard words since the last turn ended is about to answer.
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

    # --- changes ------------------------------------------------------------------------------------

    def begin(self, participant: str, reply: int) -> bool:
        """Note that a reply has begun; False for one that is not newer than all before."""
        if reply <= self._last.get(participant, 0):
            return False
        self._last[participant] = reply
        self._answering.discard(participant)
        return True

    def hear(self, participant: str, reply: int) -> None:
        """Note that some of a reply was heard."""
        self._heard[participant] = max(reply, self._heard.get(participant, 0))

    def hold(self, participant: str, reply: int) -> None:
        """Hold a reply until it is taken or discarded."""
        self._held.setdefault(participant, []).append(reply)
        self._words[participant, reply] = []

    def add_words(self, participant: str, reply: int, text: str) -> None:
        """Add words to a held reply; the words of other replies are in the transcript only."""
        words = self._words.get((participant, reply))
        if words is not None:
            words.append(text)

    def take(self, participant: str) -> list[int]:
        """Stop holding a participant's replies; returns their numbers, in order."""
        held = self._held.pop(participant, [])
        for reply in held:
            del self._words[participant, reply]
        return held

    def discard(self, participant: str, reply: int) -> bool:
        """Forget one held reply; False if it is not held."""
        held = self._held.get(participant, [])
        if reply not in held:
            return False
        held.remove(reply)
        del self._words[participant, reply]
        if not held:
            del self._held[participant]
        return True

    def will_answer(self, participant: str) -> None:
        """Note that an agent that hears audio has heard words: it is about to answer."""
        self._answering.add(participant)

    def answers_no_more(self, *participants: str) -> None:
        """Note that these agents are no longer about to answer; without names, all agents."""
        if participants:
            self._answering -= set(participants)
        else:
            self._answering.clear()

    # --- views --------------------------------------------------------------------------------------

    def has_spoken(self, participant: str) -> bool:
        """Whether the participant has ever begun a reply."""
        return participant in self._last

    def was_heard(self, participant: str, reply: int) -> bool:
        """Whether any of this reply, or of a later one, was heard."""
        return self._heard.get(participant, 0) >= reply

    def holds(self, participant: str) -> bool:
        """Whether a reply of the participant is held."""
        return participant in self._held

    def holders(self) -> tuple[str, ...]:
        """Participants whose replies are held."""
        return tuple(self._held)

    def words(self, participant: str) -> str:
        """All words of the participant's held replies."""
        held = self._held.get(participant, [])
        return " ".join(word for reply in held for word in self._words[participant, reply])

    def is_answering(self, participant: str) -> bool:
        """Whether an agent that hears audio is about to answer."""
        return participant in self._answering
