"""Hint at the word that was probably meant ("did you mean"), by similarity.

Hints of other kinds: where a key belongs and how it is written (`forms`), names of keys (`key_aliases`).
"""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Hint with the word that was probably meant, or an empty text."""
    import difflib  # noqa: PLC0415 - for slips alone

    close = difflib.get_close_matches(word[:80], list(words), n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else ""
