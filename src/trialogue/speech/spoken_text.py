"""Conversion of written text into text that can be read aloud: without markup, addresses and endless words.

Each pattern examines a place of the text a bounded number of times, since texts come from strangers. Numbers,
money, dates, units and abbreviations are not changed: the grapheme-to-phoneme stage reads them well. Only
what it reads badly, or fails on, is changed here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_CODE_FENCE: Final = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_IMAGE_OR_LINK: Final = re.compile(r"!?\[([^\]]{0,500})\]\([^)\s]{0,500}(?:\s[^)]{0,200})?\)")
_ADDRESS: Final = re.compile(
    r"(?:https?://(?:www\.)?|www\.)([\w-]+(?:\.[\w-]+)*)([^\s<>\"')\]]*)",
    re.IGNORECASE,
)
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]*>")
_LINE_MARK: Final = re.compile(r"^[ \t]*(?:#{1,6}|[-*+>]|\|)[ \t]+", re.MULTILINE)
_RULE: Final = re.compile(r"^[ \t|:*_=-]{3,}$", re.MULTILINE)
_EMPHASIS: Final = re.compile(r"[*`~|]+|(?<!\w)_+|(?<!_)(?>_+)(?!\w)")
_DIGITS: Final = re.compile(r"(?:\d,?){16,}")
_TIMES: Final = re.compile(r"(?<=\d) ?[*\u00d7] ?(?=\d)")
_AMOUNT: Final = r"(\d[\d.,]*\d|\d)(?:[ \u00a0]?(thousand|million|billion|trillion|k|m|mn|b|bn|tn)\b)?"
_MONEY: Final = re.compile(rf"(?<!\d)(?<!\d[ \u00a0])([€£¥₹])\s?{_AMOUNT}", re.IGNORECASE)
_SIGN_LAST: Final = re.compile(rf"(?<![\d.,]){_AMOUNT}[ \u00a0]?([€£¥₹$])(?!\w)", re.IGNORECASE)
_CURRENCIES: Final = {
    "€": ("euro", "euros"),
    "£": ("pound", "pounds"),
    "¥": ("yen", "yen"),
    "₹": ("rupee", "rupees"),
    "$": ("dollar", "dollars"),
}
_MAGNITUDES: Final = {"k": "thousand", "m": "million", "b": "billion", "t": "trillion"}
_WORD: Final = re.compile(r"\w+")
_LONG_WORD: Final = re.compile(r"\S{40}(?=\S)")
_SYMBOLS: Final = {
    "C#": "C sharp",
    "F#": "F sharp",
    "approx.": "approximately",
    " vs. ": " versus ",
    " w/o ": " without ",
}


def speakable(text: str) -> str:
    """`text` without markup and addresses, safe to phonemize; empty where nothing can be spoken.

    Lines stay lines: a heading or an item of a list is a sentence of its own.

    >>> speakable("**Read** [the guide](https://example.com/a) at https://example.com/b?c=d.")
    'Read the guide at example dot com.'
    """
    text = _CODE_FENCE.sub(" ", text)
    text = _IMAGE_OR_LINK.sub(r"\1", text)
    text = _ADDRESS.sub(_host, text)
    text = _TIMES.sub(" times ", text)
    for mark in (_TAG, _RULE, _LINE_MARK, _EMPHASIS):
        text = mark.sub(" ", text)
    for symbol, words in _SYMBOLS.items():
        text = text.replace(symbol, words)
    text = _MONEY.sub(lambda match: _money(match[1], match[2], match[3]), text)
    text = _SIGN_LAST.sub(lambda match: _money(match[3], match[1], match[2]), text)
    text = _DIGITS.sub(lambda match: " ".join(match[0].replace(",", "")), text)
    text = _LONG_WORD.sub(r"\g<0> ", text)
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if any(letter.isalnum() for letter in line))


def _host(address: re.Match[str]) -> str:
    """Host as it is spoken, with the punctuation after the address, which belongs to the sentence."""
    behind = address[2]
    return address[1].replace(".", " dot ") + behind[len(behind.rstrip(".,;:!?")) :]


def _money(sign: str, amount: str, magnitude: str | None) -> str:
    """Amount with its currency after it, as it is spoken.

    >>> speakable("£2.5m, or 3 €")
    '2.5 million pounds, or 3 euros'
    """
    one, more = _CURRENCIES[sign]
    if magnitude:
        return f"{amount} {_MAGNITUDES[magnitude[0].lower()] if len(magnitude) < 3 else magnitude} {more}"
    return f"{amount} {one if amount == '1' else more}"


def sayable(text: str) -> str:
    """Text without words in letters that an English voice cannot speak, which would come out as gibberish.

    >>> sayable("Caf\u00e9, \u043f\u0440\u0438\u0432\u0435\u0442 and more")
    'Caf\u00e9,  and more'
    """
    return _WORD.sub(lambda word: "" if any(map(_is_foreign, word[0])) else word[0], text)


def letters_in(text: str) -> int:
    """Number of letters and digits in a text: the amount that can be spoken."""
    return sum(map(str.isalnum, text))


@lru_cache(maxsize=4_096)
def _is_foreign(letter: str) -> bool:
    return letter.isalpha() and "LATIN" not in unicodedata.name(unicodedata.normalize("NFKD", letter)[0], "")
