"""Sessions with real MCP servers: over pipes to a process, and over streamable HTTP to a port."""

import gzip
import json
import logging
import os
import re
import signal
import ssl
import sys
import tracemalloc
from contextlib import asynccontextmanager, suppress
from functools import partial

import plain_price_server
import pytest
import trio
import trustme
from plain_price_server import PLAIN
from price_server import PROGRAM, free_port, is_running, listening

from trialogue.errors import ConnectionLost, SetupError, ToolFailed, ToolLost
from trialogue.importing import import_extra
from trialogue.supervise import lone_error
from trialogue.tools.kinds.mcp import McpServer, McpTool
from trialogue.tools.kinds.mcp_http import open_http_client
from trialogue.transport.trust import client_context

pytestmark = pytest.mark.real


async def test_a_process_over_its_pipes(monkeypatch):
    """An MCP server over pipes is called without our keys, and ends with all its processes."""
    monkeypatch.setenv("DEEPGRAM_API_KEY", "canary")
    server = McpServer("price", argv=PROGRAM)
    async with trio.open_nursery() as nursery:
        await nursery.start(server.run)
        assert set(server.offered) == {"price", "environment", "number", "child", "die"}
        assert server.offered["price"].input_schema["required"] == ["item"]
        assert await McpTool(server, "price").call({"item": "edge"}) == "edge: eight cents"
        assert "DEEPGRAM_API_KEY" not in await server.call("environment", {})
        child = int(await server.call("child", {}))
        assert is_running(child)
        nursery.cancel_scope.cancel(reason="the meeting is over")
    with trio.fail_after(10):
        while is_running(child):  # noqa: ASYNC110 - a process that was killed ends
            await trio.sleep(0.01)


