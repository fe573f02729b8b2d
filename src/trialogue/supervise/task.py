"""Task of a supervisor.

1. It owns the children and handles one thing at a time: ends of lives and requests in the order of arrival,
   then restarts that are due.
2. It and every child are shielded: cancelling the block cancels only its body, and leaving the body stops the
   children in reverse. Until then the body's cleanup can still use them.
3. A stop interrupts any wait, so a hanging start cannot block it.
4. A stop refuses waiting requests before it stops the first child, so that a child and the supervisor do not
   wait for each other.
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
    """The first children are being started."""

    RUNNING = "running"
    """It supervises."""

    STOPPING = "stopping"
    """It stops its children and takes no more requests."""

    STOPPED = "stopped"
    """All of its tasks have ended."""


OPEN: Final = frozenset({TaskPhase.STARTING, TaskPhase.RUNNING})
"""States in which requests are taken."""


@define(eq=False)
class SupervisorTask:
    """Serves an inbox and acts on a tree."""

    tree: Tree
    """Tree of its children."""

    inbox: Inbox
    """Inbox of ends and requests."""

    phase: TaskPhase = TaskPhase.STARTING
    """Phase of the supervisor."""

    opened: trio.Event = field(factory=trio.Event)
    """Event that is set once all first children are ready."""

    ended: trio.Event = field(factory=trio.Event)
    """Event that is set once all has stopped."""

    async def run(self) -> None:
        """Run the supervisor."""
        with trio.CancelScope(shield=True):
            async with AsyncExitStack() as last:
                last.callback(self._be_stopped)
                last.push_async_callback(self.tree.drain)
                last.push_async_callback(self.tree.stop_all)
                last.callback(self._close)
                with self.tree.work:
                    await self._work()

    async def _work(self) -> None:
        """Start the children, then handle the inbox and due restarts, until stopped."""
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
        """Take no more requests, refuse those that wait, and note the ends from before the stop."""
        self.phase = TaskPhase.STOPPING
        self.tree.bury(self.inbox.close())

    def _be_stopped(self) -> None:
        self.phase = TaskPhase.STOPPED
        self.ended.set()

    async def ask(self, request: ChildRequest) -> object:
        """Let the supervisor's task carry out `request`."""
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
