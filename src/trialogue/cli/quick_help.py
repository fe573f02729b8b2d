"""Answers without loading the program: `trialogue --help`, `--version`, and no arguments at all.

1. The help is `help.txt`, which `python docs/generate.py` writes exactly as the command line prints it.
2. The version is in the name of the package's metadata directory.
3. All other cases (no such file, a stream that is closed or lacks a character, a narrow terminal) are left to
   the command line itself.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["WIDTH", "answer"]

WIDTH = 80
"""Columns of the help."""

_HELP: tuple[list[str], ...] = (["--help"], ["-h"], [])
_VERSION: tuple[list[str], ...] = (["--version"],)


def answer(arguments: Sequence[str] | None) -> bool:
    """Answer without loading the whole program, if possible; returns whether it did."""
    tokens = sys.argv[1:] if arguments is None else list(arguments)
    if tokens in _HELP:
        return _is_wide() and _printed(_help_text())
    return tokens in _VERSION and _printed(_version())


def _is_wide() -> bool:
    try:
        return os.get_terminal_size(1).columns >= WIDTH
    except OSError:  # no terminal: a file or a pipe has any width
        return True


def _help_text() -> str:
    try:
        with open(os.path.join(os.path.dirname(__file__), "help.txt"), encoding="utf-8") as file:  # noqa: PTH118, PTH120, PTH123 - pathlib takes as long to load as all else here
            return file.read()
    except OSError:
        return ""


def _version() -> str:
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")  # noqa: PTH208 - see above
        except OSError:
            continue
        found = [name for name in names if name.startswith("trialogue-") and name.endswith(".dist-info")]
        if found:
            return f"{found[0].removesuffix('.dist-info').partition('-')[2]}\n" if len(found) == 1 else ""
    return ""


def _printed(text: str) -> bool:
    try:
        if not text or sys.stdout is None:
            return False
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, ValueError):
        return False
    return True
