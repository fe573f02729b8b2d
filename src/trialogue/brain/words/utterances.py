"""Utterances of people, as last reported by ears, and what of each is attributed."""

from __future__ import annotations

from attrs import Factory

from trialogue.brain.seats.people import SpeechStretch, Words
from trialogue.values import define


@define
class SpokenUtterance:
    """One utterance of a person."""

    name: str
    """The person who spoke."""

    words: Words
    """Words so far."""

    is_final: bool
    """Whether its words are final."""

    home: list[SpeechStretch]
    """The stretches of speech that it was said in."""

    told: int = 0
    """Number of its words that stand in the transcript."""

    known: int = 0
    """Number of its words that were known when it was told last."""

    before: int = 0
    """Number of them that were known before the last of that speech began."""

    since: int = 0
    """Number of its stretches of speech before which so many words were known."""

    def last(self, now: float) -> int:
        """Number of its words that are of the last of the speech that it was said in, at the least.

        Words that were not told one stretch after the other are taken to be spread evenly over all of it.
        """
        lengths = [stretch.length(now) for stretch in self.home[self.since :]]
        words, length = max(0, len(self.words.text.split()) - self.before), sum(lengths)
        return int(words * lengths[-1] / length) if len(lengths) > 1 and length > 0 else words

    @property
    def rest(self) -> str:
        """The words that do not stand in the transcript yet."""
        return " ".join(self.words.text.split()[self.told :])


@define
class Utterances:
    """The utterances of people that still matter: those whose words may yet be attributed."""

    _spoken: dict[tuple[str, int], SpokenUtterance] = Factory(dict[tuple[str, int], SpokenUtterance])

    def hear(self, name: str, utterance: int, words: Words, *, is_final: bool) -> SpokenUtterance:
        """An ear tells an utterance, anew or once more; its words replace those told before."""
        spoken = self._spoken.get((name, utterance))
        if spoken is None:
            spoken = self._spoken[name, utterance] = SpokenUtterance(name, words, is_final, [])
        spoken.words, spoken.is_final = words, is_final
        return spoken

    def put(self, spoken: SpokenUtterance, home: list[SpeechStretch]) -> None:
        """Note in which stretches of speech an utterance was said."""
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
        """An utterance is over, and all of it attributed."""
        for key in [key for key, each in self._spoken.items() if each is spoken]:
            del self._spoken[key]

    def open_of(self, name: str) -> list[SpokenUtterance]:
        """A person's utterances with words that do not stand in the transcript yet, in order."""
        return [spoken for (who, _), spoken in self._spoken.items() if who == name and spoken.rest]
