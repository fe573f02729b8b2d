"""The files of ours that pages name are there."""

import re

import pytest
from docs_blocks import DOCS, PAGES, ROOT, name_of

NAMED = re.compile(r"`((?:[\w-]+/)*[a-z_]+\.py)(?:::\w+)?`")
OURS = [
    path.as_posix()
    for folder in ("src", "tests", "docs", "scenarios")
    for path in (ROOT / folder).rglob("*.py")
]
PAST = {DOCS / "changelog.md", *(DOCS / "decisions").glob("*.md")}
"""Pages that tell what was: files may have gone since."""


@pytest.mark.parametrize("page", [page for page in PAGES if page not in PAST], ids=name_of)
def test_a_page_names_files_that_are_there(page):
    """By the end of their path, or as a file that the page itself lets the reader write."""
    text = page.read_text(encoding="utf-8")
    written = set(re.findall(r"file=(\S+)", text))
    named = set(NAMED.findall(text)) - written
    assert [each for each in sorted(named) if not any(path.endswith(f"/{each}") for path in OURS)] == []
