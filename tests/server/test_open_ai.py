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
from httpx import AsyncClient  # noqa: ASYNC127 the project's one HTTP client, for loopback

from trialogue.server.connection import converse
from trialogue.server.options import ServerOptions
from trialogue.server.think.open_ai import OpenAiThink, open_client
from trialogue.server.think.ports import (
    CallItem,
    FunctionWanted,
    OfferedFunction,
    TextItem,
    ThinkCutShort,
    ThinkRefused,
    ThinkRequest,
    Thought,
    ThoughtCalls,
    ThoughtSentence,
)
from trialogue.server.think.stand_in import StandInEndpoint, ThinkStandIn, completions_url


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

    def provider(self, client: AsyncClient) -> OpenAiThink:
        return OpenAiThink(client, self.url, {"Authorization": "Bearer sk-secret"}, "small", 0.5)

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
        await stream.send_all(answer.removeprefix("open ").encode())
        if answer.startswith("open "):
            await trio.sleep_forever()
        await stream.aclose()


@asynccontextmanager
async def answering(*answers: str) -> AsyncIterator[Endpoint]:
    """An endpoint on loopback while the block runs."""
    endpoint = Endpoint(list(answers))
    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(partial(trio.serve_tcp, endpoint.serve, 0, host="127.0.0.1"))
        endpoint.port = listeners[0].socket.getsockname()[1]
        with trio.fail_after(50):
            await trio.lowlevel.checkpoint()
            yield endpoint
        nursery.cancel_scope.cancel()


async def thoughts_of(endpoint: Endpoint, request: ThinkRequest | None = None) -> list[Thought]:
    """What one pass gives."""
    thoughts: list[Thought] = []
    await think(endpoint, thoughts.append, request)
    return thoughts


async def think(
    endpoint: Endpoint, tell: Callable[[Thought], None], request: ThinkRequest | None = None
) -> None:
    """One pass, with a client of its own."""
    async with open_client() as client:
        await endpoint.provider(client).think(request or ThinkRequest(memory=()), tell)


async def test_nothing_behind_the_terminator_is_said() -> None:
    """An answer ends at its terminator, in whatever packets it comes: what follows is not of this answer."""
    async with answering(OK + delta(content="Fine.") + DONE + delta(content="Not this.") + DONE) as endpoint:
        assert await thoughts_of(endpoint) == [ThoughtSentence("Fine.")]


async def test_sentences_are_told_as_they_are_complete() -> None:
    """Tokens become sentences; usage events and comments are passed over."""
    events = [
        *(delta(role="assistant"), delta(content="Hel"), ": ping\n\n", delta(content="lo. How")),
        *(delta(content=" are you?"), 'data: {"choices": [], "usage": {}}\n\n', DONE),
    ]
    async with answering(OK + "".join(events)) as endpoint:
        assert await thoughts_of(endpoint) == [ThoughtSentence("Hello."), ThoughtSentence("How are you?")]


async def test_a_terminator_is_the_end_though_the_connection_stays_open() -> None:
    """The last sentence and the calls come at once, also from an endpoint that then closes nothing."""
    call = {"index": 0, "id": "a", "function": {"name": "price", "arguments": "{}"}}
    said = OK + delta(content="One moment") + delta(tool_calls=[call]) + DONE
    began = trio.current_time()
    async with answering(f"open {said}") as endpoint:
        thoughts = await thoughts_of(endpoint)
    assert thoughts == [ThoughtSentence("One moment"), ThoughtCalls((FunctionWanted("price", "{}"),))]
    assert trio.current_time() - began < 10


async def test_an_error_of_null_is_none() -> None:
    """An endpoint that writes `"error": null` in each event is no endpoint at fault."""
    event = json.dumps({"error": None, "choices": [{"index": 0, "delta": {"content": "Yes."}}]})
    async with answering(f"{OK}data: {event}\n\n{DONE}") as endpoint:
        assert await thoughts_of(endpoint) == [ThoughtSentence("Yes.")]


