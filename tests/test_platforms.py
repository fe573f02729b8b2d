"""Systems without the modules, signals and calls of POSIX can import everything."""

import subprocess
import sys

IMPORTS_ALL = """
import importlib, os, pkgutil, signal, sys

def import_all():
    package = importlib.import_module("trialogue")
    for module in pkgutil.walk_packages(package.__path__, "trialogue."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)

import_all()  # what others need of POSIX is theirs, and is loaded now
for name in [name for name in sys.modules if name.partition(".")[0] == "trialogue"]:
    del sys.modules[name]
for name in ("curses", "fcntl", "grp", "pty", "pwd", "readline", "resource", "termios", "tty"):
    sys.modules[name] = None
for name in ("SIGALRM", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGTTIN", "getitimer", "setitimer", "pthread_kill"):
    delattr(signal, name)
for name in ("fork", "getpgrp", "getuid", "killpg", "mkfifo", "setsid", "tcgetpgrp"):
    delattr(os, name)
import_all()
print(sum(name.partition(".")[0] == "trialogue" for name in sys.modules))
"""


def test_every_module_can_be_imported_without_posix() -> None:
    """What a system lacks is missed where it is used, and not by all who import a neighbour."""
    ran = subprocess.run(
        [sys.executable, "-c", IMPORTS_ALL], capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout.split()[-1]) > 200
