"""Answers of a model's endpoint that do not end, or are larger than they look: given up within bounds."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest
import trio

from trialogue.server.think import open_ai
from trialogue.server.think.open_ai import OpenAiThink, open_client
from trialogue.server.think.ports import ThinkRefused, ThinkRequest, Thought, ThoughtSentence

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n"
PLAIN = OK + b"\r\n"
GZIP = OK + b"Content-Encoding: gzip\r\n\r\n"
BAD_GZIP = b"HTTP/1.1 500 Oops\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"

MEMORY = 32 * 1024 * 1024
"""Bytes that an answer may cost at most, of which the endpoint's side has a part here."""


def event(**delta: object) -> bytes:
    """One event of a stream."""
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": delta}]}).encode() + b"\n\n"


def call(arguments: str) -> bytes:
    """A part of one call."""
    return event(tool_calls=[{"index": 0, "id": "a", "function": {"name": "pay", "arguments": arguments}}])


@asynccontextmanager
async def flooding(
    head: bytes, piece: bytes, pause_s: float
) -> AsyncIterator[tuple[OpenAiThink, list[bytes]]]:
    """A provider whose endpoint sends a head, and then the same piece until its client is gone."""
    asked: list[bytes] = []

    async def serve(stream: trio.SocketStream) -> None:
        asked.append(bytes(await stream.receive_some()))
        try:
            await stream.send_all(head)
            while True:
                await stream.send_all(piece)
                await trio.sleep(pause_s)
        except trio.BrokenResourceError:
            await stream.aclose()

    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(partial(trio.serve_tcp, serve, 0, host="127.0.0.1"))
        port = listeners[0].socket.getsockname()[1]
        async with open_client() as client:
            headers = {"Accept-Encoding": "gzip"}
            yield OpenAiThink(client, f"http://127.0.0.1:{port}/v1", headers, "small"), asked
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("head", "piece", "words"),
    [
        (PLAIN, b"data: " + b"x" * 60_000, "sent a line of more than 1,048,576 bytes."),
        (PLAIN, b": " + b"x" * 60_000 + b"\n", "sent an answer of more than 16,777,216 bytes."),
        (PLAIN, call("x" * 50_000), "requested a call with arguments that are too long."),
        (
            GZIP,
            b": " + b"x" * 20_000_000,
            "sent an answer in an encoding that was not asked for: gzip",
        ),
        (BAD_GZIP, b"x" * 20_000_000, "answered with HTTP status 500"),
    ],
    ids=["a line", "comments", "a call", "compressed", "a compressed refusal"],
)
async def test_an_endless_answer_is_refused_within_bounds(head: bytes, piece: bytes, words: str) -> None:
    """An endless answer of a model is refused with its reason, in bounded memory."""
    if b"gzip" in head:
        piece = gzip.compress(piece, compresslevel=1)
    async with flooding(head, piece, 0) as (provider, asked):
        tracemalloc.start()
        try:
            with trio.fail_after(60), pytest.raises(ThinkRefused) as caught:
                await provider.think(ThinkRequest(memory=()), lambda _: None)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert str(caught.value) == f"The think endpoint {provider.url} {words}"
    assert peak < MEMORY
    assert asked[0].lower().count(b"accept-encoding: identity\r\n") == 1
    assert b"gzip" not in asked[0]


@pytest.mark.parametrize("marks", ["*" * 50_000, "\n*" * 25_000, "[" * 50_000])
async def test_a_reply_of_marks_alone_ends(marks: str) -> None:
    """A model's answer of markup alone is refused at the bound of its text."""
    told: list[Thought] = []
    async with flooding(PLAIN + event(content="Good day. I"), event(content=marks), 0) as (provider, _):
        with trio.fail_after(60), pytest.raises(ThinkRefused, match=r"longer than 100,000 characters\.$"):
            await provider.think(ThinkRequest(memory=()), told.append)
    assert told[0] == ThoughtSentence("Good day.")


async def test_an_answer_that_goes_on_and_on_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model's answer that never ends is given up in time, and what was said stays said."""
    monkeypatch.setattr(open_ai, "_WHOLE_S", 0.3)
    told: list[Thought] = []
    async with flooding(PLAIN + event(content="Good day. I"), b": ping\n\n", 0.02) as (provider, _):
        with trio.fail_after(50), pytest.raises(ThinkRefused, match="did not end its answer within"):
            await provider.think(ThinkRequest(memory=()), told.append)
    assert told == [ThoughtSentence("Good day.")]


@pytest.mark.parametrize(
    "piece", [b"X-Trickle: x\r\n", b"HTTP/1.1 103 Early\r\n\r\n"], ids=["headers", "early hints"]
)
async def test_a_head_that_goes_on_and_on_is_given_up_in_time(
    monkeypatch: pytest.MonkeyPatch, piece: bytes
) -> None:
    """A model's answer whose HTTP headers never end is given up in time."""
    monkeypatch.setattr(open_ai, "_HEAD_S", 0.2)
    begun = b"HTTP/1.1 200 OK\r\n" if piece.startswith(b"X") else b""
    async with flooding(begun, piece, 0.02) as (provider, _):
        with trio.fail_after(50), pytest.raises(ThinkRefused, match="did not begin its answer within"):
            await provider.think(ThinkRequest(memory=()), lambda _: None)
