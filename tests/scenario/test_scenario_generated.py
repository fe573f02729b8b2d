"""Scenarios that were generated load or are refused with a place, and a long one is read in no time."""

from __future__ import annotations

import runpy
import time
from pathlib import Path

import pytest

from trialogue.scenario import check, load

SCRIPT = runpy.run_path(str(Path(__file__).parents[1] / "exercises" / "generated.py"))


@pytest.mark.real
@pytest.mark.parametrize("seed", [0, *(pytest.param(each, marks=pytest.mark.long) for each in range(1, 10))])
def test_ten_generated_scenarios_are_held_or_refused(seed, tmp_path):
    """A generated scenario runs, or is refused with a place by `check` already."""
    assert SCRIPT["tried"](10, seed, tmp_path).wrong == []


def test_many_of_them_are_good_and_many_are_not(tmp_path):
    """The generated scenarios are neither nearly all valid nor nearly all invalid."""
    file = tmp_path / "made.yaml"
    good = 0
    for text in SCRIPT["texts"](100, 11):
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        good += not check(file)
    assert 40 <= good <= 80


def test_a_thousand_lines_are_read_in_no_time(tmp_path):
    """A scenario of a thousand lines is read in less than 100 ms."""
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
