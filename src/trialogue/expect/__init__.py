"""Expectations of a meeting, looked up in its records. Pure: records in, a verdict out.

- `verdict` judges each expectation, and tells a miss for each that was not met; `bounds` those of measures;
- `occurrences` finds every pattern in one fold, `observing` every value of a measure;
- `excused` leaves out what a fault of the scenario did; `unjudged` says when nothing can be judged;
- `missing` is what was found, `record_lines` the records around it.
"""

from trialogue.expect.verdict import HeldRecords, judge

__all__ = ["HeldRecords", "judge"]
