"""Reader of HTTP endpoints' answers within limits, independently of their headers.

1. It asks for no compression and accepts none, so a small answer cannot become a large one.
2. A line is bounded, and so are all lines together: an endless answer is abandoned.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import field

from trialogue.values import define, frozen

__all__ = ["ANSWER_BYTES", "IDENTITY", "LINE_BYTES", "AnswerLines", "AnswerTooLong", "Bounds", "encoding_of"]

IDENTITY: Final = "identity"
"""The `accept-encoding` that asks for no compression (RFC 9110, section 12.5.3)."""

LINE_BYTES: Final = 1024 * 1024
"""Most bytes of one line, or of one event."""

ANSWER_BYTES: Final = 16 * 1024 * 1024
"""Most bytes of a whole answer: a hundred thousand events of a model that writes a word in each."""


class AnswerTooLong(Exception):
    """An answer exceeded a limit; the text names the limit, and has no part of the answer."""


@frozen
class Bounds:
    """Limits of one answer, in bytes."""

    line: int = LINE_BYTES
    """Longest line."""

    whole: int = ANSWER_BYTES
    """Whole answer."""


@define
class AnswerLines:
    """Lines of an answer that comes in pieces, as server-sent events have them (HTML standard, section 9.2).

    A line ends with LF, CR or both. A byte order mark before the first one is left out.

    Raises `AnswerTooLong` as soon as a limit is exceeded.
    """

    bounds: Bounds = Bounds()
    """Limits."""

    _begun: bytearray = field(factory=bytearray, init=False)
    _taken: int = field(default=0, init=False)
    _is_after_cr: bool = field(default=False, init=False)
    _encoding: str = field(default="utf-8-sig", init=False)

    def feed(self, piece: bytes) -> list[str]:
        """Lines that this piece completes."""
        self._taken += len(piece)
        if self._taken > self.bounds.whole:
            raise AnswerTooLong(f"an answer of more than {self.bounds.whole:,} bytes")
        begun = piece[1:] if self._is_after_cr and piece.startswith(b"\n") else piece
        self._is_after_cr = piece.endswith(b"\r") or (self._is_after_cr and not piece)
        first, *others = begun.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._add(first)
        lines: list[str] = []
        for other in others:
            lines.append(self.rest())
            self._add(other)
        return lines

    def rest(self) -> str:
        """Unfinished line, which at the end of an answer is its last one."""
        line = self._begun.decode(self._encoding, errors="replace")
        self._encoding = "utf-8"
        self._begun.clear()
        return line

    def _add(self, part: bytes) -> None:
        self._begun += part
        if len(self._begun) > self.bounds.line:
            raise AnswerTooLong(f"a line of more than {self.bounds.line:,} bytes")


def encoding_of(headers: Mapping[str, str]) -> str | None:
    """Compression that an answer has without being asked for; None where it has none."""
    named = headers.get("content-encoding", IDENTITY).strip().lower()
    return None if named in {"", IDENTITY} else named
