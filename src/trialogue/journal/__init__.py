"""The journal: what happened, in order, on disk; and what can be told from it afterwards."""

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
