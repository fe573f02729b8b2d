"""Programs in processes of their own, forked from one that has loaded what they load.

A process that a test signals, kills or reads is the same without most of a second of imports before it; what
a start itself loads, prints or costs is tried with an interpreter that is begun.

1. A process of this file's own, one a test worker, has the product loaded, and forks at each request: it gets
   the three streams, the folder and the environment of the process that is to be.
2. It forks twice and waits for what is between, so that the process is left alone, and comes to whoever takes
   in such processes at that moment: the test worker. It is a child of it, as `subprocess` wants.
3. Only Linux lets a process take in others; elsewhere interpreters are begun.
"""

from __future__ import annotations

import ctypes
import gc
import io
import json
import os
import runpy
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock, active_count
from typing import Any

LARGEST = 1 << 17
"""Bytes of a request: an environment, mostly."""

TAKES_IN = 36
"""Linux's number for the setting of a process that takes in those whose parents have ended (prctl(2))."""

SMALLEST = """
trialogue: 1
name: smallest
run: {clock: virtual, limits: {time: 1m, turns: 2}}
cast: {ann: {lines: [One.]}, bob: {lines: [Two.]}}
"""

LOCK = Lock()


@cache
def forker() -> socket.socket:
    """What is asked for processes, begun when it is first needed; it ends with this process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    subprocess.Popen(
        [sys.executable, __file__, str(theirs.fileno())],
        stdin=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
        env={**os.environ, "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    ).returncode = 0  # it is nobody's to wait for
    theirs.close()
    return ours


class Forked(subprocess.Popen):
    """A process that is forked; `args` is an interpreter, a program, or `-m` and a module, and arguments."""

    def _execute_child(self, args: Any, *others: Any) -> None:
        if sys.platform != "linux":
            super()._execute_child(args, *others)
            return
        cwd, environment = others[4], others[5]
        given = *others[9:11], *others[11:13], *others[13:15]
        streams = [each if each != -1 else at for at, each in enumerate((given[0], given[3], given[5]))]
        said = [args[1:], str(cwd or Path.cwd()), dict(os.environ if environment is None else environment)]
        prctl = ctypes.CDLL(None).prctl
        with LOCK:
            prctl(TAKES_IN, 1, 0, 0, 0)
            try:
                socket.send_fds(forker(), [json.dumps(said).encode()], streams)
                self.pid = int(forker().recv(16))
            finally:
                prctl(TAKES_IN, 0, 0, 0, 0)
        self._child_created = True
        self._close_pipe_fds(*given)


def asked(requests: socket.socket) -> list[str]:
    """Fork a process at each request; returns in each, with what it is to run."""
    while True:
        said, streams, *_ = socket.recv_fds(requests, LARGEST, 3)
        if not said:
            sys.exit()
        reading, writing = os.pipe()
        between = os.fork()
        if between:
            os.waitpid(between, 0)
            requests.send(os.read(reading, 16))
            for each in (reading, writing, *streams):
                os.close(each)
            continue
        process = os.fork()
        if process:
            os.write(writing, str(process).encode())
            os._exit(0)
        os.setsid()
        for at, each in enumerate(streams):
            os.dup2(each, at)
        requests.close()
        for each in (reading, writing, *streams):
            os.close(each)
        arguments, folder, environment = json.loads(said)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        open_streams()
        return arguments


def open_streams() -> None:
    """Open the three streams as an interpreter does that begins with them, unbuffered."""
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    for at, name, errors in ((1, "stdout", "strict"), (2, "stderr", "backslashreplace")):
        raw = open(at, "wb", buffering=0, closefd=False)  # noqa: SIM115
        setattr(sys, name, io.TextIOWrapper(raw, encoding="utf-8", errors=errors, write_through=True))


def main() -> None:
    """Load what processes load, and be each of them."""
    import trialogue.batch.holding
    import trialogue.cli.program  # noqa: F401
    from trialogue.testing import hold_meeting

    with TemporaryDirectory() as folder:  # much is made when it is first needed
        file = Path(folder, "smallest.yaml")
        file.write_text(SMALLEST, encoding="utf-8")
        hold_meeting(file, Path(folder, "run"))
    assert active_count() == 1, "a process with threads is not to be forked"
    gc.freeze()
    program, *arguments = asked(socket.socket(fileno=int(sys.argv[1])))
    if program == "-P":  # what it keeps off the path has no effect here: all is loaded
        program, *arguments = arguments
    if program == "-m":
        program, *arguments = arguments
        sys.path[0] = str(Path.cwd())
        sys.argv = [program, *arguments]
        runpy.run_module(program, run_name="__main__", alter_sys=True)
    else:
        sys.path[0] = str(Path(program).resolve().parent)
        sys.argv = [program, *arguments]
        runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main()
