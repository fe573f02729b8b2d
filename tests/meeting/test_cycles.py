"""Blocks that are opened and closed on every surface, a third cancelled or failed, leave nothing behind."""

import subprocess
import sys
from pathlib import Path

import pytest

CYCLES = Path(__file__).parents[1] / "exercises" / "cycles.py"


@pytest.mark.real
@pytest.mark.parametrize("count", ["3", pytest.param("24", marks=pytest.mark.long)])
def test_cycles_leave_no_task_thread_socket_or_file(tmp_path, count):
    """A program that opens meetings and agents again and again leaks nothing."""
    done = subprocess.run(
        [sys.executable, CYCLES, count],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    surfaces = [line.split(f": {count} cycles,")[0] for line in done.stdout.splitlines()]
    assert surfaces == [
        "trio-meeting",
        "trio-agent",
        "aio-meeting",
        "aio-agent",
        "blocking-meeting",
        "blocking-agent",
        "compat",
        "compat-async",
    ]
    assert list(tmp_path.iterdir()) == []
