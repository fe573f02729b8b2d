"""Removal of markup from a model's reply: the rest is spoken, and recorded in the transcript.

1. Marks of emphasis, headings, lists and quotations are removed, and their words stay; a link leaves its
   text.
2. Blocks of code and the ruled lines of tables are left out.
3. Emoji are left out, with their joiners, skin tones and flags.
4. Each sentence is processed alone; only a block of code continues over sentences.
"""

from __future__ import annotations

import re
from typing import Final

_FENCE: Final = re.compile(r"^\s*(?:```|~~~)")
_FENCES: Final = re.compile(r"```|~~~")
_LINK: Final = re.compile(r"!?\[([^\[\]]{0,500})\]\([^)\s]{0,500}(?:\s[^)]{0,200})?\)")
_MARK: Final = re.compile(r"^\s*(?:(?:#{1,6}|[-*+\u2022>]|\[[ xX]\])\s+)+")
_RULE: Final = re.compile(r"^[\s|:*_=-]{3,}$")
_STRONG: Final = re.compile(
    r"\*{1,3}(?=\S)([^*]{1,500}?)(?<=\S)\*{1,3}|(?<!\w)_{1,3}(?=\S)([^_]{1,500}?)(?<=\S)_{1,3}(?!\w)"
)
_LEFT: Final = re.compile(r"\*\*+|`+|(?<!\w)__+|__+(?!\w)|~~")
_CELLS: Final = re.compile(r"\s*\|\s*")
_EMOJI: Final = re.compile(
    "[\U0001f000-\U0001faff\U0001fb00-\U0001fbff\u2600-\u27bf\u2b00-\u2bff\u2190-\u21ff\u231a-\u23ff"
    "\u25a0-\u25ff\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f]+"
)
_SPACES: Final = re.compile(r"\s{2,}")
_BEFORE_MARK: Final = re.compile(r"\s+([.,;:!?])")


class Markup:
    """Markup of one reply, sentence by sentence.

    >>> markup = Markup()
    >>> [markup.without(each) for each in ("**Yes:**", "- the `edge` 🙂", "```py", "x = 1", "```", "**I**")]
    ['Yes:', 'the edge', '', '', '', 'I']
    """

    def __init__(self) -> None:
        self._is_code = False

    def without(self, sentence: str) -> str:
        """Words of the next sentence; empty where none can be spoken."""
        if _FENCE.match(sentence):
            is_closed = len(_FENCES.findall(sentence)) > 1
            self._is_code = self._is_code if is_closed else not self._is_code
            return ""
        if self._is_code or _RULE.match(sentence):
            return ""
        text = _LINK.sub(r"\1", _MARK.sub("", sentence))
        text = _STRONG.sub(lambda match: match[1] or match[2], text)
        text = _SPACES.sub(" ", _EMOJI.sub(" ", _LEFT.sub("", text)))
        if text.lstrip().startswith("|"):
            text = _CELLS.sub(", ", text.strip().strip("|").strip())
        text = _BEFORE_MARK.sub(r"\1", text).strip()
        return text if any(letter.isalnum() for letter in text) else ""
