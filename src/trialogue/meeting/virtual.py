"""The virtual clock: the same meeting, as fast as the machine computes, the same every time.

1. Tasks that are ready at the same time run in the order in which they were made. Trio shuffles them on
   purpose, which would make every decision depend on the number of earlier steps.
2. Other loops of the process, in other threads, are not affected: they use trio's own generator.
3. Before time moves, work that needs no decision is done in advance (`leaping`), as long as no part would
   notice. With `TRIALOGUE_VIRTUAL=ticking` in the environment every tick comes at its own moment, and a
   meeting gives the same journal and recordings, to the byte, but more slowly.

For a deterministic run trio's scheduler must sort each batch, and keep its order, and its clock must ask
before it moves; these names are private to trio, so they are in this file alone, and a test fails when they
go (docs/decisions/0003-virtual-time.md).
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Awaitable, Callable, Generator, MutableSequence
from contextlib import contextmanager
from functools import partial, wraps
from importlib import import_module
from math import inf
from typing import Any, Final, TypeVar

import trio
from attrs import Factory

from trialogue.arguments import kind_of
from trialogue.compute import MOVED_CLOCK, is_virtual
from trialogue.errors import WrongLoop, WrongType
from trialogue.leaping import Leaps, leaping
from trialogue.values import define

T = TypeVar("T")

SWITCH: Final = "TRIALOGUE_VIRTUAL"
"""Environment variable that makes virtual time tick."""

TICKING: Final = "ticking"


def run_virtual(function: Callable[[], Awaitable[T]]) -> T:
    """Run the async `function` under a virtual clock that skips waits, with tasks in a fixed order.

    Raises WrongType if it is not an async function, and WrongLoop in a task of a trio loop, which cannot run
    another one.
    """
    if trio.lowlevel.in_trio_run():
        raise WrongLoop("run_virtual begins a loop of its own: inside a trio loop, await the function")
    if not callable(function):
        raise WrongType(f"function must be a function, not {kind_of(function)}", argument="function")

    @wraps(function)
    async def started() -> T:
        came = function()
        if not isinstance(came, Awaitable):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may not be typed
            raise WrongType("function must be an async function, not a plain one", argument="function")
        return await came

    clock = MOVED_CLOCK(autojump_threshold=0)
    leaps = None if os.environ.get(SWITCH) == TICKING else Leaps()
    if leaps is not None:
        vars(clock)["_autojump"] = partial(_jump, vars(clock), leaps)
    with _SCHEDULER.in_order(), leaping(leaps):
        return trio.run(started, clock=clock)


def _jump(clock: dict[str, Any], leaps: Leaps) -> None:
    """Let everything happen that needs no task, and move the clock to the next deadline."""
    deadlines = import_module("trio._core._run").GLOBAL_RUN_CONTEXT.runner.deadlines
    leaps.before(deadlines.next_deadline)
    clock["_virtual_base"] = max(clock["_virtual_base"], _finite(deadlines.next_deadline()))


def _finite(deadline: float) -> float:
    """Deadline; without one, the clock's beginning, so that it stays."""
    return deadline if deadline < inf else 0.0


class _InOrder(random.Random):
    """Trio's random generator, which keeps a virtual loop's ready tasks in order."""

    def shuffle(self, x: MutableSequence[T]) -> None:
        """Shuffle a sorted batch; for a virtual clock only reverse it, since trio takes the last first."""
        if is_virtual():
            x.reverse()
        else:
            super().shuffle(x)


@define
class _Scheduler:
    """Trio's scheduler, while any loop of the process is virtual."""

    _lock: threading.Lock = Factory(threading.Lock)
    _loops: int = 0
    _before: dict[str, object] = Factory(dict[str, object])

    @contextmanager
    def in_order(self) -> Generator[None]:
        """Let virtual loops run their ready tasks in order; trio's own values return after the last."""
        with self._lock:
            self._loops += 1
            if self._loops == 1:
                self._before = self._put({"_ALLOW_DETERMINISTIC_SCHEDULING": True, "_r": _InOrder()})
        try:
            yield
        finally:
            with self._lock:
                self._loops -= 1
                if not self._loops:
                    self._put(self._before)

    def _put(self, ours: dict[str, object]) -> dict[str, object]:
        """Replace trio's own values; return the old ones."""
        names = vars(import_module("trio._core._run"))
        before = {name: names[name] for name in ours}
        names.update(ours)
        return before


_SCHEDULER: Final = _Scheduler()
