"""Tools at an HTTP address: the arguments as a JSON body, or as the query of a GET.

1. Redirects are answers and never followed: a permitted address cannot lead to one that is not permitted.
2. The environment's proxies and credentials are not used.
3. The size of an answer is bounded, independently of its headers, and a compressed one is not read.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Mapping
from typing import cast
from urllib.parse import SplitResult, urlencode, urlsplit

import h11
import orjson
import trio
from attrs import field

from trialogue.errors import SetupError, ToolFailed, ToolLost
from trialogue.model.text import brief, safe_text
from trialogue.scenario.tool_keys import HttpCall
from trialogue.scenario.tool_specs import ToolSpec
from trialogue.scenario.variables import reveal
from trialogue.tools.executor import Tool
from trialogue.tools.permissions import Permissions, is_loopback, permission
from trialogue.tools.signatures import SILENT, Signature
from trialogue.transport.bounded_answers import encoding_of
from trialogue.transport.failure_words import reason_of_system
from trialogue.transport.trust import client_context
from trialogue.values import frozen

ANSWER_BYTES = 1024 * 1024
"""Bytes of an answer that are read; agents get 32 KiB of it."""

_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""Name of a header (RFC 9110, section 5.6.2)."""

_TRANSFER = frozenset({"connection", "accept-encoding", "content-length", "transfer-encoding"})
"""Headers about the transfer of a request, which only we know."""

HEAD_BYTES = 32 * 1024
"""Most bytes of an answer's head."""

_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_CHARSETS = re.compile(r"iso8859(-\d+)?|cp125\d|utf-16(-[lb]e)?")
"""Python's names of the character sets, besides UTF-8, that an answer may name."""


@frozen
class HttpTool:
    """Address that is requested for each call."""

    url: str
    """Address, `http://` or `https://`."""

    method: str = "POST"
    """`GET` sends the arguments as its query, all others as JSON."""

    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    """Headers of each request. Secret."""

    timeout_s: float = 20.0
    """Seconds after which a call is abandoned."""

    async def call(self, arguments: Mapping[str, object]) -> object:
        """Send one request; `ToolFailed` for no server, or an answer with another status than 2xx.

        `ToolLost` where the request was sent and no answer came.
        """
        parts = urlsplit(self.url)
        target, body = parts.path or "/", b""
        query = parts.query
        if self.method == "GET":
            query = "&".join(filter(None, (query, urlencode([(k, _plain(v)) for k, v in arguments.items()]))))
        else:
            body = orjson.dumps(arguments)
        asked = h11.Request(
            method=self.method,
            target=f"{target}?{query}" if query else target,
            headers=_headers(parts.netloc, body, self.headers),
        )
        try:
            stream = await _reached(parts)
        except (OSError, trio.BrokenResourceError, UnicodeError) as failure:  # of a host that is no name, too
            raise ToolFailed(
                f"the address cannot be reached: {_why(failure)}", code="unreachable"
            ) from failure
        try:
            async with stream:
                status, headers, answer = await _exchange(stream, asked, body)
        except (OSError, trio.BrokenResourceError, h11.ProtocolError) as failure:
            raise ToolLost(f"the address did not answer: {_why(failure)}", code="no-answer") from failure
        if not 200 <= status < 300:
            raise ToolFailed(f"the address answered with status {status}", code=f"status-{status}")
        if encoding := encoding_of(headers):
            named = brief(safe_text(encoding), 40)
            raise ToolLost(
                f"the address sent a compressed answer that nobody asked for: {named}", code="encoding"
            )
        return answer.decode(_charset_of(headers), errors="replace").removeprefix("\ufeff")


def _headers(host: str, body: bytes, given: Mapping[str, str]) -> list[tuple[str, str]]:
    """Headers of a request, each once: the author's come before ours, except those about its transfer.

    No compression is asked for, so that a small answer cannot become a large one.
    """
    usual = {"host": host, **({"content-type": "application/json"} if body else {})}
    own = {"connection": "close", "accept-encoding": "identity"}
    if body:
        own["content-length"] = str(len(body))
    named = {name.lower(): value for name, value in given.items() if name.lower() not in _TRANSFER}
    return list({**usual, **named, **own}.items())


