"""A process in the background goes on: it neither reads its terminal nor sets its modes."""

import os
import pty
import select
import sys

import pytest

SHELL = """
import os, signal, sys
import trio
from trialogue.devices import typing

signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # as shells do: it gives the terminal to whom it likes
to_shell, from_job = os.pipe()
to_job, from_shell = os.pipe()
job = os.fork()
if job == 0:
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.setpgid(0, 0)
    os.read(to_job, 1)
    looked = typing.is_anothers

    def tells(descriptor):
        is_anothers = looked(descriptor)
        os.write(from_job, b"b" if is_anothers else b"f")
        return is_anothers

    typing.is_anothers = tells

    async def read():
        async for line in typing.Keyboard(0).lines():
            return line

    match sys.argv[1]:
        case "modes":
            with typing.without_echo(0):
                os.write(from_job, b"in")
                os.read(to_job, 1)
        case "keys":
            os.write(from_job, b"in")
            os.read(to_job, 1)
            sys.exit(trio.run(read) != "hello")
    sys.exit(0)
os.tcsetpgrp(0, job) if os.setpgid(job, job) is None else None
os.write(from_shell, b"1")
os.read(to_shell, 2)
os.tcsetpgrp(0, os.getpgrp())  # Ctrl-Z and bg
os.write(from_shell, b"2")
if sys.argv[1] == "keys":
    os.write(1, b"type")
    if os.read(to_shell, 1) == b"b":
        os.tcsetpgrp(0, job)
_, status = os.waitpid(job, os.WUNTRACED)
os.killpg(job, signal.SIGKILL) if os.WIFSTOPPED(status) else None
os.write(1, f"[{status}]".encode())
"""


def shown(terminal, until):
    """What the terminal shows, until it ends with that."""
    text = b""
    while not text.endswith(until):
        assert select.select([terminal], [], [], 60)[0], text
        text += os.read(terminal, 1000)
    return text


@pytest.mark.parametrize("does", ["modes", "keys"])
def test_a_job_in_the_background_is_not_stopped(does):
    """It leaves the shell's modes as they are, and gets what was typed once it is in the foreground again."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-c", SHELL, does])
    try:
        if does == "keys":
            shown(terminal, b"type")
            os.write(terminal, b"hello\n")
        assert shown(terminal, b"]").endswith(b"[0]")
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)
