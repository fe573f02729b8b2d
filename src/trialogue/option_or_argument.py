"""Words for what to do, for whoever asked: a command has options, a call of a program has arguments."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_IS_COMMAND: ContextVar[bool] = ContextVar("is_command", default=False)


@contextmanager
def command_words() -> Generator[None]:
    """Give the words of the command line in the block, and in the tasks and threads that it starts."""
    token = _IS_COMMAND.set(True)
    try:
        yield
    finally:
        _IS_COMMAND.reset(token)


def either(option: str, argument: str) -> str:
    """`option` for a command, `argument` for a call of a program."""
    return option if _IS_COMMAND.get() else argument
