"""Diagnostics of the library: lines for the operator, never on the standard output of whoever embeds it.

1. Where structlog is configured, by a host or by the command line, a line goes there. Nobody has configured
   what nobody has imported, so it is not imported here: rich and pygments come with it.
2. Elsewhere the standard library's `logging` has it, by the same name under `trialogue`, which shows nothing
   until the host gives that logger a handler; `record.event` and `record.fields` are what JSON wants.
3. Either way the environment's keys are `***` in it: a library's failure may hold what it was given.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias, cast

from trialogue.model.secrets import secrets_of
from trialogue.values import frozen

_Level: TypeAlias = Literal["debug", "info", "warning", "error"]

_LEVELS: Final[dict[_Level, int]] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}

logging.getLogger("trialogue").addHandler(logging.NullHandler())


def _configured() -> Any:  # noqa: ANN401 - a module
    """structlog, where somebody has configured it."""
    structlog: Any = sys.modules.get("structlog")
    return structlog if structlog is not None and structlog.is_configured() else None


def tell_again(record: logging.LogRecord) -> None:
    """Tell structlog, which is configured by now, what a `Log` told `logging` before."""
    fields: dict[str, object] = getattr(record, "fields", {})
    event: str = getattr(record, "event", record.getMessage())
    tell = _structlog_of(record.name, record.levelname.lower())
    tell(event, **fields, **_trace_of(record.exc_text or ""))


def _structlog_of(name: str, level: str) -> Callable[..., None]:
    return cast("Callable[..., None]", getattr(_configured().get_logger(name), level))


def _trace_of(trace: str) -> dict[str, str]:
    return {"exception": trace} if trace else {}


@frozen
class Log:
    """The lines of one part: what happened, and fields that say with whom."""

    name: str
    """The logger's name, as `trialogue.meeting`."""

    def is_enabled(self, level: _Level) -> bool:
        """Whether anybody gets lines of that level: what costs time to tell need not be put together else."""
        structlog = _configured()
        if structlog is None:
            return logging.getLogger(self.name).isEnabledFor(_LEVELS[level])
        is_enabled_for = getattr(structlog.get_logger(self.name), "is_enabled_for", None)
        return is_enabled_for is None or bool(is_enabled_for(_LEVELS[level]))

    def debug(self, event: str, failure: BaseException | None = None, /, **fields: object) -> None:
        """Tell what its author wants to know, with the traceback of `failure`."""
        self._tell("debug", event, failure, fields)

    def info(self, event: str, **fields: object) -> None:
        """Tell what has happened in order."""
        self._tell("info", event, None, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Tell what may be amiss."""
        self._tell("warning", event, None, fields)

    def error(self, event: str, **fields: object) -> None:
        """Tell what has failed."""
        self._tell("error", event, None, fields)

    def _tell(
        self, level: _Level, event: str, failure: BaseException | None, fields: dict[str, object]
    ) -> None:
        if not self.is_enabled(level):
            return
        logger = logging.getLogger(self.name)
        secrets = secrets_of(os.environ)
        trace = "" if failure is None else secrets.hide("".join(traceback.format_exception(failure)))
        told = {name: secrets.hide(each) if isinstance(each, str) else each for name, each in fields.items()}
        if _configured() is not None:
            _structlog_of(self.name, level)(event, **told, **_trace_of(trace))
            return
        words = " ".join(f"{name}={value!r}" for name, value in told.items())
        record = logger.makeRecord(
            self.name, _LEVELS[level], __file__, 0, "%s", (f"{event}: {words}" if words else event,), None
        )
        record.exc_text = trace.rstrip() or None
        vars(record).update(event=event, fields=told)
        logger.handle(record)
