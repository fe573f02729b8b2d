"""Whoever follows the page about testing an app comes to green tests, in pytest and in node."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from docs_blocks import DOCS, blocks_of

PAGE = DOCS / "how-to" / "test-your-app.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The reader's folder, with the page's files in it."""
    for block in blocks_of(PAGE):
        if block.mark.startswith("file="):
            (tmp_path / block.mark.removeprefix("file=")).write_text(block.text, encoding="utf-8")
    return tmp_path


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
def test_in_pytest(folder: Path) -> None:
    """As the page says it ends; the plugin is named where this environment was made before it was."""
    is_known = any(point.value == "trialogue.serving.fixture" for point in entry_points(group="pytest11"))
    plugin = [] if is_known else ["-p", "trialogue.serving.fixture"]
    printed = run(folder, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *plugin)
    assert "2 passed" in printed


@pytest.mark.real
def test_in_node(folder: Path) -> None:
    """Likewise."""
    if os.environ.get("TRIALOGUE_NODE") != "required":
        pytest.skip("npm asks its registry: .ci/run lets it, and installs node where there is none")
    run(folder, "npm", "install", "--no-audit", "--no-fund", "ws")
    assert "# pass 1" in run(folder, "node", "--test", "--test-reporter=tap")
