"""The journal: what happened, in order, on disk; and what can be told from it afterwards."""

from trialogue.journal.reader import Problem, ProblemKind, Reading, read
from trialogue.journal.records import EPOCH, Clock, End, Header
from trialogue.journal.writer import Journal

__all__ = [
    "EPOCH",
    "Clock",
    "End",
    "Header",
    "Journal",
    "Problem",
    "ProblemKind",
    "Reading",
    "read",
]
