"""`trialogue export`: a run in other formats."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trialogue.cli.view_screens import put, put_json
from trialogue.meeting.exporting import write_exports
from trialogue.report.exports import EXPORTS


def export_run(run: Path, formats: Sequence[str], *, out: Path | None, as_json: bool) -> int:
    """Write a run in these formats and print the paths; without a format, list all formats."""
    if not formats:
        _print_formats(as_json=as_json)
        return 0
    paths = write_exports(run, formats, out=out)
    if as_json:
        put_json({"files": [str(path) for path in paths]})
    else:
        for path in paths:
            put(str(path))
    return 0


def _print_formats(*, as_json: bool) -> None:
    if as_json:
        put_json([{"format": name, "file": each.file, "about": each.about} for name, each in EXPORTS.items()])
        return
    for name, each in EXPORTS.items():
        put(f"{name:10}{each.file:22}{each.about}")
