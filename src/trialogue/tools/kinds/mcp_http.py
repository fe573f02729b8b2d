"""HTTP client for MCP servers at an address; it bounds answers independently of their headers.

1. It asks for no compression, and accepts none.
2. It bounds an answer in one piece; the `mcp` package bounds each event of a stream.
3. An answer's text is UTF-8 (RFC 8259, section 8.1): bytes that are none are replaced, and a byte order mark
   is left out.
4. It tells where an address has lost our session: by status 404, or by 400 with such words, as servers of
   several official examples and packages do.
5. The environment's proxies and credentials are not used; authorities are those of every other client.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any, Final, Protocol, cast

import trio

from trialogue.importing import import_extra
from trialogue.transport.bounded_answers import ANSWER_BYTES, IDENTITY, encoding_of
from trialogue.transport.trust import client_context

__all__ = ["open_http_client"]

NOT_FOUND: Final = 404
"""HTTP status for a session that an address has lost, for example by a restart, whatever its body says."""

BAD_REQUEST: Final = 400
"""HTTP status by which some addresses say the same; its body has their words."""

_LOST: Final = re.compile(
    r"\b(no valid|invalid|unknown) (mcp[- ])?session\b|\bsession (not found|(has |is )?expired)",
    re.IGNORECASE,
)
"""Words for a lost session."""

_OF_ARGUMENTS: Final = re.compile(r'"code": *-32602\b')
"""JSON-RPC's code for wrong arguments, which may be about another session."""

_WORDS_BYTES: Final = 1000
"""Bytes at a body's beginning that are searched for these words."""


class _Body(Protocol):
    """Body of an answer as it comes."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...
    async def aclose(self) -> None: ...


def open_http_client(
    opening_s: float, answering_s: float, on_status: Callable[[int], None], on_lost: Callable[[], None]
) -> Any:  # noqa: ANN401 - of an extra that is absent where types are checked
    """Client of `httpx2`, to be closed.

    `on_status` gets the status of each answer, which `mcp` keeps, and `on_lost` is called for each that says
    that our session is lost.
    """
    http: Any = import_extra("httpx2", "an MCP server", "mcp")

    bounded = _bounded_body(http)

    async def bound(response: Any) -> None:  # noqa: ANN401 - as above
        is_stream = response.headers.get("content-type", "").lower().startswith("text/event-stream")
        encoding, longest = encoding_of(response.headers), None if is_stream else ANSWER_BYTES
        response.stream = bounded(response.stream, encoding, longest)
        words = ""
        if response.status_code == BAD_REQUEST and not is_stream:
            with suppress(http.StreamError):  # which the package meets again
                words = (await response.aread())[:_WORDS_BYTES].decode(errors="ignore")
        on_status(int(response.status_code))
        if _has_lost_session(response, words):
            on_lost()

    return http.AsyncClient(
        verify=client_context(),
        trust_env=False,
        timeout=http.Timeout(opening_s, read=answering_s),
        headers={"accept-encoding": IDENTITY},
        event_hooks={"response": [bound]},
    )


def _bounded_body(http: Any) -> Callable[[_Body, str | None, int | None], _Body]:  # noqa: ANN401 - as above
    class Bounded(http.AsyncByteStream):  # type: ignore[misc] # no types: an extra
        """Body that fails with `StreamError` where it is too long, or compressed."""

        def __init__(self, body: _Body, encoding: str | None, longest: int | None) -> None:
            self._body, self._encoding, self._longest = body, encoding, longest

        async def __aiter__(self) -> AsyncIterator[bytes]:
            if self._encoding is not None:
                raise http.StreamError("the answer is in an encoding that was not asked for")
            taken, pieces = 0, aiter(self._body)
            decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
            async for piece in pieces:
                taken += len(piece)
                if self._longest is not None and taken > self._longest:
                    with trio.CancelScope() as scope:  # passes through generators that httpx2 leaves open
                        scope.cancel()
                        async for _ in pieces:
                            pass
                    raise http.StreamError(f"the answer has more than {self._longest:,} bytes")
                yield decoder.decode(piece).encode()
            yield decoder.decode(b"", final=True).encode()

        async def aclose(self) -> None:
            await self._body.aclose()

    return cast("Callable[[_Body, str | None, int | None], _Body]", Bounded)


def _has_lost_session(answer: Any, words: str) -> bool:  # noqa: ANN401 - of an extra, as above
    """Whether an address no longer has the session in which it was asked; `words` are those of a 400."""
    if answer.request.method != "POST" or "mcp-session-id" not in answer.request.headers:
        return False
    is_lost = bool(_LOST.search(words)) and not _OF_ARGUMENTS.search(words)
    return is_lost or bool(answer.status_code == NOT_FOUND)
