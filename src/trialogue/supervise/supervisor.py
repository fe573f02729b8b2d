"""Opening a supervisor, and the handle of one that is open."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from typing import Any

import trio

from trialogue.arguments import checks_arguments
from trialogue.errors import LocalProtocolError
from trialogue.handles import a_block, given_by, make
from trialogue.supervise.child import Child, ChildState, ChildStatus
from trialogue.supervise.inbox import Answer, ChildRequest, Inbox
from trialogue.supervise.observations import Diagnostics, Observer
from trialogue.supervise.restart_rules import IntensityWindow
from trialogue.supervise.single_errors import lone_error
from trialogue.supervise.specs import (
    DEFAULT_SHUTDOWN_S,
    AutoShutdown,
    ChildSpec,
    Intensity,
    Strategy,
    check_specs,
)
from trialogue.supervise.task import SupervisorTask, TaskPhase
from trialogue.supervise.tree import Tree

DEFAULT_INTENSITY = Intensity()
"""OTP's default: one restart within five seconds."""


@given_by("open_supervisor")
class Supervisor:
    """Handle of a running supervisor; made by `open_supervisor`.

    Any task may call its methods, except a child that is not ready yet: the supervisor waits for that child.
    A method that is cancelled while it waits for its turn does nothing. `LocalProtocolError` for an action
    that the child's state forbids; `trio.ClosedResourceError` once it stops.
    """

    def __init__(self, task: SupervisorTask) -> None:
        self._task = task
        self._tree = task.tree

    def __repr__(self) -> str:
        statuses = self.children()
        running = sum(status.state is ChildState.RUNNING for status in statuses)
        restarts = sum(status.restarts for status in statuses)
        return (
            f"<Supervisor {self.name}: {self._task.phase.value}, "
            f"{running} of {len(statuses)} children, {restarts} restarts>"
        )

    @property
    def name(self) -> str:
        """Name in observations and errors."""
        return self._tree.name

    @property
    def phase(self) -> TaskPhase:
        """Phase of the supervisor."""
        return self._task.phase

    def children(self) -> tuple[ChildStatus, ...]:
        """All children, in the order in which they start."""
        return tuple(child.status for child in self._tree.children)

    @checks_arguments
    def value_of(self, child_id: str) -> object:
        """Value with which the child reported ready in its present life. Never waits."""
        child = self._known(child_id)
        if child.state is not ChildState.RUNNING or child.life is None:
            raise LocalProtocolError(f"child {child_id!r} is {child.state.value}")
        return child.life.value

    async def wait(self) -> None:
        """Wait until it has stopped; in its own block, the error that stopped it is raised instead."""
        await self._task.ended.wait()
        await trio.lowlevel.checkpoint()  # a failing block is cancelled by now

    @checks_arguments
    async def start_child(self, spec: ChildSpec) -> object:
        """Add a child at the end and start it; returns the value with which it reports ready.

        Raises the child's own error if it fails to start; it is not added then.
        `WrongValue` for a spec that does not fit this supervisor.
        """
        check_specs([spec], self._tree.auto_shutdown)
        return await self._task.ask(ChildRequest(lambda: self._add(spec), self._start_new))

    @checks_arguments
    async def terminate_child(self, child_id: str) -> None:
        """Stop a child and keep it stopped; a temporary one is removed."""
        await self._task.ask(ChildRequest(lambda: self._known(child_id), self._terminate))

    @checks_arguments
    async def restart_child(self, child_id: str) -> object:
        """Start a stopped child; returns the value with which it reports ready.

        Raises the child's own error if it fails to start; it stays stopped then.
        """
        return await self._task.ask(ChildRequest(lambda: self._stopped(child_id), self._start_again))

    @checks_arguments
    async def delete_child(self, child_id: str) -> None:
        """Remove a stopped child."""
        await self._task.ask(ChildRequest(lambda: self._stopped(child_id), self._delete))

    def stop(self) -> None:
        """Begin to stop, children in reverse order; `wait` for the end. Never waits, may be repeated."""
        self._task.stop()

    def _known(self, child_id: str) -> Child:
        child = self._tree.find(child_id)
        if child is None:
            raise LocalProtocolError(f"supervisor {self.name!r} has no child {child_id!r}")
        return child

    def _stopped(self, child_id: str) -> Child:
        child = self._known(child_id)
        if child.state is not ChildState.STOPPED:
            raise LocalProtocolError(f"child {child_id!r} is {child.state.value}")
        return child

    def _add(self, spec: ChildSpec) -> Child:
        known = self._tree.find(spec.id)
        if known is not None:
            raise LocalProtocolError(f"child {spec.id!r} already exists, {known.state.value}")
        child = Child(spec)
        self._tree.children.append(child)
        return child

    async def _start_new(self, child: Child) -> Answer:
        error = await self._tree.start(child)
        if error is not None:
            self._tree.children.remove(child)
        return _answer(child, error)

    async def _start_again(self, child: Child) -> Answer:
        child.attempts = 0
        return _answer(child, await self._tree.start(child))

    async def _terminate(self, child: Child) -> Answer:
        await self._tree.stop([child])
        return Answer()

    async def _delete(self, child: Child) -> Answer:
        self._tree.children.remove(child)
        return Answer()