async def test_a_byte_order_mark_costs_no_words() -> None:
    """The first words of a stream with a byte order mark are not lost."""
    async with answering(OK + "\ufeff" + delta(content="Yes.") + DONE) as endpoint:
        assert await thoughts_of(endpoint) == [ThoughtSentence("Yes.")]


async def test_parts_of_a_request() -> None:
    """A model is asked with the prompt, the conversation, its calls, functions and headers."""
    request = ThinkRequest(
        memory=(
            TextItem("user", "Hi"),
            CallItem("c1", "price", "{}", "3"),
            TextItem("assistant", "It is 3."),
            CallItem("c2", "end", "{}", "4", said="Let me see."),
        ),
        prompt="Be brief.",
        functions=(OfferedFunction("price", "What it costs.", {"type": "object"}), OfferedFunction("end")),
    )
    async with answering(OK + DONE) as endpoint:
        await thoughts_of(endpoint, request)
    call = {"id": "c1", "type": "function", "function": {"name": "price", "arguments": "{}"}}
    other = {"id": "c2", "type": "function", "function": {"name": "end", "arguments": "{}"}}
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
                {"role": "assistant", "content": "Let me see.", "tool_calls": [other]},
                {"role": "tool", "tool_call_id": "c2", "content": "4"},
            ],
            "tools": [{"type": "function", "function": price}, {"type": "function", "function": end}],
        }
    ]
    assert "Bearer sk-secret" in endpoint.headers[0]
    async with open_client() as client:
        assert "sk-secret" not in repr(endpoint.provider(client))


async def test_a_request_says_that_it_is_json() -> None:
    """Endpoints read no body whose type they are not told: OpenAI's then asks for a model parameter."""
    async with answering(OK + DONE) as endpoint:
        await thoughts_of(endpoint)
    assert "\r\ncontent-type: application/json\r\n" in endpoint.headers[0].lower()


async def test_calls_are_put_together_from_their_parts() -> None:
    """Several calls of a model are complete although their names and arguments come in pieces."""
    parts = [
        delta(tool_calls=[{"index": 0, "id": "a", "function": {"name": "price", "arguments": '{"x"'}}]),
        delta(tool_calls=[{"index": 1, "function": {"name": "end"}}]),
        delta(tool_calls=[{"index": 0, "function": {"arguments": ": 1}"}}]),
    ]
    async with answering(OK + "".join(parts) + DONE) as endpoint:
        (calls,) = await thoughts_of(endpoint)
    assert calls == ThoughtCalls((FunctionWanted("price", '{"x": 1}'), FunctionWanted("end", "{}")))


def part(arguments: object, **more: Any) -> dict[str, Any]:
    """A piece of a call as endpoints send it."""
    name = {"name": more.pop("name")} if "name" in more else {}
    return {**more, "function": {**name, "arguments": arguments}}


WANTED = [("price", {"x": 1}), ("price", {"x": 2})]