async def test_a_port_over_streamable_http(nursery, monkeypatch):
    """An MCP server over HTTP is called without a proxy of the environment."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    port = await free_port()
    async with listening(port):
        server = McpServer("price", url=f"http://127.0.0.1:{port}/mcp")
        await nursery.start(server.run)
        assert set(server.offered) == {"price", "environment", "number", "child", "die"}
        assert await McpTool(server, "price").call({"item": "edge"}) == "edge: eight cents"
        nursery.cancel_scope.cancel(reason="the meeting is over")


async def test_authorities_of_the_machine_are_trusted(nursery, monkeypatch, tmp_path):
    """An MCP server over TLS is trusted by the authority that SSL_CERT_FILE names."""
    authority, context = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "company.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "company.pem"))
    client_context.cache_clear()

    async def answer(stream):
        await stream.receive_some()
        await stream.send_all(b"HTTP/1.1 204 No Content\r\n\r\n")

    listen = partial(trio.serve_ssl_over_tcp, answer, 0, context, host="127.0.0.1", https_compatible=True)
    (listener,) = await nursery.start(listen)
    port = listener.transport_listener.socket.getsockname()[1]
    try:
        async with open_http_client(5.0, 5.0, print, print) as client:
            assert (await client.get(f"https://localhost:{port}/")).status_code == 204
    finally:
        client_context.cache_clear()
    nursery.cancel_scope.cancel(reason="the answer has come")


async def test_the_status_of_a_server_that_is_down_is_told(nursery):
    """The package says only that there was an error: a gateway's 503 looked like a fault of the tool."""

    async def refuse(stream):
        await stream.receive_some()
        await stream.send_all(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n")

    (listener,) = await nursery.start(partial(trio.serve_tcp, refuse, 0, host="127.0.0.1"))
    port = listener.socket.getsockname()[1]
    with pytest.raises(SetupError, match="cannot be used: it answered with HTTP status 503"):
        await McpServer("prices", url=f"http://127.0.0.1:{port}/mcp").run()
    nursery.cancel_scope.cancel(reason="the refusal has come")


async def live(server, act):
    """One life of the server's session in which something is done; raises what ended it."""
    with lone_error():
        async with trio.open_nursery() as nursery:
            await nursery.start(server.run)
            await act(server)


async def die(server):
    """The server ends in the middle of a call."""
    with pytest.raises(ToolLost, match="the call may have had effects"):
        await server.call("die", {})


async def be_killed(server):
    """The server ends while nobody calls."""
    os.kill(int(await server.call("number", {})), signal.SIGKILL)


async def test_a_process_that_dies_in_a_call():
    """A call whose MCP server dies is reported as unknown, and the session is lost."""
    server = McpServer("price", argv=PLAIN)
    with pytest.raises(ConnectionLost, match="the MCP server of tool price has stopped: it has ended"):
        await live(server, die)
    with pytest.raises(ToolFailed, match=r"^the MCP server has stopped$"):
        await server.call("price", {"item": "edge"})


async def test_a_process_that_is_killed_between_calls():
    """A killed MCP server is noticed at once, without a call."""
    with pytest.raises(ConnectionLost), trio.fail_after(50):
        await live(McpServer("price", argv=PLAIN), be_killed)


async def test_a_notification_that_cannot_be_read_is_not_printed(nursery, monkeypatch, capsys):
    """An unreadable notification of an MCP server is not printed."""
    monkeypatch.setattr(logging.root, "handlers", [])
    server = McpServer("price", argv=PLAIN)
    await nursery.start(server.run)
    assert await server.call("notify", {}) == "notified"
    assert capsys.readouterr().err == ""
    nursery.cancel_scope.cancel(reason="the call is over")


@pytest.mark.parametrize("how", ["half a character", "400 levels", "no object"])
async def test_an_answer_that_cannot_be_read_fails_its_call_at_once(nursery, how):
    """The agent is told so instead of waiting for the deadline, and the server can still be called."""
    server = McpServer("price", argv=PLAIN)
    await nursery.start(server.run)
    with trio.fail_after(10), pytest.raises(ToolLost, match="an answer that cannot be read") as raised:
        await server.call("unreadable", {"how": how})
    assert raised.value.code == "unreadable"
    assert await server.call("price", {"item": "edge"}) == "edge: eight cents"
    nursery.cancel_scope.cancel(reason="the calls are over")


async def test_an_answer_too_deep_to_tell_its_call_ends_the_session():
    """An MCP server whose answer is nested too deeply fails its calls at once, and its session ends."""

    async def ask(server):
        with trio.fail_after(10), pytest.raises(ToolLost):
            await server.call("unreadable", {"how": "10,000 levels"})

    with pytest.raises(ConnectionLost, match=r"has stopped: an answer that is nested too deeply$"):
        await live(McpServer("price", argv=PLAIN), ask)


@pytest.mark.long  # a process over its pipes dies in the daily tests
async def test_a_port_whose_server_dies_in_a_call():
    """A call whose MCP server over HTTP dies is unknown, and a new server at the address works."""
    port = await free_port()
    server = McpServer("price", url=f"http://127.0.0.1:{port}/mcp")
    async with listening(port):
        with pytest.raises(ConnectionLost):
            await live(server, die)
    with pytest.raises(ConnectionLost, match=r"has stopped: Connection refused$"):
        await server.run()
    async with listening(port), trio.open_nursery() as nursery:
        await nursery.start(server.run)
        assert await server.call("price", {"item": "edge"}) == "edge: eight cents"
        nursery.cancel_scope.cancel(reason="the meeting is over")


async def given_by(answer, given):
    """An answer, which comes after the seconds that the call has for its item."""
    await trio.sleep(float(given["arguments"]["item"]) if "." in given["arguments"]["item"] else 0)
    return answer


@asynccontextmanager
async def addressed(answers, written=lambda text: (b"application/json", text)):
    """Server of the protocol with sessions: `answers` gives the status and the body for each call.

    `written` gives the kind and the bytes of each answer.
    """

    async def serve(stream):
        taken = b""
        while True:
            while b"\r\n\r\n" not in taken:
                if not (piece := await stream.receive_some()):
                    return
                taken += piece
            head, _, taken = taken.partition(b"\r\n\r\n")
            size = re.search(rb"(?i)content-length: *(\d+)", head)
            while size and len(taken) < int(size[1]):
                taken += await stream.receive_some()
            asked = json.loads(taken[: int(size[1])]) if size else {}
            taken = taken[int(size[1]) if size else 0 :]
            given = asked.get("params", {})
            status, body = 202, {}
            match asked.get("method"):
                case "initialize" | "tools/list" as method:
                    status, body = 200, plain_price_server.answer(method, given)
                case "tools/call":
                    status, body = await given_by(answers(), given)
                case None:
                    status = 405
            of, text = b"text/plain", body
            if isinstance(body, dict):
                whole = {"jsonrpc": "2.0", "id": asked.get("id"), **body}
                of, text = written(json.dumps(whole).encode())
            kind = b"content-type: %b\r\nmcp-session-id: ours\r\n" % of
            await stream.send_all(
                b"HTTP/1.1 %d X\r\n%bcontent-length: %d\r\n\r\n%b" % (status, kind, len(text), text)
            )

    async with trio.open_nursery() as nursery:
        (listener,) = await nursery.start(partial(trio.serve_tcp, serve, 0, host="127.0.0.1"))
        yield f"http://127.0.0.1:{listener.socket.getsockname()[1]}/mcp"
        nursery.cancel_scope.cancel(reason="the test is over")


FORGOTTEN = {
    "the protocol's own package": (404, {"error": {"code": -32600, "message": "Session not found"}}),
    "its package for JavaScript": (404, {"error": {"code": -32001, "message": "Session not found"}}),
    "a code of their own": (404, {"error": {"code": -32000, "message": "No such session"}}),
    "no error at all": (404, {}),
    "the examples for JavaScript": (
        400,
        {"error": {"code": -32000, "message": "Bad Request: No valid session ID provided"}, "id": None},
    ),
    "a package of 2025": (400, b"Bad Request: No valid session ID provided"),
    "a package for Go": (400, b"Invalid session ID"),
    "a server": (400, {"error": {"code": -32000, "message": "Bad Request: Unknown Mcp-Session-Id header"}}),
}
"""Statuses and bodies with which servers say that a session is lost."""


@pytest.mark.parametrize("said", FORGOTTEN.values(), ids=FORGOTTEN)
async def test_a_server_that_has_forgotten_us(said):
    """A server was restarted: whatever it says of it, one call fails, and the next session's are answered."""
    answers = iter([said, (200, {"result": {"content": [{"type": "text", "text": "eight"}]}})])

    async def ask(server):
        with pytest.raises(ToolFailed, match=r"^the MCP server has ended our session$") as raised:
            await server.call("price", {"item": "edge"})
        assert not isinstance(raised.value, ToolLost)

    async with addressed(lambda: next(answers)) as url:
        server = McpServer("price", url=url)
        with pytest.raises(ConnectionLost):
            await live(server, ask)
        with pytest.raises(ToolFailed, match=r"^the MCP server has stopped$"):
            await server.call("price", {"item": "edge"})
        async with trio.open_nursery() as nursery:
            await nursery.start(server.run)
            assert await server.call("price", {"item": "edge"}) == "eight"
            nursery.cancel_scope.cancel(reason="the meeting is over")


async def test_a_call_under_way_at_a_server_that_has_forgotten_us():
    """A server ended the session during another call: that one may be carried out, and was told as failed."""
    told = {}

    async def ask(server):
        async def call(item):
            with pytest.raises(ToolFailed) as raised:
                await server.call("price", {"item": item})
            told[item] = type(raised.value)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(call, "30.0")
            await under_way.wait()
            await call("edge")

    under_way = trio.Event()

    def answers():
        under_way.set()
        return FORGOTTEN["no error at all"]

    async with addressed(answers) as url:
        with pytest.raises(ConnectionLost):
            await live(McpServer("price", url=url), ask)
    assert told == {"edge": ToolFailed, "30.0": ToolLost}


@pytest.mark.parametrize(
    "error",
    [{"code": -32602, "message": "Invalid session ID"}, {"code": -32000, "message": "No such item"}],
    ids=["another session", "no session"],
)
async def test_a_refusal_by_400_keeps_the_session(nursery, error):
    """A server that refuses a call by 400 for another reason keeps its session."""
    async with addressed(lambda: (400, {"error": error})) as url:
        server = McpServer("price", url=url)
        await nursery.start(server.run)
        with pytest.raises(ToolFailed, match=r"^the MCP server failed"):
            await server.call("price", {"item": "edge"})
        assert server.is_open
        nursery.cancel_scope.cancel(reason="the meeting is over")


REFUSALS = {
    "a code of a closed connection": (
        (200, {"error": {"code": -32000, "message": "out of stock"}}),
        ("out of stock", "error-32000"),
    ),
    "several lines and a key": (
        (200, {"error": {"code": -32602, "message": "item:\nno \u001b[31m canary-key, " + "x" * 300}}),
        ("item: no [31m ***, " + "x" * 181 + "… (119 more characters)", "error-32602"),
    ),
    "no words": ((200, {"error": {"code": 7, "message": ""}}), ("it gave no reason", "error7")),
    "a status alone": ((503, b"down"), ("it answered with HTTP status 503", "status-503")),
}
"""Answers of servers that refuse a call, and what is told of them."""


@pytest.mark.parametrize(("answer", "told"), REFUSALS.values(), ids=REFUSALS)
async def test_the_reason_of_a_refusal_is_told(nursery, monkeypatch, answer, told):
    """A server refused a call: the agent and the journal had only the name of our error, not the reason."""
    monkeypatch.setenv("PRICE_API_KEY", "canary-key")
    async with addressed(lambda: answer) as url:
        server = McpServer("price", url=url)
        await nursery.start(server.run)
        with pytest.raises(ToolFailed) as raised:
            await server.call("price", {"item": "edge"})
        assert (str(raised.value), raised.value.code) == (f"the MCP server failed: {told[0]}", told[1])
        assert not isinstance(raised.value, ToolLost)
        nursery.cancel_scope.cancel(reason="the meeting is over")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (lambda text: (b"application/json", b"\xef\xbb\xbf" + text), "caf?"),
        (lambda text: (b"application/json", text.replace(b"?", b"\xe9")), "caf\ufffd"),
    ],
    ids=["mark", "byte"],
)
async def test_text_that_is_not_quite_utf_8(nursery, written, read):
    """An answer with a byte order mark, or in Latin-1, could not be read, except as a stream of events."""
    content = {"result": {"content": [{"type": "text", "text": "caf?"}]}}
    async with addressed(lambda: (200, content), written) as url:
        server = McpServer("price", url=url)
        await nursery.start(server.run)
        assert await server.call("price", {"item": "edge"}) == read
        nursery.cancel_scope.cancel(reason="the meeting is over")


