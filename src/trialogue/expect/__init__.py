"""Expectations of a meeting, looked up in its records. Pure: records in, a verdict out."""

from trialogue.expect.verdict import HeldRecords, judge

__all__ = ["HeldRecords", "judge"]
