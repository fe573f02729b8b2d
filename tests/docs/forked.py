"""Commands and programs of pages in processes that are forked."""

import shlex
import subprocess
import sys

from forking import Forked

SHELL = frozenset("|&;<>()$`\\*?[]#~=%\n")
"""What a shell would make something of; quotes are read here."""


def is_plain(line: str) -> bool:
    """Whether a line is a command of ours, or runs a program, and nothing in it is for a shell."""
    return line.startswith(("trialogue ", "python ")) and not SHELL & set(line)


def run(line: str, environment: dict[str, str]) -> tuple[int, str]:
    """Run a plain line in the current folder: its exit code, and what it printed."""
    name, *arguments = shlex.split(line)
    program = ["-m", "trialogue"] if name == "trialogue" else []
    process = Forked(
        [sys.executable, *program, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )
    printed, _ = process.communicate()
    return process.returncode, printed
