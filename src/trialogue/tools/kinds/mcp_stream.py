"""Stream of messages from an MCP server, with what the `mcp` package does not report.

1. Its end is reported: the package only ends the calls that wait.
2. An answer that the package cannot read fails its call. The package drops such a line, as of a program whose
   text has half a character or is nested too deeply, and the call would wait until its deadline.
3. A line that is no message is ignored: some programs print other lines, too. A message that is nested too
   deeply to tell which call it answers ends the session.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from importlib import import_module
from typing import Any, Final, Protocol, Self, cast

import trio

from trialogue.transport.bounded_answers import AnswerTooLong

__all__ = ["NOT_PARSED", "PARSE_ERROR", "Transport", "call_of", "watched"]

PARSE_ERROR: Final = -32700
"""Code for a message that cannot be read (JSON-RPC 2.0, section 5.1)."""

NOT_PARSED: Final = "Failed to parse"
"""Beginning of the text of such an error where our own side could not read: the package's, and ours."""


class ServerStream(Protocol):
    """Stream from a server, with the package's messages, or its errors for lines that it cannot read."""

    async def receive(self) -> object: ...
    async def aclose(self) -> None: ...


Transport = AbstractAsyncContextManager[tuple[ServerStream, object]]
"""Streams that the package reads from and writes to."""


@asynccontextmanager
async def watched(transport: Transport, gone: trio.Event) -> AsyncGenerator[tuple[ServerStream, object]]:
    """Streams of a server whose unreadable answers fail their calls; `gone` is set at its end."""
    async with transport as (coming, going):
        yield _Watched(coming, gone), going


class _Watched:
    """Stream from a server that also reports its end."""

    def __init__(self, stream: ServerStream, gone: trio.Event) -> None:
        self._stream, self._gone = stream, gone

    async def receive(self) -> object:
        is_whole = False
        try:
            message = _readable(await self._stream.receive())
            is_whole = True
        finally:
            if not is_whole:
                self._gone.set()
        return message

    async def aclose(self) -> None:
        await self._stream.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> object:
        end = cast("type[Exception]", import_module("anyio").EndOfStream)
        try:
            return await self.receive()
        except end:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __getattr__(self, name: str) -> object:
        """Other attributes of the package's own streams."""
        return getattr(self._stream, name)


def _readable(message: object) -> object:
    """The message; in place of an answer that could not be read, an error for its call."""
    try:
        call = call_of(message) if isinstance(message, Exception) else None
    except RecursionError:
        raise AnswerTooLong("an answer that is nested too deeply") from None
    if call is None:
        return message
    types: Any = import_module("mcp_types")
    error = types.ErrorData(code=PARSE_ERROR, message=f"{NOT_PARSED} the line")
    answer = types.JSONRPCError(jsonrpc="2.0", id=call, error=error)
    return import_module("mcp.shared.message").SessionMessage(answer)


def call_of(failure: Exception) -> int | str | None:
    """Id of the call that an unreadable message answers; None where it answers none.

    `RecursionError` where it is nested too deeply to tell.
    """
    for given in _unreadable(failure):
        match given:
            case {"id": int() | str() as call} if "method" not in cast("Mapping[str, object]", given):
                return call
            case _:
                pass
    return None


def _unreadable(failure: Exception) -> Iterator[object]:
    """JSON values that the package's validation refused; its errors hold text from the server."""
    errors = getattr(failure, "errors", None)
    for each in cast("list[Mapping[str, object]]", errors() if callable(errors) else []):
        given = each.get("input")
        if isinstance(given, str | bytes):
            with suppress(ValueError):  # no JSON: no message
                yield json.loads(given)
        else:
            yield given
