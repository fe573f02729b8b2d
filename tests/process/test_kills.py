"""Kills at moments that are drawn; `killing.py` does it a hundred times."""

import pytest
from killing import kill_often


@pytest.mark.real
@pytest.mark.parametrize("seed", [0, *(pytest.param(each, marks=pytest.mark.long) for each in range(1, 5))])
def test_ten_kills_lose_nothing_that_was_acknowledged(seed, endless, tmp_path):
    """Of runs, resumptions and verifications: what is left is there, goes on, and looks like what it is."""
    assert kill_often(2, seed, endless, tmp_path).total() >= 2
