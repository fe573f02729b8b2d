"""Listener for clients: on an address, or on one stream that is already open.

1. The paths of sockets are the hosted service's: `/v1/agent/converse`, whose query is ignored, and
   `/v2/listen`, `/v1/listen`, `/v1/speak` and `/v2/speak`, whose query is checked. Unknown
   headers are ignored.
2. Plain HTTP requests are answered by the routes of `rest`.
3. `admission` decides which clients may connect. An address beyond loopback needs a key.
4. Every response, also a refusal, carries the request id that `Welcome` repeats.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import MutableMapping
from functools import partial
from ssl import SSLContext
from typing import Final, cast

import trio
from attrs import evolve

from trialogue.arguments import checks_arguments
from trialogue.diagnostics import Log
from trialogue.errors import SetupError
from trialogue.server.admission import (
    LOOPBACK,
    SCHEMES,
    Access,
    Standing,
    is_from_here,
    shown_by,
    standing_of,
)
from trialogue.server.connection import converse, tell_crash
from trialogue.server.equipment import Equipment
from trialogue.server.leaving import OpenSockets, holding, served_until_cancelled
from trialogue.server.listen.connection import listen
from trialogue.server.listen.terms import ListenTerms, QueryRefused, read_query
from trialogue.server.options import is_this_machine
from trialogue.server.rest.answers import Holdings, RequestRefused, refusal
from trialogue.server.rest.routes import decide_http, http_rules
from trialogue.server.seams import NOBODY, ServerSeams, Visitor
from trialogue.server.speak.connection import speak
from trialogue.server.speak.terms import (
    SPEAK_PATH,
    TURNS_PATH,
    SpeakTerms,
    read_stream_query,
    read_turns_query,
)
from trialogue.server.speak.turns import speak_turns
from trialogue.server.terms import STRANGER
from trialogue.server.think.stand_in import Caller
from trialogue.services.deepgram.listen.settings import FLUX_PATH, NOVA_PATH, ListenRoute
from trialogue.services.deepgram.settings import AgentSettings
from trialogue.transport.accept import (
    Accept,
    Reject,
    SocketService,
    UpgradeRequest,
    serve_websocket,
)
from trialogue.transport.http import HttpRequest, HttpResponse, Taken
from trialogue.transport.listening import Crowd, serve_websockets
from trialogue.transport.socket import DEFAULT_SOCKET_RULES, SocketRules, WebSocket
from trialogue.values import frozen

_DIAGNOSTICS: Final = Log("trialogue.server")

PATH = "/v1/agent/converse"
LISTEN_PATHS = (FLUX_PATH, NOVA_PATH)
"""Paths of the listening routes, as at the hosted service."""

_LISTEN_PATHS: Final[dict[str, ListenRoute]] = {FLUX_PATH: "v2", NOVA_PATH: "v1"}
SOCKETS: Final = {
    PATH: "Voice agent: a conversation with an agent that hears, thinks and speaks",
    FLUX_PATH: "Speech to text with turns, like Flux",
    NOVA_PATH: "Speech to text, like Nova and older models",
    SPEAK_PATH: "Text to speech",
    TURNS_PATH: "Text to speech in turns, like Flux's voices: start, flush, interrupt, measure",
}
"""All sockets by path, with the use of each. A path of the operator's file may precede the first."""

CLIENTS: Final = SocketRules(send_within_s=30.0)
"""Limits of a client's socket: one that plays sound while it reads may take nothing for many seconds."""

_DIALLED: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 told from, not bound


@frozen
class Server:
    """A server that accepts connections."""

    host: str
    """Bound address."""

    port: int
    """Bound port."""

    is_secure: bool = False
    """Whether connections are encrypted."""

    @property
    def netloc(self) -> str:
        """Host and port for connections from this machine; a wildcard address gives the loopback address."""
        host = _DIALLED.get(self.host, self.host)
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """Address of the server for clients."""
        return f"{'wss' if self.is_secure else 'ws'}://{self.netloc}{PATH}"


