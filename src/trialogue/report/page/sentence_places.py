"""Places of a turn's sentences in the sound, so that a transcript can follow it: a pure fold."""

from __future__ import annotations

from typing import TypeAlias

from attrs import Factory

from trialogue.model.events import (
    Event,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    SentenceSaid,
)
from trialogue.model.transcript import Utterance
from trialogue.values import define

__all__ = ["Places"]

_Reply: TypeAlias = tuple[str, int]
"""Speaker and number of a reply."""

_Going: TypeAlias = tuple[float, float]
"""Place on the meeting's audio clock, with the seconds of the reply that had been heard there."""


@define
class _Sound:
    """Reply: its sentences, and the stretches in which it was heard."""

    sentences: list[tuple[float, str]] = Factory(list[tuple[float, str]])
    stretches: list[_Going] = Factory(list[_Going])
    played_s: float = 0.0

    def at(self, offset_s: float) -> float:
        """Moment on the meeting's clock at which a place of the reply was heard, or would have been."""
        going = [each for each in self.stretches if each[1] <= offset_s] or self.stretches[:1]
        start, base = going[-1]
        return start + max(0.0, offset_s - base)


@define
class Places:
    """Fold over the events: call `take` for each in order, and `parts` when a turn is over."""

    _sounds: dict[_Reply, _Sound] = Factory(dict[_Reply, _Sound])
    _replies: dict[int, list[_Reply]] = Factory(dict[int, list[_Reply]])

    def take(self, event: Event) -> None:
        """Note an event about sentences or sound; others change nothing."""
        match event:
            case SentenceSaid(text=text, offset_s=offset_s):
                self._sound(event).sentences.append((offset_s, " ".join(text.split())))
            case PlaybackStarted() | PlaybackResumed():
                sound = self._sound(event)
                sound.stretches.append((event.position_s, sound.played_s))
                replies = self._replies.setdefault(event.turn, [])
                if (event.participant, event.reply) not in replies:
                    replies.append((event.participant, event.reply))
            case PlaybackFinished() | PlaybackPaused():
                self._sound(event).played_s = max(0.0, event.played_s)
            case _:
                pass

    def parts(self, said: Utterance) -> list[tuple[float, int]]:
        """Moments of a turn's sentences, each with the character of `said.heard` at which it begins.

        Empty where the words are not simply those sentences in order: then they are one part.
        """
        found: list[tuple[float, int]] = []
        begin = 0
        for reply in self._replies.get(said.turn, []):
            sound = self._sounds[reply]
            for offset_s, text in sound.sentences:
                if begin >= len(said.heard):
                    return found
                if not _agree(said.heard[begin:], text):
                    return []
                found.append((round(sound.at(offset_s), 3), begin))
                begin += len(text) + 1
        return found

    def _sound(
        self, event: SentenceSaid | PlaybackStarted | PlaybackResumed | PlaybackFinished | PlaybackPaused
    ) -> _Sound:
        return self._sounds.setdefault((event.participant, event.reply), _Sound())


def _agree(heard: str, sentence: str) -> bool:
    """Whether one text begins with the other: the last sentence may be cut."""
    return heard.startswith(sentence) or sentence.startswith(heard)
