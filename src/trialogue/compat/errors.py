"""Error class of the vendor's SDK."""

from __future__ import annotations

from trialogue.errors import TrialogueError


class DeepgramApiError(TrialogueError):
    """Error for an impossible request: no key, or an unknown event.

    `status` is the HTTP status if a service refused, else None.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
