"""Reasons of failed connections: the system's own message, without the libraries' exceptions around it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from socket import gaierror
from ssl import SSLError
from typing import cast


def reason_of_failure(error: BaseException) -> str:
    """Reason that the system gave, such as `Connection refused`; of several attempts each reason once.

    Without one, the error's own words, or its type.
    """
    return reason_of_system(error) or " ".join(str(error).split()) or type(error).__name__


def reason_of_system(error: BaseException) -> str:
    """Reason from the system; empty where it gave none, since an error's own words may repeat a peer's."""
    return ", ".join(dict.fromkeys(_reasons(error)))


def _reasons(error: BaseException) -> Iterator[str]:
    """The system's words in an error: trio groups those of all attempts, HTTP clients wrap it once more.

    Clients cut off the cause when they raise again, but the context still has it.
    """
    inner = error.__cause__ or error.__context__
    if isinstance(error, BaseExceptionGroup):
        for each in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            yield from _reasons(each)
    elif isinstance(error, OSError) and error.errno and not isinstance(error, SSLError):
        yield str(error.strerror) if isinstance(error, gaierror) else os.strerror(error.errno)
    elif inner is not None:
        yield from _reasons(inner)