@pytest.mark.parametrize(
    "pieces",
    [
        [part('{"x":1}', name="price", id="a"), part('{"x":2}', name="price", id="b")],
        [part('{"x":1}', name="price", id="a", index=0), part('{"x":2}', name="price", id="b", index=0)],
        [part('{"x":1}', name="price", id=""), part('{"x":2}', name="price", id="")],
        [part('{"x":1}', name="price", index=0), part('{"x":2}', name="price", index=0)],
        [part('{"x":1}', name="price", id="a", index=0), part('{"x":2}', name="price", id="a", index=1)],
        [part('{"x":1}', name="price", id="a"), part('{"x":2}', name="price", id="a")],
        [part({"x": 1}, name="price"), part({"x": 2}, name="price", index=None)],
        [part('{"x"', name="price", id="a"), part(":1}"), part("", name="price", id="b"), part('{"x":2}')],
        [
            *(part('{"x"', name="price", id="a", index=0), part('{"x":', name="price", id="b", index=0)),
            *(part(":1}", id="a", index=0), part("2}", id="b", index=0)),
        ],
        [
            *(part('{"x"', name="price", id="a", index=0), part(":1}", name="price", id="a", index=0)),
            *(part('{"x"', name="price", id="b", index=1), part(":2}", name="price", id="b", index=1)),
        ],
    ],
    ids=[
        "no index", "one index", "no id", "one index, no id", "one id", "one id, no index", "objects",
        "in pieces", "one index, mixed", "names repeated",
    ],
)  # fmt: skip
async def test_calls_however_they_are_told_apart(pieces: list[dict[str, Any]]) -> None:
    """Two calls of a model are two calls, with or without index and id, in text or as objects."""
    async with answering(OK + "".join(delta(tool_calls=[piece]) for piece in pieces) + DONE) as endpoint:
        (told,) = await thoughts_of(endpoint)
    assert isinstance(told, ThoughtCalls)
    assert [(call.name, json.loads(call.arguments)) for call in told.calls] == WANTED


async def test_calls_without_end_are_refused() -> None:
    """A model's answer with too many calls is refused."""
    calls = "".join(delta(tool_calls=[part("{}", name="price", id=str(n))]) for n in range(200))
    async with answering(OK + calls + DONE) as endpoint:
        with pytest.raises(ThinkRefused, match="too many calls"):
            await thoughts_of(endpoint)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (OK, "ended without a terminator"),
        (OK.replace("\r\n\r\n", "\r\nContent-Length: 4000\r\n\r\n"), "broke off: peer closed connection"),
    ],
    ids=["without a terminator", "torn"],
)
async def test_a_stream_without_its_end_is_no_reply(answer: str, words: str) -> None:
    """A model's stream that breaks off gives its words, and none of its calls."""
    thoughts: list[Thought] = []
    half = delta(content="Half a") + delta(tool_calls=[part("{}", name="pay", id="a")])
    async with answering(answer + half) as endpoint:
        with pytest.raises(ThinkCutShort, match=words):
            await think(endpoint, thoughts.append)
    assert thoughts == [ThoughtSentence("Half a")]


@pytest.mark.parametrize("kind", ["application/json", "text/html; charset=utf-8"])
async def test_an_answer_that_is_no_stream_is_told_as_one(kind: str) -> None:
    """Of a server that does not stream, or of a login page, the author reads what came instead."""
    whole = json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": "Eight."}}]})
    async with answering(OK.replace("text/event-stream", kind) + whole) as endpoint:
        told = f"answered with {kind.partition(';')[0]} where a stream was asked for: text/event-stream"
        with pytest.raises(ThinkCutShort, match=told):
            await thoughts_of(endpoint)


@pytest.mark.parametrize("kind", ["text/plain", "application/json"])
async def test_a_stream_is_read_whatever_it_is_called(kind: str) -> None:
    """A server that streams under another content type is understood."""
    stream = delta(content="Eight.") + DONE
    async with answering(OK.replace("text/event-stream", kind) + stream) as endpoint:
        assert await thoughts_of(endpoint) == [ThoughtSentence("Eight.")]


@pytest.mark.parametrize(
    "pieces",
    [
        [delta(refusal="I cannot "), delta(refusal="say that.")],
        [delta(content=None, refusal="I cannot say that.")],
        [
            delta(content=[{"type": "text", "text": "I cannot "}]),
            delta(content=[{"type": "text", "text": "say that."}]),
        ],
        [
            delta(
                content=[
                    {"type": "thinking", "thinking": []},
                    {"type": "refusal", "refusal": "I cannot say that."},
                ]
            )
        ],
        [delta(content=["I cannot ", "say that."])],
    ],
)
async def test_a_refusal_and_parts_of_text_are_spoken(pieces: list[str]) -> None:
    """A model that refuses has answered, and is heard; so is one whose endpoint sends lists of parts."""
    async with answering(OK + "".join(pieces) + DONE) as endpoint:
        assert await thoughts_of(endpoint) == [ThoughtSentence("I cannot say that.")]


