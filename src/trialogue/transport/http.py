"""Plain HTTP/1.1 besides the upgrade: one request, one response, and the connection is closed.

1. A function without I/O decides from the head whether a request is accepted, and how long its body may be.
2. Everything that a client can occupy is bounded: its head, its body, the time to send them, and the time
   without reading the response.
3. A response is whole, or sent in chunks while it is made. One that breaks off is closed without its end, so
   that no client takes a part for the whole.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import TypeAlias

import h11
import trio
from attrs import evolve, field

from trialogue.errors import ConnectionLost
from trialogue.values import frozen

LINGER_S = 1.0
"""Seconds for a client to read the response before a connection with unread bytes is reset."""

_READ_BYTES = 64 * 1024


@frozen
class HttpRequest:
    """A client's request."""

    method: str
    """In capitals: `GET`."""

    path: str
    """Path, without the query, undecoded."""

    query: str = ""
    """Query string, without the question mark, undecoded."""

    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """The headers, names in lower case; a key may be among them."""

    body: bytes = field(default=b"", repr=False)
    """Body; empty while only the head has come."""

    @property
    def host(self) -> str | None:
        """The `Host` header."""
        return self.header("host")

    def header(self, name: str) -> str | None:
        """The first value of the header `name` (any case), or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), None)


@frozen
class HttpResponse:
    """Response to a client."""

    status: int = 200
    """HTTP status, 200 to 599."""

    headers: tuple[tuple[str, str], ...] = ()
    """Headers, except those of its length."""

    body: bytes | AsyncGenerator[bytes, None] = field(default=b"", repr=False)
    """Body: whole, or in pieces as they are made."""


Answer: TypeAlias = Callable[[HttpRequest], Awaitable[HttpResponse]]
"""Function that responds to an accepted request."""


@frozen
class Taken:
    """Decision to accept the request."""

    answer: Answer
    """Function that responds."""

    max_body_bytes: int = 0
    """Most bytes of the body; one more is answered by 413."""


DecideHttp: TypeAlias = Callable[[HttpRequest], Taken | HttpResponse]
"""Function that decides on a request by its head; no I/O."""


@frozen
class HttpRules:
    """Limits of one exchange."""

    body_within_s: float = 30.0
    """Seconds from the head to the end of the body."""

    send_within_s: float = 10.0
    """Seconds that one write to the stream may take."""

    too_long: HttpResponse = HttpResponse(413)
    """Response to a body that is too long."""

    too_slow: HttpResponse = HttpResponse(408)
    """Response to a body that does not come in time."""

    failed: HttpResponse = HttpResponse(500)
    """Response after an error of the server."""


DEFAULT_HTTP_RULES = HttpRules()
"""Default rules."""


class _TooLong(Exception):
    """The body is longer than allowed."""


@frozen
class HttpExchange:
    """Exchange of one request, whose head was read from `stream`, and its response."""

    stream: trio.abc.Stream
    """Stream from which it came."""

    protocol: h11.Connection
    """Connection that has read the head."""

    request: HttpRequest
    """Head of the request."""

    rules: HttpRules = DEFAULT_HTTP_RULES
    """Limits."""

    async def turn_out(self, response: HttpResponse) -> None:
        """Send this response to any request, and close."""
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError, ConnectionLost):
            await self._send(response)
        await trio.aclose_forcefully(self.stream)

    async def serve(self, decide: DecideHttp) -> None:
        """Decide, read the body, respond, close. An error of the response is raised after the 500."""
        crash: Exception | None = None
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError, ConnectionLost):
            try:
                decided = decide(self.request)
                response = decided if isinstance(decided, HttpResponse) else await self._answered(decided)
            except ConnectionLost:
                raise
            except Exception as error:  # noqa: BLE001 -- raised again below, once the client is told
                response, crash = self.rules.failed, error
            await self._send(response)
        await trio.aclose_forcefully(self.stream)
        if crash is not None:
            raise crash

    async def _answered(self, taken: Taken) -> HttpResponse:
        try:
            with trio.fail_after(self.rules.body_within_s):
                body = await self._body(taken.max_body_bytes)
        except _TooLong:
            return self.rules.too_long
        except trio.TooSlowError:
            return self.rules.too_slow
        return await taken.answer(evolve(self.request, body=body))

    async def _body(self, most: int) -> bytes:
        body = bytearray()
        if self.protocol.they_are_waiting_for_100_continue:
            await self._write(self.protocol.send(h11.InformationalResponse(status_code=100, headers=[])))
        while True:
            event = await self._next_event()
            if not isinstance(event, h11.Data):
                return bytes(body)
            body += event.data
            if len(body) > most:
                raise _TooLong

    async def _next_event(self) -> object:
        while True:
            try:
                event = self.protocol.next_event()
            except h11.RemoteProtocolError as fault:
                raise ConnectionLost("the client broke off its request") from fault
            if event is not h11.NEED_DATA:
                return event
            self.protocol.receive_data(bytes(await self.stream.receive_some(_READ_BYTES)))

    async def _send(self, response: HttpResponse) -> None:
        headers = [*response.headers, ("connection", "close")]
        if isinstance(response.body, bytes):
            headers.append(("content-length", str(len(response.body))))
        head = h11.Response(status_code=response.status, headers=headers)
        await self._write(self.protocol.send(head))
        if self.request.method != "HEAD":
            await self._send_body(response.body)
        await self._write(self.protocol.send(h11.EndOfMessage()))
        await self._linger()

    async def _send_body(self, body: bytes | AsyncGenerator[bytes, None]) -> None:
        if isinstance(body, bytes):
            await self._write(self.protocol.send(h11.Data(body)))
            return
        async with aclosing(body):
            async for piece in body:
                await self._write(self.protocol.send(h11.Data(piece)))

    async def _write(self, data: bytes | None) -> None:
        with trio.move_on_after(self.rules.send_within_s) as scope:
            await self.stream.send_all(data or b"")
        if scope.cancelled_caught:
            raise ConnectionLost("the client takes nothing")

    async def _linger(self) -> None:
        """Let the response be read: closing a socket with unread bytes resets it before that."""
        with trio.move_on_after(LINGER_S):
            if isinstance(self.stream, trio.abc.HalfCloseableStream):
                await self.stream.send_eof()
            while await self.stream.receive_some(_READ_BYTES):
                pass
