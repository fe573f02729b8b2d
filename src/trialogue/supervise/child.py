"""Child of a supervisor: its state, and the wrapper around each of its lives.

1. A life runs in its own shielded cancel scope: only its supervisor stops it.
2. Any exception is stored in `Life.error`, also a `trio.Cancelled` where nothing was cancelled; only one that
   ends the program (KeyboardInterrupt) is raised on.
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
from trialogue.supervise.cancellations import is_cancelled
from trialogue.supervise.specs import ChildSpec
from trialogue.values import define, frozen


class ChildState(Enum):
    """State of a child."""

    STOPPED = "stopped"
    """Known but not alive: OTP's `undefined`."""

    STARTING = "starting"
    """Its task runs and has not yet reported ready."""

    RUNNING = "running"
    """Ready."""

    STOPPING = "stopping"
    """Cancelled, within its shutdown time."""

    RESTARTING = "restarting"
    """Not alive; it will be started again."""


MOVES: Final = frozenset(
    {
        (ChildState.STOPPED, ChildState.STARTING),
        (ChildState.STOPPED, ChildState.RESTARTING),
        (ChildState.STARTING, ChildState.RUNNING),
        (ChildState.STARTING, ChildState.STOPPING),
        (ChildState.STARTING, ChildState.STOPPED),
        (ChildState.RUNNING, ChildState.STOPPING),
        (ChildState.RUNNING, ChildState.STOPPED),
        (ChildState.STOPPING, ChildState.STOPPING),  # the supervisor's own stop cut its stop short
        (ChildState.STOPPING, ChildState.STOPPED),
        (ChildState.RESTARTING, ChildState.STOPPED),
    }
)
"""Every transition of a child's state."""


@frozen
class ChildStatus:
    """Status of one child, as `Supervisor.children()` returns it."""

    id: str
    """Id in its spec."""

    state: ChildState
    """State of the child."""

    restarts: int
    """Number of its restarts."""

    last_error: type[BaseException] | None
    """Type of the last error that ended it; None if it never failed."""


@define(eq=False)
class Life:
    """One run of a child's `start`, and the `task_status` given to it."""

    spec: ChildSpec
    on_end: Callable[[Life], None]
    scope: trio.CancelScope = field(factory=lambda: trio.CancelScope(shield=True))
    """Scope that only the supervisor cancels."""

    ready_at: float | None = None
    """Moment at which it reported ready, by trio's clock; None until then."""

    value: object = None
    """Value with which it reported ready."""

    error: Exception | None = None
    """Error with which it failed."""

    interrupt: BaseException | None = None
    """Interrupt that ended it and the program with it."""

    settled: trio.Event = field(factory=trio.Event)
    """Event that is set once it is ready or has ended."""

    ended: trio.Event = field(factory=trio.Event)
    """Event that is set once its task runs no more code of the child."""

    @property
    def ending(self) -> str:
        """Key into `RESTARTS`."""
        return "normal" if self.error is None else "failed"

    def started(self, value: object = None) -> None:
        """Report ready; `RuntimeError` the second time."""
        if self.ready_at is not None:
            raise RuntimeError(f"child {self.spec.id!r} has called task_status.started() twice")
        self.ready_at = trio.current_time()
        self.value = value
        self.settled.set()

    async def live(self) -> None:
        """Run the child to its end, which is reported to `on_end` in every case."""
        try:
            with self.scope:
                await self.spec.start(task_status=self)
            if self.ready_at is None and not self.scope.cancel_called:
                self.error = RuntimeError(f"child {self.spec.id!r} has not called task_status.started()")
        except Exception as error:  # noqa: BLE001 - the one place where a crash becomes an event
            self.error = error
        except BaseException as interrupt:  # noqa: ASYNC103 - rule 2 of the module
            self.error = self._stray(interrupt)
            if self.error is None:
                self.interrupt = interrupt
                raise
        finally:
            self.settled.set()
            self.ended.set()
            self.on_end(self)

    def _stray(self, interrupt: BaseException) -> Exception | None:
        """Error for a cancellation that cancels nothing."""
        if not isinstance(interrupt, trio.Cancelled) or is_cancelled():
            return None
        error = RuntimeError(f"child {self.spec.id!r} raised trio.Cancelled, though nothing was cancelled")
        error.__cause__ = interrupt
        return error


@define(eq=False)
class Child:
    """Spec with the state of its child. Owned by one supervisor."""

    spec: ChildSpec
    state: ChildState = ChildState.STOPPED
    life: Life | None = None
    starts: int = 0
    attempts: int = 0
    """Restart attempts since its last life that was longer than the window."""

    due_at: float = math.inf
    """Moment of its next start, by trio's clock."""

    last_error: type[BaseException] | None = None

    @property
    def id(self) -> str:
        """Id in its spec."""
        return self.spec.id

    @property
    def status(self) -> ChildStatus:
        """Status of the child."""
        return ChildStatus(self.id, self.state, max(self.starts - 1, 0), self.last_error)

    def become(self, state: ChildState) -> None:
        """Change to `state`; `LocalProtocolError`, with nothing changed, for an invalid transition."""
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
        """Drop its life, which is over or has overrun."""
        self.become(ChildState.STOPPED)
        self.life = None

    def await_restart(self, delay_s: float) -> None:
        """Wait for a restart in `delay_s` seconds."""
        self.due_at = trio.current_time() + delay_s

    def next_delay_s(self) -> float:
        """Count one more attempt, and return the seconds of delay before it."""
        self.attempts += 1
        return 0.0 if self.spec.backoff is None else self.spec.backoff(self.attempts)