async def test_reasoning_is_not_spoken() -> None:
    """A model's text between `<think>` and `</think>` is not spoken."""
    pieces = ("<th", "ink>They ask. I", " could lie.</thi", "nk>\n\nIt is 3 < 4. ", "Yes.")
    async with answering(OK + "".join(delta(content=piece) for piece in pieces) + DONE) as endpoint:
        assert await thoughts_of(endpoint) == [ThoughtSentence("It is 3 < 4."), ThoughtSentence("Yes.")]


def choice(index: int, said: str) -> dict[str, Any]:
    """One choice of an event."""
    return {"index": index, "delta": {"content": said}}


def spread(end: str) -> str:
    """An event over several lines."""
    return delta(content="Yes.").replace(": {", f":{end}data: {{").replace("\n\n", end * 2)


@pytest.mark.parametrize(
    "events",
    [
        spread("\n"),
        spread("\r\n"),
        delta(content="Yes.").rstrip() + "\n",
        'data: {"choices": [{"delta": {"content": "Yes."}, "logprobs": [NaN, -Infinity]}]}\n\n',
        (
            f"data: {json.dumps({'choices': [choice(1, 'No.'), choice(0, 'Yes.')]})}\n\n"
            f"data: {json.dumps({'choices': [choice(1, 'No.')]})}\n\n"
        ),
    ],
    ids=["lines", "CRLF", "no empty line", "no numbers", "two choices"],
)
async def test_what_endpoints_write_is_understood(events: str) -> None:
    """Events as the standards allow them, or as some programs write JSON, cost no reply and add no words."""
    async with answering(OK + events + DONE) as endpoint:
        assert await thoughts_of(endpoint) == [ThoughtSentence("Yes.")]


async def test_a_character_in_two_pieces() -> None:
    """A rare character was split between two events, by a model that writes halves: the reply was lost."""
    content = delta(content="\ud840") + delta(content="\udc0b is a word") + delta(content="\udc0b.")
    calls = [part('{"x":"\ud840', name="price\ud840", id="a"), part('\udc0b"}', id="a")]
    async with answering(
        OK + content + "".join(delta(tool_calls=[each]) for each in calls) + DONE
    ) as endpoint:
        assert await thoughts_of(endpoint) == [
            ThoughtSentence("\U0002000b is a word\ufffd."),
            ThoughtCalls((FunctionWanted("price?", '{"x":"\U0002000b"}'),)),
        ]


async def test_a_call_in_the_first_form() -> None:
    """An endpoint with the first form of calls was taken for one that says nothing."""
    calls = [{"name": "price", "arguments": '{"x":'}, {"arguments": "1}"}]
    events = "".join(delta(function_call=each) for each in calls)
    async with answering(OK + events + DONE) as endpoint:
        assert await thoughts_of(endpoint) == [ThoughtCalls((FunctionWanted("price", '{"x":1}'),))]


async def test_calls_in_both_forms() -> None:
    """An endpoint that writes a call in both forms had it carried out twice."""
    call = {"name": "price", "arguments": "{}"}
    events = delta(tool_calls=[{"index": 0, "id": "a", "function": call}], function_call=call)
    async with answering(OK + events + DONE) as endpoint:
        assert await thoughts_of(endpoint) == [ThoughtCalls((FunctionWanted("price", "{}"),))]


@pytest.mark.parametrize("empty", [{}, {"name": "", "arguments": ""}, {"name": None, "arguments": None}])
async def test_an_empty_call_in_the_first_form(empty: object) -> None:
    """An endpoint that writes an empty call beside its words had its replies refused."""
    async with answering(OK + delta(content="Yes.", function_call=empty) + DONE) as endpoint:
        assert await thoughts_of(endpoint) == [ThoughtSentence("Yes.")]


