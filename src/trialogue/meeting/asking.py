"""How an app's questions come in: from any thread, and judged before anything is touched.

1. A meeting lives on one trio loop. Whoever asks from another thread waits until that loop has taken the
   question, a moment; what it raises, the asking thread gets.
2. Wrong types and ranges are refused where they are asked: neither the brain nor the journal sees them.
3. What waits (`await`) belongs to the loop's own tasks: elsewhere it is refused in words.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, TypeVar, cast

import trio

from trialogue.errors import SetupError
from trialogue.model.text import well_formed

T = TypeVar("T")

LONGEST_TEXT: Final = 100_000
"""Characters that one question may hold."""

LONGEST_ANSWER: Final = 1_000_000
"""Characters of a tool call's result; services take far less."""

LONGEST_REASON: Final = 200
"""Characters of the reason for an end."""


class Loop:
    """The trio loop on which it was made, and the thread that runs it."""

    def __init__(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        self._thread = threading.get_ident()

    def ask(self, question: Callable[[], T]) -> T:
        """Ask `question` on the loop, from whichever thread; SetupError once the loop has ended."""
        if threading.get_ident() == self._thread:
            return question()
        try:
            return trio.from_thread.run_sync(question, trio_token=self._token)
        except trio.RunFinishedError:
            raise SetupError("the loop that this ran on has ended") from None

    def check(self) -> None:
        """RuntimeError, in words that help, unless a task of this loop asks."""
        if not (trio.lowlevel.in_trio_task() and trio.lowlevel.current_trio_token() is self._token):
            raise RuntimeError("only tasks of the trio loop that it was opened on can wait for this")


# --- what is asked --------------------------------------------------------------------------------


def a_text(value: object, what: str, *, longest: int = LONGEST_TEXT, may_be_empty: bool = False) -> str:
    """A text that can be said; TypeError for anything else, ValueError for none or one that is too long."""
    text = well_formed(cast("str", value))
    if not may_be_empty and not text.strip():
        raise ValueError(f"{what} has no words")
    if len(text) > longest:
        raise ValueError(f"{what} is longer than {longest:,} characters")
    return text


def a_reason(value: object) -> str:
    """Why something is to end: one line."""
    reason = a_text(value, "the reason", longest=LONGEST_REASON)
    if not reason.isprintable():
        raise ValueError("the reason is not one line of plain text")
    return reason


def a_truth(value: object, what: str) -> bool:
    """True or False; TypeError for anything else, 0, 1 and NumPy's included."""
    if not isinstance(value, bool):
        raise TypeError(f"{what} is True or False, not a {type(value).__name__}")
    return value


def a_number(value: object, what: str, lowest: int, highest: int) -> int:
    """A whole number; TypeError for anything else, ValueError beyond the bounds."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{what} is a whole number, not a {type(value).__name__}")
    if not lowest <= value <= highest:
        raise ValueError(f"{what} is from {lowest} to {highest}, not {value}")
    return value


def a_choice(value: object, what: str, choices: tuple[str, ...]) -> None:
    """ValueError unless it is one of these."""
    if value not in choices:
        raise ValueError(f"{what} is one of {', '.join(choices)}, not {value!r}")


def a_sound(value: object) -> bytes:
    """Linear16 samples; TypeError for anything but bytes, ValueError for half a sample."""
    if not isinstance(value, bytes | bytearray | memoryview):
        raise TypeError(f"sound is bytes, not a {type(value).__name__}")
    pcm = bytes(cast("bytes", value))
    if len(pcm) % 2:
        raise ValueError("sound is whole samples of two bytes")
    return pcm