async def test_events_behind_a_byte_order_mark(nursery):
    """The first event behind a byte order mark had no known field, so its answer never came."""
    body = b"\xef\xbb\xbfdata: caf\xe9\n\n"

    async def answer(stream):
        await stream.receive_some()
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: %d\r\n\r\n"
        await stream.send_all(head % len(body) + body)

    (listener,) = await nursery.start(partial(trio.serve_tcp, answer, 0, host="127.0.0.1"))
    port = listener.socket.getsockname()[1]
    async with open_http_client(5.0, 5.0, print, print) as client:
        assert (await client.get(f"http://127.0.0.1:{port}/")).text == "data: caf\ufffd\n\n"
    nursery.cancel_scope.cancel(reason="the answer has come")


async def test_a_program_that_begins_with_a_byte_order_mark(nursery):
    """A program wrote a byte order mark before its first line: it was waited for until it counted as late."""
    marked = (
        f"import runpy, sys; sys.stdout.write(chr(0xFEFF)); runpy.run_path({PLAIN[1]!r}, run_name='__main__')"
    )
    server = McpServer("price", argv=(sys.executable, "-X", "utf8", "-c", marked))
    with trio.fail_after(10):
        await nursery.start(server.run)
    assert await server.call("price", {"item": "edge"}) == "edge: eight cents"
    nursery.cancel_scope.cancel(reason="the meeting is over")


