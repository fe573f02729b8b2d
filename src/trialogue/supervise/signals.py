"""SIGINT, SIGTERM and SIGHUP as calls.

Left alone, SIGTERM and SIGHUP end a trio program without running a single `finally` block.

1. The first signal, and each further one, is told by its name.
2. A SIGINT that is not the first signal is impatience: KeyboardInterrupt, at once.
3. Once the watcher is gone the signals do what they did before: start it first, so that it goes last.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Final

import trio

__all__ = ["WATCHED", "watch_signals"]

WATCHED: Final = tuple(
    signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if name in signal.Signals.__members__
)
"""Those that this system has; Windows has no SIGHUP."""


async def watch_signals(
    on_signal: Callable[[str], None], *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    """Call `on_signal` with the name of each signal that asks the program to end (`SIGTERM`), for ever.

    `on_signal` must not wait. A SIGINT after any other signal is not told: it raises `KeyboardInterrupt`.
    Only the main thread can watch signals: `RuntimeError` elsewhere.
    """
    with trio.open_signal_receiver(*WATCHED) as received:
        task_status.started()
        is_asked = False
        async for number in received:
            if is_asked and number == signal.SIGINT:
                raise KeyboardInterrupt
            is_asked = True
            on_signal(signal.Signals(number).name)
