"""Each kind of tool keeps to what its scenario may do to this machine and to others."""

import json
import logging
import os
import re
import sys
from contextlib import suppress
from functools import partial
from types import SimpleNamespace

import pytest
import trio
from price_server import is_running

from trialogue.errors import SetupError, ToolFailed, ToolLost
from trialogue.tools.kinds.command import OUTPUT_BYTES, CommandTool
from trialogue.tools.kinds.http import ANSWER_BYTES, HttpTool, check_url
from trialogue.tools.kinds.mcp import McpServer, McpTool, _offered
from trialogue.tools.kinds.mock import MockTool
from trialogue.tools.toolbox import CheckedTool

KEY = "canary-12345-canary"


def python(code, tmp_path, **options):
    """A program of a few lines."""
    return CommandTool((sys.executable, "-c", code), tmp_path, **options)


async def test_arguments_are_judged_first():
    """A tool is not called with what does not fit its schema."""
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    tool = CheckedTool(MockTool("done", timeout_s=3.0), schema)
    assert tool.timeout_s == 3.0
    assert await tool.call({"n": 1}) == "done"
    with pytest.raises(ToolFailed, match=r"^the arguments do not fit: arguments\.n: must be integer$"):
        await tool.call({"n": "secret words"})


# --- commands ---------------------------------------------------------------------------------------


async def test_a_command_gets_json_and_answers(tmp_path):
    """A command gets its arguments on stdin, and answers on stdout, in the scenario's folder."""
    code = "import json, sys, os; print(json.load(sys.stdin)['n'] * 2, os.getcwd())"
    assert await python(code, tmp_path).call({"n": 4}) == f"8 {tmp_path.resolve()}"


async def test_a_commands_byte_order_mark_is_not_of_its_result(tmp_path):
    """JSON that a program begins with a byte order mark had no fields: the agent called them unknown."""
    code = "import sys; sys.stdout.buffer.write(b'\\xef\\xbb\\xbf{}')"
    assert await python(code, tmp_path).call({}) == "{}"


async def test_a_command_has_no_shell(tmp_path):
    """A command's tool runs without a shell, so that a model's words are never run."""
    tool = CommandTool(("/bin/echo", "$(id)", ";", "true"), tmp_path)
    assert await tool.call({"x": "`id`; rm -rf /"}) == "$(id) ; true"


async def test_a_command_that_fails(tmp_path):
    """The failure of a command has its exit code, or says that it cannot be started."""
    with pytest.raises(ToolFailed, match=r"^the command ended with exit code 3$"):
        await python("raise SystemExit(3)", tmp_path).call({})
    with pytest.raises(ToolFailed, match=r"^cannot start the command: No such file or directory$"):
        await CommandTool(("/no/such/program",), tmp_path).call({})


async def test_stderr_of_a_command_is_for_its_author(tmp_path, caplog):
    """The end of a command's stderr is in the diagnostics at debug, and the agent does not get it."""
    caplog.set_level(logging.DEBUG, "trialogue.tools")
    code = "import sys; print('x' * 100_000, file=sys.stderr); print('no such table', file=sys.stderr)"
    assert await python(code, tmp_path).call({}) == ""
    with pytest.raises(ToolFailed) as failed:
        await python(f"{code}; raise SystemExit(3)", tmp_path).call({})
    assert failed.value.code == "exit-3"
    assert "table" not in str(failed.value)
    with trio.move_on_after(2):
        await python(f"{code}; sys.stderr.flush(); import time; time.sleep(60)", tmp_path).call({})
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 3
    assert all("no such table" in each and len(each) < 5000 for each in told)


async def test_a_child_that_keeps_stderr_open_holds_up_nobody(tmp_path):
    """A command's call ends with the command, though a child keeps its stderr open."""
    code = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], stdin=subprocess.DEVNULL,"
        " stdout=subprocess.DEVNULL, start_new_session=True)\n"
        "print('done')\n"
    )
    with trio.fail_after(50):
        assert await python(code, tmp_path).call({}) == "done"


async def test_a_command_that_writes_without_end(tmp_path):
    """A command that writes without end is stopped, and its result is what it wrote so far."""
    answer = await python("import sys\nwhile True: sys.stdout.write('x' * 4096)", tmp_path).call({})
    assert len(answer) == OUTPUT_BYTES


