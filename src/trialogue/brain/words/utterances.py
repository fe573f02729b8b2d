"""Utterances of people, as ears last reported them, and the words of each that are attributed."""

from __future__ import annotations

from attrs import Factory

from trialogue.brain.seats.people import SpeechStretch, Words
from trialogue.model.sums import summed
from trialogue.values import define


@define
class SpokenUtterance:
    """Utterance of one person."""

    name: str
    """Person who spoke."""

    words: Words
    """Words of the utterance so far."""

    is_final: bool
    """Whether the words are final."""

    home: list[SpeechStretch]
    """Stretches of speech in which it was said."""

    told: int = 0
    """Number of its words that stand in the transcript."""

    known: int = 0
    """Number of its words when its stretches were last noted."""

    before: int = 0
    """Number of its words that were known before its last stretch began."""

    since: int = 0
    """Number of its stretches in which those words were said."""

    def last(self, now: float) -> int:
        """Least number of its words that were said in its last stretch of speech.

        Words that were not reported stretch by stretch are taken to be spread evenly over the stretches.
        """
        lengths = [stretch.length(now) for stretch in self.home[self.since :]]
        words, length = max(0, len(self.words.text.split()) - self.before), summed(lengths)
        return int(words * lengths[-1] / length) if len(lengths) > 1 and length > 0 else words

    @property
    def rest(self) -> str:
        """Words that do not stand in the transcript yet."""
        return " ".join(self.words.text.split()[self.told :])


@define
class Utterances:
    """Utterances of people whose words may still be attributed."""

    _spoken: dict[tuple[str, int], SpokenUtterance] = Factory(dict[tuple[str, int], SpokenUtterance])

    def hear(self, name: str, utterance: int, words: Words, *, is_final: bool) -> SpokenUtterance:
        """Note an utterance that an ear reports; its words replace those that were reported before."""
        spoken = self._spoken.get((name, utterance))
        if spoken is None:
            spoken = self._spoken[name, utterance] = SpokenUtterance(name, words, is_final, [])
        spoken.words, spoken.is_final = words, is_final
        return spoken

    def put(self, spoken: SpokenUtterance, home: list[SpeechStretch]) -> None:
        """Note the stretches of speech in which an utterance was said."""
        if spoken.home and home and home[-1] is not spoken.home[-1]:
            spoken.before = spoken.known
            spoken.since = sum(any(each is known for known in spoken.home) for each in home)
        spoken.home, spoken.known = home, len(spoken.words.text.split())

    def tell(self, spoken: SpokenUtterance) -> str:
        """Take the words that do not stand in the transcript yet: they do now."""
        rest = spoken.rest
        spoken.told = max(spoken.told, len(spoken.words.text.split()))
        return rest

    def forget(self, spoken: SpokenUtterance) -> None:
        """Forget an utterance: it is over, and all its words are attributed."""
        for key in [key for key, each in self._spoken.items() if each is spoken]:
            del self._spoken[key]

    def open_of(self, name: str) -> list[SpokenUtterance]:
        """Utterances of a person with words that do not stand in the transcript yet, in order."""
        return [spoken for (who, _), spoken in self._spoken.items() if who == name and spoken.rest]
