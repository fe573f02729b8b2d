"""Tree of one supervisor's children, on which its task acts.

1. Children start in order, each ready before the next; they stop in reverse, one by one.
2. A stop cancels the child's own scope and waits for its shutdown time; a life that is not over then is an
   overrun.
3. A failure, of a life or of a start, is counted before it is acted on.
4. Children tied to a failed one by the strategy stop at once, and start again with it when it is due.
5. An id whose former task still runs (an overrun) does not start: two owners of one state are worse than
   none.
6. An observer that raises gets nothing more; its error is raised once all children have stopped.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from typing import Never

import trio
from attrs import field

from trialogue.errors import IntensityExceeded
from trialogue.supervise.child import Child, ChildState, Life
from trialogue.supervise.observations import (
    Escalated,
    Exited,
    Observation,
    Observer,
    Overrun,
    Restarting,
    Started,
    reason_of,
)
from trialogue.supervise.restart_rules import RESTARTS, IntensityWindow, affected, is_over
from trialogue.supervise.specs import AutoShutdown, Restart, Strategy
from trialogue.values import define


@define(eq=False)
class Tree:
    """Children in order, with the actions on them. Only the supervisor's task calls it."""

    name: str
    strategy: Strategy
    window: IntensityWindow
    auto_shutdown: AutoShutdown
    observer: Observer
    nursery: trio.Nursery
    on_end: Callable[[Life], None]
    """Function that is called at the end of each life, in that life's task."""

    children: list[Child] = field(factory=list[Child])
    work: trio.CancelScope = field(factory=trio.CancelScope)
    """Scope that is cancelled once the supervisor is to stop; all waits of its task are inside."""

    overruns: dict[str, Life] = field(factory=dict[str, Life])
    """Lives that were given up and still run, by child id."""

    is_unheard: bool = False
    """Whether the observer has failed, or is at work: then it gets nothing."""

    def find(self, child_id: str) -> Child | None:
        """Child of that id; None where there is none."""
        return next((child for child in self.children if child.id == child_id), None)

    def next_due(self) -> float:
        """Moment of the next restart, by trio's clock."""
        return min((child.due_at for child in self.children), default=math.inf)

    async def start(self, child: Child) -> Exception | None:
        """Start `child` and wait until it is ready; returns its error if it fails instead."""
        await trio.lowlevel.checkpoint_if_cancelled()
        if child.id in self.overruns:
            child.last_error = RuntimeError
            return RuntimeError(f"child {child.id!r} cannot start: its previous task has not ended")
        life = Life(child.spec, self.on_end)
        child.begin(life)
        self.nursery.start_soon(life.live, name=f"{self.name}/{child.id}")
        await life.settled.wait()
        if life.ready_at is not None:
            child.be_ready()
            self._note(Started(self.name, child.id, child.starts - 1))
            return None
        await self._part(child, life)
        return life.error

    async def start_all(self) -> None:
        """Start all in order; the first that fails raises its own error, with a note of its id."""
        for child in tuple(self.children):
            error = await self.start(child)
            if error is not None:
                error.add_note(f"child {child.id!r} of supervisor {self.name!r} failed to start")
                raise error

    async def stop_all(self) -> None:
        """Stop every child, in reverse order."""
        await self.stop(tuple(self.children))

    async def stop(self, children: Iterable[Child]) -> None:
        """Stop `children` in reverse order, one by one; temporary ones are removed."""
        async with AsyncExitStack() as reverse:
            for child in children:
                reverse.push_async_callback(self._stop_one, child)

    async def reap(self, life: Life) -> None:
        """Act on a life that has ended, as OTP does: restart, remove, shut down or escalate."""
        child = self._owner(life)
        if child is None:
            self._reap_overrun(life)
            return
        await self._part(child, life)
        if RESTARTS[child.spec.restart, life.ending]:
            await self.restart(child, life)
            return
        self._forget_if_temporary(child)
        others_live = any(
            other.spec.significant and other.state is not ChildState.STOPPED for other in self.children
        )
        if child.spec.significant and is_over(self.auto_shutdown, others_live=others_live):
            await self._leave(f"child {child.id!r}, which is significant, has ended")

    async def restart(self, child: Child, life: Life) -> None:
        """Restart `child` after `life`: at once, or after its backoff."""
        if life.ready_at is not None and trio.current_time() - life.ready_at > self.window.intensity.within_s:
            child.attempts = 0
        if await self._schedule(child, life.error) <= 0:
            await self.revive(child)

    async def revive(self, child: Child) -> None:
        """Start `child`, which is due, and those tied to it; a failed start is scheduled again."""
        await self.stop(affected(self.strategy, self.children, child))
        for each in affected(self.strategy, self.children, child):
            error = await self.start(each)
            if error is not None:
                await self._schedule(each, error)
                return

    async def revive_due(self) -> None:
        """Start the child that is due first."""
        await self.revive(min(self.children, key=lambda child: child.due_at))

    def bury(self, lives: Iterable[Life]) -> None:
        """Note `lives` that had ended by themselves before the supervisor was stopped."""
        for life in lives:
            child = self._owner(life)
            if child is None:
                self._reap_overrun(life)
            else:
                child.part()
                self._note_end(child, life)

    async def drain(self) -> None:
        """Wait for overruns: no task outlives its supervisor."""
        for life in tuple(self.overruns.values()):
            await life.ended.wait()
            self._reap_overrun(life)

    async def _schedule(self, child: Child, error: Exception | None) -> float:
        """Count a failure of `child`, stop those tied to it, and schedule its restart in so many seconds."""
        if not self.window.admit(trio.current_time()):
            self._escalate(child, error)
        delay_s = child.next_delay_s()
        child.become(ChildState.RESTARTING)
        self._note(Restarting(self.name, child.id, child.attempts, delay_s))
        tied = affected(self.strategy, self.children, child)
        await self.stop(each for each in tied if each is not child)
        child.await_restart(delay_s)
        return delay_s

    def _escalate(self, child: Child, error: Exception | None) -> Never:
        """Stop the supervisor because restarts exceeded the intensity."""
        self._note(Escalated(self.name, child.id, error))
        intensity = self.window.intensity
        raise IntensityExceeded(
            f"supervisor {self.name!r}: more than {intensity.max_restarts} restarts within "
            f"{intensity.within_s:g} s; the last child to end was {child.id!r}: {reason_of(error)}",
            supervisor=self.name,
            child=child.id,
        ) from error

    async def _stop_one(self, child: Child) -> None:
        """Stop `child` in any state, and forget its attempts."""
        child.due_at = math.inf
        if child.life is not None:
            await self._end(child, child.life)
        elif child.state is ChildState.RESTARTING:
            child.become(ChildState.STOPPED)
        self._forget_if_temporary(child)

    async def _end(self, child: Child, life: Life) -> None:
        """Cancel `life` and wait for its end for its shutdown time."""
        await trio.lowlevel.checkpoint_if_cancelled()  # a stop that is interrupted goes no further
        child.become(ChildState.STOPPING)
        life.scope.cancel(reason=f"supervisor {self.name!r} stops child {child.id!r}")
        with trio.move_on_after(child.spec.shutdown_s):
            await life.ended.wait()
        if not life.ended.is_set():
            self.overruns[child.id] = life
            child.part()
            self._note(Overrun(self.name, child.id, child.spec.shutdown_s))
            return
        child.part()
        self._note_end(child, life)

    def _owner(self, life: Life) -> Child | None:
        """Child whose present life it is; None for one that was stopped or given up."""
        return next((child for child in self.children if child.life is life), None)

    async def _part(self, child: Child, life: Life) -> None:
        """Remove `life`, which has ended by itself, from `child`; after an interrupt, stop."""
        child.part()
        self._note_end(child, life)
        if life.interrupt is not None:
            await self._leave("the program is being interrupted")

    def _note(self, observation: Observation) -> None:
        if self.is_unheard:
            return
        self.is_unheard = True  # and remains so if this raises
        self.observer.observe(observation)
        self.is_unheard = False

    def _note_end(self, child: Child, life: Life) -> None:
        error = life.error or life.interrupt
        if error is not None:
            child.last_error = type(error)
        self._note(Exited(self.name, child.id, error))

    def _reap_overrun(self, life: Life) -> None:
        """Note an overrun that has ended after all; any other life was noted before."""
        if self.overruns.get(life.spec.id) is life:
            del self.overruns[life.spec.id]
            self._note(Exited(self.name, life.spec.id, life.error or life.interrupt))

    def _forget_if_temporary(self, child: Child) -> None:
        if child.spec.restart is Restart.TEMPORARY:
            self.children.remove(child)

    async def _leave(self, reason: str) -> Never:
        """Stop the supervisor from its own task."""
        self.work.cancel(reason=reason)
        await trio.sleep_forever()