@checks_arguments
async def open_server(
    equipment: Equipment,
    access: Access = LOOPBACK,
    seams: ServerSeams = NOBODY,
    *,
    task_status: trio.TaskStatus[Server] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve clients until cancelled; `task_status` gets the `Server` once it accepts connections.

    Raises `SetupError` for an address other than loopback without a key, and for a host that is no name.
    """
    if access.api_key is None and not is_this_machine(access.host):
        raise SetupError("a server that is not on loopback needs an API key for its clients")
    try:
        bound = await trio.open_tcp_listeners(access.port, host=access.host)
    except UnicodeError:  # what cannot be written as a host name is not even asked for
        raise SetupError(f"{access.host!r} is not a valid host name") from None
    host, port = bound[0].socket.getsockname()[:2]
    task_status.started(Server(host, port, is_secure=access.tls is not None))
    listeners = [_encrypted(each, access.tls) for each in bound]
    sockets = OpenSockets()
    welcome = partial(_welcome, equipment, access, holding(sockets, seams), Holdings())
    crowd = Crowd(sockets=access.max_connections)
    await served_until_cancelled(partial(serve_websockets, welcome, listeners, crowd=crowd), sockets)


def _encrypted(listener: trio.SocketListener, tls: SSLContext | None) -> trio.abc.Listener[trio.abc.Stream]:
    return listener if tls is None else trio.SSLListener(listener, tls, https_compatible=True)


@checks_arguments
async def serve_stream(
    stream: trio.abc.Stream,
    equipment: Equipment,
    seams: ServerSeams = NOBODY,
    *,
    rules: SocketRules = DEFAULT_SOCKET_RULES,
) -> None:
    """Serve one client over an open stream until the connection ends."""
    await serve_websocket(stream, evolve(_Visit(equipment, seams).service(), rules=rules))


def _welcome(equipment: Equipment, access: Access, seams: ServerSeams, holdings: Holdings) -> SocketService:
    return _Visit(equipment, seams, access, holdings).service()


class _Visit:
    """Connection of one client, from its request to its end; without `access` it is admitted already."""

    def __init__(
        self,
        equipment: Equipment,
        seams: ServerSeams,
        access: Access | None = None,
        holdings: Holdings | None = None,
    ) -> None:
        self._holdings = holdings or Holdings()
        self._equipment = equipment = _with_stored(seams.equip(equipment), self._holdings)
        self._request_id = equipment.new_id()
        self._access = access
        self._seams = seams
        self._stream: trio.abc.Stream
        self._caller = STRANGER
        self._terms: ListenTerms | SpeakTerms | None = None

    def service(self) -> SocketService:
        return SocketService(
            self._attended,
            self._decide,
            full=self._reject(429, "TOO_MANY_REQUESTS", "Too many requests. Please try again later."),
            crashed=self._crashed,
            instead=self._seams.instead,
            through=self._put_through,
            http=self._answer if self._access is not None else None,
            exchange=http_rules(self._request_id),
            rules=CLIENTS,
        )

    def _put_through(self, stream: trio.abc.Stream) -> trio.abc.Stream:
        self._stream = self._seams.through(stream)
        return self._stream

    async def _attended(self, socket: WebSocket, request: UpgradeRequest) -> None:
        visitor = Visitor(self._request_id, request, self._stream)
        _DIAGNOSTICS.info("connected", request_id=self._request_id, path=request.path)
        try:
            await self._seams.attend(visitor, socket, self._converse)
        finally:
            _DIAGNOSTICS.info("disconnected", request_id=self._request_id)

    async def _converse(self, socket: WebSocket) -> None:
        equipment, request_id = self._equipment, self._request_id
        match self._terms:
            case None:
                await converse(socket, equipment, request_id=request_id, caller=self._caller)
            case SpeakTerms(is_in_turns=True):
                await speak_turns(socket, equipment, self._terms, request_id=request_id)
            case SpeakTerms():
                await speak(socket, equipment, self._terms, request_id=request_id)
            case _:
                await listen(socket, equipment, self._terms, request_id=request_id)

    def _answer(self, request: HttpRequest) -> Taken | HttpResponse:
        if (own := self._seams.http(request)) is not None:
            return own
        is_posted = request.method == "POST" and request.path in {SPEAK_PATH, TURNS_PATH, NOVA_PATH}
        if self._is_a_socket(request.path) and not is_posted:
            return self._wants_a_socket(request)
        return decide_http(
            request,
            equipment=self._equipment,
            access=self._access or LOOPBACK,
            holdings=self._holdings,
            request_id=self._request_id,
        )

    def _wants_a_socket(self, request: HttpRequest) -> HttpResponse:
        if request.method == "GET":
            wants = RequestRefused(426, "UPGRADE_REQUIRED", f"{request.path[:200]} is for WebSockets.")
            return refusal(self._request_id, wants, ("upgrade", "websocket"), ("connection", "upgrade"))
        words = f"{request.method} is not allowed for {request.path[:200]}."
        return refusal(self._request_id, RequestRefused(405, "METHOD_NOT_ALLOWED", words), ("allow", "GET"))

    def _is_a_socket(self, path: str) -> bool:
        before = path.removesuffix(PATH)
        converses = path.endswith(PATH) and before in {"", *self._paths()}
        return converses or path in SOCKETS

    def _decide(self, request: UpgradeRequest) -> Accept | Reject:
        try:
            self._admit(request)
        except RequestRefused as refused:
            fields = {"status": refused.status, "reason": str(refused)}
            _DIAGNOSTICS.info("refused", request_id=self._request_id, **fields)
            return self._reject(refused.status, refused.code, str(refused))
        shown = shown_by(request, request.subprotocols)
        self._caller = Caller(request.path.removesuffix(PATH), shown.secret if shown else "")
        chosen = next((name for name in request.subprotocols if name.lower() in SCHEMES), None)
        return Accept(chosen, (("dg-request-id", self._request_id),))

    def _admit(self, request: UpgradeRequest) -> None:
        """Read the request; raises `RequestRefused`."""
        if not self._is_a_socket(request.path):
            raise RequestRefused(404, "NOT_FOUND", f"There is no socket at {request.path[:200]}.")
        if self._access is not None:
            if not is_from_here(request, self._access):
                raise RequestRefused(403, "FORBIDDEN", "Host or Origin is not this server's.")
            shown = shown_by(request, request.subprotocols)
            if standing_of(shown, self._access, self._holdings.grants) is Standing.STRANGER:
                raise RequestRefused(401, "INVALID_AUTH", "Invalid credentials.")
        try:
            self._terms = _read_terms(request)
        except (QueryRefused, ValueError) as fault:
            raise RequestRefused(400, "INVALID_QUERY_PARAMETER", str(fault)) from None

    def _paths(self) -> frozenset[str]:
        """Prefixes that may precede the protocol's path: each is that of an agent in the operator's file."""
        stand_in = self._equipment.options.stand_in
        return frozenset() if stand_in is None else stand_in.paths

    def _crashed(self, crash: Exception) -> None:
        tell_crash(_DIAGNOSTICS, "handshake crashed", crash, self._request_id)

    def _reject(self, status: int, code: str, words: str) -> Reject:
        told = refusal(self._request_id, RequestRefused(status, code, words))
        return Reject(told.status, told.headers, cast("bytes", told.body))


def _read_terms(request: UpgradeRequest) -> ListenTerms | SpeakTerms | None:
    """Terms in the query; None for a route that ignores it."""
    if request.path == SPEAK_PATH:
        return read_stream_query(request.query)
    if request.path == TURNS_PATH:
        return read_turns_query(request.query)
    if request.path in _LISTEN_PATHS:
        return read_query(_LISTEN_PATHS[request.path], request.query)
    return None


def _with_stored(equipment: Equipment, holdings: Holdings) -> Equipment:
    """Equipment that includes the agents stored by clients, besides those of the operator."""
    options = equipment.options
    stored = cast(
        "MutableMapping[str, AgentSettings]", holdings.agents
    )  # ChainMap asks for a mutable one, and writes only to the first
    agents = ChainMap(dict(options.agents), stored)
    return evolve(equipment, options=evolve(options, agents=agents))
