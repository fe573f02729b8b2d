"""Expectations of a meeting, checked against its records. Pure: records in, a verdict out.

- `verdict` judges each expectation, and reports a miss for each unmet one; `bounds` has those of measures;
- `occurrences` finds every pattern in one fold, `observing` every value of a measure;
- `excused` ignores the effects of the scenario's faults; `unjudged` says when nothing can be judged;
- `findings` are what it found instead, `record_lines` the records around it.
"""

from trialogue.expect.verdict import HeldRecords, judge

__all__ = ["HeldRecords", "judge"]
