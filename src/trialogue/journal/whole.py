"""Bytes to a file, whole, or the reason why not.

A disk or a quota that runs full takes a part first and says why only to whoever asks again.
"""

from __future__ import annotations

import errno
from collections.abc import Callable


def write_whole(content: bytes, write: Callable[[bytes, int], int]) -> tuple[int, OSError | None]:
    """Write `content` by `write(rest, how much is written)`: how many bytes got there, and what stopped it.

    >>> write_whole(b"words", lambda rest, done: min(2, len(rest)))
    (5, None)
    """
    done = 0
    while done < len(content):
        try:
            taken = write(content[done:] if done else content, done)
        except OSError as error:
            return done, error
        if taken == 0:
            return done, OSError(errno.EIO, "nothing more is taken")
        done += taken
    return done, None
