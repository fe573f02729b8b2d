"""Sums are what they were on the Python that decided a meeting."""

from trialogue.model.sums import summed


def test_a_sum_is_added_from_left_to_right():
    """To the bit, on every Python; kept documents have a whole number where nothing is added."""
    assert summed([0.1] * 10) == 0.9999999999999999
    assert repr(summed([])) == "0"
    assert summed(iter([1e100, 1.0, -1e100])) == 0.0
