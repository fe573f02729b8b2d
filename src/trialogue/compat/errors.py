"""The error that the vendor's SDK has."""

from __future__ import annotations

from trialogue.errors import TrialogueError


class DeepgramApiError(TrialogueError):
    """Error for what cannot be asked: without a key, for an event that there is none of.

    `status` is the HTTP status where a service refused; None where nobody was asked.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
