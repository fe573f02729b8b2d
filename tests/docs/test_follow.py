"""Whoever follows the pages about tests comes to green tests, in pytest, unittest and node."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from docs_blocks import DOCS, blocks_of

APPS = DOCS / "how-to" / "test-your-app.md"
MEETINGS = DOCS / "how-to" / "test-meetings.md"

PLUGINS = {APPS: "trialogue.serving.fixture", MEETINGS: "trialogue.batch.plugin"}
"""What brings the fixture of a page."""


def follow(page: Path, folder: Path) -> None:
    """Make the page's files in the reader's folder."""
    for block in blocks_of(page):
        if block.mark.startswith("file="):
            (folder / block.mark.removeprefix("file=")).write_text(block.text, encoding="utf-8")


def run(folder: Path, *command: str) -> str:
    """What a command prints; it must succeed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.real
@pytest.mark.parametrize(
    ("page", "passed"),
    [
        pytest.param(APPS, 2, id="apps", marks=pytest.mark.long),  # tests/hosts runs an app's own tests
        pytest.param(
            MEETINGS, 4, id="meetings", marks=pytest.mark.long
        ),  # as tests/batch/test_plugin.py does
    ],
)
def test_in_pytest(page: Path, passed: int, tmp_path: Path) -> None:
    """The pytest page's example ends as the page says."""
    follow(page, tmp_path)
    is_known = any(point.value == PLUGINS[page] for point in entry_points(group="pytest11"))
    plugin = [] if is_known else ["-p", PLUGINS[page]]
    printed = run(tmp_path, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *plugin)
    assert f"{passed} passed" in printed


@pytest.mark.real
@pytest.mark.long  # the same meeting as in pytest, without its fixture
def test_in_unittest(tmp_path: Path) -> None:
    """The page's example holds a meeting under unittest, without pytest."""
    follow(MEETINGS, tmp_path)
    run(tmp_path, sys.executable, "unit_tests.py")


@pytest.mark.real
def test_in_node(tmp_path: Path) -> None:
    """The server as a program, steered by its control route."""
    if os.environ.get("TRIALOGUE_NODE") != "required":
        pytest.skip("npm asks its registry: .ci/run lets it, and installs node where there is none")
    follow(APPS, tmp_path)
    run(tmp_path, "npm", "install", "--no-audit", "--no-fund", "ws")
    assert "# pass 1" in run(tmp_path, "node", "--test", "--test-reporter=tap")
