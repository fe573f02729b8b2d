"""Forced exit of a meeting's process that cannot wait for the meeting's end.

1. The first Ctrl-C ends the meeting, and a message then says that a second one ends it at once.
2. "At once" means within `LAST_S`: whatever closes by itself until then is closed, and a journal is readable
   at any moment. A thread ends the process in any state of its tasks; where no thread can run, the C library
   does (`LastResort`).
3. An actor that does not stop cannot be killed: the process exits once the meeting's files are written.
"""

from __future__ import annotations

import _thread
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, Never, cast

from attrs import Factory, field

from trialogue.cli.endings import INTERRUPTED, told
from trialogue.devices.typing import is_anothers
from trialogue.errors import TrialogueError
from trialogue.values import define

if TYPE_CHECKING:
    from trialogue.cli.run import Held

LAST_S: Final = 2.0
"""Seconds in which a process that is to end at once may close what it can."""

ASKED: Final = "trialogue: ending the meeting; press Ctrl-C again to end at once"
AT_ONCE: Final = b"\ntrialogue: ending at once\n"
SHOW_CURSOR: Final = b"\x1b[?25h"


_LOOK_S: Final = 0.005
_PUT_OFF_S: Final = 4.0
"""Seconds after the second Ctrl-C at which the process ends if even its orderly end is blocked."""


@define
class LastResort:
    """Makes sure that a second Ctrl-C ends the process, whatever the process is doing.

    Python's signal handlers run between two steps of the interpreter. A C call that neither returns nor
    releases the interpreter blocks them, and every thread that could exit the process. So SIGINT then calls
    the C library's `alarm` directly. A handler receives the signal's number, and SIGINT is 2: SIGALRM ends
    the process two seconds later. If the interpreter still runs, a thread notices the alarm within `_LOOK_S`
    and calls Python's handler, which ends the process in order. The alarm is postponed, but not cancelled.
    """

    _before: int | None = None
    _is_over: threading.Event = field(factory=threading.Event)

    def arm(self) -> None:
        """Wait for a second Ctrl-C. Does nothing if it already waits, or if other code has set an alarm.

        Does nothing on Windows, which has no alarms.
        """
        if sys.platform == "win32":
            return
        if self._before is not None or any(signal.getitimer(signal.ITIMER_REAL)):
            return
        libc = _libc()
        self._before = libc.signal(int(signal.SIGINT), ctypes.cast(libc.alarm, ctypes.c_void_p))
        _thread.start_new_thread(self._look, (libc,))

    def close(self) -> None:
        """Stop waiting: the process ends normally."""
        self._is_over.set()
        if self._before is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _look(self, libc: Any) -> None:  # noqa: ANN401 - ctypes gives a library's functions no types
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


@define
class Leaving:
    """Exit from the process of one meeting."""

    sum_up: Callable[[Held], None]
    """Function that shows the meeting's summary."""

    put_back: Callable[[], None]
    """Function that restores the terminal."""

    is_over: bool = False
    """Event that is set once the meeting has ended, so that no forced exit is needed."""

    is_leaving: bool = False
    """Whether a thread waits to exit."""

    last_resort: LastResort = Factory(LastResort)
    """Ends a process that cannot end itself."""

    def asked(self, signal_name: str) -> None:
        """Print that a second Ctrl-C ends the meeting at once."""
        if signal_name == "SIGINT":
            self.last_resort.arm()
            with suppress(OSError):
                print(ASKED, file=sys.stderr, flush=True)

    def at_once(self) -> None:
        """Exit within `LAST_S`.

        Called in a signal handler, so it must not take a lock that the loop may hold.
        """
        if self.is_leaving:
            return
        self.is_leaving = True
        with suppress(OSError):
            os.write(2, AT_ONCE)
        _thread.start_new_thread(self._leave_later, ())

    def behind(self, actor: str, held: Held) -> Never:
        """Exit without waiting for an actor that does not stop; the meeting's files are written."""
        with suppress(OSError):
            print(
                f"trialogue: {actor} did not stop; the process exits without waiting for it",
                file=sys.stderr,
                flush=True,
            )
        code = held.exit_code
        try:
            self.sum_up(held)
            sys.stdout.flush()
        except TrialogueError as error:
            code = code or error.exit_code
            os.write(2, "".join(f"{each}\n" for each in told(error)).encode(errors="replace"))
        except OSError:
            pass  # nobody reads any more; the files exist
        finally:
            self.put_back()
            os._exit(code)

    def _leave_later(self) -> None:
        time.sleep(LAST_S)
        if not self.is_over:
            self.put_back()
            os._exit(INTERRUPTED)


@contextmanager
def open_leaving(sum_up: Callable[[Held], None]) -> Generator[Leaving]:
    """Handle requests to exit the process while the block runs."""
    leaving = Leaving(sum_up, _remembered_terminal())
    try:
        yield leaving
    finally:
        leaving.is_over = True
        leaving.last_resort.close()


def _remembered_terminal() -> Callable[[], None]:
    """Function that restores the terminal's current state: echo and cursor."""
    if sys.platform == "win32":
        return lambda: None
    import termios  # noqa: PLC0415 - Windows has no such thing

    try:
        before = termios.tcgetattr(0)
    except termios.error:
        return lambda: None

    def put_back() -> None:
        with suppress(OSError, termios.error):
            if not is_anothers(0):
                termios.tcsetattr(0, termios.TCSANOW, before)
            os.write(2, SHOW_CURSOR)

    return put_back
