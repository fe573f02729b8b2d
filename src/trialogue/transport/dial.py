"""Dialling: from a URL to an open socket, under one deadline; each failure's type shows who must act.

1. One total deadline covers name, TCP, TLS and upgrade; a slow peer cannot extend it.
2. TLS always verifies; there is no switch. Redirects are not followed: they would carry the key elsewhere.
3. Plain `ws://` goes to loopback only, unless the operator allows it; a header with a secret never does.
4. No exception contains a header's value: the library's own texts may, so they are not chained.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from ipaddress import ip_address
from socket import gaierror
from typing import Protocol, cast
from urllib.parse import urlsplit

import trio
import trio_websocket
from attrs import field

from trialogue.errors import DialFailed, ProviderRefused, SetupError
from trialogue.model.secrets import secrets_of
from trialogue.transport.connection import HandshakeEnded, WireSocket
from trialogue.transport.direct import direct
from trialogue.transport.direct_tls import shake_hands
from trialogue.transport.failure_words import reason_of_failure
from trialogue.transport.incoming import MOST_JOINED
from trialogue.transport.library import Library, LibraryNursery
from trialogue.transport.lifetime import background, open_for_messages
from trialogue.transport.pipe import open_pipe
from trialogue.transport.socket import DEFAULT_SOCKET_RULES, Handshake, SocketRules, WebSocket
from trialogue.transport.trust import client_context
from trialogue.transport.upgrade import read_response, refusal
from trialogue.values import frozen

HeaderValue = str | Callable[[], str]
"""Value of a header, or for a secret a function that reveals it; called once, when the request is built."""

SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})
"""Headers that are secret even when given as text."""

SECRET_SUBPROTOCOLS = frozenset({"token", "bearer"})
"""Subprotocols after which the next one is a key: how browsers authenticate."""

_NO_ANSWER = "handshake: the peer closed without an answer"

MIN_SECRET = 6
"""Fewest characters of a value that is hidden in a service's texts: shorter ones, such as `Token`, match by
accident.
"""


@frozen
class DialRules:
    """Rules for making one connection."""

    within_s: float = 10.0
    """Seconds for everything up to the end of the upgrade."""

    ca_file: str | None = None
    """A PEM file of authorities to trust instead of the system's."""

    allow_plaintext: bool = False
    """Let `ws://` go to other machines; headers with secrets still may not."""


class Connector(Protocol):
    """Function that opens sockets: `open_websocket` with its rules bound, or `in_memory`."""

    def __call__(
        self, url: str, *, headers: Mapping[str, HeaderValue], subprotocols: Sequence[str] = ()
    ) -> AbstractAsyncContextManager[WebSocket]:
        """Open a socket to `url` for the length of a block; errors as `open_websocket`."""
        ...


