"""Watch over the event loop: reports steps that block it, and with it every socket and all sound.

1. One pass of trio's loop (all steps between two waits for the system) that takes longer than `STALL_S` is
   reported once it is over, with its length. A process that is stopped, or gets no processor, mostly does so
   while it waits: that is no stall.
2. The place can only be seen from outside: a thread reads the loop's stack during a long pass. Code that
   holds the interpreter's lock is not seen; its length is reported all the same.
3. The watch times passes, not steps: two calls for each pass cost about a microsecond; two for each step
   would cost that many times.
"""

from __future__ import annotations

import sys
import sysconfig
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Final

import trio

from trialogue.model.events import Event, LoopStalled
from trialogue.values import frozen

STALL_S: Final = 0.1
"""Longest pass that is not reported, in seconds: five frames of sound."""

LOOK_S: Final = 0.05
"""Seconds between two looks of the thread, and the length from which a pass is looked at."""

_STDLIB: Final = sysconfig.get_paths()["stdlib"]


@frozen
class Seen:
    """Sight of a long pass by the thread."""

    since: float
    """Moment at which the pass began, by `time.perf_counter`."""

    where: str
    """Function that was running, with its file and line."""

    task: str
    """Function that its task runs."""


class StallWatch(trio.abc.Instrument):
    """Watch that times the passes of its event loop, and reports long ones."""

    def __init__(self, post: Callable[[Event], None]) -> None:
        self._post = post
        self._since = 0.0
        """Moment at which the present pass began; 0 while the loop waits."""
        self._stalled: list[LoopStalled] = []
        self._told = trio.Event()
        self.seen: Seen | None = None

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Watch until cancelled."""
        over = threading.Event()
        arguments = (threading.get_ident(), over)
        self._token = trio.lowlevel.current_trio_token()
        trio.lowlevel.add_instrument(self)
        looking = threading.Thread(target=self._look, args=arguments, name="trialogue stalls", daemon=True)
        looking.start()
        try:
            task_status.started()
            while True:
                await self._told.wait()
                self._told = trio.Event()
                while self._stalled:
                    self._post(self._stalled.pop(0))
        finally:
            over.set()
            trio.lowlevel.remove_instrument(self)
            looking.join()  # it ends at once, and does not outlive the meeting

    def after_io_wait(self, timeout: float) -> None:  # noqa: ARG002 - as trio calls it
        """Note that a pass begins."""
        self._since = time.perf_counter()

    def before_io_wait(self, timeout: float) -> None:  # noqa: ARG002 - as trio calls it
        """Note that a pass is over."""
        since, self._since = self._since, 0.0
        took_s = time.perf_counter() - since
        if since and took_s > STALL_S:
            seen = self.seen if self.seen is not None and self.seen.since == since else Seen(since, "", "")
            self._stalled.append(LoopStalled(round(took_s, 3), seen.where, seen.task))
            self._token.run_sync_soon(self._tell, idempotent=True)  # cuts short the wait that begins now

    def _tell(self) -> None:
        self._told.set()

    def _look(self, loop: int, over: threading.Event) -> None:
        """Note the stack of the loop's thread during a long pass."""
        while not over.wait(LOOK_S):
            since = self._since
            if not since or time.perf_counter() - since < LOOK_S:
                continue
            # Meant for debuggers, and documented in spite of its name.
            frame = sys._current_frames().get(loop)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
            if frame is not None and (self.seen is None or self.seen.since != since):
                self.seen = Seen(since, *told(frame))


def told(frame: FrameType) -> tuple[str, str]:
    """Innermost function of a stack outside the standard library, and the function of its task.

    Its thread runs on meanwhile: a function that returns has no caller any more.
    """
    stack = [(frame.f_code, frame.f_lineno)]
    caller = frame.f_back
    while caller is not None and not _is_loop(caller.f_code):
        stack.append((caller.f_code, caller.f_lineno))
        caller = caller.f_back
    code, line = next((each for each in stack if not _is_stdlib(each[0])), stack[0])
    return f"{code.co_qualname} ({Path(code.co_filename).name}:{line})", stack[-1][0].co_qualname


def _is_loop(code: CodeType) -> bool:
    return code.co_name == "unrolled_run"


def _is_stdlib(code: CodeType) -> bool:
    name = code.co_filename
    return name.startswith((_STDLIB, "<frozen")) and "site-packages" not in name
