"""Mouth of a lone agent: passes its sound to the app as events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from trialogue.agent.events import AgentEvent, Sound
from trialogue.model.events import ReplyWithdrawn
from trialogue.services.sound_terms import SoundTerms

NAME = "agent"
"""Name of a lone agent in its events."""


class LoneMouth:
    """Mouth of an agent whose sound is played by an app, or not at all (see `actors.replies.Mouth`)."""

    def __init__(self, post: Callable[[AgentEvent], None], terms: SoundTerms) -> None:
        self._post = post
        self._terms = terms
        self._open: dict[int, int] = {}

    def open(self, reply: int) -> None:
        """Begin a new reply, whose sound is to come."""
        self._open = {reply: 0}

    def arrive(self, reply: int, pcm: bytes) -> None:
        """Pass on a piece of a reply's sound."""
        self._open[reply] += len(pcm)
        self._post(Sound(reply, pcm))

    def untold_s(self, reply: int) -> float:
        """Seconds of sound that have arrived and were not reported: always 0 here."""
        del reply
        return 0.0

    def expect(self, reply: int) -> None:
        """Do nothing: the app that plays the sound knows best when it runs dry."""

    def has_dried(self, reply: int) -> bool:
        """Whether a reply has run dry: never, for a reply is over when its service says so."""
        del reply
        return False

    def finish(self, reply: int) -> float:
        """Note that a reply's last byte has arrived; returns the reply's length in seconds."""
        return self.arrived_s(reply)

    def is_open(self, reply: int) -> bool:
        """Whether a reply is the latest, so that the app may still be playing it."""
        return reply in self._open

    def arrived_s(self, reply: int) -> float:
        """Seconds of a reply's sound that have arrived."""
        return self._terms.seconds_in(self._open[reply])

    def withdraw(self, reply: int, reason: Literal["interrupted", "lost", "overflow"]) -> None:
        """Tell the app to stop playing a reply."""
        del self._open[reply]
        self._post(ReplyWithdrawn(NAME, reply, reason))