FOUND = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"


REFUSED = 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 35\r\n\r\n{"error": "no such key: sk-secret"}'
CUT_SHORT = "HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\nout of"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (REFUSED, 'answered with HTTP status 401: {"error": "no such key: ***"}'),
        (FOUND, "answered with HTTP status 302"),
        (CUT_SHORT, "answered with HTTP status 500: out of"),
        ("", "could not be asked: Server disconnected without sending a response."),
        (OK + 'data: {"error": {"message": "overloaded"}}\n\n', "sent an error in its stream: overloaded"),
        (OK + 'data: {"error": "sk-secret is full"}\n\n', "sent an error in its stream: *** is full"),
        (OK + "data: {nonsense\n\n", "not JSON"),
        (OK + 'data: {"choices": [{"delta": {"tool_calls": [5]}}]}\n\n', "not a chat completion"),
        (OK + 'data: {"choices": [{"delta": {"content": {"text": "Yes."}}}]}\n\n', "not a chat completion"),
        (
            OK + 'data: {"choices": [{"delta": {}, "finish_reason": "content_filter"}]}\n\n',
            "withheld its answer: content_filter",
        ),
    ],
)  # fmt: skip
async def test_endpoints_at_fault(answer: str, words: str) -> None:
    """The error for a model's endpoint has its address and its words, and no key."""
    async with answering(answer) as endpoint:
        with pytest.raises(ThinkRefused) as caught:
            await thoughts_of(endpoint)
    assert str(caught.value).startswith(f"The think endpoint {endpoint.url} ")
    assert words in str(caught.value)
    assert "sk-secret" not in str(caught.value)


async def test_endpoint_that_is_not_there() -> None:
    """A refused connection is reported like a refusal of the model."""
    with pytest.raises(ThinkRefused) as caught:
        await thoughts_of(Endpoint([], port=1))
    told = "The think endpoint http://127.0.0.1:1/v1/chat/completions could not be asked: Connection refused"
    assert str(caught.value) == told


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        (f"http://{'a' * 64}.example/", {}),
        ("http://a..b/", {}),
        ("http://xn--a/", {}),
        ("http://[::1", {}),
        ("http://127.0.0.1:1/\x00", {}),
        ("http://127.0.0.1:1/\ud800", {}),
        (f"http://127.0.0.1:1/{'x' * 70_000}", {}),
        ("http://127.0.0.1:1/", {"key": "sk-sécret"}),
        ("http://127.0.0.1:1/", {"clé": "sk-secret"}),
    ],
)
async def test_what_no_request_can_hold_is_a_refusal(url: str, headers: dict[str, str]) -> None:
    """An address or a header that no request can hold is a refusal, and no crash."""
    async with open_client() as client:
        with pytest.raises(ThinkRefused, match="could not be asked: its address, or a header,") as caught:
            await OpenAiThink(client, url, headers, "some").think(ThinkRequest(()), lambda _: None)
    assert "sk-" not in str(caught.value)


async def test_a_key_that_is_cut_is_hidden_too() -> None:
    """A key that an endpoint repeats is hidden even where the message is cut within it."""
    body = "x" * 400 + "sk-secret" * 20
    async with answering(f"HTTP/1.1 400 Bad\r\nContent-Length: {len(body)}\r\n\r\n{body}") as endpoint:
        with pytest.raises(ThinkRefused) as caught:
            await thoughts_of(endpoint)
    assert "sk-" not in str(caught.value)
    assert len(str(caught.value)) < 600


