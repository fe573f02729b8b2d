"""HTTP client for MCP servers at an address; it bounds answers independently of their headers.

1. It asks for no compression, and accepts none.
2. It bounds an answer in one piece; the `mcp` package bounds each event of a stream.
3. The environment's proxies and credentials are not used; authorities are those of every other client.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol

import trio

from trialogue.importing import import_extra
from trialogue.transport.bounded_answers import ANSWER_BYTES, IDENTITY, encoding_of
from trialogue.transport.trust import client_context

__all__ = ["open_http_client"]


class _Body(Protocol):
    """Body of an answer as it comes."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...
    async def aclose(self) -> None: ...


def open_http_client(opening_s: float, answering_s: float, on_answer: Callable[[Any], None]) -> Any:  # noqa: ANN401 - of an extra that is absent where types are checked
    """Client of `httpx2`, to be closed; `on_answer` gets each answer before its body, which `mcp` keeps."""
    http: Any = import_extra("httpx2", "an MCP server", "mcp")

    class Bounded(http.AsyncByteStream):  # type: ignore[misc] # no types: an extra
        """Body that fails with `StreamError` where it is too long, or compressed."""

        def __init__(self, body: _Body, encoding: str | None, longest: int | None) -> None:
            self._body, self._encoding, self._longest = body, encoding, longest

        async def __aiter__(self) -> AsyncIterator[bytes]:
            if self._encoding is not None:
                raise http.StreamError("the answer is in an encoding that was not asked for")
            taken, pieces = 0, aiter(self._body)
            async for piece in pieces:
                taken += len(piece)
                if self._longest is not None and taken > self._longest:
                    with trio.CancelScope() as scope:  # passes through generators that httpx2 leaves open
                        scope.cancel()
                        async for _ in pieces:
                            pass
                    raise http.StreamError(f"the answer has more than {self._longest:,} bytes")
                yield piece

        async def aclose(self) -> None:
            await self._body.aclose()

    async def bound(response: Any) -> None:  # noqa: ANN401 - as above
        on_answer(response)
        is_stream = response.headers.get("content-type", "").lower().startswith("text/event-stream")
        encoding, longest = encoding_of(response.headers), None if is_stream else ANSWER_BYTES
        response.stream = Bounded(response.stream, encoding, longest)

    return http.AsyncClient(
        verify=client_context(),
        trust_env=False,
        timeout=http.Timeout(opening_s, read=answering_s),
        headers={"accept-encoding": IDENTITY},
        event_hooks={"response": [bound]},
    )