def _answer(child: Child, error: Exception | None) -> Answer:
    """Answer to a request to start `child`."""
    return Answer(error=error) if child.life is None else Answer(child.life.value)


@a_block
@checks_arguments
async def open_supervisor(
    children: Iterable[ChildSpec],
    *,
    name: str,
    strategy: Strategy = Strategy.ONE_FOR_ONE,
    intensity: Intensity = DEFAULT_INTENSITY,
    auto_shutdown: AutoShutdown = AutoShutdown.NEVER,
    observer: Observer | None = None,
) -> AsyncGenerator[Supervisor, None]:
    """Start `children` in order, supervise them while the block runs, stop them in reverse when it is left.

    A child that fails to start stops those before it and raises its own error.
    `IntensityExceeded` cancels the block after too many restarts; its cause is the last failure.
    `WrongValue` for children that do not fit each other. Without an `observer`, `Diagnostics` observes.
    Source: OTP's `supervisor`.
    """
    specs = tuple(children)
    check_specs(specs, auto_shutdown)
    await trio.lowlevel.checkpoint_if_cancelled()  # a task that is cancelled before it begins does not begin
    with lone_error():
        async with trio.open_nursery() as nursery:
            inbox = Inbox()
            tree = Tree(
                name=name,
                strategy=strategy,
                window=IntensityWindow(intensity),
                auto_shutdown=auto_shutdown,
                observer=Diagnostics() if observer is None else observer,
                nursery=nursery,
                on_end=inbox.post,
                children=[Child(spec) for spec in specs],
            )
            task = SupervisorTask(tree, inbox)
            nursery.start_soon(task.run, name=f"supervisor {name}")
            try:
                await task.opened.wait()
                yield make(Supervisor, task)
            finally:
                task.stop()


@checks_arguments
def supervisor_spec(
    children: Iterable[ChildSpec],
    *,
    name: str,
    strategy: Strategy = Strategy.ONE_FOR_ONE,
    intensity: Intensity = DEFAULT_INTENSITY,
    auto_shutdown: AutoShutdown = AutoShutdown.NEVER,
    observer: Observer | None = None,
) -> ChildSpec:
    """Spec of a supervisor as the child of another: permanent, and ready with its `Supervisor`.

    Its shutdown time is the sum of its children's. Change other values with `attrs.evolve`.
    """
    specs = tuple(children)
    check_specs(specs, auto_shutdown)

    async def start(*, task_status: trio.TaskStatus[Any]) -> None:
        async with open_supervisor(
            specs,
            name=name,
            strategy=strategy,
            intensity=intensity,
            auto_shutdown=auto_shutdown,
            observer=observer,
        ) as supervisor:
            task_status.started(supervisor)
            await supervisor.wait()

    shutdown_s = sum(spec.shutdown_s for spec in specs) or DEFAULT_SHUTDOWN_S
    return ChildSpec(name, start, shutdown_s=shutdown_s)
