"""Times as journals record them."""

import pytest

from trialogue.brain.recorded_times import has_come, recorded


@pytest.mark.parametrize(("at", "kept"), [(0.1 + 0.2, 0.3), (1.23456749, 1.234567), (1.2345675001, 1.234568)])
def test_times_are_kept_to_the_microsecond(at, kept):
    """Rounding errors of sums do not show in recorded times."""
    assert recorded(at) == kept


@pytest.mark.parametrize(
    ("now", "so_late"), [(1.0 - 2e-6, False), (1.0 - 1e-6, True), (1.0, True), (2.0, True)]
)
def test_a_time_has_come_a_microsecond_before(now, so_late):
    """A timer that the journal rounds down by a microsecond is still due."""
    assert has_come(1.0, now) == so_late
