"""The tests of an app that the documentation shows, run by pytest as an app would."""

import subprocess
import sys

from hosted_examples import EXAMPLES


def test_an_app_s_own_tests_pass(tmp_path):
    """All of them, in a second or so."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(EXAMPLES / "app_tests.py")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
