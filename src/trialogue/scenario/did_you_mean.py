"""Hint at the word that was probably meant ("did you mean"), by similarity or as another word for the same.

Hints of other kinds: where a key belongs and how it is written (`forms`), names of keys (`key_aliases`).
"""

from __future__ import annotations

from collections.abc import Iterable

from trialogue.scenario.key_aliases import MEANT


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Hint with the word that was probably meant, or an empty text."""
    close = _similar(word, words)
    return f'; did you mean "{close}"?' if close else ""


def meant_word(word: str, words: Iterable[str]) -> str | None:
    """Word of `words` that was probably meant by another word for the same, or by a similar one."""
    known = list(words)
    same = (each for each in MEANT.get(word.casefold(), ()) if each in known)
    return next(same, None) or _similar(word, known)


def _similar(word: str, words: Iterable[str]) -> str | None:
    import difflib  # noqa: PLC0415 - only after a typo

    close = difflib.get_close_matches(word[:80], list(words), n=1, cutoff=0.6)
    return close[0] if close else None
