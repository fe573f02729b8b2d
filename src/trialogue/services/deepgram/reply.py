"""Replies in the stream of a session: beginning and end of each, and places in its audio.

1. A reply begins with an announcement, a sentence or sound, whichever comes first.
2. It ends with AgentAudioDone, or is cut by speech at the agent's ear, after which an AgentAudioDone may
   never come. An AgentAudioDone without a reply is reported, too: either the agent has nothing to say, or it
   is the late end of a cut reply; the owner of the session knows which.
3. Positions count the bytes that have arrived of this reply, not of the session.
4. Sound is passed on in whole samples: a half sample waits for its other half, and is dropped with its reply.
"""

from __future__ import annotations

from attrs import field

from trialogue.services.facts import Fact, ReplyAudio, ReplyBegun, ReplyDone, Sentence
from trialogue.values import define


@define
class ReplyTrack:
    """Reply of a session, if one is under way."""

    sample_width: int = 1
    """Bytes of a sample; 1 for a compressed format."""

    _open: bool = field(default=False, init=False)
    _arrived: int = field(default=0, init=False)
    _carry: bytes = field(default=b"", init=False)

    def announced(self) -> list[Fact]:
        """Note that the agent begins to speak."""
        if self._open:
            return []
        self._open = True
        return [ReplyBegun()]

    def sentence(self, text: str, behavior: str) -> list[Fact]:
        """Take words of the agent."""
        return [*self.announced(), Sentence(text, self._arrived, behavior)]

    def goes_on(self, data: bytes) -> bool:
        """Whether this is sound of the open reply in whole samples, and nothing else; then it has arrived."""
        if data and self._open and not self._carry and len(data) % self.sample_width == 0:
            self._arrived += len(data)
            return True
        return False

    def audio(self, data: bytes) -> list[Fact]:
        """Take sound, of any number of bytes but none."""
        if self.goes_on(data):
            return [ReplyAudio(data)]
        started = self.announced()
        self._arrived += len(data)
        data = self._carry + data
        whole = len(data) - len(data) % self.sample_width
        self._carry = data[whole:]
        return [*started, ReplyAudio(data[:whole])] if whole else started

    def done(self) -> list[Fact]:
        """Note that the last sound has arrived."""
        self.cut()
        return [ReplyDone()]

    def cut(self) -> None:
        """End the reply under way, with the part that arrived."""
        self._open, self._arrived, self._carry = False, 0, b""