def _why(failure: BaseException) -> str:
    """Reason for a failure from TLS or the system, else the failure's type."""
    return reason_of_system(failure) or type(failure).__name__


async def _reached(parts: SplitResult) -> trio.abc.Stream:
    host = parts.hostname or ""
    if parts.scheme == "https":
        stream = await trio.open_ssl_over_tcp_stream(
            host, parts.port or 443, https_compatible=True, ssl_context=client_context()
        )
        try:
            await stream.do_handshake()
        except BaseException:  # without a stream there is nothing to close
            await trio.aclose_forcefully(stream)
            raise
        return cast("trio.abc.Stream", stream)
    return await trio.open_tcp_stream(host, parts.port or 80)


def _charset_of(headers: Mapping[str, str]) -> str:
    """Character set that an answer names, if it is a known one; UTF-8 otherwise."""
    named = _CHARSET.search(headers.get("content-type", ""))
    try:
        known = codecs.lookup(named[1]).name if named else ""
    except LookupError:
        known = ""
    return known if _CHARSETS.fullmatch(known) else "utf-8"


async def _exchange(
    stream: trio.abc.Stream, asked: h11.Request, body: bytes
) -> tuple[int, Mapping[str, str], bytes]:
    """Send the request, and read the status, the headers and as much of the answer as is needed."""
    wire = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_BYTES)
    events = [asked, *([h11.Data(data=body)] if body else []), h11.EndOfMessage()]
    await stream.send_all(b"".join(wire.send(event) or b"" for event in events))
    status, headers, answer = 0, dict[str, str](), bytearray()
    while len(answer) < ANSWER_BYTES:
        event = wire.next_event()
        if event is h11.NEED_DATA:
            wire.receive_data(bytes(await stream.receive_some(16384)))
        elif isinstance(event, h11.Response):
            status = event.status_code
            headers = {name.decode(): value.decode("latin-1") for name, value in event.headers}
        elif isinstance(event, h11.Data):
            answer += event.data
        elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed) or event is h11.PAUSED:
            break
    return status, headers, bytes(answer[:ANSWER_BYTES])


def _plain(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
        case _:
            raise ToolFailed("a GET can only send texts, numbers and booleans", code="arguments")


def check_url(url: str, hosts: tuple[str, ...], what: str) -> None:
    """Raise `SetupError` unless the URL is HTTP to this machine, or to one of `hosts` over TLS."""
    try:
        parts = urlsplit(url)
        host, has_port = parts.hostname or "", parts.port != 0
    except ValueError:
        raise SetupError(f"{what}: its address cannot be read") from None
    if not has_port or not (url.isascii() and url.isprintable() and " " not in url):
        raise SetupError(f"{what}: its address is ASCII without spaces, with a port from 1 to 65535")
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
        raise SetupError(f"{what}: needs a plain http:// or https:// address")
    if is_loopback(host):
        return
    if host not in hosts:
        raise SetupError(f"{what}: {host} is not this machine; allow it with {permission('host', host)}")
    if parts.scheme != "https":
        raise SetupError(f"{what}: {host} must use https://")


def make(action: HttpCall, spec: ToolSpec, allowed: Permissions, _: object) -> tuple[Tool, Signature]:
    """Tool for this address; `SetupError` where it may not be requested."""
    check_url(action.url, allowed.hosts, f"tool {spec.name}")
    revealed = cast("dict[str, str]", reveal(action.headers, os.environ))
    headers = {name: value.strip() for name, value in revealed.items()}
    for name, value in headers.items():
        if not (_HEADER.fullmatch(name) and value.isascii() and value.isprintable()):
            raise SetupError(f"tool {spec.name}: header {name} holds line breaks or letters beyond ASCII")
    return HttpTool(action.url, action.method, headers, spec.timeout_s), SILENT
