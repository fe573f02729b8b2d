"""Numbers in speech, in digits or in English words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from trialogue.model.number_words import TO_NINETEEN
from trialogue.values import define

_WORDS: Final = re.compile(r"\d[\d,]*(?:\.\d+)?|[^\W\d_]+|[.!?;:]")
_UNITS: Final = {word: float(value) for value, word in enumerate(TO_NINETEEN)}
_TENS: Final = {
    word: 10.0 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_SCALES: Final = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
_DIGITS: Final = {**{word: int(value) for word, value in _UNITS.items() if value < 10}, "oh": 0}


def numbers_in(text: str) -> frozenset[float]:
    """Every number that is said in a text.

    >>> sorted(numbers_in("Nine thousand to win back 40,000; that is point two five, or twenty-five."))
    [0.25, 25.0, 9000.0, 40000.0]
    """
    return frozenset(_read(_WORDS.findall(text.casefold())))


@define
class _Sum:
    """Number under construction, word by word."""

    total: float = 0.0
    """Sum up to the last scale: thousands, millions."""

    group: float = 0.0
    """Sum of the words since then."""

    last: float = 0.0
    """Last word: only smaller ones continue it."""

    is_open: bool = False
    """Whether there was a word."""

    decimals: str | None = None
    """Digits after the point; None without a point."""

    def take(self, word: str) -> bool:
        """Take a word, if it continues the number; whether it does."""
        if self.decimals is not None:
            return self._take_decimal(word)
        value = _UNITS.get(word, _TENS.get(word))
        if value is not None and (not self.is_open or self._may_follow(value)):
            self.group, self.last, self.is_open = self.group + value, value, True
            return True
        if word == "hundred" and self.is_open and 0 < self.group < 100:
            self.group, self.last = self.group * 100, 100.0
            return True
        if word in _SCALES and self.is_open and self.group > 0:
            self.total, self.group, self.last = self.total + self.group * _SCALES[word], 0.0, _SCALES[word]
            return True
        if word == "point":
            self.decimals = ""
            return True
        return False

    def _may_follow(self, value: float) -> bool:
        """Whether a unit or ten can follow a hundred, a scale, or a ten."""
        return self.last >= 100 or (self.last >= 20 and value < 10)

    def _take_decimal(self, word: str) -> bool:
        if word not in _DIGITS:
            return False
        self.decimals = f"{self.decimals}{_DIGITS[word]}"
        return True

    def value(self) -> float | None:
        """Number, once no word continues it; None where there was none."""
        if self.decimals:
            return float(f"{int(self.total + self.group)}.{self.decimals}")
        return self.total + self.group if self.is_open else None


def _read(words: list[str]) -> Iterator[float]:
    number = _Sum()
    for place, word in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else ""
        is_article = word in {"a", "an"} and following in {"hundred", *_SCALES}
        if (word == "and" and number.last >= 100) or number.take("one" if is_article else word):
            continue
        if (found := number.value()) is not None:
            yield found
        number = _Sum()
        if word[0].isdigit():
            yield from _written(word, following)
        else:
            number.take("one" if is_article else word)
    if (found := number.value()) is not None:
        yield found


def _written(word: str, following: str) -> Iterator[float]:
    """Number in digits, with a scale after it: `1.5 million`."""
    value = float(word.replace(",", ""))
    yield value * _SCALES[following] if following in _SCALES else value
