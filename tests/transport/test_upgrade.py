"""What the HTTP around an upgrade means: statuses, waits, words, hosts."""

import contextlib

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st
from wires import HEADERS, echo, listening, piped, read_request, upgrade

from trialogue.errors import ConnectionLost, DialFailed, ProviderRefused, TrialogueError
from trialogue.transport.accept import Reject, SocketService, accept_all, serve_websocket
from trialogue.transport.frames import data_frame
from trialogue.transport.pipe import open_pipe
from trialogue.transport.upgrade import Response, read_host, read_response, refusal

REQUEST = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)

DATE = "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": " 0 "}, 0.0),
        ({"retry-after": "9" * 40}, 86_400.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Sun, 06 Nov 1994 08:50:37 GMT", "date": DATE}, 60.0),
        ({"retry-after": "Sun, 06 Nov 1994 08:00:00 GMT", "date": DATE}, 0.0),
        ({"retry-after": "Sun, 06 Nov 1994 08:50:37 GMT"}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    """Retry-After is read as seconds or as a date, and is no wait where it cannot be read."""
    failed = refusal(Response(429, headers))
    assert isinstance(failed, DialFailed)
    assert failed.retry_after_s == seconds


def test_a_refusal_that_goes_deep_is_a_refusal():
    """A refusal with a hostile body is still a refusal, in the words of its header."""
    failed = refusal(Response(403, {"dg-error": "from the header"}, b"[" * 20_000))
    assert "from the header" in str(failed)


@pytest.mark.parametrize(
    ("body", "words", "code"),
    [
        (b'{"err_code":"X","err_msg":"words"}', "words", "X"),
        (b'{"category":"Y","message":"words","details":"more"}', "words", "Y"),
        (b'{"err_msg": 5}', "from the header", None),
        (b"[1]", "from the header", None),
        (b"<html>", "from the header", None),
        (b'{"err_msg":"' + b"w" * 500 + b'"}', "w" * 200, None),
    ],
)
def test_a_refusals_words(body: bytes, words: str, code: str | None) -> None:
    """A refusal has the words of its body in either form, or else of its header, cut to a readable length."""
    failed = refusal(Response(403, {"dg-error": "from the header"}, body))
    assert isinstance(failed, ProviderRefused)
    assert str(failed) == f"the service answered 403: {words}"
    assert failed.code == code


def test_heads_are_read_as_far_as_they_came() -> None:
    """An answer with half a body counts, and one with half a head does not."""
    head = (
        b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 429 Many\r\nContent-Length: 9\r\nRetry-After: 3\r\n\r\nhal"
    )
    assert read_response(head) == Response(429, {"content-length": "9", "retry-after": "3"}, b"hal")
    assert read_response(head[:40]) is None
    assert read_host(b"GET / HTTP/1.1\r\nHost: a.example:80\r\n\r\n") == "a.example:80"
    assert read_host(b"\x16\x03\x01") is None


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"y" * 60_000 + b"\r\n\r\n",
    ],
)
async def test_a_server_answers_nonsense_with_400(request_bytes: bytes) -> None:
    """A request that is no upgrade gets 400, and is closed."""
    ours, theirs = open_pipe()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_websocket, theirs, SocketService(echo))
        await ours.send_all(request_bytes)
        answer = await read_request(ours)
        await ours.aclose()
    assert answer.startswith(b"HTTP/1.1 400 ")


async def test_a_server_waits_ten_seconds_for_a_request(autojump_clock: trio.testing.MockClock) -> None:
    """A client that sends no whole request is closed after ten seconds."""
    ours, theirs = open_pipe()
    await ours.send_all(b"GET / HT")
    started = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_websocket, theirs, SocketService(echo))
        assert await ours.receive_some() == b""
        assert trio.current_time() - started == pytest.approx(10)
        ours.close()


@given(st.binary(max_size=300))
def test_no_bytes_break_a_dial(garbage: bytes) -> None:
    """Whatever a server answers to an upgrade, the dial ends in one of its own errors."""

    async def talk(stream: trio.abc.Stream) -> None:
        await read_request(stream)
        await stream.send_all(garbage)

    async def main() -> None:
        with pytest.raises(TrialogueError):
            async with piped(talk)("ws://localhost/", headers=HEADERS):
                pass

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


@given(st.binary(max_size=300))
def test_no_bytes_break_a_client(garbage: bytes) -> None:
    """Whatever a server sends after the upgrade, the socket gives messages, then `ConnectionLost`."""

    async def talk(stream: trio.abc.Stream) -> None:
        await upgrade(stream)
        await stream.send_all(garbage)

    async def main() -> None:
        async with piped(talk)("ws://localhost/", headers=HEADERS) as socket:
            try:
                while True:
                    await socket.receive()
            except ConnectionLost:
                pass

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


@given(st.binary(max_size=300))
def test_no_bytes_break_a_server(garbage: bytes) -> None:
    """Whatever a client sends, before or after its upgrade, serving ends without an error."""
    request = b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    proper = request + b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"

    async def main(sent: bytes) -> None:
        ours, theirs = open_pipe()
        await ours.send_all(sent)
        await ours.send_eof()
        await serve_websocket(theirs, SocketService(echo))

    for sent in (garbage, request + garbage, proper + garbage):
        trio.run(main, sent, clock=trio.testing.MockClock(autojump_threshold=0))


@pytest.mark.real
@pytest.mark.parametrize("status", [101, 403])
async def test_a_client_that_does_not_wait_for_the_answer_is_no_crash(status: int) -> None:
    """A frame before the answer breaks the protocol: it ends that connection, and is no error of ours."""
    early = REQUEST + data_frame("x" * 1100, is_client=True)
    decide = accept_all if status == 101 else lambda _: Reject(status)
    async with listening(SocketService(echo, decide)) as listener:
        for _ in range(40):
            async with await trio.open_tcp_stream("127.0.0.1", listener.port) as stream:
                await stream.send_all(early)
                with contextlib.suppress(trio.BrokenResourceError):
                    assert (await stream.receive_some())[:12] in {b"", f"HTTP/1.1 {status}".encode()}
