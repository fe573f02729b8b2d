"""What a machine or its limits did not give: memory, open files, threads, a library that loads.

Errors of this kind come up anywhere, and are nobody's fault in the code: they are told as what they are.
"""

from __future__ import annotations

import errno
from typing import Final

__all__ = ["lack_of"]

_MEMORY: Final = "there is too little memory for this (ulimit -v, or a container's limit)"
_FILES: Final = "too few files may be open at once: raise the limit (ulimit -n)"
_THREADS: Final = "no more threads can be started: memory or processes are short (ulimit -v, ulimit -u)"
_BY_NUMBER: Final = {errno.ENOMEM: _MEMORY, errno.EMFILE: _FILES, errno.ENFILE: _FILES}


def lack_of(error: BaseException) -> str | None:
    """What was lacking, in one line; None for an error of another kind."""
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
