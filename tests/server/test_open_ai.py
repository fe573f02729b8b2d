"""The think provider for OpenAI-compatible endpoints, against a real HTTP server on loopback."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import trio
from attrs import define, field
from desk import settings
from fakes import FakeSocket, fake_equipment

from trialogue.server.connection import converse
from trialogue.server.think.open_ai import OpenAiThink
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


def delta(**content: Any) -> str:
    """One event of a stream."""
    return "data: " + json.dumps({"choices": [{"index": 0, "delta": content}]}) + "\n\n"


DONE = "data: [DONE]\n\n"
OK = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


@define
class Endpoint:
    """A server that gives prepared answers, in order, and keeps what it was asked."""

    answers: list[str]
    port: int = 0
    asked: list[dict[str, Any]] = field(factory=list)
    headers: list[str] = field(factory=list)
    was_asked: trio.Event = field(factory=trio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1/chat/completions"

    def provider(self) -> OpenAiThink:
        return OpenAiThink(self.url, {"Authorization": "Bearer sk-secret"}, "small", 0.5)

    async def serve(self, stream: trio.SocketStream) -> None:
        data = bytearray()
        while b"\r\n\r\n" not in data:
            data += await stream.receive_some()
        head, _, body = bytes(data).partition(b"\r\n\r\n")
        size = next(
            int(v)
            for k, _, v in (x.partition(b":") for x in head.split(b"\r\n"))
            if k.lower() == b"content-length"
        )
        while len(body) < size:
            body += await stream.receive_some()
        self.headers.append(head.decode())
        self.asked.append(json.loads(body))
        self.was_asked.set()
        answer = self.answers.pop(0)
        if answer == "hang":
            await trio.sleep_forever()
        await stream.send_all(answer.encode())
        await stream.aclose()


@asynccontextmanager
async def answering(*answers: str) -> AsyncIterator[Endpoint]:
    """An endpoint on loopback while the block runs."""
    endpoint = Endpoint(list(answers))
    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(partial(trio.serve_tcp, endpoint.serve, 0, host="127.0.0.1"))
        endpoint.port = listeners[0].socket.getsockname()[1]
        with trio.fail_after(20):
            await trio.lowlevel.checkpoint()
            yield endpoint
        nursery.cancel_scope.cancel()


async def thoughts_of(endpoint: Endpoint, request: ThinkRequest | None = None) -> list[Thought]:
    """What one pass gives."""
    thoughts: list[Thought] = []
    await endpoint.provider().think(request or ThinkRequest(memory=()), thoughts.append)
    return thoughts


async def test_sentences_are_told_as_they_are_complete() -> None:
    """Tokens become sentences; usage events and comments are passed over."""
    events = [
        *(delta(role="assistant"), delta(content="Hel"), ": ping\n\n", delta(content="lo. How")),
        *(delta(content=" are you?"), 'data: {"choices": [], "usage": {}}\n\n', DONE),
    ]
    async with answering(OK + "".join(events)) as endpoint:
        assert await thoughts_of(endpoint) == [Sentence("Hello."), Sentence("How are you?")]


async def test_what_is_asked() -> None:
    """Prompt, conversation, finished calls, functions, temperature; the headers as given."""
    request = ThinkRequest(
        memory=(
            TextItem("user", "Hi"),
            CallItem("c1", "price", "{}", "3"),
            TextItem("assistant", "It is 3."),
        ),
        prompt="Be brief.",
        functions=(OfferedFunction("price", "What it costs.", {"type": "object"}), OfferedFunction("end")),
    )
    async with answering(OK + DONE) as endpoint:
        await thoughts_of(endpoint, request)
    call = {"id": "c1", "type": "function", "function": {"name": "price", "arguments": "{}"}}
    price = {"name": "price", "description": "What it costs.", "parameters": {"type": "object"}}
    end = {"name": "end", "description": "", "parameters": {"type": "object"}}
    assert endpoint.asked == [
        {
            "model": "small",
            "stream": True,
            "temperature": 0.5,
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Hi"},
                {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "tool_call_id": "c1", "content": "3"},
                {"role": "assistant", "content": "It is 3."},
            ],
            "tools": [{"type": "function", "function": price}, {"type": "function", "function": end}],
        }
    ]
    assert "Bearer sk-secret" in endpoint.headers[0]
    assert "sk-secret" not in repr(endpoint.provider())


async def test_calls_are_put_together_from_their_parts() -> None:
    """Names and arguments come in pieces, several calls at once."""
    parts = [
        delta(tool_calls=[{"index": 0, "id": "a", "function": {"name": "price", "arguments": '{"x"'}}]),
        delta(tool_calls=[{"index": 1, "function": {"name": "end"}}]),
        delta(tool_calls=[{"index": 0, "function": {"arguments": ": 1}"}}]),
    ]
    async with answering(OK + "".join(parts) + DONE) as endpoint:
        (calls,) = await thoughts_of(endpoint)
    assert calls == Calls((WantedCall("a", "price", '{"x": 1}'), WantedCall("call_1", "end", "{}")))


async def test_stream_without_a_terminator() -> None:
    """What came counts, and the fault is told."""
    async with answering(OK + delta(content="Half a")) as endpoint:
        assert await thoughts_of(endpoint) == [Sentence("Half a"), StreamCutShort()]


FOUND = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("HTTP/1.1 401 Unauthorized\r\nContent-Length: 3\r\n\r\nkey", "HTTP status 401"),
        (FOUND, "HTTP status 302"),
        ("", "RemoteProtocolError"),
        (OK + 'data: {"error": {"message": "private"}}\n\n', "an error in its stream"),
        (OK + "data: {nonsense\n\n", "no JSON"),
        (OK + 'data: {"choices": [{"delta": {"tool_calls": [5]}}]}\n\n', "no chat completion"),
    ],
)  # fmt: skip
async def test_endpoints_at_fault(answer: str, words: str) -> None:
    """Each fault is a refusal that repeats nothing of what the endpoint said."""
    async with answering(answer) as endpoint:
        with pytest.raises(ThinkRefused) as caught:
            await thoughts_of(endpoint)
    assert words in str(caught.value)
    assert "private" not in str(caught.value)


async def test_endpoint_that_is_not_there() -> None:
    """Refused connections are refusals, too."""
    with pytest.raises(ThinkRefused, match="ConnectError"):
        await thoughts_of(Endpoint([], port=1))


async def session_with(check: Callable[[FakeSocket], Any], *endpoints: Endpoint) -> FakeSocket:
    """A session that thinks by these endpoints and is asked something, until `check`."""
    socket = FakeSocket()
    think = [
        {"provider": {"type": "open_ai", "model": "small"}, "endpoint": {"url": endpoint.url}}
        for endpoint in endpoints
    ]
    async with trio.open_nursery() as nursery:

        async def run() -> None:
            await converse(socket, fake_equipment(), request_id="r-1")

        nursery.start_soon(run)
        socket.say(settings(think=think))
        socket.say({"type": "InjectUserMessage", "content": "Hi"})
        await check(socket)
        nursery.cancel_scope.cancel()
    return socket


async def test_fallback_to_the_next_provider() -> None:
    """THINK_REQUEST_FAILED, and the second one answers."""
    bad = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
    async with answering(bad) as first, answering(OK + delta(content="Here.") + DONE) as second:
        socket = await session_with(lambda s: s.until("AgentAudioDone"), first, second)
    assert [m["code"] for m in socket.messages if m["type"] == "Warning"] == ["THINK_REQUEST_FAILED"]
    assert [m["content"] for m in socket.messages if m["type"] == "ConversationText"] == ["Hi", "Here."]


async def test_all_providers_fail() -> None:
    """FAILED_TO_THINK, and the session goes on."""
    bad = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
    async with answering(bad) as first:
        socket = await session_with(lambda s: s.until("Error"), first)
    assert socket.messages[-1]["code"] == "FAILED_TO_THINK"
    assert socket.close_codes == []


async def test_interruption_ends_the_request() -> None:
    """A barge-in while the endpoint thinks: the next turn asks anew."""
    async with answering("hang", OK + delta(content="Now.") + DONE) as endpoint:

        async def check(socket: FakeSocket) -> None:
            await endpoint.was_asked.wait()
            socket.say({"type": "InjectUserMessage", "content": "Again"})
            await socket.until("AgentAudioDone")

        await session_with(check, endpoint)
    assert [m["content"] for m in endpoint.asked[1]["messages"]] == ["Hi", "Again"]
