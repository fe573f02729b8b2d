"""Asking, in which both clients are alike: what options ask of an agent, and how a failure is told."""

from __future__ import annotations

from typing import TypeVar

from trialogue.compat.responses import ErrorResponse
from trialogue.errors import AlreadyOver, ProtocolError, TrialogueError, WrongType
from trialogue.mailbox import MailboxFull

OptionsT = TypeVar("OptionsT")

NOT_TAKEN = (AlreadyOver, ProtocolError, MailboxFull)
"""Errors by which a call returns False, and which are told as an Error."""


def checked(options: object, kind: type[OptionsT]) -> OptionsT:
    """The options; WrongType, which is a TypeError, for those of another class."""
    if not isinstance(options, kind):
        raise WrongType(f"expected {kind.__name__}, not a {type(options).__name__}", argument="options")
    return options


def told_failure(failure: TrialogueError) -> ErrorResponse:
    """A failure as the handlers of Error are told it; one of the key is called an authentication."""
    status = getattr(failure, "status", None)
    words = str(failure)
    if status in {401, 403}:
        words = f"authentication failed: {words}"
    code = getattr(failure, "code", None) or type(failure).__name__
    return ErrorResponse(words, code, status, getattr(failure, "request_id", None))
