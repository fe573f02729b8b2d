"""Bound on the lines of an MCP server that is a program: the `mcp` package joins them without a bound.

The package decodes a program's lines with a codec that it looks up by name. Ours counts the bytes of a line
and refuses one that is too long. The package would then read on silently until the program's end. So the
session is told, and its end stops the program. Bytes that are not UTF-8 are replaced, since one of them would
have the same effect; so would a byte order mark, which is left out.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from trialogue.transport.bounded_answers import AnswerTooLong

__all__ = ["BOUNDED_LINES", "told_of_long_lines"]

BOUNDED_LINES: Final = "trialogue_bounded_lines"
"""Name of the codec."""

PROGRAM_LINE_BYTES: Final = 4 * 1024 * 1024
"""Bytes of one line; the package joins it again with each piece, in time that grows with its square."""

_REFUSED: ContextVar[Callable[[], None]] = ContextVar("refused")


@contextmanager
def told_of_long_lines(refused: Callable[[], None]) -> Generator[None]:
    """Call `refused` when a reader that is opened in the block meets a line that is too long."""
    before = _REFUSED.set(refused)
    try:
        yield
    finally:
        _REFUSED.reset(before)


class _Decoder(codecs.IncrementalDecoder):
    """Decoder of one program's lines."""

    def __init__(self, errors: str = "strict") -> None:
        super().__init__(errors)
        self._utf_8 = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._begun = 0
        self._refused = _REFUSED.get()

    def decode(self, input: bytes, final: bool = False) -> str:  # type: ignore[override]  # noqa: A002, FBT001, FBT002 - the signature of `codecs`
        """Text of the next bytes; AnswerTooLong for a line that is too long."""
        self._begun = len(input) - 1 - end if (end := input.rfind(b"\n")) >= 0 else self._begun + len(input)
        if self._begun > PROGRAM_LINE_BYTES:
            self._refused()
            raise AnswerTooLong(f"a line of more than {PROGRAM_LINE_BYTES:,} bytes")
        return self._utf_8.decode(input, final)


def _found(name: str) -> codecs.CodecInfo | None:
    if name != BOUNDED_LINES:
        return None
    utf_8 = codecs.lookup("utf-8")
    return codecs.CodecInfo(utf_8.encode, utf_8.decode, incrementaldecoder=_Decoder, name=BOUNDED_LINES)


codecs.register(_found)
