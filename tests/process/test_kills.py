"""Kills at moments that are drawn; `killing.py` does it a hundred times, `test_kill.py` at its own."""

import pytest
from killing import kill_often


@pytest.mark.real
@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
def test_ten_kills_lose_nothing_that_was_acknowledged(seed, endless, tmp_path):
    """Runs, resumptions and verifications that are killed lose no acknowledged record."""
    assert kill_often(2, seed, endless, tmp_path).total() >= 2
