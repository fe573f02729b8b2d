"""Watches the event loop: a step that blocks it holds up every socket, and the sound of everybody.

1. One pass of trio's loop (all steps between two waits for the system) that takes longer than `STALL_S` is
   reported once it is over, with its length. A process that is stopped, or gets no processor, mostly stands
   still while it waits: that is no stall.
2. Where it blocked can be seen from outside alone: a thread looks at the loop's stack while a pass is long.
   Code that keeps the interpreter to itself is not seen; its length is reported all the same.
3. Passes are watched, not steps: two calls a pass cost about a microsecond; two a step would cost that for
   each of its many steps.
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
"""The longest pass that is not reported, in seconds: five frames of sound."""

LOOK_S: Final = 0.05
"""Seconds between two looks of the thread, and the length of a pass that is looked at."""

_STDLIB: Final = sysconfig.get_paths()["stdlib"]


@frozen
class Seen:
    """Sight of a long pass by the thread."""

    since: float
    """Moment at which the pass began, by `time.perf_counter`."""

    where: str
    """The function that was running, with its file and line."""

    task: str
    """The function that its task runs."""


class StallWatch(trio.abc.Instrument):
    """Times the passes of the loop that it runs in, and reports the long ones."""

    def __init__(self, post: Callable[[Event], None]) -> None:
        self._post = post
        self._since = 0.0
        """Moment at which the pass that goes on began; 0 while the loop waits."""
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
            looking.join()  # it ends at once, and nobody finds it behind the meeting

    def after_io_wait(self, timeout: float) -> None:  # noqa: ARG002 - as trio calls it
        """A pass begins."""
        self._since = time.perf_counter()

    def before_io_wait(self, timeout: float) -> None:  # noqa: ARG002 - as trio calls it
        """A pass is over."""
        since, self._since = self._since, 0.0
        took_s = time.perf_counter() - since
        if since and took_s > STALL_S:
            seen = self.seen if self.seen is not None and self.seen.since == since else Seen(since, "", "")
            self._stalled.append(LoopStalled(round(took_s, 3), seen.where, seen.task))
            self._token.run_sync_soon(self._tell, idempotent=True)  # cuts the wait short that begins now

    def _tell(self) -> None:
        self._told.set()

    def _look(self, loop: int, over: threading.Event) -> None:
        """Note what the loop's thread does whenever a pass is long."""
        while not over.wait(LOOK_S):
            since = self._since
            if not since or time.perf_counter() - since < LOOK_S:
                continue
            # A debugger's view, and documented in spite of its name.
            frame = sys._current_frames().get(loop)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
            if frame is not None and (self.seen is None or self.seen.since != since):
                self.seen = Seen(since, *told(frame))


def told(frame: FrameType) -> tuple[str, str]:
    """Place of a stack, and its task: the innermost function that is not the standard library's.

    Its thread goes on meanwhile: a function that returns has no caller any more.
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
