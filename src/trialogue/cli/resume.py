"""`trialogue resume`: continues a meeting whose process died."""

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
    """Continue the meeting of a run's directory; returns the exit code. Raises `TrialogueError`.

    If the meeting had already ended, missing or incomplete last files are written.
    """
    configure(asked.log_level)
    made = complete_files(run, asked.imports)
    if made:
        show([line(f"{run}: the meeting had already ended; written from its journal: {', '.join(made)}")])
        return 0
    past = open_resumption(run, asked.imports, allow_changed_scenario=allow_changed_scenario)
    return hold_resolved(past.resolved, asked, _Resume(past))


@frozen
class _Resume:
    """Runs the rest of a meeting."""

    past: Resumption
    """Run that was cut off."""

    def __call__(
        self,
        resolved: Resolved,
        asked: RunOptions,
        watch: Callable[[Watched], Awaitable[None]],
        progress: Callable[[str], None],
    ) -> Held:
        """Run the meeting, show it to `watch`, and report the progress of the preparation."""
        from trialogue.speech import limit_threads  # noqa: PLC0415 - heavy: only for a meeting

        limit_threads()
        from trialogue.meeting.edges import Edges  # noqa: PLC0415 - likewise
        from trialogue.meeting.run import resume_meeting  # noqa: PLC0415 - likewise

        edges = Edges(endpoint=asked.endpoint, progress=progress, permissions=asked.permissions())
        with owned(resolved, asked) as owner:
            return resume_meeting(self.past, out=asked.out, edges=edges, watch=watch, owner=owner)