@pytest.mark.parametrize("is_apart", [False, True])
async def test_a_command_dies_with_its_group(tmp_path, is_apart):
    """At its deadline the program and the programs that it started are killed, also in another session."""
    code = (
        "import subprocess, time, os\n"
        f"child = subprocess.Popen(['sleep', '600'], start_new_session={is_apart})\n"
        "open('pids', 'w').write(f'{os.getpid()} {child.pid}')\n"
        "os.rename('pids', 'ready')\n"
        "time.sleep(600)\n"
    )
    ready = trio.Path(tmp_path / "ready")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(python(code, tmp_path).call, {})
        while not await ready.exists():  # noqa: ASYNC110 - another process makes it
            await trio.sleep(0.01)
        nursery.cancel_scope.cancel(reason="the deadline")
    leader, child = map(int, (await ready.read_text()).split())
    with pytest.raises(ProcessLookupError):
        os.kill(leader, 0)
    while is_running(child):  # noqa: ASYNC110 - its new parent takes a moment to bury it
        await trio.sleep(0.01)


# --- http -------------------------------------------------------------------------------------------


async def serve(answer, seen, stream):
    """Note one request and answer it; whoever had this port before may have clients that still ask."""
    head = b""
    with suppress(trio.BrokenResourceError):  # it had read enough, or is none of ours
        while b"\r\n\r\n" not in head:
            received = await stream.receive_some()
            if not received:
                return
            head += received
        if b" /tool" in head.partition(b"\r\n")[0]:
            seen.append(head)
        with trio.move_on_after(5):
            await stream.send_all(answer)


@pytest.fixture
async def address(nursery):
    """Start servers of one answer: `await address(answer)` gives their URL and what they were sent."""

    async def start(answer):
        seen = []
        listeners = await nursery.start(
            partial(trio.serve_tcp, partial(serve, answer, seen), 0, host="127.0.0.1")
        )
        port = listeners[0].socket.getsockname()[1]
        return f"http://127.0.0.1:{port}/tool", seen

    return start


def reply(body, status="200 OK", more=b""):
    """An HTTP answer."""
    head = f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n".encode()
    return head + more + b"\r\n" + body


async def test_an_address_is_asked(address):
    """A tool at an address gets its arguments as the body or the query, and its headers."""
    url, seen = await address(reply(b'{"price": 8}'))
    assert await HttpTool(url, headers={"x-key": "k"}).call({"item": "edge"}) == '{"price": 8}'
    assert await HttpTool(url, "GET").call({"item": "a b", "n": 2, "all": True}) == '{"price": 8}'
    assert seen[0].startswith(b"POST /tool ")
    assert b"x-key: k\r\n" in seen[0]
    assert seen[1].startswith(b"GET /tool?item=a%20b&n=2&all=true ") or seen[1].startswith(
        b"GET /tool?item=a+b&n=2&all=true "
    )
    with pytest.raises(ToolFailed, match="a GET can only send texts"):
        await HttpTool(url, "GET").call({"item": ["a"]})


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"Content-Type": "application/vnd.api+json"}, b"content-type: application/vnd.api+json"),
        ({"Host": "shop.example"}, b"host: shop.example"),
        ({"Accept-Encoding": "gzip"}, b"accept-encoding: identity"),
        ({"Content-Length": "3"}, b"content-length: 2"),
    ],
    ids=["type", "host", "encoding", "length"],
)
async def test_each_header_is_sent_once(address, given, sent):
    """A header that the author writes is not sent beside another of ours, which servers would heed."""
    url, seen = await address(reply(b"yes"))
    assert await HttpTool(url, headers=given).call({}) == "yes"
    name = sent.partition(b":")[0]
    assert [line for line in seen[0].lower().splitlines() if line.startswith(name + b":")] == [sent]


async def test_redirects_are_not_followed(address):
    """An allowed address cannot send us on, nor have our headers sent on."""
    other, unseen = await address(reply(b"secret"))
    url, seen = await address(reply(b"", "302 Found", f"location: {other}\r\n".encode()))
    with pytest.raises(ToolFailed, match=r"^the address answered with status 302$"):
        await HttpTool(url).call({})
    assert (len(seen), unseen) == (1, [])


