"""Close codes, HTTP statuses and failed dials: whether each is fatal or dialled again, with a hint.

Every service shares this table and adds its own errors. Sources: RFC 6455 section 7.4, RFC 9110 section 15.
An unknown code is retried: services add codes before their clients know them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from trialogue.errors import ConnectionLost, DialFailed, RemoteProtocolError
from trialogue.values import frozen


class Recovery(Enum):
    """Recovery from an error or an end: the next step."""

    FATAL = "fatal"
    """A further attempt would end in the same way: a person must act."""

    RETRY = "retry"
    """Connect again, after a wait and with context."""

    RETRY_NOW = "retry-now"
    """Connect again at once: neither our settings nor the load is the cause."""

    RETRY_ONCE = "retry-once"
    """Connect again; a second time in a row is fatal."""

    ROLL_OVER = "roll-over"
    """Continue in a new session: this one is at the end of its allowed life."""

    TURN_LOST = "turn-lost"
    """Go on in the session, without a reply in this turn."""

    GO_ON = "go-on"
    """Go on; only report it."""


@frozen
class Classification:
    """Meaning of a code for a session."""

    recovery: Recovery
    """Next step."""

    hint: str
    """One line for the person who can correct it; never empty."""


def fatal(hint: str) -> Classification:
    """Classification of a cause that would recur each time."""
    return Classification(Recovery.FATAL, hint)


def retry(hint: str) -> Classification:
    """Classification of a temporary cause."""
    return Classification(Recovery.RETRY, hint)


def retry_once(hint: str) -> Classification:
    """Classification of a cause that is temporary, or ours."""
    return Classification(Recovery.RETRY_ONCE, hint)


def go_on(hint: str) -> Classification:
    """Classification of a cause that needs no action."""
    return Classification(Recovery.GO_ON, hint)


OUR_BUG = "Please report this: trialogue sent something that the service does not accept."
SERVICE = "The service has a problem; nothing to do here."
_KEY = "Check the API key: it must be complete, not expired, and of this project."

UNKNOWN = retry("The code is not known to this version.")

_STATUSES: Mapping[int, Classification] = {
    400: fatal("The service rejected the request: check the address."),
    401: fatal(_KEY),
    402: fatal("The account is out of credit: top it up."),
    403: fatal("The API key may not do this: check its scopes and the project's models."),
    404: fatal("Nothing found at this address: check its host and path."),
    408: retry("The service waited too long for the request."),
    425: retry("The service asks to try again."),
    429: retry("Too many sessions at once for this project."),
}

_CLOSES: Mapping[int, Classification] = {
    1000: retry("The service ended the session without a reason."),
    1001: retry("The service is going away."),
    1002: fatal(OUR_BUG),
    1003: fatal(OUR_BUG),
    1005: retry("The service ended the session without a reason."),
    1006: retry("The connection broke."),
    1007: fatal(OUR_BUG),
    1008: fatal("The service rejected the data: check the settings and the audio format."),
    1009: fatal("A message was too long for the service: shorten the prompt or the context."),
    1010: fatal(OUR_BUG),
    1011: retry(SERVICE),
    1012: retry("The service restarts."),
    1013: retry("The service is overloaded."),
}

_OUR_CLOSES: Mapping[int, Classification] = {
    1002: retry_once("The service broke the websocket protocol: it may not be a voice agent."),
    1007: retry("The service sent text that is not UTF-8."),
    1009: retry("The service sent a message longer than our limit."),
}
"""Closes that our side made because of a message from the peer."""


_DIALS: Final[Mapping[str, Classification]] = {
    "name": Classification(Recovery.RETRY, "The host name is unknown: check the name and the network."),
    "reach": Classification(Recovery.RETRY, "The host cannot be reached: check the network."),
    "tls": Classification(Recovery.RETRY, "The connection broke during the TLS handshake."),
    "timeout": Classification(Recovery.RETRY, "The service did not answer in time."),
    "handshake": Classification(Recovery.RETRY_ONCE, "The server is not a voice agent: check the address."),
    "refused": Classification(Recovery.FATAL, "Check the certificate, the address and the key."),
}
"""Dials that failed before any response, by their stage."""


def classifications() -> Mapping[str, Classification]:
    """Classifications by `dial.STAGE`, `http.STATUS`, `close.CODE`, `closed-by-us.CODE`."""
    parts: tuple[tuple[str, Mapping[str, Classification] | Mapping[int, Classification]], ...] = (
        ("dial", _DIALS),
        ("http", _STATUSES),
        ("close", _CLOSES),
        ("closed-by-us", _OUR_CLOSES),
    )
    return {f"{kind}.{code}": meaning for kind, known in parts for code, meaning in known.items()}


def classify_end(lost: ConnectionLost) -> Classification:
    """Classification of a failed dial or of a connection's end without the service's own code."""
    if isinstance(lost, DialFailed):
        return _DIALS[lost.stage] if lost.status is None else classify_status(lost.status)
    return classify_close(lost.close_code, ours=is_ours(lost))


def is_ours(lost: ConnectionLost) -> bool:
    """Whether our side closed the connection because of a message from the peer."""
    return isinstance(lost.__cause__, RemoteProtocolError)


def classify_status(status: int) -> Classification:
    """Classification of a handshake answered with this HTTP status, which is not 101.

    A redirect is never followed, since it would take the key along, so it is fatal. So is any success: the
    peer is then no voice agent.
    """
    if status in _STATUSES:
        return _STATUSES[status]
    if 200 <= status < 400:
        return fatal("The server is not a voice agent: check the address.")
    if status >= 500:
        return retry(SERVICE)
    return UNKNOWN


def classify_close(code: int, *, ours: bool = False) -> Classification:
    """Classification of a websocket close code; `ours`: our side closed, because of a message from the peer.

    1000, 1001 and 1005 look clean but may follow an `Error`: classify that first.
    """
    if ours and code in _OUR_CLOSES:
        return _OUR_CLOSES[code]
    if code in _CLOSES:
        return _CLOSES[code]
    if 4000 <= code < 5000:
        return fatal("The service refused this session with a code of its own.")
    if code < 1000 or code >= 5000:
        return retry_once("The close code is not valid: the peer may not be a voice agent.")
    return UNKNOWN
