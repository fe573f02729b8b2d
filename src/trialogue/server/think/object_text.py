"""Text of a JSON object that comes in parts: finds its end, in time linear in its length.

1. The brackets outside of strings are counted as the parts come. The text is parsed once, when they balance
   for the first time: that is the end of an object.
2. After an object only white space may come.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

import orjson
from attrs import field

from trialogue.model.json_text import read_json
from trialogue.values import define

__all__ = ["ObjectText"]

_MARK: Final = re.compile(r'\\.?|["{}\[\]]', re.DOTALL)
"""Parts of a text that matter to its brackets; an escaped character is one, so that it counts as no other."""

_SPACE: Final = " \t\r\n"
"""White space of JSON (RFC 8259, section 2)."""


class _State(Enum):
    """State of a text."""

    OPEN = auto()
    """Its brackets have not balanced yet."""

    WHOLE = auto()
    """A complete object."""

    WRONG = auto()
    """No object, whatever follows."""


@define
class ObjectText:
    r"""Text of an object, part by part.

    >>> text = ObjectText()
    >>> for part in ('{"a": ', '"\\', '"}', '"', "}"):
    ...     text.add(part)
    >>> text.is_whole, text.text
    (True, '{"a": "\\"}"}')
    """

    length: int = field(default=0, init=False)
    """Characters so far."""

    _parts: list[str] = field(factory=list[str], init=False)
    _state: _State = field(default=_State.OPEN, init=False)
    _depth: int = field(default=0, init=False)
    _is_string: bool = field(default=False, init=False)
    _is_escaped: bool = field(default=False, init=False)

    @property
    def text(self) -> str:
        """The text so far."""
        self._parts = ["".join(self._parts)]
        return self._parts[0]

    @property
    def is_whole(self) -> bool:
        """Whether the text is an object."""
        return self._state is _State.WHOLE

    def add(self, part: str) -> None:
        """Append a part."""
        self._parts.append(part)
        self.length += len(part)
        if self._state is _State.OPEN and self._balances(part):
            self._state = _State.WHOLE if _is_object(self.text) else _State.WRONG
        elif self._state is _State.WHOLE and part.strip(_SPACE):
            self._state = _State.WRONG

    def _balances(self, part: str) -> bool:
        """Whether a bracket of the next part closes the first one."""
        start = int(self._is_escaped and bool(part))
        self._is_escaped = self._is_escaped and not part
        for mark in _MARK.finditer(part, start):
            match mark[0]:
                case '"':
                    self._is_string = not self._is_string
                case "\\":
                    self._is_escaped = True
                case "{" | "[" if not self._is_string:
                    self._depth += 1
                case "}" | "]" if not self._is_string:
                    self._depth -= 1
                    if self._depth <= 0:
                        return True
                case _:
                    pass
        return False


def _is_object(text: str) -> bool:
    try:
        return isinstance(read_json(text), dict)
    except orjson.JSONDecodeError:
        return False