async def test_answers_are_bounded(address):
    """An address's answer is read up to a bound."""
    url, _ = await address(reply(b"x" * (4 * ANSWER_BYTES)))
    assert len(await HttpTool(url).call({})) == ANSWER_BYTES


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain; charset=ISO-8859-1", "grün".encode("latin-1")),
        ('application/json;Charset="windows-1252"', "grün".encode("cp1252")),
        ("text/plain; charset=utf-16", "grün".encode("utf-16")),
        ("text/plain; charset=utf-8", "grün".encode()),
        ("application/json", "grün".encode("utf-8-sig")),
        ("application/json; charset=utf-16-le", "\ufeffgrün".encode("utf-16-le")),
        ("text/plain; charset=punycode", "grün".encode()),
        ("text/plain; charset=none-such", "grün".encode()),
        ("text/plain", "grün".encode()),
    ],
)
async def test_an_answer_is_read_in_the_character_set_that_it_names(address, kind, body):
    """The agent got replacement characters in the place of umlauts, of a call that had succeeded."""
    url, _ = await address(reply(body, more=f"content-type: {kind}\r\n".encode()))
    assert await HttpTool(url).call({}) == "grün"


async def test_a_compressed_answer_is_no_result(address):
    """An address that compresses although nobody asked is named; the agent got noise as a success."""
    url, _ = await address(reply(b"\x1f\x8b\x08", more=b"Content-Encoding: gzip\r\n"))
    with pytest.raises(ToolLost, match=r"^the address sent a compressed answer that nobody asked for: gzip$"):
        await HttpTool(url).call({})


async def test_an_address_that_does_not_answer(address):
    """A call to an address is unknown if it got nonsense, and failed if nobody listens."""
    url, _ = await address(b"nonsense\r\n\r\n")
    with pytest.raises(ToolLost, match=r"^the address did not answer: RemoteProtocolError$"):
        await HttpTool(url).call({})
    with pytest.raises(ToolFailed, match=r"^the address cannot be reached: Connection refused$") as raised:
        await HttpTool("http://127.0.0.1:9/").call({})
    assert not isinstance(raised.value, ToolLost)


async def test_a_handshake_that_fails_leaves_no_stream_open(nursery):
    """A failed TLS handshake leaves no connection open."""
    let_go = trio.Event()

    async def speak_plainly(stream):
        await stream.send_all(b"this is no TLS\r\n" * 8)
        with suppress(trio.BrokenResourceError):
            while await stream.receive_some():
                pass
        let_go.set()

    listeners = await nursery.start(partial(trio.serve_tcp, speak_plainly, 0, host="127.0.0.1"))
    port = listeners[0].socket.getsockname()[1]
    with pytest.raises(ToolFailed) as failed:
        await HttpTool(f"https://127.0.0.1:{port}/").call({})
    with trio.fail_after(50):
        await let_go.wait()
    assert failed.value.code == "unreachable"
    nursery.cancel_scope.cancel(reason="the test is over")


async def test_a_host_that_is_no_name_cannot_be_reached():
    """A tool's impossible host name is a failure in words."""
    with pytest.raises(ToolFailed, match="cannot be reached") as failed:
        await HttpTool(f"http://{'a' * 64}.example/").call({})
    assert failed.value.code == "unreachable"


def test_addresses_that_are_allowed():
    """A tool can ask this machine, and other hosts only with permission and TLS."""
    for url in ("http://localhost:8080/x", "http://127.0.0.9/", "http://[::1]:1/"):
        check_url(url, (), "tool x")
    check_url("https://api.example.com/x", ("api.example.com",), "tool x")
    for url, words in (
        (
            "https://api.example.com/x",
            "tool x: api.example.com is not this machine; allow it with Permissions.hosts=",
        ),
        ("https://localhost.example.com/x", "is not this machine"),
        ("http://169.254.169.254/latest", "is not this machine"),
        ("file:///etc/passwd", "needs a plain http"),
        ("http://user:word@localhost/", "needs a plain http"),
        ("http://localhost:99999/", "its address cannot be read"),
        ("http://localhost:x/", "its address cannot be read"),
        ("http://localhost/caf\u00e9", "is ASCII without spaces"),
        ("http://localhost/a b", "is ASCII without spaces"),
    ):
        with pytest.raises(SetupError, match=words):
            check_url(url, (), "tool x")
    with pytest.raises(SetupError, match="must use https"):
        check_url("http://api.example.com/x", ("api.example.com",), "tool x")


