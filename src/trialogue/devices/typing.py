"""Keyboard of a person: makes lines of typed bytes, without a thread that would delay the exit.

1. The loop itself waits for the terminal, so a cancelled reader ends at once.
2. A process in the background must not read its terminal or set its modes, or the system stops it (SIGTTIN,
   SIGTTOU). So it does neither, even if it was in the foreground before (Ctrl-Z and `bg`).
3. While a picture is redrawn around the line, the terminal neither echoes nor buffers lines. Its modes are
   restored at the end, and signals work as usual.
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
from attrs import field

from trialogue.values import define

LONGEST: Final = 20_000
"""Most characters of a line, some 20 minutes of speech; more are ignored."""

LOOK_S: Final = 0.5
"""Seconds between two checks of a background process whether it may read again."""

EARLIER: Final = 50
"""Number of earlier lines that are kept for the keys Up and Down."""

_KEYS: Final = {
    "D": "left",
    "C": "right",
    "H": "home",
    "1~": "home",
    "F": "end",
    "4~": "end",
    "3~": "delete",
    "A": "up",
    "B": "down",
}
"""Keys, by the characters that they send after ESC [ or ESC O."""

_MOVES: Final = {"\x01": "home", "\x05": "end", "\x02": "left", "\x06": "right"}

_ENTER: Final = frozenset("\r\n")
_BACK: Final = frozenset("\x7f\b")
_WORD: Final = "\x17"
_LINE: Final = "\x15"
_ESCAPE: Final = "\x1b"


class _Mode(Enum):
    """Mode in which the next character is read."""

    TEXT = auto()
    ESCAPE = auto()
    SEQUENCE = auto()


@define
class LineEditor:
    """Line editor: makes lines of typed bytes, with the usual keys of a terminal.

    Left, Right, Home and End (Ctrl-A, Ctrl-E) move in the line. Backspace, Delete, Ctrl-W and Ctrl-U delete.
    Up and Down bring earlier lines. Other control characters do nothing.
    """

    line: str = field(default="", init=False)
    """Text typed since the last finished line."""

    at: int = field(default=0, init=False)
    """Cursor: the number of characters before it."""

    _earlier: list[str] = field(factory=list[str], init=False)
    _back: int = field(default=0, init=False)
    """Number of the earlier line that is shown, counted from the last; 0 for a new one."""

    _sequence: str = field(default="", init=False)

    _decoder: codecs.IncrementalDecoder = field(
        factory=lambda: codecs.getincrementaldecoder("utf-8")("replace"), init=False, repr=False
    )
    _mode: _Mode = field(default=_Mode.TEXT, init=False)

    def feed(self, typed: bytes) -> list[str]:
        """Take typed bytes; returns the finished lines, without empty ones. Invalid UTF-8 is replaced."""
        return [line for character in self._decoder.decode(typed) if (line := self._take(character))]

    def _take(self, character: str) -> str:
        """Take one character; returns the line that it finishes, else an empty text."""
        if self._mode is not _Mode.TEXT:
            self._follow(character)
        elif character in _ENTER:
            return self._finish()
        elif character == _ESCAPE:
            self._mode, self._sequence = _Mode.ESCAPE, ""
        elif character in _BACK:
            self._replace(self.line[: max(0, self.at - 1)], self.line[self.at :])
        elif character == _WORD:
            self._replace(self.line[: self.at].rstrip().rpartition(" ")[0], self.line[self.at :])
        elif character == _LINE:
            self._replace("", self.line[self.at :])
        elif character in _MOVES:
            self._move(_MOVES[character])
        elif character.isprintable() and len(self.line) < LONGEST:
            self._replace(f"{self.line[: self.at]}{character}", self.line[self.at :])
        return ""

    def rest(self) -> str:
        """Unfinished line, at the end of the input."""
        return self._finish()

    def _finish(self) -> str:
        line = self.line.strip()
        self._replace("", "")
        self._back = 0
        if line and line not in self._earlier[-1:]:
            self._earlier = [*self._earlier[1 - EARLIER :], line]
        return line

    def _replace(self, before: str, behind: str) -> None:
        """Set the line, with the cursor between its two halves."""
        self.line, self.at = before + behind, len(before)

    def _move(self, to: str) -> None:
        match to:
            case "left":
                self.at = max(0, self.at - 1)
            case "right":
                self.at = min(len(self.line), self.at + 1)
            case "home":
                self.at = 0
            case "end":
                self.at = len(self.line)
            case "delete":
                self._replace(self.line[: self.at], self.line[self.at + 1 :])
            case "up" | "down":
                back = self._back + (1 if to == "up" else -1)
                if 0 <= back <= len(self._earlier):
                    self._back = back
                    self._replace(self._earlier[-back] if back else "", "")
            case _:
                pass

    def _follow(self, character: str) -> None:
        """Read a key that sends an escape sequence (ECMA-48: CSI ends with a byte from @ to ~)."""
        if self._mode is _Mode.ESCAPE and character in "[O":
            self._mode = _Mode.SEQUENCE
        elif self._mode is _Mode.ESCAPE:
            self._mode = _Mode.TEXT
        elif "@" <= character <= "~":
            self._mode = _Mode.TEXT
            self._move(_KEYS.get(f"{self._sequence}{character}", ""))
        else:
            self._sequence = f"{self._sequence}{character}"[:8]


class Keyboard:
    """Keyboard: gives the lines of a file descriptor; those of a terminal only while we may read it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.editor: LineEditor = LineEditor()

    async def lines(self) -> AsyncGenerator[str]:
        """Give each finished line, until the end of the file."""
        while typed := await self._read():
            for line in self.editor.feed(typed):
                yield line
        if rest := self.editor.rest():
            yield rest

    async def _read(self) -> bytes:
        await self._wait_readable()
        while is_anothers(self._descriptor):  # the system does not report when that changes
            await trio.sleep(LOOK_S)
            await self._wait_readable()
        try:
            return os.read(self._descriptor, 4096)
        except OSError:  # the terminal is gone
            return b""

    async def _wait_readable(self) -> None:
        with suppress(PermissionError):  # a regular file is always ready, and epoll says so
            await trio.lowlevel.wait_readable(self._descriptor)
        await trio.lowlevel.checkpoint()


def is_ours(descriptor: int) -> bool:
    """Whether it is a terminal that we may read, since we are in its foreground; never on Windows."""
    if sys.platform == "win32":
        return False
    try:
        return os.isatty(descriptor) and os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError:
        return False


def is_anothers(descriptor: int) -> bool:
    """Whether it is our terminal, but with another process in the foreground, usually the shell."""
    if sys.platform == "win32":
        return False
    try:
        return os.isatty(descriptor) and os.tcgetpgrp(descriptor) != os.getpgrp()
    except OSError:  # the terminal of another session, or of none
        return False


@contextmanager
def without_echo(descriptor: int) -> Generator[None]:
    """Make a terminal give each typed character at once, without echo, until the block's end.

    In the background its modes are not restored, since the shell has set its own. Only for a terminal that
    `is_ours`, so never on Windows.
    """
    import termios  # noqa: PLC0415 - Windows has neither termios nor tty
    import tty  # noqa: PLC0415 - likewise

    before = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor, termios.TCSANOW)
    try:
        yield
    finally:
        if not is_anothers(descriptor):
            with suppress(termios.error, OSError):  # a terminal that is gone needs no restoring
                termios.tcsetattr(descriptor, termios.TCSANOW, before)
