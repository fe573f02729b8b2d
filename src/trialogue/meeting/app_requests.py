"""Calls of an app: from any thread, and checked before anything happens.

1. A meeting runs on one trio loop. A call from another thread waits until that loop has accepted it, a
   moment; an exception is raised in the calling thread.
2. Wrong types and ranges are refused in the call, with errors that name the argument: neither the
   brain nor the journal gets them.
3. Calls that wait (`await`) belong to the loop's own tasks: elsewhere they raise an error that says so.
"""

from __future__ import annotations

import inspect
import os
import threading
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final, TypeVar, cast

import trio

from trialogue.arguments import fault_of_path, is_async, is_generator, kind_of
from trialogue.errors import AlreadyOver, WrongLoop, WrongType, WrongValue
from trialogue.model.text import well_formed

T = TypeVar("T")

LONGEST_TEXT: Final = 100_000
"""Most characters of one text."""

LONGEST_ANSWER: Final = 1_000_000
"""Most characters of a tool call's result; services accept far less."""

LONGEST_REASON: Final = 200
"""Most characters of the reason for an end."""


_ENDED: Final = "the trio loop that opened this has ended"

FORKED: Final = "a forked process has no copy of the loop that opened this: use it in the process that did"


class Loop:
    """The trio loop in which it was made, and that loop's thread."""

    def __init__(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        self._thread = threading.get_ident()
        self._process = os.getpid()

    def ask(self, question: Callable[[], T]) -> T:
        """Call `question` on the loop, from any thread; AlreadyOver once the loop has ended."""
        if threading.get_ident() == self._thread:
            if not self._runs_here():
                raise AlreadyOver(_ENDED)
            return question()
        if os.getpid() != self._process:
            raise AlreadyOver(FORKED)
        try:
            return trio.from_thread.run_sync(question, trio_token=self._token)
        except trio.RunFinishedError:
            raise AlreadyOver(_ENDED) from None

    def check(self) -> None:
        """Raise WrongLoop, with advice, unless a task of this loop calls."""
        if not (trio.lowlevel.in_trio_task() and self._runs_here()):
            raise WrongLoop("await this only in a task of the trio loop that opened it")

    def _runs_here(self) -> bool:
        """Whether the loop that runs in this thread is this one, not an earlier or a later one."""
        return trio.lowlevel.in_trio_run() and trio.lowlevel.current_trio_token() is self._token


# --- checks of arguments --------------------------------------------------------------------------------


def wrong_type(what: str, wanted: str, value: object) -> WrongType:
    """The error for an argument of the wrong type; `what` names the argument."""
    return WrongType(f"{what} must be {wanted}, not {kind_of(value)}", argument=_parameter(what))


def wrong_value(what: str, why: str) -> WrongValue:
    """The error for an argument with an invalid value; `what` names the argument."""
    return WrongValue(f"{what} {why}", argument=_parameter(what))


def _parameter(what: str) -> str:
    """The parameter's name in the call."""
    return what.removeprefix("the ").replace(" ", "_")


def a_text(value: object, what: str, *, longest: int = LONGEST_TEXT, may_be_empty: bool = False) -> str:
    """A text that can be spoken; WrongType for another type, WrongValue for an empty or too long one."""
    if not isinstance(value, str):
        raise wrong_type(what, "a text", value)
    text = well_formed(value)
    if not may_be_empty and not text.strip():
        raise wrong_value(what, "has no words")
    if len(text) > longest:
        raise wrong_value(what, f"is longer than {longest:,} characters")
    return text


def a_reason(value: object) -> str:
    """The reason for an end: a text of one line."""
    reason = a_text(value, "the reason", longest=LONGEST_REASON)
    if not reason.isprintable():
        raise wrong_value("the reason", "must be one line of plain text")
    return reason


def a_truth(value: object, what: str) -> bool:
    """True or False; WrongType for anything else, including 0, 1 and NumPy's booleans."""
    if not isinstance(value, bool):
        raise wrong_type(what, "True or False", value)
    return value


def a_number(value: object, what: str, lowest: int, highest: int) -> int:
    """A whole number; WrongType for anything else, WrongValue outside the bounds."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_type(what, "a whole number", value)
    if not lowest <= value <= highest:
        raise wrong_value(what, f"must be from {lowest} to {highest}, not {value}")
    return value


def a_choice(value: object, what: str, choices: tuple[str, ...]) -> None:
    """Raise WrongValue unless the value is one of the choices."""
    if value not in choices:
        raise wrong_value(what, f"must be one of {', '.join(choices)}, not {value!r}")


def a_function(value: object, what: str, *, must_be_plain: bool = False) -> None:
    """Raise WrongType unless the value is a function whose call has an effect.

    A call of a generator has none; nor has one of an async function where it `must_be_plain`.
    """
    if not callable(value):
        raise wrong_type(what, "a function", value)
    if is_generator(value):
        raise WrongType(f"{what} must be a function, not a generator", argument=_parameter(what))
    if must_be_plain and is_async(value):
        text = f"{what} must be a plain function, not an async one"
        raise WrongType(text, argument=_parameter(what))


def awaitable(came: Awaitable[T], what: str) -> Awaitable[T]:
    """The result of an async function, to be awaited; WrongType for the result of a plain one."""
    if not inspect.isawaitable(came):  # pyright: ignore[reportUnnecessaryComparison] -- callers may not be typed
        raise WrongType(f"{what} must be an async function, not a plain one", argument=_parameter(what))
    return came


def a_mapping(value: object, what: str) -> dict[str, object]:
    """A new dict of values by name; None gives an empty one, and anything else raises WrongType."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise wrong_type(what, "a mapping of names", value)
    entries = cast("Mapping[object, object]", value)
    for name in entries:
        if not isinstance(name, str):
            raise wrong_type(f"a name in {what}", "a text", name)
    return dict(cast("Mapping[str, object]", entries))


def a_path(value: object, what: str) -> Path:
    """A path; WrongType for anything else, WrongValue for a path that no system accepts."""
    if not isinstance(value, str | Path):
        raise wrong_type(what, "a path", value)
    if not str(value).strip():
        raise wrong_value(what, "must be the path of a file")
    if fault := fault_of_path(value):
        raise wrong_value(what, fault)
    return Path(value)


def a_sound(value: object, what: str = "pcm") -> bytes:
    """Linear16 samples; WrongType for anything but bytes, WrongValue for half a sample."""
    if not isinstance(value, bytes | bytearray | memoryview):
        raise wrong_type(what, "bytes", value)
    pcm = bytes(cast("bytes", value))
    if len(pcm) % 2:
        raise wrong_value(what, "must consist of whole samples of two bytes")
    return pcm


def a_time(value: object, what: str) -> None:
    """Check a timeout: a number of seconds, or None for no limit. Raises WrongType or WrongValue."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong_type(what, "a number of seconds", value)
    if not 0 <= value <= threading.TIMEOUT_MAX:
        raise wrong_value(what, f"must be from 0 to {threading.TIMEOUT_MAX:.0f}, or None for no timeout")
