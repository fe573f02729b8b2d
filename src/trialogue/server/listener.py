"""Where clients come in: a loopback listener, or one stream that somebody has already.

1. The paths are the hosted service's: `/v1/agent/converse`, whose query is ignored, and `/v2/listen` and
   `/v1/listen`, whose query is checked. Unknown headers are ignored.
2. Without a key of our own every key is good: a `Token` or `Bearer` header, a subprotocol, or none.
3. `Host` and `Origin` must be this machine's, or the address that is bound: a page in somebody's browser
   cannot come in by another name. An address beyond loopback wants a key.
4. Every answer, a refusal too, carries the request id that `Welcome` repeats.
"""

from __future__ import annotations

import hmac
import json
from functools import partial
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

import trio
from attrs import field, frozen

from trialogue.diagnostics import Log
from trialogue.errors import SetupError
from trialogue.server.connection import converse, where
from trialogue.server.equipment import Equipment
from trialogue.server.listen.connection import listen
from trialogue.server.listen.terms import ListenTerms, QueryRefused, read_query
from trialogue.server.options import is_loopback
from trialogue.server.seams import NOBODY, ServerSeams, Visitor
from trialogue.server.terms import STRANGER
from trialogue.server.think.stand_in import Caller
from trialogue.services.deepgram.listen.settings import FLUX_PATH, NOVA_PATH, ListenRoute
from trialogue.transport.accept import (
    Accept,
    Reject,
    SocketService,
    UpgradeRequest,
    serve_websocket,
)
from trialogue.transport.reception import Crowd, serve_websockets
from trialogue.transport.socket import WebSocket

_DIAGNOSTICS: Final = Log("trialogue.server")

PATH = "/v1/agent/converse"
LISTEN_PATHS = (FLUX_PATH, NOVA_PATH)
"""Where the hosted service has it, too."""

_LISTEN_PATHS: Final[dict[str, ListenRoute]] = {FLUX_PATH: "v2", NOVA_PATH: "v1"}

_SCHEMES = ("token", "bearer")


@frozen
class Access:
    """Who may come in."""

    host: str = "127.0.0.1"
    """The address that is bound."""

    port: int = 0
    """The port that is bound; 0 lets the system choose."""

    api_key: str | None = field(default=None, repr=False)
    """What clients must show; None lets everyone in."""

    max_connections: int = 64
    """Sockets at a time; one more is answered 429. Plain requests have as many places of their own."""


LOOPBACK = Access()
"""Anyone on this machine, at a port that the system chooses."""


@frozen
class Server:
    """A server that accepts."""

    host: str
    """The address bound."""

    port: int
    """The port bound."""

    @property
    def url(self) -> str:
        """What to dial."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"ws://{host}:{self.port}{PATH}"


async def open_server(
    equipment: Equipment,
    access: Access = LOOPBACK,
    seams: ServerSeams = NOBODY,
    *,
    task_status: trio.TaskStatus[Server] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve clients until cancelled; ready, with its `Server`, once it accepts.

    Raises `SetupError` for an address beyond loopback without a key.
    """
    if access.api_key is None and not is_loopback(f"ws://{access.host}/"):
        raise SetupError("a server beyond loopback needs an API key for its clients")
    listeners = await trio.open_tcp_listeners(access.port, host=access.host)
    bound = listeners[0].socket.getsockname()
    task_status.started(Server(bound[0], bound[1]))
    welcome = partial(_welcome, equipment, access, seams)
    await serve_websockets(welcome, listeners, crowd=Crowd(sockets=access.max_connections))


async def serve_stream(stream: trio.abc.Stream, equipment: Equipment, seams: ServerSeams = NOBODY) -> None:
    """Serve one client over a stream that both sides have already, to the connection's end."""
    await serve_websocket(stream, _Visit(equipment, seams).service())


def _welcome(equipment: Equipment, access: Access, seams: ServerSeams) -> SocketService:
    return _Visit(equipment, seams, access).service()


