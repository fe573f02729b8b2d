"""`run_meeting`: a meeting from a plain program: its clock, its signals, and somebody who watches."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import trio

from trialogue.app.edges import Edges
from trialogue.app.meeting import DEFAULT_EDGES, Meeting, open_meeting
from trialogue.app.outputs import MeetingResult
from trialogue.app.virtual import run_virtual
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.resolve import Resolved, prepare
from trialogue.scenario.schema import Clock
from trialogue.supervise import lone_error, watch_signals

Watch = Callable[[Meeting], Awaitable[None]]

Opening = Callable[[], AbstractAsyncContextManager[Meeting]]
"""Opens a meeting."""

STOP_REASONS = {"SIGINT": "interrupted", "SIGTERM": "terminated", "SIGHUP": "hung-up"}
"""What a meeting says it ended of when it was asked to end by a signal."""

WATCHER_S = 5.0
"""How long a watcher may go on after the meeting is over."""


async def watch_nothing(_: Meeting) -> None:
    """Leave a meeting alone."""
    await trio.lowlevel.checkpoint()


def run_meeting(
    scenario: str | Path | Resolved,
    *,
    overrides: Overrides | None = None,
    out: Path | None = None,
    edges: Edges = DEFAULT_EDGES,
    watch: Watch = watch_nothing,
) -> MeetingResult:
    """Hold a meeting to its end, on the clock that its scenario names, and return what came of it.

    SIGINT, SIGTERM and SIGHUP end it gracefully; a second SIGINT raises `KeyboardInterrupt`. `watch` runs
    beside the meeting. Raises what `open_meeting` raises. Call it from the main thread.
    """
    resolved = scenario if isinstance(scenario, Resolved) else prepare(scenario, overrides)
    opening = partial(open_meeting, resolved, out=out, edges=edges)
    return run_to_its_end(resolved, opening, watch)


def run_to_its_end(resolved: Resolved, opening: Opening, watch: Watch) -> MeetingResult:
    """Hold the meeting that `opening` opens, on its clock, as `run_meeting` does."""
    hold = partial(_hold, opening, watch)
    if resolved.clock is Clock.VIRTUAL:
        return run_virtual(hold, seed=resolved.plan.seed)
    return trio.run(hold)


def _stop(meeting: Meeting, signal_name: str) -> None:
    meeting.stop(STOP_REASONS[signal_name])


async def _hold(opening: Opening, watch: Watch) -> MeetingResult:
    with lone_error():
        async with opening() as meeting, trio.open_nursery() as nursery:
            await nursery.start(watch_signals, partial(_stop, meeting))
            async with trio.open_nursery() as watching:
                watching.start_soon(watch, meeting)
                result = await meeting.finished()
                watching.cancel_scope.deadline = trio.current_time() + WATCHER_S
            nursery.cancel_scope.cancel(reason="the meeting is over")
    return result
