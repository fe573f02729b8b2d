"""Handlers of one client, by the event's name; they are called with the client and the response."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from trialogue.compat.errors import DeepgramApiError
from trialogue.compat.responses import TOLD
from trialogue.diagnostics import Log
from trialogue.meeting.app_requests import a_function

Handler = Callable[..., object]
"""Called as `handler(client, response)`; `response` is bytes for `AudioData`."""

diagnostics: Final = Log("trialogue.compat")


class Handlers:
    """Handlers by event name, in the order of registration."""

    def __init__(self) -> None:
        self._kept: dict[str, list[Handler]] = {}

    def keep(self, event: object, handler: Handler, *, must_be_plain: bool) -> None:
        """Register a handler for an event; DeepgramApiError for an unknown event."""
        name = str(event)
        if name not in TOLD:
            raise DeepgramApiError(
                f"no handler is ever called for {name!r}; the events are {', '.join(sorted(TOLD))}"
            )
        a_function(handler, "handler", must_be_plain=must_be_plain)
        self._kept.setdefault(name, []).append(handler)

    def of(self, event: str) -> list[Handler]:
        """Handlers of an event."""
        return list(self._kept.get(event, ()))


def failed(event: str, error: Exception) -> str:
    """Log a handler's failure; the session goes on."""
    diagnostics.error("a handler failed", of=event, kind=type(error).__name__)
    diagnostics.debug("a handler failed", of=event, exc_info=error)
    return f"the handler of {event} raised {type(error).__name__}"
