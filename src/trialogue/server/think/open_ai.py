"""A think provider for any endpoint that speaks OpenAI's chat completions, streamed.

Source: the chat completions reference (`stream: true`: server-sent events, `data: [DONE]` at the end). The
endpoint's headers may carry a key: they go into the request and nowhere else. The size of an answer is
bounded (`transport/bounded_answers`), and so is its time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

import httpx  # noqa: ASYNC127 the project's one HTTP client, for loopback
import orjson
import trio
from attrs import field

from trialogue.model.secrets import SHORTEST, Secrets
from trialogue.model.text import brief, safe_text
from trialogue.server.think.completion import Completion, is_event
from trialogue.server.think.ports import (
    CallItem,
    OfferedFunction,
    TextItem,
    ThinkCutShort,
    ThinkRefused,
    ThinkRequest,
    Thought,
)
from trialogue.transport.bounded_answers import IDENTITY, AnswerLines, AnswerTooLong, encoding_of
from trialogue.transport.failure_words import reason_of_failure
from trialogue.transport.trust import client_context
from trialogue.values import define

_DEADLINES: Final = httpx.Timeout(connect=5.0, read=30.0, write=5.0, pool=5.0)
"""Seconds for each step of a request; `read` limits the wait between two pieces of the stream."""

_HEAD_S: Final = 60.0
"""Seconds in which the head of an answer must end, even if pieces keep coming."""

_WHOLE_S: Final = 600.0
"""Seconds in which an answer must end, even if pieces keep coming."""

_END_S: Final = 0.5
"""Seconds from the terminator of a stream to its end; a connection that lasts longer is closed."""

_KEPT: Final = httpx.Limits(max_connections=16, max_keepalive_connections=4, keepalive_expiry=120.0)
"""Most connections kept for later passes, and seconds for which they are kept."""

_ENDPOINT: Final = "The think endpoint"
"""Beginning of each message about the endpoint."""

_STREAM: Final = "text/event-stream"
"""Content type of a stream of events."""

_BODY_BYTES: Final = 4096
"""Most bytes of a refusal's body that are read."""

_BODY_S: Final = 2.0
"""Most seconds for reading that body."""

_LONGEST: Final = 500
"""Most characters of a message."""

_GONE: Final = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
"""Errors of a request on a kept connection that the peer has just closed."""


def load() -> None:
    """Load what the first client needs; called in a thread, it spares the event loop a wait."""
    httpx.AsyncHTTPTransport(verify=client_context())  # it loads httpcore


def open_client() -> httpx.AsyncClient:
    """Client for all passes of a connection, which keeps its connections between passes."""
    return httpx.AsyncClient(timeout=_DEADLINES, limits=_KEPT, verify=client_context(), trust_env=False)


@define
class OpenAiThink:
    """Think provider that asks one endpoint."""

    client: httpx.AsyncClient
    """Client of its requests; the caller closes it."""

    url: str
    """Address of the chat completions."""

    headers: Mapping[str, str] = field(repr=False)
    """Headers of each request. Secret."""

    model: str
    """Name of the model."""

    temperature: float | None = None
    """Temperature; None for the endpoint's own."""

    _has_kept: bool = field(default=False, init=False)

    async def think(self, request: ThinkRequest, tell: Callable[[Thought], None]) -> None:
        """Stream one completion: give sentences as they are complete, and calls at its end."""
        completion = Completion()
        response = await self._asked(request)
        fault = _no_end(response)
        try:
            await _check(response)
            await _read(response, completion, tell)
        except ThinkRefused as refusal:
            raise ThinkRefused(self._told(str(refusal))) from None
        except httpx.HTTPError as error:
            fault = f"began a stream that broke off: {reason_of_failure(error)}"
        finally:
            with trio.CancelScope(shield=True):  # closing waits for nobody
                await response.aclose()
        for thought in completion.rest():
            tell(thought)
        if not completion.is_complete:
            raise ThinkCutShort(self._told(f"{_ENDPOINT} {fault}."))
        self._has_kept = True

    async def _asked(self, request: ThinkRequest) -> httpx.Response:
        """Beginning of an answer; the request is repeated where a kept connection was closed."""
        try:
            with trio.move_on_after(_HEAD_S):
                return await self._asked_twice(request)
        except httpx.HTTPError as error:
            words = f"{_ENDPOINT} could not be asked: {reason_of_failure(error)}"
            raise ThinkRefused(self._told(words)) from error
        except (httpx.InvalidURL, UnicodeError):  # the error's own text may quote a header
            words = f"{_ENDPOINT} could not be asked: its address, or a header, fits into no request."
            raise ThinkRefused(self._told(words)) from None
        raise ThinkRefused(self._told(f"{_ENDPOINT} did not begin its answer within {_HEAD_S:g} s."))

    async def _asked_twice(self, request: ThinkRequest) -> httpx.Response:
        try:
            return await self._send(request)
        except _GONE:
            if not self._has_kept:
                raise
            self._has_kept = False
            return await self._send(request)

    def _told(self, sentence: str) -> str:
        """Message about the endpoint: with its address, without its secret headers, bounded."""
        words = (word for value in self.headers.values() for word in value.split())
        held = {each for each in words if len(each) >= SHORTEST}
        secrets = Secrets(tuple(sorted(held, key=len, reverse=True)))
        told = secrets.hide(sentence.replace(_ENDPOINT, f"{_ENDPOINT} {_address(self.url)}".rstrip(), 1))
        return brief(told, _LONGEST)  # cut last, since half a key would not be recognized

    async def _send(self, request: ThinkRequest) -> httpx.Response:
        asked = self.client.build_request(
            "POST", self.url, headers=self._headers(), content=self._body(request)
        )
        return await self.client.send(asked, stream=True)

    def _headers(self) -> dict[str, str]:
        given = {name.lower(): value for name, value in self.headers.items()}
        return {"content-type": "application/json", **given, "accept-encoding": IDENTITY}

    def _body(self, request: ThinkRequest) -> bytes:
        body: dict[str, Any] = {"model": self.model, "stream": True, "messages": messages_for(request)}
        if self.temperature is not None:
            body["temperature"] = self.temperature
        if request.functions:
            body["tools"] = [_tool(function) for function in request.functions]
        return orjson.dumps(body)


