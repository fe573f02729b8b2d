"""Errors that leave a nursery alone, as themselves."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import cast


@contextmanager
def lone_error() -> Generator[None, None, None]:
    """Let an error that is alone in its group leave without the group, so that `except` can name it."""
    try:
        yield
    except BaseExceptionGroup as group:
        lone = _innermost(group)
        if lone is group:
            raise
    else:
        return
    context = lone.__context__
    try:
        raise lone
    finally:
        lone.__context__ = context  # not the group, which would refer back to it
        del lone, context


def _innermost(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Error that is alone in its groups, or the first group that holds more than one."""
    while len(group.exceptions) == 1:
        (error,) = group.exceptions
        if not isinstance(error, BaseExceptionGroup):
            return error
        group = cast(BaseExceptionGroup[BaseException], error)
    return group
