"""Handles: objects of a running meeting or agent, which only our own functions make; and their blocks.

1. A handle that an app made itself would have no meeting behind it, and its first use would fail with an
   error about our code.
2. A block can be entered once: what it would open again is in use, or over.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import wraps
from types import TracebackType
from typing import Any, Never, ParamSpec, TypeVar, cast

from trialogue.errors import AskedWrongly, WrongType

__all__ = ["a_block", "check_not_entered", "entered", "given_by", "make"]

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


# --- blocks ---------------------------------------------------------------------------------------------


def check_not_entered(entered: object | None) -> None:
    """Raise AskedWrongly if something was entered before."""
    if entered is not None:
        raise AskedWrongly("a block can be entered once: open another one", argument="self")


def entered(entered: T | None) -> T:
    """What was entered; AskedWrongly for None."""
    if entered is None:
        raise AskedWrongly("this block was never entered, so it cannot be left", argument="self")
    return entered


def a_block(function: Callable[P, AsyncGenerator[T]]) -> Callable[P, AbstractAsyncContextManager[T]]:
    """Decorator like `asynccontextmanager`, whose second entering is an error in the caller's terms."""
    opening = asynccontextmanager(function)

    @wraps(function)
    def opened(*args: P.args, **kwargs: P.kwargs) -> AbstractAsyncContextManager[T]:
        return _Block(opening(*args, **kwargs))

    return opened


class _Block(AbstractAsyncContextManager[T]):
    """Block of a trio task."""

    def __init__(self, inner: AbstractAsyncContextManager[T]) -> None:
        self._inner = inner
        self._entered: AbstractAsyncContextManager[T] | None = None

    async def __aenter__(self) -> T:
        check_not_entered(self._entered)
        self._entered = self._inner
        return await self._inner.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return await entered(self._entered).__aexit__(kind, error, trace)  # noqa: ASYNC102 - the block itself cleans up