class _Visit:
    """One client, from its request to its end; without `access` it was let in before."""

    def __init__(
        self,
        equipment: Equipment,
        seams: ServerSeams,
        access: Access | None = None,
    ) -> None:
        self._equipment = equipment = seams.equip(equipment)
        self._request_id = equipment.new_id()
        self._access = access
        self._seams = seams
        self._stream: trio.abc.Stream
        self._caller = STRANGER
        self._listens: ListenTerms | None = None

    def service(self) -> SocketService:
        full = self._reject(429, "TOO_MANY_REQUESTS", "Too many requests. Please try again later.")
        return SocketService(self._attended, self._decide, full, self._crashed, through=self._put_through)

    def _put_through(self, stream: trio.abc.Stream) -> trio.abc.Stream:
        self._stream = self._seams.through(stream)
        return self._stream

    async def _attended(self, socket: WebSocket, request: UpgradeRequest) -> None:
        visitor = Visitor(self._request_id, request, self._stream)
        await self._seams.attend(visitor, socket, self._converse)

    async def _converse(self, socket: WebSocket) -> None:
        if self._listens is None:
            await converse(socket, self._equipment, request_id=self._request_id, caller=self._caller)
        else:
            await listen(socket, self._equipment, self._listens, request_id=self._request_id)

    def _decide(self, request: UpgradeRequest) -> Accept | Reject:
        before = request.path.removesuffix(PATH)
        converses = request.path.endswith(PATH) and before in {"", *self._paths()}
        if not converses and request.path not in _LISTEN_PATHS:
            return self._reject(404, "NOT_FOUND", "There is nothing at this path.")
        if self._access is not None:
            if not _is_from_here(request, self._access):
                return self._reject(403, "FORBIDDEN", "Host or Origin is not this server's.")
            if not _is_authorized(request, self._access):
                return self._reject(401, "INVALID_AUTH", "Invalid credentials.")
        if request.path in _LISTEN_PATHS:
            try:
                self._listens = read_query(_LISTEN_PATHS[request.path], request.query)
            except (QueryRefused, ValueError) as refusal:
                return self._reject(400, "INVALID_QUERY_PARAMETER", str(refusal))
        self._caller = Caller(before, _key_of_header(request) or _key_of_subprotocols(request))
        chosen = next((name for name in request.subprotocols if name.lower() in _SCHEMES), None)
        return Accept(chosen, (("dg-request-id", self._request_id),))

    def _paths(self) -> frozenset[str]:
        """What may stand before the protocol's path: an agent of the operator's file waits there."""
        stand_in = self._equipment.options.stand_in
        return frozenset() if stand_in is None else stand_in.paths

    def _crashed(self, crash: Exception) -> None:
        _DIAGNOSTICS.error("handshake crashed", request_id=self._request_id, where=where(crash))

    def _reject(self, status: int, code: str, words: str) -> Reject:
        body = {"err_code": code, "err_msg": words, "request_id": self._request_id}
        headers = (
            ("dg-request-id", self._request_id),
            ("dg-error", words),
            ("content-type", "application/json"),
        )
        return Reject(status, headers, json.dumps(body).encode())


def _is_authorized(request: UpgradeRequest, access: Access) -> bool:
    if access.api_key is None:
        return True
    shown = [key for key in (_key_of_header(request), _key_of_subprotocols(request)) if key]
    return any(hmac.compare_digest(key.encode(), access.api_key.encode()) for key in shown)


def _key_of_header(request: UpgradeRequest) -> str:
    scheme, _, key = (request.header("authorization") or "").partition(" ")
    return key.strip() if scheme.lower() in _SCHEMES else ""


def _key_of_subprotocols(request: UpgradeRequest) -> str:
    """What follows the scheme, as in `Sec-WebSocket-Protocol: token, KEY`."""
    offered = request.subprotocols
    return next((key for scheme, key in pairwise(offered) if scheme.lower() in _SCHEMES), "")


def _is_from_here(request: UpgradeRequest, access: Access) -> bool:
    names = [f"//{request.host}"] if request.host else []
    if origin := request.header("origin"):
        names.append(origin)
    return all(_names_us(name, access) for name in names)


def _names_us(name: str, access: Access) -> bool:
    try:
        return is_loopback(name) or urlsplit(name).hostname == access.host
    except ValueError:
        return False
