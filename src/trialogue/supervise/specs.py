"""Specifications of a supervisor: its children and its rules, in OTP's words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from enum import Enum
from typing import Any, Protocol

import trio
from attrs import field
from attrs.validators import ge, gt, min_len

from trialogue.values import frozen

DEFAULT_SHUTDOWN_S = 5.0
"""Seconds that a child may take to stop, unless its spec says otherwise."""

Backoff = Callable[[int], float]
"""The delay in seconds before restart attempt 1, 2, ..."""


class Restart(Enum):
    """When a child that has ended is started again."""

    PERMANENT = "permanent"
    """Always."""

    TRANSIENT = "transient"
    """After a failure only."""

    TEMPORARY = "temporary"
    """Never, and its spec is forgotten."""


class Strategy(Enum):
    """Strategy: which children are restarted with a child that is restarted."""

    ONE_FOR_ONE = "one_for_one"
    """Nobody."""

    ONE_FOR_ALL = "one_for_all"
    """All children."""

    REST_FOR_ONE = "rest_for_one"
    """Those that stand after it."""


class AutoShutdown(Enum):
    """When the end of significant children ends the supervisor, normally."""

    NEVER = "never"
    """Never."""

    ANY_SIGNIFICANT = "any_significant"
    """End as soon as one significant child has ended by itself, for good."""

    ALL_SIGNIFICANT = "all_significant"
    """End as soon as the last significant child has ended by itself, for good."""


class Start(Protocol):
    """A child's life, from its start to its end."""

    def __call__(self, *, task_status: trio.TaskStatus[Any]) -> Awaitable[object]:
        """Prepare, call `task_status.started(value)` once ready, and live on until done or cancelled."""
        ...


@frozen
class Intensity:
    """Intensity of restarts: more than `max_restarts` within `within_s` seconds escalate."""

    max_restarts: int = field(default=1, validator=ge(0))
    """Restarts of all children together; 0 bears none."""

    within_s: float = field(default=5.0, validator=gt(0))
    """The length of the window, in seconds."""


@frozen
class ChildSpec:
    """Specification of one child: how it is started, stopped and restarted.

    `ValueError` for values that do not fit each other.
    Source: the child specification of OTP's `supervisor`.
    """

    id: str = field(validator=min_len(1))
    """Unique among the children of one supervisor."""

    start: Start
    """Called for each of its lives."""

    restart: Restart = Restart.PERMANENT
    """Restart type: when it is started again."""

    shutdown_s: float = field(default=DEFAULT_SHUTDOWN_S, validator=gt(0))
    """Seconds that it may take to stop once cancelled; `math.inf` waits for ever."""

    significant: bool = False
    """True where its end counts for the supervisor's `AutoShutdown`."""

    backoff: Backoff | None = None
    """The delay before each attempt to start it again; None restarts at once, as OTP does."""

    def __attrs_post_init__(self) -> None:
        if self.significant and self.restart is Restart.PERMANENT:
            raise ValueError(f"child {self.id!r} is permanent, so it cannot be significant")


def check_specs(specs: Iterable[ChildSpec], auto_shutdown: AutoShutdown) -> None:
    """Raise `ValueError` where ids are not unique, or a significant child would have no effect."""
    seen: set[str] = set()
    for spec in specs:
        if spec.id in seen:
            raise ValueError(f"two children are called {spec.id!r}")
        seen.add(spec.id)
        if spec.significant and auto_shutdown is AutoShutdown.NEVER:
            raise ValueError(
                f"child {spec.id!r} is significant, but its supervisor has no automatic shutdown"
            )
