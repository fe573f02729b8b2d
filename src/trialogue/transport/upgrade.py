"""HTTP of the upgrade, without I/O: the meaning of a refusal, the contents of a request.

A failed handshake is classified from the peer's own bytes: the library hangs on some answers, misnames
others, and does not report a body that was cut off.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email.utils import parsedate_to_datetime

import h11
from attrs import field
from wsproto.utilities import generate_accept_token

from trialogue.errors import DialFailed, ProviderRefused
from trialogue.model.json_text import read_json
from trialogue.values import frozen

PASSING_STATUSES = frozenset({408, 425, 429})
"""Temporary refusals below 500 (RFC 9110, RFC 8470, RFC 6585)."""

MAX_WORDS = 200
"""Most words of a service's explanation that are kept."""

MAX_RETRY_AFTER_S = 24 * 3600.0
"""Longest accepted wait, in seconds."""


@frozen
class Response:
    """Response to a request, or the part of it that arrived."""

    status: int
    """The status code."""

    headers: dict[str, str]
    """Headers by name in lower case, with the last value of repeated ones."""

    body: bytes = field(default=b"", repr=False)
    """The body so far."""


def read_response(head: bytes) -> Response | None:
    """Response that `head` begins with; None if it is no HTTP or its headers are incomplete."""
    reader = h11.Connection(h11.CLIENT)
    reader.send(h11.Request(method="GET", target="/", headers=[("Host", "peer")]))
    reader.receive_data(head)
    found: Response | None = None
    body = b""
    while True:
        try:
            event = reader.next_event()
        except h11.RemoteProtocolError:
            break
        if isinstance(event, h11.Response):
            found = Response(event.status_code, _texts(event.headers))
        elif isinstance(event, h11.Data):
            body += event.data
        elif not isinstance(event, h11.InformationalResponse):
            break
    return found and Response(found.status, found.headers, body)


def read_host(head: bytes) -> str | None:
    """`Host` header of the request that `head` begins with; the library does not give it."""
    return read_headers(head).get("host")


def read_headers(head: bytes) -> dict[str, str]:
    """Headers of the request that `head` begins with, by name in lower case; empty where it is no HTTP."""
    reader = h11.Connection(h11.SERVER)
    reader.receive_data(head)
    try:
        event = reader.next_event()
    except h11.RemoteProtocolError:
        return {}
    return _texts(event.headers) if isinstance(event, h11.Request) else {}


def accept_key(headers: dict[str, str]) -> str:
    """Value of `Sec-WebSocket-Accept` for the key in a request's headers (RFC 6455, section 1.3)."""
    return generate_accept_token(headers.get("sec-websocket-key", "").encode()).decode()


def refusal(response: Response, *, hide: tuple[str, ...] = ()) -> ProviderRefused | DialFailed:
    """Error for a response other than 101: fatal, or with another attempt.

    `hide` are words that must not be repeated, in case the service echoes our request.
    """
    status = response.status
    words, code, request_id = _explanation(response, hide)
    message = f"the service answered {status}" + (f": {words}" if words else "")
    if status >= 500 or status in PASSING_STATUSES:
        wait_s = _retry_after_s(response.headers)
        return DialFailed(message, status=status, retry_after_s=wait_s, code=code, request_id=request_id)
    if 200 <= status < 400:
        message = f"the service answered {status} instead of upgrading; redirects are not followed"
    return ProviderRefused(message, status=status, code=code, request_id=request_id)


def _explanation(response: Response, hide: tuple[str, ...]) -> tuple[str, str | None, str | None]:
    """The service's words, code and request id, from headers and a JSON body in its old or new form."""
    try:
        parsed: object = read_json(response.body)
    except ValueError:
        parsed = None
    said: dict[str, object] = parsed if isinstance(parsed, dict) else {}  # pyright: ignore[reportUnknownVariableType] -- keys of JSON are text

    def first(*names: str) -> str | None:
        found = (value for name in names if isinstance(value := said.get(name), str) and value)
        return next((_clean(value, hide) for value in found), None)

    words = first("err_msg", "message", "details") or _clean(response.headers.get("dg-error", ""), hide)
    request_id = _clean(response.headers.get("dg-request-id", ""), hide) or first("request_id")
    return words, first("err_code", "category"), request_id


def _clean(words: str, hide: tuple[str, ...]) -> str:
    """A service's text as we repeat it: JSON is read by now, since its escapes can spell a key otherwise."""
    for word in hide:  # before the cut, since half a key would not be recognized
        words = words.replace(word, "***")
    return "".join(c if c.isprintable() else " " for c in words[:MAX_WORDS]).strip()


def _retry_after_s(headers: dict[str, str]) -> float | None:
    """`Retry-After` in seconds (RFC 9110, section 10.2.3); a date counts from the response's own `Date`."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdecimal():
        return min(float(value[:9]), MAX_RETRY_AFTER_S)
    until, since = _date(value), _date(headers.get("date", ""))
    if until is None or since is None:
        return None
    return min(max((until - since).total_seconds(), 0.0), MAX_RETRY_AFTER_S)


def _date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _texts(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}