@frozen
class Target:
    """Parts of a URL."""

    host: str
    port: int
    resource: str
    is_tls: bool

    @property
    def is_loopback(self) -> bool:
        """Whether the host is this machine, by its name."""
        return self.host == "localhost" or _is_loopback_address(self.host)

    @property
    def authority(self) -> str:
        """Value of the `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_tls else 80) else f"{host}:{self.port}"


@asynccontextmanager
async def open_websocket(
    url: str,
    *,
    headers: Mapping[str, HeaderValue],
    subprotocols: Sequence[str] = (),
    dial: DialRules = DialRules(),
    rules: SocketRules = DEFAULT_SOCKET_RULES,
) -> AsyncGenerator[WebSocket]:
    """Open a websocket to `url` (`ws:` or `wss:`), and close it at the end of the block.

    Raises `SetupError` for a URL or header that may not be dialled, `ProviderRefused` for a refusal that
    another attempt would meet again (401, 402, 403, 404, redirects, a certificate that does not verify), and
    `DialFailed` for temporary failures (refused, unreachable, too slow, 429, 5xx, malformed answers).
    """
    target = parse_url(url)
    check_plaintext(target, headers, subprotocols, allow_plaintext=dial.allow_plaintext)
    request = _request(headers, subprotocols)
    async with background() as nursery:
        socket = await _dial(nursery, target, request, (partial(_connect, target, dial), dial, rules))
        async with open_for_messages(nursery, socket):
            yield socket


@asynccontextmanager
async def open_websocket_over(
    stream: trio.abc.Stream,
    url: str,
    *,
    headers: Mapping[str, HeaderValue],
    subprotocols: Sequence[str] = (),
    dial: DialRules = DialRules(),
    rules: SocketRules = DEFAULT_SOCKET_RULES,
) -> AsyncGenerator[WebSocket]:
    """Open a websocket over a connected `stream`; otherwise like `open_websocket`."""
    target, request = parse_url(url), _request(headers, subprotocols)

    async def connected() -> trio.abc.Stream:
        await trio.lowlevel.checkpoint()
        return stream

    async with background() as nursery:
        socket = await _dial(nursery, target, request, (connected, dial, rules))
        async with open_for_messages(nursery, socket):
            yield socket


def in_memory(
    serve: Callable[[trio.abc.Stream], Awaitable[object]],
    *,
    dial: DialRules = DialRules(),
    rules: SocketRules = DEFAULT_SOCKET_RULES,
) -> Connector:
    """Connector whose every socket leads to `serve`, run on the other end of a pipe in the same program.

    When a block ends, its server gets `close_within_s` to end by itself before it is cancelled.
    """

    @asynccontextmanager
    async def connect(
        url: str, *, headers: Mapping[str, HeaderValue], subprotocols: Sequence[str] = ()
    ) -> AsyncGenerator[WebSocket]:
        ours, theirs = open_pipe()
        served = trio.Event()

        async def run_server() -> None:
            await serve(theirs)
            served.set()

        opened = open_websocket_over(
            ours, url, headers=headers, subprotocols=subprotocols, dial=dial, rules=rules
        )
        async with background() as nursery:
            nursery.start_soon(run_server)
            async with opened as socket:
                yield socket
            with trio.move_on_after(rules.close_within_s):
                await served.wait()

    return connect


def parse_url(url: str) -> Target:
    """Parts of a websocket URL; SetupError if it is invalid, or has a user name or password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SetupError("invalid URL: its host or port cannot be read") from None
    if parts.scheme not in {"ws", "wss"} or not parts.hostname:
        raise SetupError("a websocket URL must start with ws:// or wss:// and name a host")
    if parts.username is not None or parts.password is not None:
        raise SetupError("a websocket URL may not hold a user name or password")
    if not (url.isascii() and url.isprintable() and " " not in url):
        raise SetupError("a websocket URL must be ASCII without spaces; escape other characters")
    is_tls = parts.scheme == "wss"
    resource = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.hostname, port or (443 if is_tls else 80), resource, is_tls)


def check_plaintext(
    target: Target, headers: Mapping[str, HeaderValue], subprotocols: Sequence[str], *, allow_plaintext: bool
) -> None:
    """SetupError where `ws://` would leave this machine without permission, or with a secret."""
    if target.is_tls or target.is_loopback:
        return
    if not allow_plaintext:
        raise SetupError(f"plain ws:// to {target.authority} is not allowed: use wss://")
    is_secret = any(name.lower() in SECRET_HEADERS or callable(value) for name, value in headers.items())
    if is_secret or any(offer.lower() in SECRET_SUBPROTOCOLS for offer in subprotocols):
        raise SetupError(f"a secret may not go over plain ws:// to {target.authority}: use wss://")


@frozen
class _Request:
    """Upgrade request; kept out of every repr."""

    headers: list[tuple[bytes, bytes]] = field(repr=False)
    subprotocols: list[str] = field(repr=False)

    def secrets(self) -> tuple[str, ...]:
        """Values that a service must not be able to echo into our texts."""
        values = [value.decode() for _, value in self.headers] + self.subprotocols
        words = [word for value in values for word in value.split()]
        return (*(word for word in words if len(word) >= MIN_SECRET), *secrets_of(os.environ).values)


def _request(headers: Mapping[str, HeaderValue], subprotocols: Sequence[str]) -> _Request:
    """Reveal and check header values; an error names the header, never its value."""
    built: list[tuple[bytes, bytes]] = []
    for name, value in headers.items():
        revealed = value() if callable(value) else value
        if not (revealed.isascii() and revealed.isprintable() and revealed == revealed.strip()):
            raise SetupError(f"the value of the header {name} contains characters that HTTP forbids")
        built.append((name.encode(), revealed.encode()))
    return _Request(built, list(subprotocols))


