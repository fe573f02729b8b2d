"""Mouths: the agents that are being played, as playback reports it, and the loudness of the current turn.

1. An agent is heard from the first sample of a reply to its last, except while it is paused.
2. A reply that is dropped or stopped is silent at once. A muted participant is not heard.
3. Loudness belongs to a turn: full, ducked or paused; a new turn begins at full, a new reply unpaused.
"""

from __future__ import annotations

from enum import Enum

from attrs import Factory

from trialogue.model.commands import (
    Command,
    Drop,
    DuckPlayout,
    GrantFloor,
    PausePlayout,
    Play,
    ResumePlayout,
    StopPlayout,
    UnduckPlayout,
)
from trialogue.model.events import (
    Event,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
)
from trialogue.values import define

DUCKED_DB = -12.0
"""Decibels by which a turn is lowered while speech beside it is unsure."""


class Loudness(Enum):
    """Loudness of a turn."""

    FULL = "full"
    DUCKED = "ducked"
    PAUSED = "paused"


@define
class Mouths:
    """Agents that are being played, and the loudness of the current turn."""

    loudness: Loudness = Loudness.FULL
    """Loudness of the current turn."""

    _sounding: dict[str, int] = Factory(dict[str, int])

    def take_event(self, event: Event) -> None:
        """Note an event of playback."""
        match event:
            case PlaybackStarted(participant=name, reply=reply):
                self._sounding[name] = reply
            case PlaybackResumed(participant=name, reply=reply):
                self._sounding[name] = reply
            case (
                PlaybackPaused(participant=name, reply=reply)
                | PlaybackFinished(participant=name, reply=reply)
            ):
                self._silence(name, reply)
            case _:
                pass

    def take_command(self, command: Command) -> None:
        """Note the effect of a command on playback."""
        match command:
            case GrantFloor():
                self.loudness = Loudness.FULL
            case Play() if self.loudness is Loudness.PAUSED:
                self.loudness = Loudness.FULL
            case DuckPlayout():
                self.loudness = Loudness.DUCKED
            case PausePlayout():
                self.loudness = Loudness.PAUSED
            case UnduckPlayout() | ResumePlayout():
                self.loudness = Loudness.FULL
            case Drop(participant=name, reply=reply):
                self._silence(name, reply)
            case StopPlayout(participant=name):
                self._sounding.pop(name, None)
            case _:
                pass

    def reset(self, *names: str) -> None:
        """Forget the playback of these participants: it ended with their process or their seat."""
        for name in names:
            self._sounding.pop(name, None)

    def _silence(self, name: str, reply: int) -> None:
        if self._sounding.get(name) == reply:
            del self._sounding[name]

    def sounding(self) -> tuple[str, ...]:
        """Agents that are being played and not paused."""
        return tuple(self._sounding)
