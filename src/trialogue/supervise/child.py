"""One child: its state, and the wrapper around each of its lives.

1. A life runs in its own shielded cancel scope: nothing but its supervisor stops it.
2. Whatever it raises ends up in `Life.error`; only what ends the program (KeyboardInterrupt) goes on.
3. A life that is cancelled by the supervisor and raises nothing else has ended normally.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import Enum
from typing import Final

import trio
from attrs import field

from trialogue.errors import LocalProtocolError
from trialogue.supervise.specs import ChildSpec
from trialogue.values import define, frozen


class ChildState(Enum):
    """State of a child."""

    STOPPED = "stopped"
    """Known but not alive: OTP's `undefined`."""

    STARTING = "starting"
    """Task runs and has not yet reported ready."""

    RUNNING = "running"
    """Ready."""

    STOPPING = "stopping"
    """Cancelled, within its grace."""

    RESTARTING = "restarting"
    """Not alive; will be started again."""


MOVES: Final = frozenset(
    {
        (ChildState.STOPPED, ChildState.STARTING),
        (ChildState.STOPPED, ChildState.RESTARTING),
        (ChildState.STARTING, ChildState.RUNNING),
        (ChildState.STARTING, ChildState.STOPPING),
        (ChildState.STARTING, ChildState.STOPPED),
        (ChildState.RUNNING, ChildState.STOPPING),
        (ChildState.RUNNING, ChildState.STOPPED),
        (ChildState.STOPPING, ChildState.STOPPING),  # its stop was cut short by the supervisor's own
        (ChildState.STOPPING, ChildState.STOPPED),
        (ChildState.RESTARTING, ChildState.STOPPED),
    }
)
"""Every move that a child's state may make."""


@frozen
class ChildStatus:
    """Status of one child, as `Supervisor.children()` tells it."""

    id: str
    """The id in its spec."""

    state: ChildState
    """State of the child."""

    restarts: int
    """Number of times that it has been started again."""

    last_error: type[BaseException] | None
    """The type of the last error that it ended with; None if it never failed."""


@define(eq=False)
class Life:
    """One run of a child's `start`, and the `task_status` given to it."""

    spec: ChildSpec
    on_end: Callable[[Life], None]
    scope: trio.CancelScope = field(factory=lambda: trio.CancelScope(shield=True))
    """Cancelled by the supervisor alone."""

    ready_at: float | None = None
    """Moment at which it reported ready, by trio's clock; None until then."""

    value: object = None
    """Value with which it reported ready."""

    error: Exception | None = None
    """Error with which it failed."""

    interrupt: BaseException | None = None
    """Interrupt that ended it and the program with it."""

    settled: trio.Event = field(factory=trio.Event)
    """It is ready or has ended."""

    ended: trio.Event = field(factory=trio.Event)
    """Event that is set once its task runs no more code of the child's."""

    @property
    def ending(self) -> str:
        """The key into `RESTARTS`."""
        return "normal" if self.error is None else "failed"

    def started(self, value: object = None) -> None:
        """Report ready; `RuntimeError` the second time."""
        if self.ready_at is not None:
            raise RuntimeError(f"child {self.spec.id!r} has called task_status.started() twice")
        self.ready_at = trio.current_time()
        self.value = value
        self.settled.set()

    async def live(self) -> None:
        """Run the child to its end, which is reported to `on_end` whatever it is."""
        try:
            with self.scope:
                await self.spec.start(task_status=self)
            if self.ready_at is None and not self.scope.cancel_called:
                self.error = RuntimeError(f"child {self.spec.id!r} has not called task_status.started()")
        except Exception as error:  # noqa: BLE001 - the one place where a crash becomes an event
            self.error = error
        except BaseException as interrupt:
            self.interrupt = interrupt
            raise
        finally:
            self.settled.set()
            self.ended.set()
            self.on_end(self)


@define(eq=False)
class Child:
    """A spec with what has become of it. Owned by one supervisor."""

    spec: ChildSpec
    state: ChildState = ChildState.STOPPED
    life: Life | None = None
    starts: int = 0
    attempts: int = 0
    """Restart attempts since its last long life."""

    due_at: float = math.inf
    """Moment at which it is to be started again, by trio's clock."""

    last_error: type[BaseException] | None = None

    @property
    def id(self) -> str:
        """The id in its spec."""
        return self.spec.id

    @property
    def status(self) -> ChildStatus:
        """Status of the child."""
        return ChildStatus(self.id, self.state, max(self.starts - 1, 0), self.last_error)

    def become(self, state: ChildState) -> None:
        """Move to `state`; `LocalProtocolError`, with nothing changed, if no move leads there."""
        if (self.state, state) not in MOVES:
            raise LocalProtocolError(
                f"child {self.id!r} cannot become {state.value}: it is {self.state.value}"
            )
        self.state = state

    def begin(self, life: Life) -> None:
        """Enter a new life."""
        self.become(ChildState.STARTING)
        self.life = life

    def be_ready(self) -> None:
        """Note that its life has reported ready."""
        self.become(ChildState.RUNNING)
        self.starts += 1

    def part(self) -> None:
        """Let go of its life, which is over or has overrun."""
        self.become(ChildState.STOPPED)
        self.life = None

    def await_restart(self, delay_s: float) -> None:
        """Be due in `delay_s` seconds."""
        self.due_at = trio.current_time() + delay_s

    def next_delay_s(self) -> float:
        """Count one more attempt, and say how long to wait before it."""
        self.attempts += 1
        return 0.0 if self.spec.backoff is None else self.spec.backoff(self.attempts)
