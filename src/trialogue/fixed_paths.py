"""Absolute paths, so that a file keeps its path when the program changes its working directory."""

from __future__ import annotations

from pathlib import Path

__all__ = ["fixed"]


def fixed(path: Path) -> Path:
    """Absolute path, with links and `..` unchanged.

    In a working directory that was removed, a relative path leads nowhere and is returned unchanged: opening
    it reports that.
    """
    try:
        return path.absolute()
    except FileNotFoundError:
        return path
