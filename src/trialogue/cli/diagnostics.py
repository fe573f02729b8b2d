"""Diagnostics for the operator: structlog on stderr, without the locals of tracebacks, which hold speech.

structlog loads rich and asyncio, a tenth of a second of computing. In real time it loads before the meeting
or the server starts, since in their loop that would hold up all sound and all sockets; else it loads at the
first line, as most meetings write none.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Final, Literal, TypeAlias

from trialogue.cli.key_masking import hidden
from trialogue.diagnostics import tell_again
from trialogue.model.text import brief, safe_text, steerless_lines

LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]

LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


_SELDOM_S: Final = 10.0
"""Seconds in which a listener says at most once that it cannot accept."""

_LONGEST_VALUE: Final = 1000
"""Most characters of one value of a line."""

_LONGEST_END: Final = 8000
"""Most characters of a traceback, and of a program's stderr: its end says what went wrong."""


def configure(level: LogLevel, *, in_real_time: bool = False) -> None:
    """Write diagnostics of this level and above to stderr, one line each."""
    logging.getLogger("trio.serve_listeners").addFilter(_SELDOM)
    logger = logging.getLogger("trialogue")
    logger.setLevel(LEVELS[level])
    for each in [each for each in logger.handlers if isinstance(each, _FirstLine)]:
        logger.removeHandler(each)
    if in_real_time or "structlog" in sys.modules:
        _configure_structlog(level)
    else:
        logger.addHandler(_FirstLine(level))


class _Seldom(logging.Filter):
    """One line of what a listener logs with a traceback, ten times a second, while no descriptor is left."""

    def __init__(self) -> None:
        super().__init__()
        self._next = float("-inf")

    def filter(self, record: logging.LogRecord) -> bool:
        """Let a record through from time to time, without its traceback."""
        record.exc_info = None
        now = time.monotonic()
        is_due = now >= self._next
        if is_due:
            self._next = now + _SELDOM_S
        return is_due


_SELDOM: Final = _Seldom()


class _FirstLine(logging.Handler):
    """Passes the first line to structlog; later lines go there directly (see `trialogue.diagnostics`)."""

    def __init__(self, level: LogLevel) -> None:
        super().__init__()
        self._level: LogLevel = level

    def emit(self, record: logging.LogRecord) -> None:
        """Log the record through structlog."""
        logging.getLogger("trialogue").removeHandler(self)
        _configure_structlog(self._level)
        tell_again(record)


def _configure_structlog(level: LogLevel) -> None:
    import structlog  # noqa: PLC0415 - see the module's docstring

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
            _safe,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=_Stderr,
        cache_logger_on_first_use=False,
    )


class _Stderr:
    """Writes lines and ignores a terminal that is gone, so that diagnostics never end a meeting."""

    def __init__(self, *_: object) -> None:
        """Accept any logger name; it is not used."""

    def msg(self, message: str) -> None:
        # Looked up at each line: during a live screen, stderr is its proxy and prints above it.
        with suppress(OSError):
            print(hidden(message), file=sys.stderr, flush=True)

    debug = info = warning = error = critical = msg


def _safe(_: object, __: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    return {key: _shown(key, value) if isinstance(value, str) else value for key, value in event.items()}


def _shown(key: str, value: str) -> str:
    whole = hidden(value)  # half a key at a cut would not be recognized
    match key:
        case "exception":
            return _end_of(steerless_lines(whole))
        case "stderr":
            return _end_of(safe_text(whole))
        case _:
            return brief(safe_text(whole), _LONGEST_VALUE)


def _end_of(text: str) -> str:
    left = len(text) - _LONGEST_END
    return text if left <= 0 else f"({left} characters before) …{text[left:]}"
