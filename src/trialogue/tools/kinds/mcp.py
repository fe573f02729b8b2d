"""Tools of Model Context Protocol servers: each server has one session, open for the whole meeting.

1. The `mcp` package runs on anyio, whose scopes belong to the task that opened them. So a session has a task
   of its own, and a failing session affects no other.
2. A session that ends by itself is a failure: its supervisor opens the next one, and the list of tools is
   read again.
3. The end of a server's stderr goes to the diagnostics; its last line has the reason for a failed start.
4. A call that was sent and not answered may have had its effects: it is `ToolLost`, and not repeated.
5. A program's end is the end of all processes that it has started (`stray_processes`).
6. An answer that cannot be read fails its call at once (`mcp_stream`).
"""

from __future__ import annotations

import logging
import math
import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Protocol, TextIO, cast

import trio

from trialogue.errors import ConnectionLost, SetupError, ToolFailed, ToolLost
from trialogue.importing import import_extra
from trialogue.model.secrets import secrets_of
from trialogue.model.text import brief, safe_text
from trialogue.scenario.tool_keys import McpCall
from trialogue.scenario.tool_specs import ToolSpec
from trialogue.supervise import lone_error
from trialogue.tools.executor import Tool
from trialogue.tools.kinds.mcp_http import open_http_client
from trialogue.tools.kinds.mcp_lines import BOUNDED_LINES, told_of_long_lines
from trialogue.tools.kinds.mcp_stream import NOT_PARSED, PARSE_ERROR, Transport, watched
from trialogue.tools.notes import Tail, note
from trialogue.tools.results import as_content
from trialogue.tools.signatures import Signature
from trialogue.tools.stray_processes import ProgramMark
from trialogue.transport.bounded_answers import AnswerTooLong
from trialogue.transport.failure_words import reason_of_system
from trialogue.values import frozen

OPENING_S = 20.0
"""Most seconds until a server can be called."""

ANSWERING_S = 300.0
"""Most seconds of silence within an answer; each call also has a deadline of its own."""

LINE_CHARS = 200
"""Most characters of the server's last line in a message."""

MOST_PAGES = 100
"""Most pages of a server's list of tools that are read."""

MOST_TOOLS = 4096
"""Most tools of a server, after which no further page is read: each costs kilobytes."""

_LAST_WORDS_S = 0.5
"""Seconds of waiting for the rest of its stderr after its end."""

_LOGGERS = ("mcp", "client")
"""Loggers of the package; its sessions have the second name."""

_CLOSED = -32000
"""Code of the package for a closed connection; servers use it for errors of their own."""

_CLOSED_WORDS = ("Connection closed", "SSE stream ")
"""Beginnings of the package's words for it."""

FIRST_REFUSAL = 400
"""First HTTP status that is no answer."""

_REFUSED = "Server returned an error response"
"""Words of the package for an answer with an HTTP status from 400 on."""

_UNREAD = ("Unexpected content type: ", "server answered a request with 202 ")
"""Beginnings of the package's words for an address's answer that it does not read."""


class _Offered(Protocol):
    """Tool, as a server lists it."""

    name: str
    description: str | None
    input_schema: dict[str, Any]


class _Answer(Protocol):
    """Result of a call."""

    content: Sequence[object]
    structured_content: dict[str, Any] | None
    is_error: bool


class _Page(Protocol):
    """Page of a server's list of tools."""

    tools: Sequence[_Offered]
    next_cursor: str | None


class _Client(Protocol):
    """Part of the `mcp` package's client that this module uses; the type checker may lack the extra."""

    async def call_tool(self, name: str, arguments: dict[str, Any] | None = None) -> _Answer:
        """Call a tool."""
        ...

    async def list_tools(self, *, cursor: str | None = None) -> _Page:
        """List the server's tools, one page at a time."""
        ...


@asynccontextmanager
async def _heard(last_words: Tail) -> AsyncGenerator[TextIO]:
    """File for a program's stderr, whose end is kept."""
    reading, writing = os.pipe()
    with lone_error(), open(writing, "w", encoding="utf-8") as stderr:  # noqa: ASYNC230, PTH123 - a pipe, opened for the program: nothing is written here
        async with trio.open_nursery() as nursery:
            nursery.start_soon(last_words.read, trio.lowlevel.FdStream(reading))
            try:
                yield stderr
            finally:
                stderr.close()  # the program has ended: this is all of its output
                nursery.cancel_scope.deadline = trio.current_time() + _LAST_WORDS_S