def _address(url: str) -> str:
    """Address without its query, which may hold a key; empty for what is no address."""
    try:
        read = httpx.URL(url)
        return f"{read.scheme}://{read.netloc.decode()}{read.path}"
    except (httpx.InvalidURL, UnicodeError):
        return ""


def messages_for(request: ThinkRequest) -> list[dict[str, Any]]:
    """Prompt and conversation so far, as chat messages."""
    messages: list[dict[str, Any]] = []
    if request.prompt:
        messages.append({"role": "system", "content": request.prompt})
    for item in request.memory:
        match item:
            case TextItem():
                messages.append({"role": item.role, "content": item.content})
            case CallItem():
                messages += _call_messages(item)
    return messages


def _call_messages(item: CallItem) -> tuple[dict[str, Any], dict[str, Any]]:
    function = {"name": item.name, "arguments": item.arguments}
    call = {"id": item.id, "type": "function", "function": function}
    return (
        {"role": "assistant", "content": item.said or None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": item.id, "content": item.response},
    )


def _tool(function: OfferedFunction) -> dict[str, Any]:
    parameters = dict(function.parameters) if function.parameters is not None else {"type": "object"}
    described = {"name": function.name, "description": function.description, "parameters": parameters}
    return {"type": "function", "function": described}


async def _check(response: httpx.Response) -> None:
    """Raise for an answer that is no stream of a completion, with the beginning of its body."""
    if not response.is_success:
        words = safe_text(await _beginning(response))
        told = f": {words}" if words else ""
        raise ThinkRefused(f"{_ENDPOINT} answered with HTTP status {response.status_code}{told}")
    encoding = encoding_of(response.headers)
    if encoding is not None:
        raise ThinkRefused(
            f"{_ENDPOINT} sent an answer in an encoding that was not asked for: {safe_text(encoding)}"
        )


def _no_end(response: httpx.Response) -> str:
    """What to say of an answer that came without its terminator: another content type tells why."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip()
    if kind.lower() in ("", _STREAM):
        return "began a stream that ended without a terminator"
    return f"answered with {safe_text(kind)} where a stream was asked for: {_STREAM} with `data: [DONE]`"


async def _beginning(response: httpx.Response) -> str:
    """First kilobytes of a body, as far as they come in time; empty for a compressed body.

    Ends the reading in the same way as `_read`.
    """
    body = bytearray()
    if encoding_of(response.headers) is not None:
        return ""
    with suppress(httpx.HTTPError), trio.move_on_after(_BODY_S) as scope:
        async for piece in response.aiter_raw():
            body += piece
            if len(body) >= _BODY_BYTES:
                scope.cancel()
    return body.decode(errors="replace")


async def _read(response: httpx.Response, completion: Completion, tell: Callable[[Thought], None]) -> None:
    """Read the stream to its end.

    httpx nests generators that it does not close when their reader stops early. A cancellation passes through
    and closes all of them, so an error ends the reading by a cancellation.
    """
    lines, events, fault = AnswerLines(), _Events(), ""
    with trio.move_on_after(_WHOLE_S) as scope:
        async for piece in response.aiter_raw():
            if fault or completion.is_terminated:
                continue
            try:
                _feed(events.of(lines.feed(piece)), completion, tell)
            except (AnswerTooLong, ThinkRefused) as refusal:
                fault = str(refusal) if isinstance(refusal, ThinkRefused) else f"{_ENDPOINT} sent {refusal}."
                scope.cancel()
            if completion.is_terminated:
                scope.deadline = trio.current_time() + _END_S
    if fault or (scope.cancelled_caught and not completion.is_terminated):
        raise ThinkRefused(fault or f"{_ENDPOINT} did not end its answer within {_WHOLE_S:g} s.")
    _feed(events.of([lines.rest(), ""]), completion, tell)


@define
class _Events:
    """Payloads of events, whose lines are joined (HTML standard, section 9.2).

    A line that is whole in itself is an event, since some endpoints write no empty line behind it.
    """

    _begun: list[str] = field(factory=list[str], init=False)

    def of(self, lines: Iterable[str]) -> Iterator[str]:
        """Payloads that these lines complete."""
        for line in lines:
            if line.startswith("data:"):
                payload = line[5:].strip()
                if not self._begun and is_event(payload):
                    yield payload
                else:
                    self._begun.append(payload)
            elif not line and self._begun:
                payload = "\n".join(self._begun)
                self._begun.clear()
                yield payload


def _feed(events: Iterable[str], completion: Completion, tell: Callable[[Thought], None]) -> None:
    for event in events:
        for thought in completion.feed(event):
            tell(thought)
