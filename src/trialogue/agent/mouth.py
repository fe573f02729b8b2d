"""Mouth of a lone agent: its sound and sentences on their way to whoever iterates over its events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from trialogue.agent.events import AgentEvent, Sound
from trialogue.model.events import ReplyWithdrawn
from trialogue.services.sound_terms import SoundTerms

NAME = "agent"
"""Name of a lone agent in its events."""


class LoneMouth:
    """The mouth of an agent whose sound is played by an app, or not at all (see `actors.replies.Mouth`)."""

    def __init__(self, post: Callable[[AgentEvent], None], terms: SoundTerms) -> None:
        self._post = post
        self._terms = terms
        self._open: dict[int, int] = {}

    def open(self, reply: int) -> None:
        """Expect sound of a new reply."""
        self._open = {reply: 0}

    def arrive(self, reply: int, pcm: bytes) -> None:
        """Take sound of a reply."""
        self._open[reply] += len(pcm)
        self._post(Sound(reply, pcm))

    def untold_s(self, reply: int) -> float:
        """Nothing arrives here without being told."""
        del reply
        return 0.0

    def expect(self, reply: int) -> None:
        """Expect nothing: a lone agent's sound runs dry nowhere here, as its player knows best."""

    def has_dried(self, reply: int) -> bool:
        """Never: a reply is over when its service says so."""
        del reply
        return False

    def finish(self, reply: int) -> float:
        """Note that the reply's last byte has arrived; returns its length in seconds."""
        return self.arrived_s(reply)

    def is_open(self, reply: int) -> bool:
        """Whether it is the latest reply: whoever plays it may still be at it."""
        return reply in self._open

    def arrived_s(self, reply: int) -> float:
        """Seconds of its sound that have arrived."""
        return self._terms.seconds_in(self._open[reply])

    def withdraw(self, reply: int, reason: Literal["interrupted", "lost", "overflow"]) -> None:
        """Tell whoever plays it to stop."""
        del self._open[reply]
        self._post(ReplyWithdrawn(NAME, reply, reason))