class McpServer:
    """Session with one server: a program that we start, or an address."""

    def __init__(
        self, name: str, *, argv: tuple[str, ...] = (), url: str = "", target: object = None
    ) -> None:
        self.name = name
        self._argv, self._url, self._target = argv, url, target
        self._client: _Client | None = None
        self._gone = trio.Event()
        self._opening = trio.CancelScope()
        self._was_open = False
        self._refused_with = 0
        self._is_forgotten = False
        self._last_words = Tail()
        self.offered: Mapping[str, _Offered] = {}

    @property
    def is_open(self) -> bool:
        """Whether its tools can be called now."""
        return self._client is not None and not self._gone.is_set()

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Open the session, read its list of tools, and keep it; fails whenever it ends by itself.

        `SetupError` where it cannot be opened the first time, `ConnectionLost` where it is lost later.
        """
        self._opening = opening = trio.CancelScope(deadline=trio.current_time() + OPENING_S)
        try:
            with opening:
                async with self._session():
                    opening.deadline = math.inf
                    task_status.started()
                    await self._gone.wait()
        except SetupError:
            raise
        except Exception as failure:  # any exception of the package means only that its server is gone
            why = _named(failure) if self._was_open else _in_words(failure)
            raise self._lost(reason_of_system(failure) or self._status_of(failure) or why) from failure
        finally:
            self._client = None
        late = f"it was not ready within {OPENING_S:g} s"
        raise self._lost(late if opening.cancelled_caught else "it has ended")

    def _lost(self, why: str) -> SetupError | ConnectionLost:
        what = f"the MCP server of tool {self.name}"
        wrote = self._last_words.text
        if wrote:
            note("an MCP server wrote", server=self.name, stderr=wrote)
        if self._was_open:
            return ConnectionLost(f"{what} has stopped: {why}")
        if wrote:  # before any speech: the text is about the program, for the operator
            why = f"{why}; it wrote: {_a_line(wrote.splitlines()[-1])}"
        return SetupError(f"{what} cannot be used: {why}")

    @asynccontextmanager
    async def _session(self) -> AsyncGenerator[None]:
        self._gone, self._is_forgotten = trio.Event(), False
        async with AsyncExitStack() as exits:
            target = self._target or watched(await self._transport(exits), self._gone)
            session = cast("AbstractAsyncContextManager[_Client]", _package("mcp").Client(target))
            client = await exits.enter_async_context(session)
            self.offered = await _offered(client)
            self._client, self._was_open = client, True
            yield

    async def _transport(self, exits: AsyncExitStack) -> Transport:
        if self._url:
            client = await exits.enter_async_context(
                open_http_client(OPENING_S, ANSWERING_S, self._note_status, self._forget)
            )
            spoken = _package("mcp.client.streamable_http")
            return cast("Transport", spoken.streamable_http_client(self._url, http_client=client))
        self._last_words = Tail()
        stderr = await exits.enter_async_context(_heard(self._last_words))
        mark = ProgramMark.new()
        exits.callback(mark.kill)
        program = _package("mcp").StdioServerParameters(
            command=self._argv[0],
            args=list(self._argv[1:]),
            env=mark.environment,
            encoding=BOUNDED_LINES,
        )
        exits.enter_context(told_of_long_lines(self._refuse))
        return cast("Transport", _package("mcp.client.stdio").stdio_client(program, errlog=stderr))

    def _note_status(self, status: int) -> None:
        if status >= FIRST_REFUSAL:
            self._refused_with = status

    def _forget(self) -> None:
        self._is_forgotten = True

    def _refuse(self) -> None:
        """End the session, of whose program nothing more is read."""
        self._gone.set()
        self._opening.cancel()

    async def call(self, tool: str, arguments: Mapping[str, object]) -> object:
        """Call one of the server's tools; `ToolFailed` for its failures, and for a lost session."""
        if self._client is None or not self.is_open:
            raise ToolFailed("the MCP server has stopped", code="server-gone")
        try:
            answer = await self._client.call_tool(tool, dict(arguments))
        except Exception as failure:  # any exception of the package is an answer for the agent
            raise self._failed(failure) from failure
        text = "\n".join(map(_text_of, answer.content))
        if answer.is_error:
            raise ToolFailed(text or _in_json(answer) or "the tool failed", code="refused")
        return answer.structured_content if not text and answer.structured_content is not None else text

    def _failed(self, failure: Exception) -> ToolFailed:
        """Error for a call that was not answered, or was refused."""
        unreadable = ToolLost(
            "the MCP server gave an answer that cannot be read; the call may have had effects",
            code="unreadable",
        )
        stopped = ToolLost(
            "the MCP server stopped during the call; the call may have had effects", code="server-gone"
        )
        match getattr(failure, "code", None), getattr(failure, "message", None):
            case code, str(words) if code == PARSE_ERROR and words.startswith(NOT_PARSED):
                return unreadable
            case _, str(words) if words.startswith(_UNREAD):
                return unreadable
            case int(code), str(words) if code == _CLOSED and words.startswith(_CLOSED_WORDS):
                return stopped
            case int(), _ if self._is_forgotten:
                self._gone.set()
                return ToolFailed("the MCP server has ended our session", code="server-gone")
            case int(code), str(words):
                told = self._status_of(failure)
                why = told or _a_line(words) or "it gave no reason"
                named = f"status-{self._refused_with}" if told else f"error{code}"
                return ToolFailed(f"the MCP server failed: {why}", code=named)
            case _ if isinstance(failure, ValueError):  # the package checks answers by their schema
                return unreadable
            case _:
                return stopped

    def _status_of(self, failure: Exception) -> str:
        """HTTP status behind a failure for which the package has only general words; empty for others."""
        is_refused = getattr(_first(failure), "message", None) == _REFUSED and self._refused_with
        return f"it answered with HTTP status {self._refused_with}" if is_refused else ""

    def __repr__(self) -> str:
        """Status line."""
        return f"<McpServer {self.name}: {'open' if self.is_open else 'closed'}, {len(self.offered)} tools>"


