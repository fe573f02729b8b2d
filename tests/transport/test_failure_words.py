"""What the system said of a connection that could not be made."""

import errno
import socket
import ssl

import pytest

from trialogue.transport.failure_words import reason_of_failure


def wrapped(error):
    """The error as HTTP clients raise it: anew, with its cause cut off."""
    try:
        try:
            raise error
        except OSError as first:
            raise RuntimeError("all attempts failed") from first
    except RuntimeError as again:
        again.__cause__ = None
        return again


REFUSED = OSError(errno.ECONNREFUSED, "Error connecting to ('127.0.0.1', 9): Connection refused")
UNREACHABLE = OSError(errno.ENETUNREACH, "Error connecting to ('::1', 9): Network is unreachable")
ALL = OSError("all attempts to connect to x failed")
ALL.__cause__ = ExceptionGroup("attempts", [UNREACHABLE, REFUSED, REFUSED])

EXPIRED = ssl.SSLCertVerificationError(1, "certificate verify failed")
EXPIRED.verify_message = "certificate has expired"
REFUSED_HELLO = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)")
REFUSED_HELLO.reason = "WRONG_VERSION_NUMBER"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (REFUSED, "Connection refused"),
        (ALL, "Network is unreachable, Connection refused"),
        (wrapped(REFUSED), "Connection refused"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "Name or service not known"),
        (RuntimeError("the peer\nis gone"), "the peer is gone"),
        (TimeoutError(), "TimeoutError"),
        (ssl.SSLError(1, "wrong version number"), "wrong version number"),
        (wrapped(EXPIRED), "TLS: the certificate is not valid: certificate has expired"),
        (wrapped(REFUSED_HELLO), "TLS: WRONG_VERSION_NUMBER"),
        (wrapped(ssl.SSLEOFError(8, "EOF occurred")), "TLS: the peer closed the connection"),
    ],
    ids=[
        "one",
        "several",
        "wrapped",
        "name",
        "words",
        "silent",
        "tls",
        "certificate",
        "handshake",
        "end",
    ],
)
def test_the_reason_is_the_systems(error, reason):
    """A wrapped network error is given once, in the system's words."""
    assert reason_of_failure(error) == reason
