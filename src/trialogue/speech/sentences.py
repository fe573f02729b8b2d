"""Splitter of a text stream into sentences, so that the first can be spoken while the last is being written.

1. A sentence ends at `.`, `!`, `?` or `…`, with the closing quotes and brackets that follow, before white
   space; or at a line's end.
2. A full stop does not end one after a title, an initial, a known abbreviation or a number that begins the
   sentence ("1. Open the file"), nor before a small letter.
3. The pieces in which a stream comes make no difference: an end counts only once the next word has begun.
4. A sentence without an end is cut at 400 characters: after a clause if it has one, else after a word.
"""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 400
"""Most characters of a sentence, about 25 s of speech."""

_OPENING: Final = "\"'\u201c\u2018([*_"
_END: Final = re.compile(
    r"""(?<![.!?\u2026])(?P<marks>[.!?\u2026]++)["'\u201d\u2019)\]*_]*+\s++"""
    r"""(?=["'\u201c\u2018(\[*_]*+(?P<next>[^\s"'\u201c\u2018(\[*_]))|(?<!\s)(?=[^\S\n]*+\n)\s++(?=\S)"""
)
"""End of a sentence. It gives nothing back (`++`), and begins where marks or spaces begin: text of nothing
else is searched once.
"""
_WORD: Final = re.compile(r"\S")
_CLAUSE: Final = re.compile(r"[,;:—]\s+")
_NEVER_LAST: Final = frozenset(
    {"mr", "mrs", "ms", "dr", "prof", "gen", "col", "capt", "lt", "sgt", "rev", "hon", "gov", "sen", "pres"}
    | {"vs", "e.g", "i.e", "cf"}
)
"""Abbreviations that never end a sentence."""

_BEFORE_NUMBERS: Final = frozenset(
    {"no", "nos", "vol", "fig", "approx", "est"}
    | {"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"}
)
"""Abbreviations before numbers; elsewhere they may end a sentence."""


class SentenceSplitter:
    """Sentences of one stream of text, as soon as each is complete."""

    def __init__(self) -> None:
        self._text = ""

    def feed(self, piece: str) -> list[str]:
        """Sentences that the next `piece` completes."""
        sentences, self._text = _taken(self._text + piece, None)
        return sentences

    def flush(self) -> list[str]:
        """Rest at the stream's end; the next `feed` begins a new stream."""
        rest, self._text = self._text.strip(), ""
        return [rest] if rest else []


def split_sentences(text: str, most: int | None = None) -> list[str]:
    """Sentences of a whole text, or its first `most`, without reading the rest.

    >>> split_sentences("Dr. Ray paid 3.50. Was it worth it? No.")
    ['Dr. Ray paid 3.50.', 'Was it worth it?', 'No.']
    """
    sentences, rest = _taken(text, most)
    if (last := rest.strip()) and (most is None or len(sentences) < most):
        sentences.append(last)
    return sentences


def _taken(text: str, most: int | None) -> tuple[list[str], str]:
    """Complete sentences, and the rest. The text is scanned once, and never copied."""
    sentences: list[str] = []
    at = _after_space(text, 0)
    while (most is None or len(sentences) < most) and (cut := _cut(text, at)) is not None:
        if sentence := text[at : at + cut].strip():
            sentences.append(sentence)
        at = _after_space(text, at + cut)
    return sentences, text[at:]


def _after_space(text: str, at: int) -> int:
    """Place where the next word begins."""
    found = _WORD.search(text, at)
    return found.start() if found else len(text)


def _cut(text: str, at: int) -> int | None:
    """Length of the sentence that begins at `at`; None while that is not known."""
    seen = text[at : at + LONGEST]
    for match in _END.finditer(seen):
        if _ends(seen[: match.start()], match):
            return match.end()
    return _cut_of_endless(seen) if len(text) > at + LONGEST else None


def _ends(before: str, match: re.Match[str]) -> bool:
    """Whether the match after `before` is the end of a sentence."""
    if "\n" in match.group():
        return True
    following = match["next"]
    if following.islower():
        return False
    return match["marks"] != "." or not _goes_on(before, following)


def _goes_on(before: str, following: str) -> bool:
    """Whether a full stop belongs only to the last word of `before`."""
    word = before.rsplit(maxsplit=1)[-1].lstrip(_OPENING) if before.strip() else ""
    if word.isdecimal() and word == before.strip():
        return True
    if len(word) == 1 and word.isupper() and word != "I":
        return True
    known = _NEVER_LAST | _BEFORE_NUMBERS if following.isdigit() else _NEVER_LAST
    return word.lower() in known


def _cut_of_endless(seen: str) -> int:
    """Place to cut a text without an end: after its last clause, else its last word, else anywhere."""
    clauses = [match.end() for match in _CLAUSE.finditer(seen)]
    if clauses:
        return clauses[-1]
    space = seen.rfind(" ")
    return space + 1 if space > 0 else len(seen)
