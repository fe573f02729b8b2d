"""`run_meeting`: a meeting in a synchronous program, with its clock, its signals, and an observer."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import trio
from attrs import field

from trialogue.actors.hooks import Hook, HookFunction
from trialogue.brain.floor.view import Decision, FloorView, Policy
from trialogue.errors import AuthorFailed
from trialogue.meeting.app_requests import a_function, a_path, a_truth, awaitable, wrong_type
from trialogue.meeting.edges import Edges
from trialogue.meeting.meeting import DEFAULT_EDGES, Meeting, open_meeting, out_of, prepared, with_own
from trialogue.meeting.outputs import MeetingResult
from trialogue.meeting.places import check_run_here, in_main_thread
from trialogue.meeting.resumption import Resumption, open_resumption
from trialogue.meeting.virtual import run_virtual
from trialogue.meeting.watching import WATCHER_S
from trialogue.model.plan import HookPoint
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.load import Scenario
from trialogue.scenario.resolve import Resolved
from trialogue.scenario.schema import Clock
from trialogue.supervise import lone_error, watch_signals
from trialogue.values import define, frozen

Watch = Callable[[Meeting], Awaitable[None]]

Opening = Callable[[], AbstractAsyncContextManager[Meeting]]
"""Function that opens a meeting."""

STOP_REASONS = {"SIGINT": "interrupted", "SIGTERM": "terminated", "SIGHUP": "hung-up"}
"""Reasons for a meeting's end by signal."""


def _nothing(*_: object) -> None:
    """Do nothing."""


@frozen
class Owner:
    """Duties of the owner of a meeting's process. A library's caller has none."""

    asked: Callable[[str], None] = _nothing
    """Function that gets the name of the first signal that asked the meeting to end."""

    at_once: Callable[[], None] = _nothing
    """Function that is called in the handler of a second, impatient signal, which also raises
    `KeyboardInterrupt`.
    """

    behind: Callable[[str, MeetingResult], None] | None = None
    """Function that exits although this actor does not stop; None to wait for the actor without end."""


NOBODY = Owner()


async def watch_nothing(_: Meeting) -> None:
    """Observe nothing."""
    await trio.lowlevel.checkpoint()


def run_meeting(  # noqa: PLR0913 - all but the first are keywords
    scenario: str | Path | Scenario | Resolved,
    *,
    overrides: Overrides | None = None,
    out: str | Path | None = None,
    edges: Edges = DEFAULT_EDGES,
    tools: Mapping[str, Callable[..., object]] | None = None,
    policies: Mapping[str, Policy | Callable[[FloorView], Decision]] | None = None,
    hooks: Mapping[HookPoint, Hook | HookFunction] | None = None,
    watch: Watch = watch_nothing,
    owner: Owner = NOBODY,
) -> MeetingResult:
    """Run a meeting to its end, on its scenario's clock, and return the result.

    SIGINT, SIGTERM and SIGHUP end it in order; a second SIGINT raises `KeyboardInterrupt`, as does one before
    the meeting has begun. SIGTERM and SIGHUP have their usual effect then. `watch` runs concurrently with the
    meeting. The other arguments and exceptions are those of `open_meeting`. Any thread
    may call it; signals are handled only in the main thread. Raises `WrongLoop` if a trio or asyncio loop
    runs in the thread, and `AuthorFailed` if a hook or a callback raises `SystemExit`. All tasks end before
    it returns, so an app's task that ignores cancellation keeps it waiting.
    """
    check_run_here()
    resolved = prepared(scenario, overrides)
    own = with_own(edges, tools, policies, hooks)
    a_function(watch, "watch")
    _check_owner(owner)
    opening = partial(open_meeting, resolved, out=out_of(out), edges=own)
    return run_to_its_end(resolved, opening, watch, owner)


def _check_owner(owner: object) -> None:
    if not isinstance(owner, Owner):
        raise wrong_type("owner", "an Owner", owner)


def run_to_its_end(
    resolved: Resolved, opening: Opening, watch: Watch, owner: Owner = NOBODY
) -> MeetingResult:
    """Hold the meeting that `opening` opens, on its clock, like `run_meeting`."""
    hold = partial(_hold, opening, watch, owner)
    try:
        result = run_virtual(hold) if resolved.clock is Clock.VIRTUAL else trio.run(hold)
    except SystemExit as left:  # otherwise the process would end silently with its code, perhaps 0
        raise AuthorFailed("a hook or a callback of the meeting raised SystemExit") from left
    if resolved.document.run is not None and resolved.document.run.page:
        from trialogue.meeting.paging import write_page  # noqa: PLC0415 - waveforms, only where they are wanted

        write_page(result.folder)
    return result


