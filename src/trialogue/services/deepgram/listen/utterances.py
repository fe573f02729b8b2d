"""The utterances of one session, told as facts: numbered, not repeated, and each with an end.

1. An interim is told where its words have changed, at most every 250 ms.
2. An utterance begins with its first words and ends with a final. An end without words before it, as of
   silence, is nobody's.
"""

from __future__ import annotations

from attrs import field

from trialogue.services.deepgram.listen.sound_clock import SoundClock
from trialogue.services.facts import Stage, Understood
from trialogue.values import define, frozen

INTERIM_EVERY_S = 0.25
"""Between two interims of the same utterance."""


@frozen
class PlacedWords:
    """Words with their place in the connection's sound."""

    text: str = field(repr=False)
    """The words. Personal."""

    start_s: float
    """Place where the first begins, in seconds of the connection's sound."""

    end_s: float
    """Place where the last ends."""

    languages: tuple[str, ...] = ()
    """Languages that were heard."""


@define
class UtteranceFacts:
    """Makes facts of what the service says of each utterance."""

    clock: SoundClock
    """Clock that says where sound lies on the owner's axis."""

    count: int = field(default=0, init=False)
    """Number of them, with the one that is open."""

    open: Understood | None = field(default=None, init=False)
    """The one that has no end yet, as it was last told."""

    _latest: PlacedWords | None = field(default=None, init=False)
    _told_at: float = field(default=0.0, init=False)

    def interim(self, words: PlacedWords, now: float, *, resumed: bool = False) -> list[Understood]:
        """The words so far; `resumed`: the speaker had not ended after all."""
        if not words.text:
            return []
        self._latest = words
        if self.open is not None and not resumed and self._is_news_later(self.open, words, now):
            return []
        return [self._tell(words, "interim", now)]

    def eager(self, words: PlacedWords, now: float) -> list[Understood]:
        """The words, now that the speaker has perhaps ended."""
        self._latest = words
        return [self._tell(words, "eager", now)]

    def final(self, words: PlacedWords, now: float, trigger: str) -> list[Understood]:
        """The words, now that they change no more."""
        if self.open is None and not words.text:
            return []
        told = self._tell(words, "final", now, trigger)
        self.open = self._latest = None
        return [told]

    def broken_off(self, now: float, trigger: str = "lost") -> list[Understood]:
        """The end of an utterance whose end never came: its last words stand."""
        return [] if self._latest is None else self.final(self._latest, now, trigger)

    def _is_news_later(self, told: Understood, words: PlacedWords, now: float) -> bool:
        """Whether an interim says what was told before, or comes too soon after it."""
        return told.text == words.text or now - self._told_at < INTERIM_EVERY_S

    def _tell(self, words: PlacedWords, stage: Stage, now: float, trigger: str = "") -> Understood:
        if self.open is None:
            self.count += 1
        begin_s, end_s = self.clock.at(words.start_s), self.clock.at(words.end_s)
        self._told_at = now
        self.open = Understood(self.count, words.text, begin_s, end_s, stage, trigger, words.languages)
        return self.open
