"""Replies of an agent over all its sessions: numbered, opened and closed as the service sends them.

1. A reply begins with its first words or sound, whichever comes first, and ends with its last byte.
2. Speech at the agent's ear cuts it short: the service has stopped it, and so do we.
3. An end without a beginning is an empty reply if an answer was expected (the agent has nothing to say);
   otherwise it is ignored. The late end of a reply that was cut is never an answer: it comes before the
   service has repeated the prompt.
4. A reply that fails is over; the part that arrived counts as the whole.
5. A reply that ran dry and was ended is over: sound that comes after all belongs to another.
6. A service may join the answer after a tool to the words with which the agent filled the wait: they answer
   two prompts, so they are two replies. The second may be empty.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

from trialogue.actors.prompt_matching import Asking
from trialogue.model.events import Event, LineTaken, ReplySent, ReplyStarted, SentenceSaid


class Mouth(Protocol):
    """Mouth that takes a participant's sound: its playout."""

    def open(self, reply: int) -> None:
        """Expect sound of a new reply."""
        ...

    def arrive(self, reply: int, pcm: bytes) -> None:
        """Take sound of a reply."""
        ...

    def expect(self, reply: int) -> None:
        """Note that sound of a reply is on its way."""
        ...

    def finish(self, reply: int) -> float:
        """Note that its last byte has arrived; returns its length in seconds."""
        ...

    def is_open(self, reply: int) -> bool:
        """Whether any of it may still be heard."""
        ...

    def has_dried(self, reply: int) -> bool:
        """Whether it ended because it ran dry."""
        ...

    def arrived_s(self, reply: int) -> float:
        """Seconds of its sound that have arrived."""
        ...

    def untold_s(self, reply: int) -> float:
        """Seconds of its sound that can arrive, whenever it is heard, without an event."""
        ...

    def withdraw(self, reply: int, reason: Literal["interrupted", "lost", "overflow"]) -> None:
        """Note that no more of it comes, and report that its sound is not to be trusted."""
        ...


class ReplyCounter:
    """Counter that makes replies of the messages of one agent's service."""

    def __init__(self, participant: str, mouth: Mouth, post: Callable[[Event], None]) -> None:
        self._participant = participant
        self._mouth = mouth
        self._post = post
        self._count = 0
        self._open = False
        self._expected = False
        self._late_end = False
        self._entry: int | None = None
        self._prompt = 0
        self._has_result = False
        self.asking: Asking = Asking()

    @property
    def count(self) -> int:
        """Number of replies so far."""
        return self._count

    def restore(self, count: int) -> None:
        """Go on counting after so many replies."""
        self._count = count

    def expect(self) -> None:
        """Note that the agent was asked, so that an empty answer counts."""
        self._expected = True

    def refused(self) -> None:
        """Note that the agent was not asked after all."""
        self._expected = False

    def asked(self) -> None:
        """Note that the service has repeated the prompt: ends of earlier replies are past."""
        self._late_end = False

    def has_result(self) -> None:
        """Note that the service was sent a tool's result: the answer to its prompt goes on with it."""
        self._has_result = True

    def takes(self, entry: int) -> None:
        """Note the entry of its script that the next reply uses."""
        self._entry = entry

    def begin(self) -> None:
        """Note that the agent has begun to answer."""
        self._current()

    def sentence(self, text: str, *, is_backchannel: bool = False) -> None:
        """Take the words of the sound that follows."""
        reply = self._current(text, is_backchannel=is_backchannel)
        self._mouth.expect(reply)
        self._post(SentenceSaid(self._participant, reply, text, self._mouth.arrived_s(reply)))

    def sound(self, pcm: bytes) -> None:
        """Take sound."""
        if self._open and self._entry is None and not self._mouth.has_dried(self._count):
            self._mouth.arrive(self._count, pcm)
            return
        self._mouth.arrive(self._current(), pcm)

    def untold_s(self) -> float:
        """Seconds of sound that can arrive without an event."""
        if not self._open or self._entry is not None or self._mouth.has_dried(self._count):
            return 0.0
        return self._mouth.untold_s(self._count)

    def done(self) -> float:
        """Note that the reply's last byte has arrived; returns its length in seconds, 0 without sound."""
        was_cut, self._late_end = self._late_end and not self._open, False
        if was_cut or not (self._open or self._expected):
            return 0.0
        if not self._open:
            return self._finish(self._current())
        says_nothing = self._answers_another()
        duration_s = self._finish(self._count)
        if says_nothing:
            self._mouth.finish(self._current())  # it is played behind the filler, and over at once
            self._open = False
        return duration_s

    def interrupted(self) -> None:
        """Note that speech has reached the agent's ear: its service drops the rest of the reply."""
        self._late_end = self._open
        self._withdraw("interrupted")

    def failed(self) -> None:
        """Note that the service could not make the reply, or not all of it."""
        if self._open:
            self.done()
        self._expected = False

    def lost(self) -> None:
        """Note that the session is lost, with the rest of the reply."""
        self._expected = self._late_end = self._has_result = False
        self._entry = None
        self.asking.end()
        if self._open:
            self._withdraw("lost")

    def _withdraw(self, reason: Literal["interrupted", "lost"]) -> None:
        self._open = False
        if self._mouth.is_open(self._count):
            self._mouth.withdraw(self._count, reason)

    def _answers_another(self) -> bool:
        """Whether words that come now answer another prompt than the open reply does."""
        return self._has_result and self.asking.repeated != self._prompt

    def _finish(self, reply: int) -> float:
        self._open = False
        duration_s = self._mouth.finish(reply)
        self._post(ReplySent(self._participant, reply, duration_s))
        return duration_s

    def _current(self, words: str = "", *, is_backchannel: bool = False) -> int:
        """Number of the open reply, or of one that begins now, with these words if any."""
        has_dried = self._open and self._mouth.has_dried(self._count)
        if self._open and not has_dried and words and self._answers_another():
            self._finish(self._count)
        if not self._open or has_dried:
            self._open = True
            self._expected = False
            self._count += 1
            self._mouth.open(self._count)
            self._prompt = self.asking.begun(words)
            self._has_result = self._has_result and self._prompt != self.asking.repeated
            self._tell_entry()  # before the reply, whose course may depend on it
            self._post(ReplyStarted(self._participant, self._count, self._prompt, is_backchannel))
        if self._entry is not None:
            self._tell_entry()
        return self._count

    def _tell_entry(self) -> None:
        if self._entry is not None:
            self._post(LineTaken(self._participant, self._count, self._entry))
            self._entry = None
