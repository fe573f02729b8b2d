"""Plain requests beside the upgrade: bodies and their bounds, answers, and who waits at the door."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import suppress

import httpx  # noqa: ASYNC127 -- a peer, as people's programs have it
import pytest
import trio
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock
from wires import Crashes, Listener, echo, listening, read_request

from trialogue.transport.accept import Accept, Reject, SocketService, UpgradeRequest, serve_websocket
from trialogue.transport.dial import open_websocket
from trialogue.transport.http import HttpRequest, HttpResponse, HttpRules, Taken
from trialogue.transport.pipe import open_pipe


async def mirror(request: HttpRequest) -> HttpResponse:
    """Say what was asked."""
    said = f"{request.method} {request.path} {request.query} {request.host}".encode()
    return HttpResponse(201, (("x-mirror", "yes"),), said + b" " + request.body)


def taken(_request: HttpRequest) -> Taken:
    return Taken(mirror, max_body_bytes=10)


SERVICE = SocketService(echo, http=taken)


async def ask(listener: Listener, method: str = "GET", path: str = "/", **more: object) -> httpx.Response:
    """Ask with a client that is not ours."""
    url = f"http://127.0.0.1:{listener.port}{path}"
    async with httpx.AsyncClient(timeout=10) as client:
        return await client.request(method, url, **more)  # type: ignore[arg-type]


async def spoken(request: bytes, service: SocketService = SERVICE) -> bytes:
    """All that is answered to raw bytes, over a pipe."""
    ours, theirs = open_pipe()
    answer = b""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_websocket, theirs, service)
        await ours.send_all(request)
        while received := await ours.receive_some():
            answer += received
        ours.close()
    return answer


async def test_a_request_is_answered_as_it_was_asked() -> None:
    """The app gets the whole request, and the client the whole answer."""
    async with listening(SERVICE) as listener:
        answer = await ask(listener, "PUT", "/a%20b?c=d", content=b"0123456789", headers={"Host": "h:1"})
    assert (answer.status_code, answer.headers["x-mirror"]) == (201, "yes")
    assert answer.content == b"PUT /a%20b c=d h:1 0123456789"
    assert answer.headers["connection"] == "close"


async def test_a_body_one_byte_too_long_is_refused() -> None:
    """A body beyond the bound gets 413, whether its length was given or not."""

    async def pieces() -> AsyncGenerator[bytes]:
        for _ in range(11):
            yield b"x"

    async with listening(SERVICE) as listener:
        assert (await ask(listener, "POST", content=b"x" * 11)).status_code == 413
        assert (await ask(listener, "POST", content=pieces())).status_code == 413


async def test_a_body_that_does_not_come_is_given_up(autojump_clock: MockClock) -> None:
    """A client that sends no body gets 408 after half a minute."""
    answer = await spoken(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert trio.current_time() == pytest.approx(30, abs=2)


async def test_a_client_that_waits_to_be_asked_for_its_body_is_asked() -> None:
    """A client with `Expect: 100-continue` is answered (RFC 9110, section 10.1.1)."""
    ours, theirs = open_pipe()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_websocket, theirs, SERVICE)
        head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        await ours.send_all(head)
        assert (await read_request(ours)).startswith(b"HTTP/1.1 100 ")
        await ours.send_all(b"ok")
        assert (await read_request(ours)).startswith(b"HTTP/1.1 201 ")
        ours.close()


async def test_an_answer_comes_in_pieces_as_they_are_made() -> None:
    """The first piece of an answer arrives before the second is made."""
    has_first = trio.Event()

    async def two() -> AsyncGenerator[bytes]:
        yield b"one "
        await has_first.wait()
        yield b"two"

    async def answer(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(body=two())

    service = SocketService(echo, http=lambda _: Taken(answer))
    async with (
        listening(service) as listener,
        httpx.AsyncClient(timeout=10) as client,
        client.stream("GET", f"http://127.0.0.1:{listener.port}/") as response,
    ):
        pieces = response.aiter_bytes()
        assert await anext(pieces) == b"one "
        has_first.set()
        assert [piece async for piece in pieces] == [b"two"]


async def test_an_answer_that_breaks_off_is_not_taken_for_whole() -> None:
    """A client of an answer that breaks off gets a protocol error, and the crash is reported."""

    async def half() -> AsyncGenerator[bytes]:
        yield b"half"
        raise LookupError("a bug")

    async def answer(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(body=half())

    crashes = Crashes()
    async with listening(SocketService(echo, http=lambda _: Taken(answer)), crashes) as listener:
        with pytest.raises(httpx.RemoteProtocolError):
            await ask(listener)
    assert [repr(crash) for crash in crashes] == ["LookupError('a bug')"]


async def test_an_answer_that_crashes_is_a_500_and_the_listener_goes_on() -> None:
    """A crash is reported in the diagnostics, and other clients are served on."""

    async def crash(_request: HttpRequest) -> HttpResponse:
        raise LookupError("a bug")

    def decide(request: HttpRequest) -> Taken:
        return Taken(crash if request.path == "/crash" else mirror)

    crashes = Crashes()
    async with listening(SocketService(echo, http=decide), crashes) as listener:
        assert (await ask(listener, path="/crash")).status_code == 500
        assert (await ask(listener)).status_code == 201
    assert [repr(crash) for crash in crashes] == ["LookupError('a bug')"]


async def test_head_is_get_without_its_body() -> None:
    """HEAD gets the headers of GET, and no body."""
    async with listening(SERVICE) as listener:
        answer = await ask(listener, "HEAD")
    assert (answer.status_code, answer.content) == (201, b"")
    assert int(answer.headers["content-length"]) > 0


async def test_a_client_that_takes_nothing_is_given_up(autojump_clock: MockClock) -> None:
    """A client that reads no answer is closed at a deadline."""

    async def endless() -> AsyncGenerator[bytes]:
        while True:
            yield bytes(64 * 1024)

    async def answer(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(body=endless())

    service = SocketService(echo, http=lambda _: Taken(answer), exchange=HttpRules(send_within_s=3))
    ours, theirs = open_pipe()
    await ours.send_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    await serve_websocket(theirs, service)
    assert trio.current_time() == pytest.approx(3, abs=1)
    await trio.aclose_forcefully(ours)


async def test_slow_strangers_take_no_place_of_a_quick_client() -> None:
    """Clients that send no whole request do not keep a quick client out."""
    full = Reject(429, body=b"full")
    async with listening(evolve(SERVICE, full=full), sockets=1, door=2) as listener:
        slow = [await trio.open_tcp_stream("127.0.0.1", listener.port) for _ in range(2)]
        for stream in slow:
            await stream.send_all(b"GET / HT")
        async with open_websocket(listener.url(), headers={}) as socket:
            socket.send_text("quick")
            assert await socket.receive() == "quick"
        assert (await ask(listener)).status_code == 201
        answer = await read_request(slow[0])
        assert answer.startswith(b"HTTP/1.1 429 ")
        for stream in slow:
            await trio.aclose_forcefully(stream)


async def test_strangers_hold_no_socket() -> None:
    """A client that the app refuses takes no place of others."""

    def decide(request: UpgradeRequest) -> Accept | Reject:
        return Accept() if request.path == "/in" else Reject(401)

    async with listening(evolve(SERVICE, decide=decide), sockets=1) as listener:
        for _ in range(3):
            with suppress(Exception):
                async with open_websocket(listener.url("/out"), headers={}):
                    pytest.fail("a stranger came in")
        async with open_websocket(listener.url("/in"), headers={}) as socket:
            socket.send_text("here")
            assert await socket.receive() == "here"


async def test_more_requests_than_places_are_told_to_come_back() -> None:
    """A request beyond the limit gets 429, until an answer has gone."""
    goes_on = trio.Event()
    is_asked = trio.Event()

    async def wait(_request: HttpRequest) -> HttpResponse:
        is_asked.set()
        await goes_on.wait()
        return HttpResponse()

    async with (
        listening(SocketService(echo, http=lambda _: Taken(wait)), requests=1) as listener,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(ask, listener)
        await is_asked.wait()
        assert (await ask(listener)).status_code == 429
        goes_on.set()
    assert goes_on.is_set()


async def test_without_plain_requests_a_listener_wants_an_upgrade() -> None:
    """A plain request to a websocket address gets 400."""
    assert (await spoken(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", SocketService(echo))).startswith(
        b"HTTP/1.1 400 "
    )


@given(st.binary(max_size=300))
def test_no_bytes_break_a_listener_of_both_kinds(garbage: bytes) -> None:
    """Whatever a client sends, before its head is whole or behind it, serving ends without an error."""
    get = b"GET /x HTTP/1.1\r\nHost: x\r\n"
    post = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

    async def main(sent: bytes) -> None:
        ours, theirs = open_pipe()
        await ours.send_all(sent)
        await ours.send_eof()
        await serve_websocket(theirs, SERVICE)

    for sent in (garbage, get + garbage, get + b"\r\n" + garbage, post + garbage):
        trio.run(main, sent, clock=MockClock(autojump_threshold=0))
