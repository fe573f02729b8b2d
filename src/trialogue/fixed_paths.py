"""Paths that stay the same file's while the program goes on: a relative one follows its working directory."""

from __future__ import annotations

from pathlib import Path

__all__ = ["fixed"]


def fixed(path: Path) -> Path:
    """The path from the root, links and `..` as they stand.

    In a working directory that was removed, a relative path leads nowhere and is given back as it is:
    whoever opens it says so.
    """
    try:
        return path.absolute()
    except FileNotFoundError:
        return path
