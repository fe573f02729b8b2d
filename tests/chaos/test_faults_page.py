"""The page of faults says what the code does."""

import re
from pathlib import Path

from trialogue.chaos.catalogue import FAULTS
from trialogue.chaos.promises import PROMISES

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "faults.md").read_text(encoding="utf-8")
ROWS = {int(row): line for line, row in re.findall(r"^(\| (\d+) \| [^`|]+ \| `.*)$", PAGE, re.MULTILINE)}


def test_every_fault_has_its_line():
    """The page of faults has each fault with the words of `trialogue chaos --list`."""
    lines = [f"| {fault.row or '-'} | `{fault.name}` | {fault.made_by} | {fault.what} |" for fault in FAULTS]
    assert [line for line in lines if line not in PAGE] == []
    assert [each.name for each in FAULTS if each.row and f"`{each.name}`" not in ROWS[each.row]] == []


def test_every_row_is_made():
    """The page of faults has all 57 rows, and each test that it names exists."""
    assert list(ROWS) == list(range(1, 58))
    tests = (Path(__file__).parent / "test_rows.py").read_text(encoding="utf-8")
    named = {name.rstrip("*") for line in ROWS.values() for name in re.findall(r"`(test_row_\w+\*?)`", line)}
    assert named
    assert [name for name in sorted(named) if f"def {name}" not in tests] == []


def test_every_promise_stands_there():
    """The page of faults explains each promise under the name that a report of a broken one has."""
    assert [name for name in PROMISES if f"**{name}**".lower() not in PAGE.lower()] == []
