"""Takes a model's reasoning out of what it says: `<think>…</think>` is written for nobody to hear.

1. The tags may come in pieces: what may be the beginning of one waits for the rest.
2. Reasoning that is never closed lasts to the stream's end.
3. A closing tag alone ends reasoning that the prompt has opened: what came before it in the same piece is
   reasoning, too.
"""

from __future__ import annotations

import re
from typing import Final

_TAG: Final = re.compile(r"<(/?)think(?:ing)?>", re.IGNORECASE)
_TAGS: Final = ("<think>", "<thinking>", "</think>", "</thinking>")
_LONGEST: Final = max(map(len, _TAGS))


class SpokenText:
    """The spoken part of one stream of text.

    >>> spoken = SpokenText()
    >>> spoken.feed("<thi") + spoken.feed("nk>Hm.</think>Yes: 1 < 2") + spoken.flush()
    'Yes: 1 < 2'
    """

    def __init__(self) -> None:
        self._waiting = ""
        self._is_reasoning = False

    def feed(self, piece: str) -> str:
        """Return what is to be spoken of the next `piece`, and of what waited before it."""
        text = self._waiting + piece
        known = _known(text)
        text, self._waiting = text[:known], text[known:]
        spoken: list[str] = []
        end = 0
        for tag in _TAG.finditer(text):
            is_closing = bool(tag[1])
            if not self._is_reasoning and is_closing:
                spoken.clear()
            elif not self._is_reasoning:
                spoken.append(text[end : tag.start()])
            self._is_reasoning = not is_closing
            end = tag.end()
        return "".join(spoken) if self._is_reasoning else "".join(spoken) + text[end:]

    def flush(self) -> str:
        """Return what waited, at the stream's end."""
        waiting, self._waiting = self._waiting, ""
        return "" if self._is_reasoning else waiting


def _known(text: str) -> int:
    """How much of `text` cannot be the beginning of a tag."""
    at = text.rfind("<", max(0, len(text) - _LONGEST + 1))
    rest = text[at:].lower()
    is_unsure = at >= 0 and any(len(tag) > len(rest) and tag.startswith(rest) for tag in _TAGS)
    return at if is_unsure else len(text)
