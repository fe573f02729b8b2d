"""A supervisor's one task.

1. It owns the children and does one thing at a time: a life that ended, a request, a restart that is due;
   ends and requests in the order of their arrival, then restarts.
2. It and every child are shielded: a cancelled block cancels its body alone, and leaving the body stops the
   children in reverse. Until then they serve the cleanups of the body, which may still need them.
3. Stopping cuts short whatever it waits for, so a start that hangs cannot keep it.
4. When it stops, waiting requests are refused before the first child is stopped: a child that asks while it
   is being stopped must not wait for who waits for it.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from enum import Enum
from typing import Final, assert_never

import trio
from attrs import field

from trialogue.supervise.child import Life
from trialogue.supervise.inbox import ChildRequest, Inbox
from trialogue.supervise.tree import Tree
from trialogue.values import define


class TaskPhase(Enum):
    """Phase of a supervisor."""

    STARTING = "starting"
    """First children are being started."""

    RUNNING = "running"
    """It supervises."""

    STOPPING = "stopping"
    """It stops its children and takes no more requests."""

    STOPPED = "stopped"
    """Everything of it has ended."""


OPEN: Final = frozenset({TaskPhase.STARTING, TaskPhase.RUNNING})
"""States in which requests are taken."""


@define(eq=False)
class SupervisorTask:
    """Serves an inbox and acts on a tree."""

    tree: Tree
    """Tree of children that it owns."""

    inbox: Inbox
    """Inbox of what it is told and asked."""

    phase: TaskPhase = TaskPhase.STARTING
    """Phase of the supervisor."""

    opened: trio.Event = field(factory=trio.Event)
    """All first children are ready."""

    ended: trio.Event = field(factory=trio.Event)
    """All has stopped."""

    async def run(self) -> None:
        """The supervisor's task."""
        with trio.CancelScope(shield=True):
            async with AsyncExitStack() as last:
                last.callback(self._be_stopped)
                last.push_async_callback(self.tree.drain)
                last.push_async_callback(self.tree.stop_all)
                last.callback(self._close)
                with self.tree.work:
                    await self._work()

    async def _work(self) -> None:
        """Start the children, then do what comes, one thing at a time, until stopped."""
        await self.tree.start_all()
        self.phase = TaskPhase.RUNNING
        self.opened.set()
        while True:
            message = await self.inbox.take(until=self.tree.next_due())
            match message:
                case Life() as life:
                    await self.tree.reap(life)
                case ChildRequest() as request:
                    await request.fulfil()
                case None:
                    await self.tree.revive_due()
                case _:
                    assert_never(message)

    def _close(self) -> None:
        """Take no more requests, refuse those that wait, and note the ends that came before the stop."""
        self.phase = TaskPhase.STOPPING
        self.tree.bury(self.inbox.close())

    def _be_stopped(self) -> None:
        self.phase = TaskPhase.STOPPED
        self.ended.set()

    async def ask(self, request: ChildRequest) -> object:
        """Have `request` done by the supervisor's task."""
        if self.phase in OPEN:
            self.inbox.post(request)
            try:
                await request.done.wait()
            finally:
                self.inbox.withdraw(request)
        if request.answer is None:
            raise trio.ClosedResourceError(f"supervisor {self.tree.name!r} has stopped")
        return request.answer.unwrap()

    def stop(self) -> None:
        """Begin to stop, children in reverse order; `wait` for the end. Never waits, may be repeated."""
        self.tree.work.cancel(reason=f"supervisor {self.tree.name!r} is asked to stop")
