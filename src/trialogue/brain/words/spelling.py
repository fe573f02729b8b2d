"""Words of a text for comparison with names: case, accents, hyphens and Unicode forms do not count.

1. `Jos\u00e9`, its decomposed form, `JOSE` and `jose` are one word; `Jean-Luc`, `Jean Luc` and `jean_luc`
   the same two.
2. Letters that are spelled out belong together: `Q A`, `Q.A.` and `QA` are one word.
3. A word knows its break from the word before: only space, a comma or similar, or the end of a sentence.
"""

from __future__ import annotations

import unicodedata
from enum import Enum
from typing import Final

from attrs import evolve

from trialogue.model.text import stream_safe
from trialogue.values import frozen

_LETTERS: Final = str.maketrans(
    {"\u00f8": "o", "\u0142": "l", "\u0111": "d", "\u00e6": "ae", "\u0153": "oe", "\u0131": "i"}
)
"""Latin letters that no Unicode form decomposes."""

_BLESSING: Final = "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}"
"""The one character that becomes eighteen; no name holds it, and a page of it took half a minute to read."""

_APOSTROPHES: Final = frozenset("'\u2019\u02bc")
_ENDS: Final = frozenset("!?;\u2026\u3002\n")
_COMMAS: Final = frozenset(",:()[]\u2013\u2014\u3001")


class Break(Enum):
    """Break before a word."""

    NOTHING = "nothing"
    APOSTROPHE = "apostrophe"
    COMMA = "comma"
    END = "end"


@frozen
class Word:
    """Word of a text, in the form for comparison."""

    text: str
    """Word, folded."""

    before: Break
    """Break from the word before; END for the first word."""

    asks: bool = False
    """Whether its sentence ends with a question mark."""

    is_initial: bool = False
    """Whether it may be a letter of an abbreviation: one letter, perhaps with a full stop after it."""


def folded(text: str) -> str:
    """Text in the form for comparison: without differences of case, accents and invisible characters."""
    if text.isascii():  # ASCII differs in case only
        return text.lower()
    plain = stream_safe(text).replace(_BLESSING, " ")
    seen = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", plain).casefold())
    bare = "".join(c for c in seen if not "\u0300" <= c <= "\u036f" and unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", stream_safe(bare.translate(_LETTERS)))


def words_of(text: str) -> tuple[Word, ...]:
    """Words of a text, in order."""
    words: list[Word] = []
    start = 0
    for word, gap in _pieces(folded(text).replace("&", " and ")):
        before = _break(gap, words[-1].text) if words else Break.END
        if before is Break.END and words:
            words[start:] = [evolve(each, asks="?" in gap) for each in words[start:]]
            start = len(words)
        if word:
            words.append(Word(word, before, is_initial=len(word) == 1 and before is not Break.APOSTROPHE))
    return tuple(words)


def _pieces(text: str) -> list[tuple[str, str]]:
    """Words of a text, each with the text before it; the last pair is the text after all words."""
    pieces: list[tuple[str, str]] = []
    gap = word = ""
    for character in text:
        if unicodedata.category(character)[0] in "LNM":
            word += character
        elif word:
            pieces.append((word, gap))
            word, gap = "", character
        else:
            gap += character
    if word:
        pieces.append((word, gap))
        gap = ""
    return [*pieces, ("", gap + "\n")]


def _break(gap: str, before: str) -> Break:
    """Break that the text between two words makes; `before` is the word that it follows."""
    if gap in _APOSTROPHES:
        return Break.APOSTROPHE
    if _ENDS & set(gap) or (_stops(gap) and len(before) > 1):
        return Break.END
    if _COMMAS & set(gap) or " - " in gap or "--" in gap:
        return Break.COMMA
    return Break.NOTHING


def _stops(gap: str) -> bool:
    """Whether there is a full stop that no word follows at once: `3.5` and `Q.A` have none."""
    return "." in gap and not gap.endswith(".")


def spelled_out(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Same words with spelled-out letters joined: `q a lead` is `qa lead`."""
    joined: list[Word] = []
    letters: list[str] = []
    for word in words:
        if letters and word.is_initial and word.before is Break.NOTHING:
            letters.append(word.text)
            continue
        _join(joined, letters)
        joined.append(word)
        letters = [word.text] if word.is_initial else []
    _join(joined, letters)
    return tuple(joined)


def _join(joined: list[Word], letters: list[str]) -> None:
    """Give the last word all its letters at once: one at a time, each would copy those before it."""
    if len(letters) > 1:
        joined[-1] = evolve(joined[-1], text="".join(letters))