async def _dial(
    nursery: trio.Nursery,
    target: Target,
    request: _Request,
    how: tuple[Callable[[], Awaitable[trio.abc.Stream]], DialRules, SocketRules],
) -> WireSocket:
    """Connect and upgrade under one deadline; what it started in `nursery` ends with the nursery."""
    connect, dial, rules = how
    socket: WireSocket | None = None
    with trio.move_on_after(dial.within_s) as scope:
        socket = WireSocket(await connect(), rules, is_client=True)
        await _upgrade(nursery, socket, target, request)
    if socket is not None and not scope.cancelled_caught:
        return socket
    response = read_response(bytes(socket.wire.head or b"")) if socket is not None else None
    if response is not None:
        raise refusal(response, hide=request.secrets())
    raise DialFailed(
        f"dial.timeout: {target.authority} was not open within {dial.within_s:g} s", stage="timeout"
    )


async def _upgrade(nursery: trio.Nursery, socket: WireSocket, target: Target, request: _Request) -> None:
    rules = socket.rules
    nursery.start_soon(socket.run_writer)
    wrap = partial(
        trio_websocket.wrap_client_stream,
        cast("trio.Nursery", LibraryNursery(nursery, socket.run_reader)),
        cast("trio.SocketStream", socket.wire),
        target.authority,
        target.resource,
        subprotocols=request.subprotocols,
        extra_headers=request.headers,
        message_queue_size=min(rules.receive_queue, MOST_JOINED),
        max_message_size=rules.max_message_size,
        receive_buffer_size=rules.receive_buffer_bytes,
    )
    try:
        library = cast("Library", await socket.shake(wrap))
    except HandshakeEnded:
        raise _failure(bytes(socket.wire.head or b""), request) from None
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in library.handshake_headers
    )
    socket.open(library, Handshake(target.resource.partition("?")[0], library.subprotocol, headers))


def _failure(head: bytes, request: _Request) -> DialFailed | ProviderRefused:
    """Reason for which a handshake ended, read from what the peer sent."""
    response = read_response(head)
    if response is not None:
        return refusal(response, hide=request.secrets())
    if not head:
        return DialFailed(_NO_ANSWER)
    if head.startswith(b"HTTP/1.1 101"):
        return DialFailed("handshake: the answer is not a valid upgrade", stage="handshake")
    return DialFailed("handshake: the answer is not HTTP, too long, or cut short", stage="handshake")


async def _connect(target: Target, dial: DialRules) -> trio.abc.Stream:
    context = _tls_context(dial.ca_file) if target.is_tls else None
    try:
        stream = await trio.open_tcp_stream(target.host, target.port)
    except UnicodeError:
        raise SetupError("the URL's host is not a valid host name") from None
    except OSError as error:
        stage = "name" if isinstance(error, gaierror) else "reach"
        raise DialFailed(
            f"cannot reach {target.authority}: {reason_of_failure(error)}", stage=stage
        ) from error
    if context is not None:
        return await _secure(stream, target, context)
    if target.is_loopback:
        await _check_peer(stream, target)
    return direct(stream)


async def _check_peer(stream: trio.SocketStream, target: Target) -> None:
    try:
        address = stream.socket.getpeername()[0]
    except OSError as error:  # a peer that has reset the connection by now has no address
        await trio.aclose_forcefully(stream)
        raise DialFailed(_NO_ANSWER) from error
    if not _is_loopback_address(address):
        await trio.aclose_forcefully(stream)
        raise SetupError(f"{target.host} is not this machine; plain ws:// is allowed only to this machine")


async def _secure(stream: trio.SocketStream, target: Target, context: ssl.SSLContext) -> trio.abc.Stream:
    try:
        return await shake_hands(stream, context, target.host)
    except trio.BrokenResourceError as error:
        raise _tls_failure(error.__cause__, target) from error


def _tls_failure(cause: BaseException | None, target: Target) -> DialFailed | ProviderRefused:
    match cause:
        case ssl.SSLCertVerificationError():
            return ProviderRefused(
                f"TLS: the certificate of {target.authority} is not valid: {cause.verify_message}"
            )
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError() | ssl.SSLSyscallError():
            return DialFailed(f"TLS: {target.authority} closed during the handshake", stage="tls")
        case ssl.SSLError():
            return ProviderRefused(
                f"TLS: the handshake with {target.authority} failed: {cause.reason or 'no reason given'}"
            )
        case _:
            return DialFailed(
                f"TLS: the connection to {target.authority} broke during the handshake", stage="tls"
            )


def _tls_context(ca_file: str | None) -> ssl.SSLContext:
    try:
        return client_context(ca_file)
    except OSError as error:
        raise SetupError(f"cannot read the certificate authorities in {ca_file}") from error


def _is_loopback_address(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
