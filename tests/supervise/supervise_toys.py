"""Children that fail to order, and an observer that writes short notes."""

from __future__ import annotations

from typing import Any

import trio
from attrs import define, field

from trialogue.supervise import (
    ChildSpec,
    Escalated,
    Exited,
    Observation,
    Overrun,
    Restart,
    Restarting,
    Started,
    Supervisor,
)


@define(eq=False)
class Notes:
    """Observations in short, without the supervisor's name."""

    lines: list[str] = field(factory=list)

    def observe(self, observation: Observation) -> None:
        match observation:
            case Started(restarts=0):
                what = "started"
            case Started(restarts=restarts):
                what = f"started again ({restarts})"
            case Exited(reason=reason):
                what = f"exited: {reason}"
            case Restarting(attempt=attempt, delay_s=delay_s):
                what = f"restarting, attempt {attempt} in {delay_s:g} s"
            case Overrun(shutdown_s=shutdown_s):
                what = f"overran {shutdown_s:g} s"
            case Escalated(reason=reason):
                what = f"escalated: {reason}"
        self.lines.append(f"{observation.child} {what}")

    def take(self) -> list[str]:
        """What was noted since the last time."""
        lines, self.lines = self.lines, []
        return lines


@define(eq=False)
class Toy:
    """A child: `+name` and `-name` in its log are its start and its end."""

    name: str
    log: list[str] = field(factory=list)
    start_faults: list[Exception] = field(factory=list)
    """What its next starts raise."""

    prepare_s: float = 0.0
    """How long it takes to be ready."""

    cleanup_s: float = 0.0
    """How long it takes to end, whatever cancels it."""

    cleanup_error: Exception | None = None
    fate: trio.Event = field(factory=trio.Event)
    error: BaseException | None = None
    lives: int = 0

    async def __call__(self, *, task_status: trio.TaskStatus[Any]) -> None:
        self.lives += 1
        self.log.append(f"+{self.name}")
        if self.start_faults:
            raise self.start_faults.pop(0)
        self.fate, self.error = trio.Event(), None
        try:
            await trio.sleep(self.prepare_s)
            task_status.started(f"{self.name}{self.lives}")
            await self.fate.wait()
            if self.error is not None:
                raise self.error
        finally:
            with trio.CancelScope(shield=True):
                await trio.sleep(self.cleanup_s)
            self.log.append(f"-{self.name}")
            if self.cleanup_error is not None:
                raise self.cleanup_error

    def end(self, error: BaseException | None = None) -> None:
        """End this life: normally, or with `error`."""
        self.error = error
        self.fate.set()

    def spec(self, restart: Restart = Restart.PERMANENT, **rest: Any) -> ChildSpec:
        return ChildSpec(self.name, self, restart, **rest)


def toys(names: str) -> tuple[list[str], list[Toy]]:
    """A toy for each letter, with the log that they share."""
    log: list[str] = []
    return log, [Toy(name, log) for name in names]


def states(supervisor: Supervisor) -> str:
    """`a:running b:stopped`."""
    return " ".join(f"{status.id}:{status.state.value}" for status in supervisor.children())


async def settle() -> None:
    """Let everything happen that needs no time."""
    await trio.testing.wait_all_tasks_blocked()
