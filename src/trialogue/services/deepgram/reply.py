"""Beginning and end of each reply in the stream of a session, and the place in its audio.

1. A reply begins with its first sign: an announcement, a sentence or sound, whichever comes first.
2. It ends with AgentAudioDone, or is cut by speech at the agent's ear, after which no AgentAudioDone may
   ever come. One that comes without a reply is told all the same: an agent that was asked has nothing to
   say, or a reply that was cut has its late end; whoever asked knows which.
3. Positions count the bytes that have arrived of this reply, not of the session.
4. Sound leaves in whole samples: an odd byte waits for its other half, and dies with its reply.
"""

from __future__ import annotations

from attrs import field

from trialogue.services.facts import Fact, ReplyAudio, ReplyBegun, ReplyDone, Sentence
from trialogue.values import define


@define
class ReplyTrack:
    """The reply of a session, if it has one just now."""

    sample_width: int = 1
    """Bytes that belong together; 1 where the format's bytes are not samples."""

    _open: bool = field(default=False, init=False)
    _arrived: int = field(default=0, init=False)
    _carry: bytes = field(default=b"", init=False)

    def announced(self) -> list[Fact]:
        """The agent begins to speak."""
        if self._open:
            return []
        self._open = True
        return [ReplyBegun()]

    def sentence(self, text: str, behavior: str) -> list[Fact]:
        """The agent's words have arrived."""
        return [*self.announced(), Sentence(text, self._arrived, behavior)]

    def audio(self, data: bytes) -> list[Fact]:
        """Sound has arrived, in any number of bytes but none."""
        if self._open and not self._carry and len(data) % self.sample_width == 0:
            self._arrived += len(data)
            return [ReplyAudio(data)]
        started = self.announced()
        self._arrived += len(data)
        data = self._carry + data
        whole = len(data) - len(data) % self.sample_width
        self._carry = data[whole:]
        return [*started, ReplyAudio(data[:whole])] if whole else started

    def done(self) -> list[Fact]:
        """The last sound has arrived."""
        self.cut()
        return [ReplyDone()]

    def cut(self) -> None:
        """End the reply under way, with what there was of it."""
        self._open, self._arrived, self._carry = False, 0, b""
