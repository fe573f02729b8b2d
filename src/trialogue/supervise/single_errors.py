"""Single errors of a nursery, raised without their group."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import cast


@contextmanager
def lone_error() -> Generator[None, None, None]:
    """Raise a single error of a group without the group, so that `except` can name it."""
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
        lone.__context__ = context  # not the group, which refers to it
        del lone, context


def _innermost(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Single error in its groups, or the first group with more than one."""
    while len(group.exceptions) == 1:
        (error,) = group.exceptions
        if not isinstance(error, BaseExceptionGroup):
            return error
        group = cast(BaseExceptionGroup[BaseException], error)
    return group
