"""Journal: everything that happened, in order, on disk, with the tools that read it.

- Written by `writer`, line by line (`records`, `codec`), each linked to all before it (`chain`), under one
  `lock`; `manifest` has its length, and digests of the run's other files (`files`);
- read by `reader`, which finds a torn tail, and by `following` while it grows; `migrations` converts old
  formats;
- closed after a crash by `repair`, which cuts the torn tail;
- decided again by `verify`, which reports the first divergence with the brain's `state`;
- used by `comparing`, `selecting`, `splitting` (split), `redact` (with `personal`), `frames`.
"""

from trialogue.journal.frames import columns, frames
from trialogue.journal.reader import Problem, ProblemKind, Reading, read
from trialogue.journal.records import EPOCH, End, Header, HeaderClock, JournalKind
from trialogue.journal.redact import redact
from trialogue.journal.verify import Decider, Verified, verify
from trialogue.journal.writer import Journal

__all__ = [
    "EPOCH",
    "Decider",
    "End",
    "Header",
    "HeaderClock",
    "Journal",
    "JournalKind",
    "Problem",
    "ProblemKind",
    "Reading",
    "Verified",
    "columns",
    "frames",
    "read",
    "redact",
    "verify",
]
