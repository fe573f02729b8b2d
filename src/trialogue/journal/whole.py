"""Complete write of bytes to a file, or the reason for a failure.

A full disk or quota first takes a part, and gives the reason only at the next write.
"""

from __future__ import annotations

import errno
from collections.abc import Callable


def write_whole(content: bytes, write: Callable[[bytes, int], int]) -> tuple[int, OSError | None]:
    """Write `content` by `write(rest, bytes written so far)`; the number of bytes written, and the error.

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
