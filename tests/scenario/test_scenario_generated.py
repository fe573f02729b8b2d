"""Scenarios that were generated load or are refused with a place, and a long one is read in no time."""

from __future__ import annotations

import runpy
import time
from pathlib import Path

import pytest

from trialogue.scenario import load

SCRIPT = runpy.run_path(str(Path(__file__).parents[1] / "exercises" / "generated.py"))


@pytest.mark.real
def test_a_hundred_generated_scenarios_are_held_or_refused(tmp_path):
    """None crashes, none is refused without a place or after `check` called it good; many are good."""
    tally = SCRIPT["tried"](100, 11, tmp_path)
    assert tally.wrong == []
    assert tally.valid_share >= 0.4
    assert tally.counts["refused"] >= 20


def test_a_thousand_lines_are_read_in_no_time(tmp_path):
    """Under 100 ms of this machine's work, the best of five."""
    lines = "".join(
        f'      - "Line {number} of what is said, and of what it costs."\n' for number in range(990)
    )
    file = tmp_path / "long.yaml"
    file.write_text(f"trialogue: 1\nname: long\ncast:\n  ann:\n    lines:\n{lines}")
    load(file)
    times = []
    for _ in range(5):
        begun = time.process_time()
        load(file)
        times.append(time.process_time() - begun)
    assert min(times) < 0.1