async def test_an_answer_in_a_resource(nursery):
    """A server answers with a file's text, as one of code does: the agent was told `[resource]` alone."""
    file = {"uri": "file:///prices.txt", "mimeType": "text/plain", "text": "eight cents"}
    content = [
        {"type": "resource", "resource": file},
        {"type": "resource_link", "uri": "file:///more.txt", "name": "more"},
        {"type": "image", "data": "AAAA", "mimeType": "image/png"},
    ]
    async with addressed(lambda: (200, {"result": {"content": content}})) as url:
        server = McpServer("price", url=url)
        await nursery.start(server.run)
        told = await server.call("price", {"item": "edge"})
        assert told == "eight cents\n[resource_link file:///more.txt]\n[image]"
        nursery.cancel_scope.cancel(reason="the meeting is over")


ENDLESS = """
import json, os, sys
for line in sys.stdin if "later" in sys.argv else ():
    asked = json.loads(line)
    if asked["method"] == "initialize":
        info = {"protocolVersion": asked["params"]["protocolVersion"], "capabilities": {"tools": {}}}
        info["serverInfo"] = {"name": "?", "version": "1"}
        said = json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": info})
        os.write(1, said.encode().replace(b"?", bytes([255])) + bytes([10]))
    elif asked["method"] == "tools/list":
        break
    elif "id" in asked:
        said = {"jsonrpc": "2.0", "id": asked["id"], "error": {"code": -32601, "message": "unknown"}}
        os.write(1, json.dumps(said).encode() + bytes([10]))
while True:
    os.write(1, bytes(65536))
"""
"""A program whose first line never ends, or one behind an answer that is not UTF-8."""


