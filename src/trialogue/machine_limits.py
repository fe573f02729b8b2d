"""Limits of a machine that an error has met, in words for its operator: memory, files, threads, libraries."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from typing import Final, cast

__all__ = ["lack_of", "leaves"]

_MEMORY: Final = "there is too little memory for this (ulimit -v, or a container's limit)"
_FILES: Final = "too few files may be open at once: raise the limit (ulimit -n)"
_THREADS: Final = "no more threads can be started: memory or processes are short (ulimit -v, ulimit -u)"
_BY_NUMBER: Final = {errno.ENOMEM: _MEMORY, errno.EMFILE: _FILES, errno.ENFILE: _FILES}


def lack_of(error: BaseException) -> str | None:
    """Lack of a machine, or of its limits, in one line; None for an error of another kind.

    Memory, open files, threads and libraries are lacking anywhere, and that is no fault of the code.
    """
    words = str(error).lower()
    match error:
        case MemoryError():
            return _MEMORY
        case OSError():
            return _BY_NUMBER.get(error.errno or 0)
        case ImportError() if not (error.name or "").startswith("trialogue"):
            return f"a package that trialogue needs does not load: {error}"
        case RuntimeError() if "start new thread" in words:
            return _THREADS
        case RuntimeError() if (
            "bad_alloc" in words or "bad allocation" in words or "allocate memory" in words
        ):
            return _MEMORY
        case _:
            return None


def leaves(error: BaseException) -> Iterator[BaseException]:
    """The errors inside of groups, trio's nurseries make them."""
    if isinstance(error, BaseExceptionGroup):
        for each in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            yield from leaves(each)
    else:
        yield error
