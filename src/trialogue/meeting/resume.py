"""`resume_meeting`: go on with a meeting whose process had died, in a run of its own."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from trialogue.meeting.edges import Edges
from trialogue.meeting.meeting import DEFAULT_EDGES, open_meeting
from trialogue.meeting.outputs import MeetingResult
from trialogue.meeting.resumption import Resumption, open_resumption
from trialogue.meeting.run import NOBODY, Owner, Watch, run_to_its_end, watch_nothing

__all__ = ["resume_meeting"]


def resume_meeting(
    run: str | Path | Resumption,
    *,
    out: Path | None = None,
    edges: Edges = DEFAULT_EDGES,
    watch: Watch = watch_nothing,
    owner: Owner = NOBODY,
    allow_changed_scenario: bool = False,
) -> MeetingResult:
    """Go on with the meeting whose run is in the directory `run`, to its end, on its own clock.

    The new run is a directory of its own, `out` or a new one under `runs/`: its journal begins with all
    records of the old, its recordings with all that was heard. Raises what `open_resumption` and
    `open_meeting` raise. Call it from the main thread.
    """
    if isinstance(run, Resumption):
        past = run
    else:
        imports = edges.permissions.imports
        past = open_resumption(Path(run), imports, allow_changed_scenario=allow_changed_scenario)
    opening = partial(open_meeting, past.resolved, out=out, edges=edges, resumption=past)
    return run_to_its_end(past.resolved, opening, watch, owner)
