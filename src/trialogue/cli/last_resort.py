"""A second Ctrl-C that ends the process even where nothing of Python runs any more.

1. Python's signal handlers run between two steps of its interpreter. A call in C that neither returns nor
   lets go of the interpreter lets none of them run, and no thread that could leave the process.
2. So once a first Ctrl-C was handled, SIGINT is answered by the C library's own `alarm`. What a handler is
   given is the signal's number, SIGINT is 2: the process ends by SIGALRM two seconds later, whatever it does.
3. Where the interpreter does run, a thread sees the alarm within `_LOOK_S` and hands the signal to Python's
   handler, which ends the process in order; the alarm is put off, but not taken back.
"""

from __future__ import annotations

import _thread
import ctypes
import signal
import sys
import threading
import time
from typing import Any, Final, cast

from attrs import define, field

__all__ = ["LastResort"]

_LOOK_S: Final = 0.005
_PUT_OFF_S: Final = 4.0
"""When the process ends if even its orderly end is held up, in seconds after the second Ctrl-C."""


@define
class LastResort:
    """Guards one process between its first Ctrl-C and its end."""

    _before: int | None = None
    _is_over: threading.Event = field(factory=threading.Event)

    def arm(self) -> None:
        """Wait for a second Ctrl-C; nothing where an alarm of somebody else's is set, or it waits already.

        Nothing, too, where the system has no alarms: there is no such end on Windows.
        """
        if sys.platform == "win32":
            return
        if self._before is not None or any(signal.getitimer(signal.ITIMER_REAL)):
            return
        libc = _libc()
        self._before = libc.signal(int(signal.SIGINT), ctypes.cast(libc.alarm, ctypes.c_void_p))
        _thread.start_new_thread(self._look, (libc,))

    def close(self) -> None:
        """The process ends by itself."""
        self._is_over.set()
        if self._before is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _look(self, libc: Any) -> None:  # noqa: ANN401 - a library by its functions
        while not self._is_over.is_set():
            if any(signal.getitimer(signal.ITIMER_REAL)):
                signal.setitimer(signal.ITIMER_REAL, _PUT_OFF_S)
                libc.signal(int(signal.SIGINT), self._before)
                signal.pthread_kill(cast("int", threading.main_thread().ident), signal.SIGINT)
                return
            time.sleep(_LOOK_S)


def _libc() -> Any:  # noqa: ANN401 - likewise
    libc = ctypes.CDLL(None)
    libc.signal.argtypes, libc.signal.restype = (ctypes.c_int, ctypes.c_void_p), ctypes.c_void_p
    return libc
