"""The files of ours that pages name are there."""

import re

from docs_blocks import DOCS, PAGES, ROOT, name_of

NAMED = re.compile(r"`((?:[\w-]+/)*[a-z_]+\.py)(?:::\w+)?`")
OURS = [
    path.as_posix()
    for folder in ("src", "tests", "docs", "scenarios")
    for path in (ROOT / folder).rglob("*.py")
]
PAST = {DOCS / "changelog.md", *(DOCS / "decisions").glob("*.md")}
"""Pages that tell what was: files may have gone since."""


def test_each_page_names_files_that_are_there():
    """Files that a page names exist, by the end of their path, or are written by its reader."""
    missing = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        named = set() if page in PAST else set(NAMED.findall(text)) - set(re.findall(r"file=(\S+)", text))
        missing += [
            (name_of(page), each) for each in named if not any(path.endswith(f"/{each}") for path in OURS)
        ]
    assert missing == []
