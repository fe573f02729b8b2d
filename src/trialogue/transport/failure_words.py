"""Reasons of failed connections: the words of the system or TLS, without the libraries' exceptions around."""

from __future__ import annotations

import os
from collections.abc import Iterator
from socket import gaierror
from ssl import SSLCertVerificationError, SSLEOFError, SSLError, SSLSyscallError, SSLZeroReturnError
from typing import cast


def reason_of_failure(error: BaseException) -> str:
    """Reason that the system or TLS gave, such as `Connection refused`; of several attempts each reason once.

    Without one, the error's own words, or its type.
    """
    return reason_of_system(error) or " ".join(str(error).split()) or type(error).__name__


def reason_of_system(error: BaseException) -> str:
    """Reason from the system or TLS; empty without one, since an error's own words may repeat a peer's."""
    return ", ".join(dict.fromkeys(_reasons(error)))


def _reasons(error: BaseException) -> Iterator[str]:
    """The system's words in an error: trio groups those of all attempts, HTTP clients wrap it once more.

    Clients cut off the cause when they raise again, but the context still has it.
    """
    inner = error.__cause__ or error.__context__
    if isinstance(error, BaseExceptionGroup):
        for each in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            yield from _reasons(each)
    elif isinstance(error, SSLError):
        yield from _reason_of_tls(error)
    elif isinstance(error, OSError) and error.errno:
        yield str(error.strerror) if isinstance(error, gaierror) else os.strerror(error.errno)
    elif inner is not None:
        yield from _reasons(inner)


def _reason_of_tls(error: SSLError) -> Iterator[str]:
    """OpenSSL's own words, in which nothing stands that the peer wrote."""
    match error:
        case SSLCertVerificationError(verify_message=str(reason)):
            yield f"TLS: the certificate is not valid: {reason}"
        case SSLEOFError() | SSLZeroReturnError() | SSLSyscallError():
            yield "TLS: the peer closed the connection"
        case SSLError(reason=str(reason)):
            yield f"TLS: {reason}"
        case _:
            return