async def session_with(check: Callable[[FakeSocket], Any], *endpoints: Endpoint, **more: Any) -> FakeSocket:
    """A session that thinks by these endpoints and is asked something, until `check`."""
    socket = FakeSocket()
    think = [
        {"provider": {"type": "open_ai", "model": "small"}, "endpoint": {"url": endpoint.url}, **more}
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
    """The second provider answers after THINK_REQUEST_FAILED for the first."""
    bad = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
    async with answering(bad) as first, answering(OK + delta(content="Here.") + DONE) as second:
        socket = await session_with(lambda s: s.until("AgentAudioDone"), first, second)
    assert [m["code"] for m in socket.messages if m["type"] == "Warning"] == ["THINK_REQUEST_FAILED"]
    assert [m["content"] for m in socket.messages if m["type"] == "ConversationText"] == ["Hi", "Here."]


async def test_all_providers_fail() -> None:
    """FAILED_TO_THINK is sent, and the session goes on."""
    bad = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
    async with answering(bad) as first:
        socket = await session_with(lambda s: s.until("Error"), first)
    assert socket.messages[-1]["code"] == "FAILED_TO_THINK"
    assert socket.close_codes == []


async def test_the_operators_model_answers_for_any_provider() -> None:
    """The operator's model gets the client's prompt and words, and not the client's key."""
    async with answering(OK + delta(content="Here.") + DONE) as endpoint:
        stand_in = ThinkStandIn(
            endpoint=StandInEndpoint(
                completions_url(f"http://127.0.0.1:{endpoint.port}/v1"), "op-key-1234", "large"
            )
        )
        socket = FakeSocket()
        think = {
            "provider": {"type": "anthropic", "model": "claude-sonnet-5", "temperature": 0.5},
            "endpoint": {"url": "https://api.example/v1/messages", "headers": {"x-api-key": "app-key-9876"}},
            "prompt": "Be brief.",
            "functions": [{"name": "end"}],
        }
        async with trio.open_nursery() as nursery:

            async def run() -> None:
                await converse(socket, fake_equipment(ServerOptions(stand_in=stand_in)), request_id="r-1")

            nursery.start_soon(run)
            socket.say(settings(think=think))
            socket.say({"type": "InjectUserMessage", "content": "Hi"})
            await socket.until("AgentAudioDone")
            nursery.cancel_scope.cancel()
    (asked,) = endpoint.asked
    assert (asked["model"], asked["temperature"]) == ("large", 0.5)
    assert asked["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
    ]
    assert asked["tools"][0]["function"]["name"] == "end"
    assert "Bearer op-key-1234" in endpoint.headers[0]
    assert "app-key" not in endpoint.headers[0]


async def test_interruption_ends_the_request() -> None:
    """An interruption ends the request to a model, and the next turn asks anew."""
    async with answering("hang", OK + delta(content="Now.") + DONE) as endpoint:

        async def check(socket: FakeSocket) -> None:
            await endpoint.was_asked.wait()
            socket.say({"type": "InjectUserMessage", "content": "Again"})
            await socket.until("AgentAudioDone")

        await session_with(check, endpoint)
    assert [m["content"] for m in endpoint.asked[1]["messages"]] == ["Hi", "Again"]


async def served_in_turn(stream: trio.SocketStream, answers: list[str], *, keeps: bool) -> None:
    """Give prepared answers on one connection, in order; close it behind each where it is not kept."""
    data = bytearray()
    while answers:
        while b"}" not in data.partition(b"\r\n\r\n")[2]:
            part_of_it = await stream.receive_some()
            if not part_of_it:
                return
            data += part_of_it
        data.clear()
        await stream.send_all(answers.pop(0).encode())
        if not keeps:
            await stream.aclose()
            return


def whole(text: str) -> str:
    """A whole answer that leaves its connection open."""
    body = delta(content=text) + DONE
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n"
    return head + body


async def conversed(*, keeps: bool) -> tuple[FakeSocket, int]:
    """Three turns of a session whose endpoint keeps its connections, or not; and how many it was dialled."""
    answers, dialled = [whole("One."), whole("Two."), whole("Three.")], 0

    async def serve(stream: trio.SocketStream) -> None:
        nonlocal dialled
        dialled += 1
        await served_in_turn(stream, answers, keeps=keeps)

    async def check(socket: FakeSocket) -> None:
        for turn in (1, 2, 3):
            await socket.until("AgentAudioDone", turn)
            if turn < 3:
                socket.say({"type": "InjectUserMessage", "content": "Again"})

    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(partial(trio.serve_tcp, serve, 0, host="127.0.0.1"))
        endpoint = Endpoint([], listeners[0].socket.getsockname()[1])
        with trio.fail_after(50):
            socket = await session_with(check, endpoint)
        nursery.cancel_scope.cancel()
    return socket, dialled


async def test_connections_are_kept_from_pass_to_pass() -> None:
    """A turn uses the model's connection of the turn before."""
    _, dialled = await conversed(keeps=True)
    assert dialled == 1


async def test_a_kept_connection_that_is_gone_is_dialled_anew() -> None:
    """A turn has its answer though the model's endpoint closed the connection."""
    socket, dialled = await conversed(keeps=False)
    assert dialled == 3
    assert [m["code"] for m in socket.messages if m["type"] == "Warning"] == []


async def test_half_a_reply_is_said_and_has_failed() -> None:
    """A model's reply that breaks off is heard so far, gets FAILED_TO_THINK, and the session goes on."""
    async with answering(OK + delta(content="First. Seco"), OK + delta(content="Well.") + DONE) as endpoint:

        async def check(socket: FakeSocket) -> None:
            await socket.until("Error")
            socket.say({"type": "InjectUserMessage", "content": "Again"})
            await socket.until("AgentAudioDone", 2)

        socket = await session_with(check, endpoint)
    told = [(m["type"], m.get("content") or m.get("code")) for m in socket.messages]
    ends = [("AgentAudioDone", None), ("Error", "FAILED_TO_THINK")]
    said = [("ConversationText", "First."), ("ConversationText", "Seco")]
    warned = ("Warning", "GPT_4O_STREAM_END_ERROR")
    assert [each for each in told if each in {*ends, *said, warned}][:5] == [said[0], warned, said[1], *ends]
    assert socket.close_codes == []


async def test_half_a_reply_without_a_word_is_asked_of_the_next() -> None:
    """A model's reply that breaks off before its first word comes from the next model."""
    async with answering(OK) as first, answering(OK + delta(content="Here.") + DONE) as second:
        socket = await session_with(lambda s: s.until("AgentAudioDone"), first, second)
    assert [m["code"] for m in socket.messages if m["type"] == "Warning"] == ["GPT_4O_STREAM_END_ERROR"]
    assert [m["content"] for m in socket.messages if m["type"] == "ConversationText"] == ["Hi", "Here."]


async def test_ids_of_calls_are_ours() -> None:
    """A model that gives each call the same id, or none, asks for different calls all the same."""
    wanted = delta(tool_calls=[part("{}", name="price", id="call_0")]) + DONE
    answers = [OK + wanted, OK + delta(content="One.") + DONE] * 2 + [OK + DONE]
    async with answering(*answers) as endpoint:

        async def check(socket: FakeSocket) -> None:
            for turn in (1, 2):
                (call,) = (await socket.until("FunctionCallRequest", turn))["functions"]
                ids.append(call["id"])
                socket.say(
                    {"type": "FunctionCallResponse", "id": call["id"], "name": "price", "content": "3"}
                )
                await socket.until("AgentAudioDone", turn)
                socket.say({"type": "InjectUserMessage", "content": "And now?"})

        ids: list[str] = []
        await session_with(check, endpoint, functions=[{"name": "price"}])
    assert len(set(ids)) == 2
    told = [m["tool_call_id"] for m in endpoint.asked[3]["messages"] if m["role"] == "tool"]
    assert told == ids
