"""Diagnostics of the library: log lines for the operator, never on the standard output of its host.

1. If the host or the command line has configured structlog, lines go to structlog. This module does not
   import it, since that would load rich and pygments: without an import it cannot be configured.
2. Otherwise they go to the standard library's `logging`, to a logger under `trialogue`. It shows nothing
   until the host adds a handler; `record.event` and `record.fields` have the parts of a line for JSON.
3. Keys from the environment appear as `***` in both: another library's error may repeat its arguments.
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
    """Module structlog if it is configured, else None."""
    structlog: Any = sys.modules.get("structlog")
    return structlog if structlog is not None and structlog.is_configured() else None


def tell_again(record: logging.LogRecord) -> None:
    """Pass a record that a `Log` gave to `logging` on to structlog, which was configured later."""
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
    """Log of one part of the library; a line has an event and named fields."""

    name: str
    """Name of the logger, such as `trialogue.meeting`."""

    def is_enabled(self, level: _Level) -> bool:
        """Whether lines of that level are shown; if not, a caller need not compute costly fields."""
        structlog = _configured()
        if structlog is None:
            return logging.getLogger(self.name).isEnabledFor(_LEVELS[level])
        is_enabled_for = getattr(structlog.get_logger(self.name), "is_enabled_for", None)
        return is_enabled_for is None or bool(is_enabled_for(_LEVELS[level]))

    def debug(self, event: str, failure: BaseException | None = None, /, **fields: object) -> None:
        """Log a detail for developers, with the traceback of `failure`."""
        self._tell("debug", event, failure, fields)

    def info(self, event: str, **fields: object) -> None:
        """Log a normal event."""
        self._tell("info", event, None, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Log a possible problem."""
        self._tell("warning", event, None, fields)

    def error(self, event: str, **fields: object) -> None:
        """Log a failure."""
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
