"""Each published promise names a test that keeps it."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "promises.md"
LINK = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_promise_has_its_test():
    """Each line of the list has a link, and each link leads to a test that is there."""
    promises = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("- ")]
    assert len(promises) > 15
    for promise in promises:
        links = LINK.findall(promise)
        assert links, promise
        for file, name in links:
            tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
            found = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
            assert name in found, f"{file}::{name}"
