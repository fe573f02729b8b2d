"""The page of pains names tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "docs/explain/pains.md").read_text())


def test_every_pain_has_a_test():
    """Each row of the page of pains names a file and a test that exist."""
    assert len(NAMED) >= 33
    for file, name in NAMED:
        text = (ROOT / file).read_text()
        assert not name or re.search(rf"def {name}\(", text), f"{file}::{name}"
