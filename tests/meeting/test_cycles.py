"""Meetings that are opened and closed, a third of them cancelled or failed, leave nothing behind."""

import subprocess
import sys
from pathlib import Path

import pytest

CYCLES = Path(__file__).parents[1] / "exercises" / "cycles.py"


@pytest.mark.real
def test_cycles_leave_no_task_thread_socket_or_file(tmp_path):
    """As the exercise does by the thousand; here by the dozen."""
    done = subprocess.run(
        [sys.executable, CYCLES, "12"], capture_output=True, text=True, check=False, cwd=tmp_path, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("12 cycles:")
    assert list(tmp_path.iterdir()) == []
