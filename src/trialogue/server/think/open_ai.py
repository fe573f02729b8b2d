"""A think provider for any endpoint that speaks OpenAI's chat completions, streamed.

Source: the chat completions reference (`stream: true`: server-sent events, `data: [DONE]` at the end).
The endpoint's headers may carry a key: they go into the request and nowhere else.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, cast

import httpx  # noqa: ASYNC127 the project's one HTTP client, for loopback
import orjson
import trio
from attrs import define, field

from trialogue.server.think.ports import (
    CallItem,
    Calls,
    OfferedFunction,
    Sentence,
    StreamCutShort,
    TextItem,
    ThinkRefused,
    ThinkRequest,
    Thought,
    WantedCall,
)
from trialogue.speech.sentences import SentenceSplitter

_DEADLINES = httpx.Timeout(connect=5.0, read=30.0, write=5.0, pool=5.0)
"""Seconds for each step of a request; the read deadline is between two pieces of the stream."""


_NO_COMPLETION = "The think endpoint sent what is no chat completion."


@cache
def _tls() -> ssl.SSLContext:
    """The default context: reading the certificates takes tens of milliseconds, so once."""
    return ssl.create_default_context()


@define
class OpenAiThink:
    """Asks one endpoint."""

    url: str
    """Where chat completions are asked for."""

    headers: Mapping[str, str] = field(repr=False)
    """Sent along. Secret."""

    model: str
    """The model's name."""

    temperature: float | None = None
    """How freely it writes; the endpoint's own where None."""

    async def think(self, request: ThinkRequest, tell: Callable[[Thought], None]) -> None:
        """Stream one completion: sentences as they are complete, calls at its end."""
        answer = _Answer()
        try:
            async with (
                httpx.AsyncClient(timeout=_DEADLINES, verify=_tls(), trust_env=False) as client,
                client.stream(
                    "POST", self.url, headers=dict(self.headers), content=self._body(request)
                ) as response,
            ):
                _check(response)
                await _read(response, answer, tell)
        except httpx.HTTPError as error:
            raise ThinkRefused(f"The think endpoint could not be asked: {type(error).__name__}") from error
        for thought in answer.rest():
            tell(thought)

    def _body(self, request: ThinkRequest) -> bytes:
        body: dict[str, Any] = {"model": self.model, "stream": True, "messages": messages_for(request)}
        if self.temperature is not None:
            body["temperature"] = self.temperature
        if request.functions:
            body["tools"] = [_tool(function) for function in request.functions]
        return orjson.dumps(body)


def messages_for(request: ThinkRequest) -> list[dict[str, Any]]:
    """The prompt and the conversation so far as chat messages."""
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
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": item.id, "content": item.response},
    )


def _tool(function: OfferedFunction) -> dict[str, Any]:
    parameters = dict(function.parameters) if function.parameters is not None else {"type": "object"}
    described = {"name": function.name, "description": function.description, "parameters": parameters}
    return {"type": "function", "function": described}


def _check(response: httpx.Response) -> None:
    if not response.is_success:
        raise ThinkRefused(f"The think endpoint answered with HTTP status {response.status_code}.")


async def _read(response: httpx.Response, answer: _Answer, tell: Callable[[Thought], None]) -> None:
    """Read to the stream's end.

    httpx's iterators nest generators that it does not close when their reader leaves; a cancellation, which
    passes through all of them, does. So a fault ends the reading that way.
    """
    fault: ThinkRefused | None = None
    with trio.CancelScope() as scope:
        async for line in response.aiter_lines():
            if fault is not None or not line.startswith("data:"):
                continue
            try:
                for thought in answer.feed(line[5:].strip()):
                    tell(thought)
            except ThinkRefused as refusal:
                fault = refusal
                scope.cancel()
    if fault is not None:
        raise fault


class _Answer:
    """A completion as it comes."""

    def __init__(self) -> None:
        self._splitter = SentenceSplitter()
        self._calls: dict[int, _PartialCall] = {}
        self._is_complete = False

    def feed(self, text: str) -> Iterator[Thought]:
        """Take the payload of one event."""
        if text == "[DONE]":
            self._is_complete = True
            return
        choice = _choice(text)
        if choice.get("finish_reason"):
            self._is_complete = True
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            return
        yield from self._take(cast("dict[str, Any]", delta))

    def rest(self) -> Iterator[Thought]:
        """What was incomplete until the stream's end."""
        yield from map(Sentence, self._splitter.flush())
        if not self._is_complete:
            yield StreamCutShort()
        calls = tuple(call.wanted(index) for index, call in sorted(self._calls.items()))
        if calls:
            yield Calls(calls)

    def _take(self, delta: dict[str, Any]) -> Iterator[Thought]:
        content = delta.get("content")
        if isinstance(content, str):
            yield from map(Sentence, self._splitter.feed(content))
        pieces: object = delta.get("tool_calls") or []
        if not isinstance(pieces, list):
            raise ThinkRefused(_NO_COMPLETION)
        for piece in cast("list[object]", pieces):
            self._add(piece)

    def _add(self, piece: object) -> None:
        match piece:
            case {"index": int(index)}:
                self._calls.setdefault(index, _PartialCall()).add(cast("dict[str, Any]", piece))
            case _:
                raise ThinkRefused(_NO_COMPLETION)


@define
class _PartialCall:
    """A function call whose parts come one after another."""

    id: str = ""
    name: str = ""
    arguments: str = ""

    def add(self, piece: Mapping[str, Any]) -> None:
        said = piece.get("function")
        function = cast("dict[str, Any]", said) if isinstance(said, dict) else {}
        self.id = _text(piece.get("id")) or self.id
        self.name += _text(function.get("name"))
        self.arguments += _text(function.get("arguments"))

    def wanted(self, index: int) -> WantedCall:
        return WantedCall(self.id or f"call_{index}", self.name, self.arguments or "{}")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _choice(text: str) -> dict[str, Any]:
    """The first choice of an event; empty for events without one, such as those that count usage."""
    try:
        event = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise ThinkRefused("The think endpoint sent an event that is no JSON.") from None
    match event:
        case {"error": _}:
            raise ThinkRefused("The think endpoint sent an error in its stream.")
        case {"choices": [dict(), *_]}:
            return cast("dict[str, Any]", event["choices"][0])
        case _:
            return {}