# --- mcp --------------------------------------------------------------------------------------------


def offering():
    """A server of two tools."""
    from mcp.server.mcpserver import MCPServer  # takes half a second, in each worker

    server = MCPServer("prices")

    @server.tool()
    def price(item: str) -> str:
        """Look a price up."""
        return f"{item}: eight cents"

    @server.tool()
    def broken() -> str:
        """Fail."""
        raise RuntimeError("out of order")

    return server


async def test_a_server_of_tools(nursery):
    """An MCP server lists its tools, and they can be called."""
    server = McpServer("price", target=offering())
    assert repr(server) == "<McpServer price: closed, 0 tools>"
    await nursery.start(server.run)
    assert repr(server) == "<McpServer price: open, 2 tools>"
    assert server.offered["price"].input_schema["required"] == ["item"]
    assert await McpTool(server, "price").call({"item": "edge"}) == "edge: eight cents"
    with pytest.raises(ToolFailed):
        await McpTool(server, "broken").call({})
    nursery.cancel_scope.cancel(reason="the meeting is over")


async def test_a_server_that_is_not_there():
    """A missing MCP server is an error before the meeting, and a tool of a closed one fails in words."""
    server = McpServer("price", argv=("/no/such/program",))
    with pytest.raises(SetupError, match="the MCP server of tool price cannot be used"):
        await server.run()
    with pytest.raises(ToolFailed, match=r"^the MCP server has stopped$"):
        await McpTool(server, "price").call({})


STRUCTURED = """
import json, sys
print("the cache is cold", file=sys.stderr, flush=True)
for line in sys.stdin:
    m = json.loads(line)
    if "id" not in m or "method" not in m:
        continue
    known = {
        "initialize": lambda: {
            "protocolVersion": m["params"]["protocolVersion"],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "p", "version": "1"},
        },
        "tools/list": lambda: {"tools": [{"name": "price", "inputSchema": {"type": "object"}}]},
        "tools/call": lambda: {"content": [], "structuredContent": {"cents": 8}},
    }
    none = {"error": {"code": -32601, "message": "no such method"}}
    answer = {"result": known[m["method"]]()} if m["method"] in known else none
    print(json.dumps({"jsonrpc": "2.0", "id": m["id"], **answer}), flush=True)
"""


@pytest.mark.parametrize("content", ['[{"type": "hologram"}]', '"none"'])
async def test_an_answer_that_is_none_is_told_as_such(content, nursery, tmp_path):
    """An invalid answer of an MCP server is not taken for the server's end."""
    program = tmp_path / "server.py"
    program.write_text(STRUCTURED.replace('"content": []', f'"content": {content}'), encoding="utf-8")
    server = McpServer("price", argv=(sys.executable, str(program)))
    with trio.fail_after(30):
        await nursery.start(server.run)
        with pytest.raises(ToolLost, match="gave an answer that cannot be read") as lost:
            await McpTool(server, "price").call({})
    assert lost.value.code == "unreadable"
    assert server.is_open
    nursery.cancel_scope.cancel(reason="the meeting is over")


async def test_content_that_is_structured_alone_is_the_answer(nursery, tmp_path):
    """An MCP server's structured content is the result where it gives no text."""
    program = tmp_path / "server.py"
    program.write_text(STRUCTURED, encoding="utf-8")
    server = McpServer("price", argv=(sys.executable, str(program)))
    with trio.fail_after(30):
        await nursery.start(server.run)
        assert await McpTool(server, "price").call({}) == {"cents": 8}
    nursery.cancel_scope.cancel(reason="the meeting is over")


