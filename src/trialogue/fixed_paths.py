"""Absolute paths, so that a file keeps its path when the program changes its working directory."""

from __future__ import annotations

from pathlib import Path

__all__ = ["fixed", "from_here"]


def fixed(path: Path) -> Path:
    """Absolute path, with links and `..` unchanged.

    In a working directory that was removed, a relative path leads nowhere and is returned unchanged: opening
    it reports that.
    """
    try:
        return path.absolute()
    except FileNotFoundError:
        return path


def from_here(path: Path) -> Path:
    """Path relative to the working directory; unchanged where it lies elsewhere, or that was removed."""
    try:
        here = Path.cwd()
    except FileNotFoundError:
        return path
    return path.relative_to(here) if path.is_relative_to(here) else path
