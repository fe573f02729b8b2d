"""Screens on which a meeting is shown: a terminal, plain lines, or nowhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Protocol, Self, TextIO

from trialogue.cli.key_masking import hidden
from trialogue.cli.view_lines import Line, plain
from trialogue.errors import SetupError
from trialogue.model.text import steerless, steerless_json, steerless_lines


class Screen(AbstractContextManager["Screen"], Protocol):
    """Screen that shows a meeting; a context manager, used by one task at a time."""

    @property
    def columns(self) -> int | None:
        """Width of the picture in columns; None if the screen shows only lines."""
        ...

    def draw(self, heard: Sequence[Line], picture: Sequence[Line]) -> None:
        """Show lines of the transcript and replace the picture; OSError if the output is closed."""
        ...


class NoScreen:
    """Screen that shows nothing."""

    columns = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def draw(self, heard: Sequence[Line], picture: Sequence[Line]) -> None:
        """Show nothing."""


class PlainScreen(NoScreen):
    """Screen of plain lines without control codes, for files, pipes and NO_COLOR."""

    def __init__(self, file: TextIO | None = None) -> None:
        self._file = file or sys.stdout

    def draw(self, heard: Sequence[Line], picture: Sequence[Line]) -> None:  # noqa: ARG002 - plain lines have no picture
        """Print what was heard."""
        for each in heard:
            print(hidden(plain(each)), file=self._file, flush=True)


def has_colours(file: TextIO) -> bool:
    """Whether a stream is a terminal that accepts control codes (no-color.org)."""
    return file.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def open_screen(*, is_shown: bool) -> Screen:
    """The best screen that stdout supports."""
    if not is_shown:
        return NoScreen()
    if not has_colours(sys.stdout):
        return PlainScreen()
    from trialogue.cli.view_terminal import LiveScreen  # noqa: PLC0415 - rich, for terminals only

    return LiveScreen()


def show(lines: Sequence[Line]) -> None:
    """Print lines to stdout, in colours if the terminal accepts them.

    BrokenPipeError if the reader is gone; `SetupError` for any other failed write.
    """
    with writing():
        if has_colours(sys.stdout):
            from trialogue.cli.view_terminal import print_lines  # noqa: PLC0415 - rich, for terminals only

            print_lines(lines)
        else:
            PlainScreen().draw(lines, ())


def put(text: str) -> None:
    """Print one line to stdout; raises as `show` does."""
    put_lines(steerless(text))


def put_lines(text: str) -> None:
    """Print a text of one or more lines to stdout; raises as `show` does."""
    with writing():
        print(hidden(steerless_lines(text)), flush=True)


def put_json(data: object) -> None:
    """Print a value to stdout as JSON; raises as `show` does."""
    import orjson  # noqa: PLC0415 - only for JSON

    from trialogue.model.json_text import write_json  # noqa: PLC0415 - likewise

    put_lines(steerless_json(write_json(data, orjson.OPT_INDENT_2)).decode())


@contextmanager
def writing() -> Generator[None]:
    """Write to stdout; raises as `show` does."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise SetupError(f"cannot write the output: {error.strerror or error}") from error


def note(text: str) -> None:
    """Print a line to stderr, beside the output; nothing where stderr is closed or its disk is full."""
    with suppress(OSError):
        print(hidden(f"trialogue: {steerless(text)}"), file=sys.stderr, flush=True)


class WaitScreen(Protocol):
    """Display of what the command waits for."""

    def __call__(self, what: str) -> None:
        """Show what is being prepared."""
        ...

    def done(self) -> None:
        """Remove the message."""
        ...


class WaitingLines:
    """Waiting messages as lines on stderr; none if `is_silent`."""

    def __init__(self, *, is_silent: bool) -> None:
        self._is_silent = is_silent

    def __call__(self, what: str) -> None:
        """Show what is being prepared."""
        if not self._is_silent:
            note(what)

    def done(self) -> None:
        """Nothing to remove: printed lines stay."""


def open_waiting(*, is_silent: bool) -> WaitScreen:
    """The best waiting display that stderr supports."""
    if is_silent or not has_colours(sys.stderr):
        return WaitingLines(is_silent=is_silent)
    from trialogue.cli.view_terminal import Spinner  # noqa: PLC0415 - rich, for terminals only

    return Spinner()