@define
class _Stopping:
    """Watcher that ends a meeting at its first signal; before the meeting it ends the preparation."""

    owner: Owner
    meeting: Meeting | None = None
    is_asked: bool = False

    preparation: trio.CancelScope = field(factory=trio.CancelScope)
    """Scope of the meeting, which a signal cancels only before there is one."""

    early: str = ""
    """First signal that came before the meeting: it has its former effect when all is undone."""

    def __call__(self, signal_name: str) -> None:
        if self.meeting is None:
            self._before_the_meeting(signal_name)
            return
        if not self.meeting.is_over:
            self.meeting.stop(STOP_REASONS[signal_name])
        if not self.is_asked:
            self.is_asked = True
            self.owner.asked(signal_name)

    def _before_the_meeting(self, signal_name: str) -> None:
        if signal_name == "SIGINT":
            raise KeyboardInterrupt
        self.early = self.early or signal_name
        self.preparation.cancel(reason=signal_name)

    def begin(self, meeting: Meeting) -> None:
        """End this meeting at a signal from now on."""
        self.meeting = meeting
        if self.early:
            meeting.stop(STOP_REASONS[self.early])


async def _leave_behind(meeting: Meeting, behind: Callable[[str, MeetingResult], None]) -> None:
    behind(*await meeting.left_behind())


async def _watched(watch: Watch, meeting: Meeting) -> None:
    await awaitable(watch(meeting), "watch")


async def _hold(opening: Opening, watch: Watch, owner: Owner) -> MeetingResult:
    """Hold a meeting. Signals are watched first, so that none can come between its journal and its watch."""
    stopping, result = _Stopping(owner), None
    with lone_error():
        async with trio.open_nursery() as around:
            if in_main_thread():  # signals come to no other thread
                await around.start(watch_signals, stopping, owner.at_once)
            with stopping.preparation:
                result = await _held(opening, watch, stopping)
            around.cancel_scope.cancel(reason="the meeting is over")
    if stopping.early:
        signal.raise_signal(signal.Signals[stopping.early])
    if result is None:  # no meeting, and the app's own handler has returned
        raise KeyboardInterrupt(stopping.early)
    return result


async def _held(opening: Opening, watch: Watch, stopping: _Stopping) -> MeetingResult:
    async with opening() as meeting, trio.open_nursery() as nursery:
        stopping.begin(meeting)
        if stopping.owner.behind is not None:
            nursery.start_soon(_leave_behind, meeting, stopping.owner.behind)
        async with trio.open_nursery() as watching:
            watching.start_soon(_watched, watch, meeting)
            result = await meeting.finished()
            watching.cancel_scope.deadline = trio.current_time() + WATCHER_S
        nursery.cancel_scope.cancel(reason="the meeting is over")
    return result


def resume_meeting(  # noqa: PLR0913 - likewise
    run: str | Path | Resumption,
    *,
    out: str | Path | None = None,
    edges: Edges = DEFAULT_EDGES,
    tools: Mapping[str, Callable[..., object]] | None = None,
    policies: Mapping[str, Policy | Callable[[FloorView], Decision]] | None = None,
    hooks: Mapping[HookPoint, Hook | HookFunction] | None = None,
    watch: Watch = watch_nothing,
    owner: Owner = NOBODY,
    allow_changed_scenario: bool = False,
) -> MeetingResult:
    """Continue the meeting in the directory `run` to its end, on its own clock.

    The new run is a separate directory, `out` or a new one under `runs/`. Its journal begins with all old
    records, and its recordings with all old sound. The exceptions are those of `open_resumption` and
    `run_meeting`, and it can be called from the same threads.
    """
    check_run_here()
    a_truth(allow_changed_scenario, "allow_changed_scenario")
    own = with_own(edges, tools, policies, hooks)
    if isinstance(run, Resumption):
        past = run
    else:
        folder, allowed, is_changed = a_path(run, "run"), own.permissions, allow_changed_scenario
        past = open_resumption(folder, allowed.imports, allowed.policies, allow_changed_scenario=is_changed)
    a_function(watch, "watch")
    _check_owner(owner)
    opening = partial(open_meeting, past.resolved, out=out_of(out), edges=own, resumption=past)
    return run_to_its_end(past.resolved, opening, watch, owner)
