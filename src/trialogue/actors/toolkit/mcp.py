"""Tools of a Model Context Protocol server: one session a server, open for the whole meeting.

The `mcp` package runs on anyio, whose scopes belong to the task that opened them: so a session lives in a
task of its own, and a session that fails takes nobody along.
"""

from __future__ import annotations

import math
import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from importlib import import_module
from typing import Any, Protocol, cast

import structlog
import trio
from attrs import frozen

from trialogue.errors import SetupError, ToolFailed

OPENING_S = 20.0
"""How long a server may take until it can be asked."""

diagnostics = structlog.get_logger("trialogue.tools")


class _Offered(Protocol):
    """A tool, as a server lists it."""

    name: str
    description: str | None
    input_schema: dict[str, Any]


class _Answer(Protocol):
    """What a call came to."""

    content: Sequence[object]
    is_error: bool


class _Page(Protocol):
    """A page of a server's list of tools."""

    tools: Sequence[_Offered]
    next_cursor: str | None


class _Client(Protocol):
    """What we use of `mcp.Client`, an extra that is not there where types are checked."""

    async def call_tool(self, name: str, arguments: dict[str, Any] | None = None) -> _Answer:
        """Call a tool."""
        ...

    async def list_tools(self, *, cursor: str | None = None) -> _Page:
        """List the server's tools, a page at a time."""
        ...


class McpServer:
    """The session with one server: a program that we start, or an address."""

    def __init__(
        self, name: str, *, argv: tuple[str, ...] = (), url: str = "", target: object = None
    ) -> None:
        self.name = name
        self._argv, self._url, self._target = argv, url, target
        self._client: _Client | None = None
        self._was_open = False
        self._what = f"the MCP server of tool {name}"
        self.offered: Mapping[str, _Offered] = {}

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Open the session, learn what it offers, and keep it; `SetupError` where it cannot be opened."""
        opening = trio.CancelScope(deadline=trio.current_time() + OPENING_S)
        try:
            with opening:
                async with self._session():
                    opening.deadline = math.inf
                    task_status.started()
                    await trio.sleep_forever()
        except SetupError:
            raise
        except Exception as failure:  # whatever the package raises: its server is gone, and no more than that
            if not self._was_open:
                raise SetupError(f"{self._what} cannot be used: {_named(failure)}") from failure
            diagnostics.warning("an MCP server is gone", tool=self.name, error=_named(failure))
        finally:
            self._client = None
        if opening.cancelled_caught:
            raise SetupError(f"{self._what} cannot be used: it was not ready within {OPENING_S:g} s")

    @asynccontextmanager
    async def _session(self) -> AsyncGenerator[None]:
        async with AsyncExitStack() as exits:
            client = cast("_Client", await exits.enter_async_context(self._connection(exits)))
            self.offered = await _offered(client)
            self._client, self._was_open = client, True
            yield

    def _connection(self, exits: AsyncExitStack) -> AbstractAsyncContextManager[object]:
        try:
            package = cast("Any", import_module("mcp"))  # heavy, and an extra
            stdio = cast("Any", import_module("mcp.client.stdio"))
        except ImportError as missing:
            raise SetupError("mcp tools need the package mcp: pip install 'trialogue[mcp]'") from missing
        if self._target is not None:
            return cast("AbstractAsyncContextManager[object]", package.Client(self._target))
        if self._url:
            return cast("AbstractAsyncContextManager[object]", package.Client(self._url))
        unheard = exits.enter_context(open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - not a file of ours
        program = package.StdioServerParameters(command=self._argv[0], args=list(self._argv[1:]))
        spoken = stdio.stdio_client(program, errlog=unheard)
        return cast("AbstractAsyncContextManager[object]", package.Client(spoken))

    async def call(self, tool: str, arguments: Mapping[str, object]) -> object:
        """Call one of the server's tools; `ToolFailed` for its failures, and where the session is gone."""
        if self._client is None:
            raise ToolFailed("the MCP server is gone")
        try:
            answer = await self._client.call_tool(tool, dict(arguments))
        except Exception as failure:  # whatever the package raises is an answer for the agent
            raise ToolFailed(f"the MCP server failed: {_named(failure)}") from failure
        text = "\n".join(
            str(getattr(part, "text", None) or f"[{getattr(part, 'type', 'unknown')}]")
            for part in answer.content
        )
        if answer.is_error:
            raise ToolFailed(text or "the tool failed")
        return text

    def __repr__(self) -> str:
        """Give a status line."""
        return f"<McpServer {self.name}: {'open' if self._client else 'closed'}, {len(self.offered)} tools>"


async def _offered(client: _Client) -> dict[str, _Offered]:
    found: dict[str, _Offered] = {}
    cursor: str | None = None
    for _ in range(100):
        page = await client.list_tools(cursor=cursor)
        found.update({tool.name: tool for tool in page.tools})
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


def _named(failure: Exception) -> str:
    """The first single error's type: its text may hold what was said."""
    found: object = failure
    while isinstance(found, BaseExceptionGroup):
        found = cast("BaseExceptionGroup[BaseException]", found).exceptions[0]
    return type(found).__name__


@frozen
class McpTool:
    """One tool of a server."""

    server: McpServer
    """Whose tool."""

    tool: str
    """Its name there."""

    timeout_s: float = 20.0
    """Seconds after which a call is given up."""

    async def call(self, arguments: Mapping[str, object]) -> object:
        """Ask the server."""
        return await self.server.call(self.tool, arguments)
