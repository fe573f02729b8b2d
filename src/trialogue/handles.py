"""Handles: objects of a running meeting or agent, which only our own functions make.

A handle that an app made itself would have no meeting behind it, and its first use would fail with an error
about our code.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Never, ParamSpec, TypeVar, cast

from trialogue.errors import WrongType

__all__ = ["given_by", "make"]

P = ParamSpec("P")
T = TypeVar("T")


def given_by(function: str) -> Callable[[type[T]], type[T]]:
    """Decorator of a class that apps cannot call: the error names the `function` that gives an instance."""

    def decorate(cls: type[T]) -> type[T]:
        handle = cast("Any", cls)

        @wraps(handle.__init__)
        def refuse(*_: object, **__: object) -> Never:
            text = f"{cls.__name__} cannot be made by hand: {function} gives one"
            raise WrongType(text, argument=cls.__name__)

        handle.__init__ = refuse
        return cls

    return decorate


def make(cls: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Make a handle, by the constructor that is refused to apps."""
    handle = cast("Any", cls)
    made = handle.__new__(handle)
    handle.__init__.__wrapped__(made, *args, **kwargs)
    return cast("T", made)
