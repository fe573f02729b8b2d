"""Checks and errors that both clients share: of options, and of failures reported to handlers."""

from __future__ import annotations

from typing import TypeVar

from trialogue.arguments import kind_of
from trialogue.compat.responses import ErrorResponse
from trialogue.errors import AlreadyOver, ProtocolError, TrialogueError, WrongType
from trialogue.mailbox import MailboxFull

OptionsT = TypeVar("OptionsT")

NOT_TAKEN = (AlreadyOver, ProtocolError, MailboxFull)
"""Errors for which a call returns False, and which are reported as an Error."""


def checked(options: object, kind: type[OptionsT]) -> OptionsT:
    """Options, checked; WrongType, which is a TypeError, for those of another class."""
    if not isinstance(options, kind):
        raise WrongType(f"expected {kind.__name__}, not {kind_of(options)}", argument="options")
    return options


def told_failure(failure: TrialogueError) -> ErrorResponse:
    """Failure in the form for handlers of Error; one of the key is an authentication failure."""
    status = getattr(failure, "status", None)
    words = str(failure)
    if status in {401, 403}:
        words = f"authentication failed: {words}"
    code = getattr(failure, "code", None) or type(failure).__name__
    return ErrorResponse(words, code, status, getattr(failure, "request_id", None))
