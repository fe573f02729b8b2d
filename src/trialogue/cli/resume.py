"""`trialogue resume`: go on with a meeting whose process died."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from trialogue.cli.diagnostics import configure
from trialogue.cli.run import Held, RunOptions, hold_resolved, owned
from trialogue.cli.view_lines import line
from trialogue.cli.view_screens import show
from trialogue.cli.view_watcher import Watched
from trialogue.meeting.completing import complete_files
from trialogue.meeting.resumption import Resumption, open_resumption
from trialogue.scenario.resolve import Resolved
from trialogue.values import frozen


def resume_run(run: Path, asked: RunOptions, *, allow_changed_scenario: bool = False) -> int:
    """Go on with the meeting of a run's directory; the exit code. Raises `TrialogueError`.

    Where the meeting had ended and its last files are missing or half written, they are made.
    """
    configure(asked.log_level)
    made = complete_files(run, asked.imports)
    if made:
        show([line(f"{run}: the meeting had ended; made from its journal: {', '.join(made)}")])
        return 0
    past = open_resumption(run, asked.imports, allow_changed_scenario=allow_changed_scenario)
    return hold_resolved(past.resolved, asked, _Resume(past))


@frozen
class _Resume:
    """Holds the rest of a meeting."""

    past: Resumption
    """Run that was cut off."""

    def __call__(
        self,
        resolved: Resolved,
        asked: RunOptions,
        watch: Callable[[Watched], Awaitable[None]],
        progress: Callable[[str], None],
    ) -> Held:
        """Hold it, watched, and tell the progress of its preparation."""
        from trialogue.speech import limit_threads  # noqa: PLC0415 - heavy: only for a meeting

        limit_threads()
        from trialogue.meeting.edges import Edges  # noqa: PLC0415 - likewise
        from trialogue.meeting.run import resume_meeting  # noqa: PLC0415 - likewise

        edges = Edges(endpoint=asked.endpoint, progress=progress, permissions=asked.permissions())
        with owned(resolved, asked) as owner:
            return resume_meeting(self.past, out=asked.out, edges=edges, watch=watch, owner=owner)
