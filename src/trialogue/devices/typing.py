"""A person at the keyboard: bytes become lines, without a thread that would hold up the exit.

1. The terminal is waited for by the loop itself, so a cancelled reader is gone at once.
2. A process in the background must not read from its terminal: it would be stopped (SIGTTIN). It reads
   nothing then.
3. Where a picture is redrawn around the line, the terminal neither echoes nor gathers lines; its modes are
   put back at the end, and signals work as ever.
"""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from typing import Final

import trio
from attrs import define, field

LONGEST: Final = 1000
"""Characters that a line may have; more are not taken."""

_ENTER: Final = frozenset("\r\n")
_BACK: Final = frozenset("\x7f\b")
_WORD: Final = "\x17"
_LINE: Final = "\x15"
_ESCAPE: Final = "\x1b"


class _Mode(Enum):
    """What the next character belongs to."""

    TEXT = auto()
    ESCAPE = auto()
    SEQUENCE = auto()


@define
class LineEditor:
    """Gathers lines from what is typed: Backspace, Ctrl-W and Ctrl-U take back; other controls do nothing."""

    line: str = field(default="", init=False)
    """What was typed since the last line."""

    _decoder: codecs.IncrementalDecoder = field(
        factory=codecs.getincrementaldecoder("utf-8"), init=False, repr=False
    )
    _mode: _Mode = field(default=_Mode.TEXT, init=False)

    def feed(self, typed: bytes) -> list[str]:
        """The lines that these bytes finish; empty ones are left out. What is no UTF-8 is dropped."""
        try:
            text = self._decoder.decode(typed)
        except UnicodeDecodeError:
            self._decoder.reset()
            return []
        return [line for character in text if (line := self._take(character))]

    def _take(self, character: str) -> str:
        """A finished line, or nothing."""
        if self._mode is not _Mode.TEXT:
            self._skip(character)
        elif character in _ENTER:
            line, self.line = self.line.strip(), ""
            return line
        elif character == _ESCAPE:
            self._mode = _Mode.ESCAPE
        elif character in _BACK:
            self.line = self.line[:-1]
        elif character == _WORD:
            self.line = self.line.rstrip().rpartition(" ")[0]
        elif character == _LINE:
            self.line = ""
        elif character.isprintable() and len(self.line) < LONGEST:
            self.line += character
        return ""

    def _skip(self, character: str) -> None:
        """Leave out a key that sends an escape sequence (ECMA-48: CSI ends with a byte from @ to ~)."""
        if self._mode is _Mode.ESCAPE and character in "[O":
            self._mode = _Mode.SEQUENCE
        elif self._mode is _Mode.ESCAPE or "@" <= character <= "~":
            self._mode = _Mode.TEXT


class Keyboard:
    """The lines that come from a file descriptor; those of a terminal while we may read it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.editor = LineEditor()

    async def lines(self) -> AsyncGenerator[str]:
        """Each line as it is finished, until the end of the file."""
        while typed := await self._read():
            for line in self.editor.feed(typed):
                yield line
        if rest := self.editor.line.strip():
            self.editor.line = ""
            yield rest

    async def _read(self) -> bytes:
        with suppress(PermissionError):  # a regular file is always ready, and epoll says so
            await trio.lowlevel.wait_readable(self._descriptor)
        await trio.lowlevel.checkpoint()
        try:
            return os.read(self._descriptor, 4096)
        except OSError:  # the terminal is gone
            return b""


def is_ours(descriptor: int) -> bool:
    """Whether it is a terminal that we may read now: we are in its foreground. On Windows none is."""
    if sys.platform == "win32":
        return False
    try:
        return os.isatty(descriptor) and os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError:
        return False


@contextmanager
def without_echo(descriptor: int) -> Generator[None]:
    """Let a terminal hand over what is typed at once, without showing it; undone at the block's end.

    For a terminal that `is_ours`, so never on Windows.
    """
    import termios  # noqa: PLC0415 - Windows has neither
    import tty  # noqa: PLC0415 - likewise

    before = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor, termios.TCSANOW)
    try:
        yield
    finally:
        with suppress(termios.error, OSError):  # a terminal that is gone needs nothing put back
            termios.tcsetattr(descriptor, termios.TCSANOW, before)
