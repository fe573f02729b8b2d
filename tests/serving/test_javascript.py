"""The vendor's JavaScript SDKs, unchanged, hold conversations with the server: the examples of the manual.

They want node and the SDKs: `.ci/run` installs each in a folder and names it by `TRIALOGUE_JAVASCRIPT`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "stand-in"
GENERATIONS = sorted(path.name for path in EXAMPLES.glob("javascript-*"))
INSTALLED = os.environ.get("TRIALOGUE_JAVASCRIPT")


def test_there_are_examples_of_both_generations() -> None:
    """Each a package of its own: the generations exclude each other."""
    assert GENERATIONS == ["javascript-4", "javascript-5"]
    for name in GENERATIONS:
        assert (EXAMPLES / name / "package.json").is_file()


@pytest.mark.real
@pytest.mark.skipif(INSTALLED is None, reason="the vendor's JavaScript SDKs are installed by .ci/run alone")
@pytest.mark.parametrize("name", GENERATIONS)
def test_the_example_passes_by_nodes_test_runner(name: str) -> None:
    """As it stands in the manual, with the server that this environment has."""
    trialogue = Path(sys.executable).parent / "trialogue"
    done = subprocess.run(
        ["node", "--test"],
        cwd=Path(INSTALLED or "") / name,
        env={**os.environ, "TRIALOGUE": str(trialogue)},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
