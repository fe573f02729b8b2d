"""A process that holds one meeting after another: a job a line on stdin, an outcome a line on stdout.

1. Whatever else is printed in it goes to stderr: stdout is for outcomes alone.
2. It ends with its input. Whoever has its other end and dies takes it along, in the middle of a meeting, too:
   that meeting is one that was cut off, and is not held again by itself.
"""

from __future__ import annotations

import os
import sys
from queue import SimpleQueue
from threading import Event, Thread
from typing import IO, Final

import orjson

from trialogue.model.json_text import read_json
from trialogue.speech import limit_threads

ORPHANED: Final = 75
"""Exit code of a worker whose other end is gone (sysexits.h, EX_TEMPFAIL)."""


def main() -> int:
    """Hold what comes until nothing comes any more."""
    limit_threads()
    from trialogue.batch.holding import Loaded, hold_job  # noqa: PLC0415 - numpy comes with it
    from trialogue.batch.jobs import decoded  # noqa: PLC0415 - likewise
    from trialogue.batch.outcomes import encoded_outcome  # noqa: PLC0415 - likewise

    outcomes = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    lines: SimpleQueue[bytes] = SimpleQueue()
    busy, loaded = Event(), Loaded()
    Thread(target=_read, args=(sys.stdin.buffer, lines, busy), daemon=True).start()
    while line := lines.get():
        outcome = hold_job(decoded(read_json(line)), loaded)
        try:
            outcomes.write(orjson.dumps(encoded_outcome(outcome)) + b"\n")
        except BrokenPipeError:  # whoever waits for it is gone: nobody can be told
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
