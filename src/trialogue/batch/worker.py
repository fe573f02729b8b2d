"""Worker process, which holds one meeting after another: jobs on stdin, outcomes on stdout, one a line.

1. All other output goes to stderr: stdout is only for the line that says that it is ready, and for outcomes.
2. It ends with its input, so it also ends when the parent process dies, even during a meeting: that meeting
   is cut off, and is not held again by itself.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, Thread
from typing import IO, Final

from trialogue.batch.lines import READY, from_line, to_line
from trialogue.machine_limits import LACKS, lack_in
from trialogue.speech import limit_threads

ORPHANED: Final = 75
"""Exit code of a worker whose parent is gone (sysexits.h, EX_TEMPFAIL)."""


UNABLE: Final = 71
"""Exit code of a worker that lacks something of the machine (sysexits.h, EX_OSERR)."""


def main() -> int:
    """Hold meetings until the input ends; one line on stderr where the machine lacks what that needs."""
    try:
        return _hold_all()
    except LACKS as error:
        if (lack := lack_in(error)) is None:
            raise
        sys.stderr.write(f"trialogue: {lack}\n")
        return UNABLE


def _hold_all() -> int:
    limit_threads()
    from trialogue.batch.holding import Loaded, hold_job  # noqa: PLC0415 - numpy comes with it
    from trialogue.batch.jobs import decoded  # noqa: PLC0415 - likewise
    from trialogue.batch.outcomes import encoded_outcome  # noqa: PLC0415 - likewise

    outcomes = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    lines: SimpleQueue[bytes] = SimpleQueue()
    busy, loaded = Event(), Loaded()
    Thread(target=_read, args=(sys.stdin.buffer, lines, busy), daemon=True).start()
    with suppress(BrokenPipeError):  # the parent is gone: that is noticed with the first outcome
        outcomes.write(READY)
    while line := lines.get():
        outcome = hold_job(decoded(from_line(line)), loaded)
        try:
            outcomes.write(to_line(encoded_outcome(outcome)))
        except BrokenPipeError:  # the parent is gone: no process reads the outcome
            os._exit(ORPHANED)
        busy.clear()
    return 0


def _read(stdin: IO[bytes], lines: SimpleQueue[bytes], busy: Event) -> None:
    for line in stdin:
        busy.set()
        lines.put(line)
    if busy.is_set():
        os._exit(ORPHANED)
    lines.put(b"")


if __name__ == "__main__":
    sys.exit(main())
