"""The journal: what happened, in order, on disk; and what can be told from it afterwards.

- Written by `writer`, line by line (`records`, `codec`), each bound to all before it (`chain`), under one
  `lock`; `manifest` says how far it goes, and vouches for the run's other files (`files`);
- read by `reader`, which finds a torn tail, and `following` while it grows; `migrations` lifts old formats;
- closed behind a crash by `repair`, which cuts the torn tail;
- decided again by `verify`, which tells the first divergence with what the brain knew (`state`);
- used: `comparing`, `selecting`, `splitting` (split), `redact` (by `personal`), `frames`.
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
