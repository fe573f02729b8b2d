"""Utterances of one session, as facts: numbered, without repetitions, and each with an end.

1. An interim is reported if its words have changed, at most every 250 ms.
2. An utterance begins with its first words and ends with a final. An end without words before it, such as
   that of silence, is ignored.
"""

from __future__ import annotations

from attrs import field

from trialogue.services.deepgram.listen.sound_clock import SoundClock
from trialogue.services.facts import Stage, Understood
from trialogue.values import define, frozen

INTERIM_EVERY_S = 0.25
"""Seconds between two interims of one utterance."""


@frozen
class PlacedWords:
    """Words with their place in the connection's sound."""

    text: str = field(repr=False)
    """The words. Personal."""

    start_s: float
    """Beginning of the first word, in seconds of the connection's sound."""

    end_s: float
    """End of the last word, in seconds of the connection's sound."""

    languages: tuple[str, ...] = ()
    """Languages that were heard."""


@define
class UtteranceFacts:
    """Makes facts of the service's messages about utterances."""

    clock: SoundClock
    """Clock that places sound on the owner's axis."""

    count: int = field(default=0, init=False)
    """Number of utterances, including the open one."""

    open: Understood | None = field(default=None, init=False)
    """Open utterance, as last reported; None without one."""

    _latest: PlacedWords | None = field(default=None, init=False)
    _told_at: float = field(default=0.0, init=False)

    def interim(self, words: PlacedWords, now: float, *, resumed: bool = False) -> list[Understood]:
        """Facts of the words so far; `resumed`: the speaker had not ended after all."""
        if not words.text:
            return []
        self._latest = words
        if self.open is not None and not resumed and self._is_news_later(self.open, words, now):
            return []
        return [self._tell(words, "interim", now)]

    def eager(self, words: PlacedWords, now: float) -> list[Understood]:
        """Facts of the words when the speaker may have ended."""
        self._latest = words
        return [self._tell(words, "eager", now)]

    def final(self, words: PlacedWords, now: float, trigger: str) -> list[Understood]:
        """Facts of the final words."""
        if self.open is None and not words.text:
            return []
        told = self._tell(words, "final", now, trigger)
        self.open = self._latest = None
        return [told]

    def broken_off(self, now: float, trigger: str = "lost") -> list[Understood]:
        """Facts of an utterance that was never ended: its last words are final."""
        return [] if self._latest is None else self.final(self._latest, now, trigger)

    def _is_news_later(self, told: Understood, words: PlacedWords, now: float) -> bool:
        """Whether an interim repeats the last one, or comes too soon after it."""
        return told.text == words.text or now - self._told_at < INTERIM_EVERY_S

    def _tell(self, words: PlacedWords, stage: Stage, now: float, trigger: str = "") -> Understood:
        if self.open is None:
            self.count += 1
        begin_s, end_s = self.clock.at(words.start_s), self.clock.at(words.end_s)
        self._told_at = now
        self.open = Understood(self.count, words.text, begin_s, end_s, stage, trigger, words.languages)
        return self.open
