"""Words of a text as they are compared: small, without endings, without those that say little."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["content_words", "name_words", "stem", "words_of"]

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_\W]+")
_ENDINGS: Final = ("ing", "ies", "ed", "es", "s")
_LITTLE_TEXT: Final = (
    "a about again all also am an and any are as at be been before but by call called can could did do "
    "does for from function get give go got had has have he hello her hey hi him his how i i'd i'll i'm "
    "if in into is it it's its just know let like look make may me more my need new no not now of on "
    "one or our out please say see set she should so some tell than that that's the their them then "
    "there these they this to up us use used user want wants was we were what what's when where which "
    "who will with would you your "
)
_LITTLE: Final = frozenset(_LITTLE_TEXT.split())
"""Words that fit any sentence."""


def words_of(text: str) -> list[str]:
    """The words of a text, in small letters, in their order."""
    return [word.lower() for word in _WORD.findall(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))]


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """A word without its ending: what singular and plural have in common.

    >>> stem("orders"), stem("ordering"), stem("cities"), stem("city")
    ('order', 'order', 'cit', 'cit')
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word[:-1] if len(word) > 3 and word[-1] in "ey" else word


def content_words(text: str) -> set[str]:
    """Stems of the words of a text that say something."""
    return {stem(word) for word in words_of(text) if word not in _LITTLE}


def name_words(name: str) -> list[str]:
    """The words that an identifier is made of.

    >>> name_words("get_currentWeather")
    ['get', 'current', 'weather']
    """
    return [part.lower() for part in _HUMP.split(name) if part]
