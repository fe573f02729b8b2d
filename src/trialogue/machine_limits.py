"""Limits of the machine behind an error, in words for its operator: memory, files, threads, clock."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast

__all__ = ["LACKS", "lack_in", "lack_of", "leaves"]

_MEMORY: Final = "not enough memory (see ulimit -v, or the container's limit)"
_FILES: Final = "too many open files: raise the limit (ulimit -n)"
_THREADS: Final = "cannot start another thread: not enough memory or processes (see ulimit -v, ulimit -u)"
_DISK: Final = "the disk or your quota is full"
_SIZE: Final = "the output would be larger than a file may be: raise the limit (ulimit -f)"
_CLOCK: Final = "the machine's clock is set before the year 1678 or after 2262, beyond what Python reads"
_BY_NUMBER: Final = {
    errno.ENOMEM: _MEMORY,
    errno.EMFILE: _FILES,
    errno.ENFILE: _FILES,
    errno.ENOSPC: _DISK,
    errno.EDQUOT: _DISK,
}
_OURS: Final = Path(__file__).parent
"""Folder of the package: a missing file of its own is a bug of ours."""


LACKS: Final = (OSError, ImportError, MemoryError, RuntimeError, OverflowError, BaseExceptionGroup)
"""Classes of the errors in which a lack of the machine shows up."""


def lack_in(error: BaseException) -> str | None:
    """One line about what the machine lacks; None where anything else is wrong, too."""
    lacks = [lack_of(each) for each in leaves(error)]
    return None if None in lacks else "; ".join(dict.fromkeys(each for each in lacks if each))


def lack_of(error: BaseException) -> str | None:
    """One line about a resource that the machine lacks; None for any other error.

    Missing memory, disk space, open files, threads or libraries are not bugs, wherever they show up; nor is a
    path that the system refuses to read or write, or a clock that is set to no readable time.
    """
    words = str(error).lower()
    match error:
        case MemoryError():
            return _MEMORY
        case OSError(errno=errno.EFBIG) if cast("object", error.filename) is None:
            return _SIZE
        case OSError():
            return _BY_NUMBER.get(error.errno or 0) or _refused_at(error)
        case ImportError() if not (error.name or "").startswith("trialogue"):
            return f"cannot load a package that trialogue needs: {_first_cause(error)}"
        case OverflowError() if "pytime_t" in words:
            return _CLOCK
        case RuntimeError() if "start new thread" in words:
            return _THREADS
        case RuntimeError() if (
            "bad_alloc" in words or "bad allocation" in words or "allocate memory" in words
        ):
            return _MEMORY
        case _:
            return None


def _first_cause(error: BaseException) -> BaseException:
    """First error in the chain of causes: NumPy's own error adds many lines of advice about other causes."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _refused_at(error: OSError) -> str | None:
    """Path that the user named, with the system's reason; None without a path, or for one of ours."""
    named = cast("object", error.filename)
    if not isinstance(named, str | Path) or not error.strerror or _OURS in Path(named).parents:
        return None
    return f"{named}: {error.strerror}"


def leaves(error: BaseException) -> Iterator[BaseException]:
    """Errors inside groups, which trio's nurseries make."""
    if isinstance(error, BaseExceptionGroup):
        for each in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            yield from leaves(each)
    else:
        yield error
