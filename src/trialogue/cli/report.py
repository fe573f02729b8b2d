"""`trialogue report --html`: the page of a run, and that of a folder of runs."""

from __future__ import annotations

from pathlib import Path

from trialogue.cli.view_screens import put, put_json
from trialogue.errors import SetupError
from trialogue.meeting.paging import WhereSound, is_run, write_page, write_runs

__all__ = ["print_page"]


def print_page(run: Path, *, out: Path | None, sound: WhereSound, as_json: bool) -> int:
    """Write the page of a run, or of a folder of runs, and print where it is."""
    if run.suffix == ".rttm":
        raise SetupError("a page is made of a run: an RTTM file has no decisions and no sound")
    path = write_page(run, out=out, sound=sound) if is_run(run) else write_runs(run, out=out)
    if as_json:
        put_json({"page": str(path)})
    else:
        put(str(path))
    return 0
