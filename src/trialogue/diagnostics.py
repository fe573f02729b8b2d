"""Diagnostics of the library: lines for the operator, never on the standard output of whoever embeds it.

1. Where structlog is configured, by a host or by the command line, a line goes there.
2. Elsewhere the standard library's `logging` has it, by the same name under `trialogue`, which shows nothing
   until the host gives that logger a handler.
"""

from __future__ import annotations

import logging
from typing import Final, Literal, TypeAlias

import structlog
from attrs import frozen

__all__ = ["Log"]

_Level: TypeAlias = Literal["debug", "info", "warning", "error"]

_LEVELS: Final[dict[_Level, int]] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}

logging.getLogger("trialogue").addHandler(logging.NullHandler())


@frozen
class Log:
    """The lines of one part: what happened, and fields that say with whom."""

    name: str
    """The logger's name, as `trialogue.meeting`."""

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
        if structlog.is_configured():
            told = fields if failure is None else {**fields, "exc_info": failure}
            getattr(structlog.get_logger(self.name), level)(event, **told)
            return
        logger = logging.getLogger(self.name)
        if logger.isEnabledFor(_LEVELS[level]):
            words = " ".join(f"{name}={value!r}" for name, value in fields.items())
            logger.log(_LEVELS[level], "%s", f"{event}: {words}" if words else event, exc_info=failure)
