"""Blocks that are left, cancelled and failed in turn leave nothing behind."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import cycles


@pytest.mark.real
def test_nothing_stays(tmp_path):
    """Of either surface, of meetings and of agents; `tests/benchmarks/cycles.py` holds a thousand."""
    assert cycles.hold(24, tmp_path) == []