@pytest.mark.parametrize("when", ["first", pytest.param("later", marks=pytest.mark.long)])
async def test_a_programs_line_without_an_end_ends_the_session(when):
    """An MCP server that writes a line without end is refused with the reason, in bounded memory."""
    import_extra("mcp", "an MCP server", "mcp")  # its loading is not counted, and takes seconds when it is
    tracemalloc.start()
    try:
        with pytest.raises(SetupError, match=r"cannot be used: a line of more than 4,194,304 bytes$"):
            await McpServer("price", argv=(sys.executable, "-c", ENDLESS, when)).run()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 * 1024 * 1024


BEGINNING = b'{"jsonrpc": "2.0", "id": 1, "result": "'


@pytest.mark.parametrize(
    ("kind", "encoding"),
    [("application/json", "identity"), ("application/json", "gzip"), ("text/event-stream", "gzip")],
    ids=["long", "compressed", "compressed events"],
)
async def test_an_address_that_answers_without_bounds(nursery, kind, encoding):
    """An MCP server at an address that answers without end is refused, in bounded memory."""
    if encoding == "identity":
        body = BEGINNING + b"x" * 20_000_000
    else:
        body = gzip.compress(BEGINNING + b"x" * 50_000_000, compresslevel=1)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Encoding: {encoding}\r\nConnection: close\r\n"
    asked = []

    async def answer(stream):
        asked.append(await stream.receive_some())
        with suppress(trio.BrokenResourceError):
            await stream.send_all(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await stream.aclose()

    (listener,) = await nursery.start(partial(trio.serve_tcp, answer, 0, host="127.0.0.1"))
    server = McpServer("price", url=f"http://127.0.0.1:{listener.socket.getsockname()[1]}/mcp")
    import_extra("mcp.client.streamable_http", "an MCP server", "mcp")  # its loading is not counted
    tracemalloc.start()
    try:
        with (
            trio.fail_after(15),
            pytest.raises(SetupError, match="the MCP server of tool price cannot be used"),
        ):
            await server.run()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert b"accept-encoding: identity\r\n" in asked[0].lower()
    assert peak < 64 * 1024 * 1024
    nursery.cancel_scope.cancel(reason="the address was asked")
