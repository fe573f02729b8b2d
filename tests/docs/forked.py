"""Commands and programs in processes of their own, forked from one that has loaded what they load."""

import multiprocessing
import os
import runpy
import shlex
import sys
from pathlib import Path

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["pytest", "trialogue.cli.program", "trialogue.meeting.run"])
SHELL = frozenset("|&;<>()$`\\*?[]#~=%\n")
"""What a shell would make something of; quotes are read here."""


def is_plain(line: str) -> bool:
    """Whether a line is a command of ours, or runs a program, and nothing in it is for a shell."""
    return line.startswith(("trialogue ", "python ")) and not SHELL & set(line)


def run(line: str, environment: dict[str, str]) -> tuple[int, str]:
    """Run a plain line in the current folder: its exit code, and what it printed."""
    folder = Path.cwd()
    printed = folder / ".printed"
    process = CONTEXT.Process(target=command, args=(line, str(folder), str(printed), environment))
    process.start()
    process.join()
    text = printed.read_text(encoding="utf-8")
    printed.unlink()
    return process.exitcode or 0, text


def command(line: str, folder: str, printed: str, environment: dict[str, str]) -> None:
    """Be that command; in the forked process."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    file = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    name, *arguments = shlex.split(line)
    if name == "python":
        sys.argv = arguments
        sys.path.insert(0, folder)
        if arguments[0] == "-m":
            sys.argv = arguments[1:]
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(arguments[0], run_name="__main__")
        return
    from trialogue.cli import main

    sys.exit(main(arguments))
