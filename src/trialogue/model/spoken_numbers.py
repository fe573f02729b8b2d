"""Numbers in speech, in digits or in English words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from trialogue.model.number_words import TO_NINETEEN
from trialogue.values import frozen

_WORDS: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+|[.,!?;:]")
_UNITS: Final = {word: value for value, word in enumerate(TO_NINETEEN)}
_TENS: Final = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_SCALES: Final = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_DIGITS: Final = {**{word: str(value) for word, value in _UNITS.items() if value < 10}, "oh": "0"}
_ARTICLES: Final = {"a", "an"}
_AND_A_HALF: Final = ["and", "a", "half"]


def numbers_in(text: str) -> frozenset[float]:
    """Every number that is said in a text.

    A smaller scale goes on with a number, one as great begins the next: *five thousand two hundred* is one
    number, *five thousand six thousand* are two. A comma parts numbers in words, except behind a scale.

    >>> sorted(numbers_in("Nine thousand to win back 40,000; that is point two five, or twenty-five."))
    [0.25, 25.0, 9000.0, 40000.0]
    >>> sorted(numbers_in("Two and a half thousand, half a million and one point five million."))
    [2500.0, 500000.0, 1500000.0]
    """
    words = _WORDS.findall(text.casefold())
    found: set[float] = set()
    place = 0
    while place < len(words):
        if number := _number(words, place):
            found.add(number.value)
            place = number.end
        else:
            place += 1
    return frozenset(found)


@frozen
class _Part:
    """Number, or a part of one: *five thousand* in *five thousand two hundred*."""

    value: float
    """Value, with its scale."""

    scale: int
    """Power of ten of the scale that it ends with; 0 without one: nothing goes on with it."""

    end: int
    """Place behind its last word."""


def _word(words: Sequence[str], place: int) -> str:
    return words[place] if place < len(words) else ""


def _number(words: Sequence[str], place: int) -> _Part | None:
    """Number that begins at a place; None where none does."""
    number = _first_part(words, place)
    while number and number.scale:
        further = number.end + (_word(words, number.end) == ",")
        further += _word(words, further) == "and"
        part = _part_in_words(words, further)
        if part is None or part.scale >= number.scale:
            break
        number = _Part(number.value + part.value, part.scale, part.end)
    return number


def _first_part(words: Sequence[str], place: int) -> _Part | None:
    """Part that begins a number; digits, *half a* and *a* do so alone."""
    word, following = _word(words, place), _word(words, place + 1)
    if word[0].isdecimal():
        return _scaled(words, word.replace(",", ""), place + 1)
    if word == "point" and following in _DIGITS:
        return _scaled(words, "0", place)
    if word == "half":
        scale = place + 1 + (following in _ARTICLES)
        return _scaled(words, "0.5", scale) if _word(words, scale) in _SCALES else None
    if word in _ARTICLES and following in _SCALES:
        return _with_hundreds(words, 1, place + 1)
    return _part_in_words(words, place)


def _part_in_words(words: Sequence[str], place: int) -> _Part | None:
    value, end = _below_hundred(words, place)
    return _with_hundreds(words, value, end) if end > place else None


def _with_hundreds(words: Sequence[str], value: int, end: int) -> _Part:
    if value and _word(words, end) == "hundred":
        value, end = 100 * value, end + 1
        rest, behind = _below_hundred(words, end + (_word(words, end) == "and"))
        if rest and _word(words, behind) != "hundred":  # else a hundred of the next number
            value, end = value + rest, behind
    return _scaled(words, str(value), end)


def _below_hundred(words: Sequence[str], place: int) -> tuple[int, int]:
    """Value of a ten, a unit or both, and the place behind them: the same place, where there are none."""
    word, following = _word(words, place), _word(words, place + 1)
    if word in _TENS:
        unit = _UNITS.get(following, 0)
        return (_TENS[word] + unit, place + 2) if 0 < unit < 10 else (_TENS[word], place + 1)
    return (_UNITS[word], place + 1) if word in _UNITS else (0, place)


def _scaled(words: Sequence[str], digits: str, place: int) -> _Part:
    """Number with what may follow: decimals or *and a half*, then a scale, then *and a half* of it."""
    if _word(words, place) == "point" and _word(words, place + 1) in _DIGITS and "." not in digits:
        digits, place = digits + ".", place + 1
        while _word(words, place) in _DIGITS:
            digits, place = digits + _DIGITS[words[place]], place + 1
    elif list(words[place : place + 3]) == _AND_A_HALF and "." not in digits:
        digits, place = digits + ".5", place + 3
    scale = _SCALES.get(_word(words, place), 0)
    if not scale:
        return _Part(float(digits), 0, place)
    place += 1
    value = float(f"{digits}e{scale}")
    if list(words[place : place + 3]) == _AND_A_HALF and "." not in digits:
        return _Part(value + 0.5 * 10**scale, 0, place + 3)
    return _Part(value, scale, place)