async def asked_of(stream):
    """JSON of one request to an MCP server at an address; empty where it has no body."""
    head, body = b"", b""
    while b"\r\n\r\n" not in head:
        head += await stream.receive_some()
    head, _, body = head.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    while length and len(body) < int(length[1]):
        body += await stream.receive_some()
    return json.loads(body or b"{}")


async def answer_of_another_kind(status, kind, stream):
    """Offer a tool, and answer its call with this status and content type."""
    asked = await asked_of(stream)
    info = {"capabilities": {"tools": {}}, "serverInfo": {"name": "p", "version": "1"}}
    known = {
        "initialize": {"protocolVersion": "2025-06-18", **info},
        "tools/list": {"tools": [{"name": "pay", "inputSchema": {"type": "object"}}]},
    }
    result = known.get(asked.get("method"))
    body = json.dumps({"jsonrpc": "2.0", "id": asked.get("id"), "result": result}).encode()
    named = "application/json" if result else kind
    await stream.send_all(reply(body, "200 OK" if result else status, f"content-type: {named}\r\n".encode()))
    await stream.aclose()


@pytest.mark.parametrize(("status", "kind"), [("200 OK", "text/plain"), ("202 Accepted", "application/json")])
async def test_an_address_whose_answer_is_of_another_kind_may_have_done_it(status, kind, nursery):
    """The call has reached its server: an agent that was told of a failure might make it again."""
    listeners = await nursery.start(
        partial(trio.serve_tcp, partial(answer_of_another_kind, status, kind), 0, host="127.0.0.1")
    )
    server = McpServer("pay", url=f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}/mcp")
    with trio.fail_after(30):
        await nursery.start(server.run)
        with pytest.raises(ToolLost, match="gave an answer that cannot be read") as lost:
            await McpTool(server, "pay").call({})
    assert lost.value.code == "unreadable"
    nursery.cancel_scope.cancel(reason="the call is over")


async def test_a_server_that_crashes_at_its_start_says_why(caplog):
    """The error for an MCP server that crashes has its last line, and diagnostics the end of its stderr."""
    caplog.set_level(logging.DEBUG, "trialogue.tools")
    code = "import sys; print('reading tickets.db', file=sys.stderr); sys.exit('no such file: tickets.db')"
    server = McpServer("tickets", argv=(sys.executable, "-c", code))
    with trio.fail_after(30), pytest.raises(SetupError) as refused:
        await server.run()
    assert str(refused.value).endswith("; it wrote: no such file: tickets.db")
    assert "reading tickets.db" in caplog.text


@pytest.mark.parametrize("written", [f"{'x' * 190} {KEY}", f"{KEY} {'x' * 4089}"], ids=["end", "start"])
async def test_a_server_that_crashes_tells_no_half_of_a_key(written, monkeypatch):
    """The error for an MCP server that crashes has no half of a key, wherever it is cut."""
    monkeypatch.setenv("TICKETS_KEY", KEY)
    server = McpServer("tickets", argv=(sys.executable, "-c", f"import sys; sys.exit({written!r})"))
    with trio.fail_after(30), pytest.raises(SetupError) as refused:
        await server.run()
    assert "anary" not in str(refused.value)


async def test_an_address_that_is_no_server_says_what_it_answered(nursery):
    """The error for a wrong address of an MCP server says what it answered."""

    async def refuse(stream):
        await stream.receive_some()
        await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n")
        await stream.aclose()

    listeners = await nursery.start(partial(trio.serve_tcp, refuse, 0, host="127.0.0.1"))
    server = McpServer("price", url=f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}/mcp")
    with trio.fail_after(30), pytest.raises(SetupError, match="Unexpected content type: text/html"):
        await server.run()
    nursery.cancel_scope.cancel(reason="the test is over")


async def test_a_list_of_tools_without_an_end_is_left():
    """A server that always has a next page costs a bounded number of tools."""
    asked = []

    class Endless:
        async def list_tools(self, *, cursor=None):
            asked.append(cursor)
            tools = [SimpleNamespace(name=f"{len(asked)}-{n}") for n in range(3_000)]
            return SimpleNamespace(tools=tools, next_cursor="more")

    assert len(await _offered(Endless())) == 6_000
    assert asked == [None, "more"]