def _package(name: str) -> Any:  # noqa: ANN401 - an extra: it is not there where types are checked
    """Module of the `mcp` package, or of its dependencies; imported on use, as it is heavy."""
    module = import_extra(name, "an MCP server", "mcp")
    for told in map(logging.getLogger, _LOGGERS):
        if not told.handlers:  # its lines hold speech: they must not go to stderr unasked
            told.addHandler(logging.NullHandler())
    return module


def _text_of(part: object) -> str:
    """Text of a part of an answer, also of an embedded resource; else its kind, with a link's address."""
    text = getattr(part, "text", None) or getattr(getattr(part, "resource", None), "text", None)
    kind, address = getattr(part, "type", "unknown"), getattr(part, "uri", None)
    return str(text or (f"[{kind} {address}]" if address else f"[{kind}]"))


def _in_json(answer: _Answer) -> str:
    return as_content("", answer.structured_content) if answer.structured_content else ""


async def _offered(client: _Client) -> dict[str, _Offered]:
    """Tools of all pages; an endless list ends with the page that exceeds `MOST_TOOLS`."""
    found: dict[str, _Offered] = {}
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = await client.list_tools(cursor=cursor)
        found.update({tool.name: tool for tool in page.tools})
        cursor = page.next_cursor
        if cursor is None or len(found) > MOST_TOOLS:
            break
    return found


def _named(failure: Exception) -> str:
    """Type of the first single error, since its text may hold speech; the text of a bound does not."""
    found = _first(failure)
    return str(found) if isinstance(found, AnswerTooLong) else type(found).__name__


def _in_words(failure: Exception) -> str:
    """Type and text of the first single error; before any speech the text is about the server."""
    found = _first(failure)
    words = _a_line(str(found))
    return f"{type(found).__name__}: {words}" if words and _named(failure) != words else _named(failure)


def _a_line(text: str) -> str:
    """Text on one line, without keys, and only then cut: half a key would not be recognized."""
    return brief(" ".join(safe_text(secrets_of(os.environ).hide(text)).split()), LINE_CHARS)


def _first(failure: BaseException) -> BaseException:
    while isinstance(failure, BaseExceptionGroup):
        failure = cast("BaseExceptionGroup[BaseException]", failure).exceptions[0]
    return failure


@frozen
class McpTool:
    """Tool of a server."""

    server: McpServer
    """Server of the tool."""

    tool: str
    """Name of the tool at the server."""

    timeout_s: float = 20.0
    """Seconds after which a call is abandoned."""

    async def call(self, arguments: Mapping[str, object]) -> object:
        """Call the server."""
        return await self.server.call(self.tool, arguments)


At = tuple[tuple[str, ...], str]
"""Address of a server: its program with arguments, or its URL."""

Servers = Mapping[At, McpServer]
"""Servers of a meeting."""


def server_at(call: McpCall) -> At:
    """Address of a tool's server."""
    return call.argv, call.url


def make(action: McpCall, spec: ToolSpec, _: object, servers: Servers) -> tuple[Tool, Signature]:
    """Tool of a running server, with the server's signature; `SetupError` where it has no such tool."""
    server = servers[server_at(action)]
    offered = server.offered.get(action.tool)
    if offered is None:
        raise SetupError(f"tool {spec.name}: the MCP server has no tool {action.tool}")
    itself = Signature(offered.description or "", offered.input_schema)
    return McpTool(server, action.tool, spec.timeout_s), itself
