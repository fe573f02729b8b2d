"""Specifications of a supervisor: its children and its rules, in OTP's words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from enum import Enum
from typing import Any, Protocol

import trio

from trialogue.arguments import check_fields
from trialogue.errors import WrongValue
from trialogue.values import frozen

DEFAULT_SHUTDOWN_S = 5.0
"""Default seconds for a child to stop."""

Backoff = Callable[[int], float]
"""The delay in seconds before restart attempt 1, 2, ..."""


class Restart(Enum):
    """Restart type: when a child that has ended is started again."""

    PERMANENT = "permanent"
    """Always."""

    TRANSIENT = "transient"
    """Only after a failure."""

    TEMPORARY = "temporary"
    """Never, and its spec is removed."""


class Strategy(Enum):
    """Strategy: which children are restarted with a child that is restarted."""

    ONE_FOR_ONE = "one_for_one"
    """No other child."""

    ONE_FOR_ALL = "one_for_all"
    """All children."""

    REST_FOR_ONE = "rest_for_one"
    """Children that start after it."""


class AutoShutdown(Enum):
    """Condition under which the ends of significant children end the supervisor, normally."""

    NEVER = "never"
    """Never."""

    ANY_SIGNIFICANT = "any_significant"
    """End as soon as one significant child has ended by itself, for good."""

    ALL_SIGNIFICANT = "all_significant"
    """End as soon as the last significant child has ended by itself, for good."""


class Start(Protocol):
    """Run of a child, from its start to its end."""

    def __call__(self, *, task_status: trio.TaskStatus[Any]) -> Awaitable[object]:
        """Prepare, call `task_status.started(value)` once ready, and live on until done or cancelled."""
        ...


@frozen
class Intensity:
    """Intensity of restarts: more than `max_restarts` within `within_s` seconds escalate."""

    max_restarts: int = 1
    """Most restarts of all children together; 0 allows none."""

    within_s: float = 5.0
    """Length of the window, in seconds."""

    def __attrs_post_init__(self) -> None:
        check_fields(self)
        if self.max_restarts < 0:
            raise WrongValue("max_restarts must be 0 or more", argument="max_restarts")
        if not self.within_s > 0:
            raise WrongValue("within_s must be more than 0", argument="within_s")


@frozen
class ChildSpec:
    """Specification of one child: how it is started, stopped and restarted.

    `WrongValue` for values that do not fit each other.
    Source: the child specification of OTP's `supervisor`.
    """

    id: str
    """Id, unique among the children of one supervisor."""

    start: Start
    """Function that runs each of its lives."""

    restart: Restart = Restart.PERMANENT
    """Restart type: when it is started again."""

    shutdown_s: float = DEFAULT_SHUTDOWN_S
    """Seconds to stop once cancelled; `math.inf` waits without end."""

    significant: bool = False
    """Whether its end counts for the supervisor's `AutoShutdown`."""

    backoff: Backoff | None = None
    """Delay before each restart; None restarts at once, as OTP does."""

    def __attrs_post_init__(self) -> None:
        check_fields(self)
        if not self.id:
            raise WrongValue("id must have at least one letter", argument="id")
        if not self.shutdown_s > 0:
            raise WrongValue("shutdown_s must be more than 0", argument="shutdown_s")
        if self.significant and self.restart is Restart.PERMANENT:
            text = f"child {self.id!r} is permanent, so it cannot be significant"
            raise WrongValue(text, argument="significant")


def check_specs(specs: Iterable[ChildSpec], auto_shutdown: AutoShutdown) -> None:
    """Raise `WrongValue` where ids are not unique, or a significant child would have no effect."""
    seen: set[str] = set()
    for spec in specs:
        if spec.id in seen:
            raise WrongValue(f"two children are called {spec.id!r}", argument="children")
        seen.add(spec.id)
        if spec.significant and auto_shutdown is AutoShutdown.NEVER:
            text = f"child {spec.id!r} is significant, but its supervisor has no automatic shutdown"
            raise WrongValue(text, argument="children")
