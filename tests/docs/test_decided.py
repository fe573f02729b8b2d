"""Where it is decided: the contributors' page names a file and a name for each rule, and both are there."""

import ast
import re

import pytest
from docs_blocks import DOCS

SOURCE = DOCS.parent / "src" / "trialogue"
ROW = re.compile(r"^\| (?P<rule>[^|]+) \| `(?P<file>[a-z_/]+\.py)`: `(?P<name>[\w.]+)` \|$", re.MULTILINE)
KINDS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
ROWS = [found.groups() for found in ROW.finditer((DOCS / "contributing.md").read_text(encoding="utf-8"))]


def test_the_table_is_read():
    """A table of another form would leave the test below without a case."""
    assert len(ROWS) > 15


@pytest.mark.parametrize(("rule", "file", "name"), ROWS, ids=[row[0] for row in ROWS])
def test_each_rule_is_where_the_page_says(rule, file, name):
    """A module that moves, or a function that gets another name, takes its row with it."""
    place = ast.parse((SOURCE / file).read_text(encoding="utf-8"))
    for part in name.split("."):
        named = {node.name: node for node in place.body if isinstance(node, KINDS)}
        assert part in named, rule
        place = named[part]
