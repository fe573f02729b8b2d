"""SIGINT, SIGTERM and SIGHUP as calls.

By default SIGTERM and SIGHUP end a trio program without running any `finally` block.

1. Each signal is reported by its name.
2. A SIGINT that is not the first signal, or a SIGTERM after a SIGINT, is impatient: it raises
   KeyboardInterrupt at once. `on_impatience` is called in the signal's handler itself, so also while the loop
   is blocked.
3. When the watcher ends, the signals have their former effect: start it first, so that it ends last.
4. A SIGHUP that the program's parent ignores, as `nohup` does, stays ignored.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from types import FrameType
from typing import Final, cast

import trio
from attrs import field

from trialogue.arguments import checks_arguments
from trialogue.values import define

WATCHED: Final = tuple(
    signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if name in signal.Signals.__members__
)
"""Signals of this system that are watched; Windows has no SIGHUP."""

_Handler = Callable[[int, FrameType | None], object]


def _nobody() -> None:
    """Do nothing."""


@define
class _Patience:
    """State of the handlers: the signals so far."""

    on_impatience: Callable[[], None]
    asked: set[int] = field(factory=set[int])
    is_over: bool = False

    def notice(self, number: int) -> None:
        """Take a signal; the first impatient one is reported."""
        again = number == signal.SIGINT and bool(self.asked)
        if again or (number == signal.SIGTERM and signal.SIGINT in self.asked):
            self.is_over = True
            self.on_impatience()
        self.asked.add(number)


@checks_arguments
async def watch_signals(
    on_signal: Callable[[str], None],
    on_impatience: Callable[[], None] = _nobody,
    *,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Call `on_signal` with the name of each signal that asks the program to end (`SIGTERM`), for ever.

    `on_signal` must not wait. An impatient signal is not told: it raises `KeyboardInterrupt`, after
    `on_impatience` was called from within the signal's handler, where nearly nothing may be done.
    Only the main thread can watch signals: `RuntimeError` elsewhere.
    """
    patience = _Patience(on_impatience)
    watched = [number for number in WATCHED if not _outlives_the_terminal(number)]
    with trio.open_signal_receiver(*watched) as received, _noticing(patience, watched):
        task_status.started()
        async for number in received:
            if patience.is_over:
                raise KeyboardInterrupt
            on_signal(signal.Signals(number).name)


def _outlives_the_terminal(number: signal.Signals) -> bool:
    return number.name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN


@contextmanager
def _noticing(patience: _Patience, watched: Iterable[signal.Signals]) -> Generator[None, None, None]:
    """Let `patience` see each signal before its present handler runs."""
    before = {number: cast("_Handler", signal.getsignal(number)) for number in watched}

    def notice(number: int, frame: FrameType | None) -> None:
        patience.notice(number)
        before[signal.Signals(number)](number, frame)

    for number in before:
        signal.signal(number, notice)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
