"""Words of a text for comparison: in small letters, without endings and accents, without stop words.

Scripts without spaces (Chinese, Japanese, Thai, ...) are split into pairs of characters instead.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from trialogue.model.text import stream_safe

__all__ = ["content_words", "has_little_words", "name_words", "stem", "words_of"]

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+"
)
"""Thai, Lao, Burmese, Khmer, Japanese and Chinese."""

_ENGLISH_SHARE: Final = 0.25
"""Least share of English stop words in an English text."""

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
"""English stop words."""


def words_of(text: str) -> list[str]:
    """Words of a text, in small letters without accents, in their order.

    >>> words_of("Où est l'été ?"), words_of("天气怎么样")
    (['ou', 'est', "l'ete"], ['天气', '气怎', '怎么', '么样'])
    """
    straight = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").casefold()
    found = _WORD.findall(_without_accents(straight))
    return [part for word in found for part in _UNSPACED.sub(_in_pairs, word).split()]


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    marked = unicodedata.normalize("NFKD", stream_safe(text))
    return unicodedata.normalize("NFC", "".join(each for each in marked if not 0x300 <= ord(each) <= 0x36F))


def _in_pairs(run: re.Match[str]) -> str:
    signs = run[0]
    pairs = [signs[at : at + 2] for at in range(len(signs) - 1)] or [signs]
    return f" {' '.join(pairs)} "


def has_little_words(text: str) -> bool:
    """Whether a text is English, judged by its stop words.

    >>> has_little_words("What is the weather?"), has_little_words("Wie ist das Wetter in Bonn?")
    (True, False)
    """
    words = words_of(text)
    return sum(word in _LITTLE for word in words) >= max(1.0, _ENGLISH_SHARE * len(words))


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """Word without its ending: the part that singular and plural share.

    >>> stem("orders"), stem("ordering"), stem("cities"), stem("city")
    ('order', 'order', 'cit', 'cit')
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word[:-1] if len(word) > 3 and word[-1] in "ey" else word


def content_words(text: str) -> set[str]:
    """Stems of the words of a text that are no stop words."""
    return {stem(word) for word in words_of(text) if word not in _LITTLE}


def name_words(name: str) -> list[str]:
    """Words of an identifier.

    >>> name_words("get_currentWeather")
    ['get', 'current', 'weather']
    """
    return [part.lower() for part in _HUMP.split(name) if part]
