"""Every way in which a dial fails is named by who must act, within its deadline, and never shows the key."""

import errno
import socket
import ssl
import struct
import traceback
from functools import partial
from pathlib import Path

import pytest
import trio
import trio.testing
import trustme
from wires import HEADERS, echo, listening, piped, read_frames, read_request, switching, tcp_peer

from trialogue.errors import DialFailed, ProviderRefused, SetupError, TrialogueError
from trialogue.transport.accept import SocketService
from trialogue.transport.dial import Connector, DialRules, open_websocket, parse_url
from trialogue.transport.lifetime import background
from trialogue.transport.listening import serve_websockets

URL = "wss://agent.example/v1?tag=a"


async def failure(connect: Connector, url: str = URL) -> TrialogueError:
    with pytest.raises(TrialogueError) as raised:
        async with connect(url, headers=HEADERS):
            pytest.fail("opened")
    assert "sesame" not in "".join(traceback.format_exception(raised.value))
    return raised.value


def answering(answer: bytes) -> Connector:
    async def talk(stream: trio.abc.Stream) -> None:
        await read_request(stream)
        await stream.send_all(answer)

    return piped(talk)


def http(status: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.mark.parametrize(
    "status", ["400 Bad", "401 No", "402 Pay", "403 No", "404 None", "302 Found", "200 OK", "405 Never"]
)
async def test_refusals_for_good(status: str) -> None:
    """A refusal that would be the same next time is final."""
    failed = await failure(answering(http(status, "dg-request-id: r-9", "Location: wss://elsewhere/")))
    assert isinstance(failed, ProviderRefused)
    assert (failed.status, failed.request_id) == (int(status[:3]), "r-9")


@pytest.mark.parametrize("status", ["408 Slow", "425 Early", "429 Many", "500 Oops", "502 Bad", "503 Busy"])
async def test_refusals_that_pass(status: str) -> None:
    """A refusal that may pass is tried again, after the wait of Retry-After."""
    failed = await failure(answering(http(status, "Retry-After: 7")))
    assert isinstance(failed, DialFailed)
    assert (failed.status, failed.retry_after_s) == (int(status[:3]), 7.0)


async def test_the_services_words_are_kept_and_the_key_is_not() -> None:
    """The error of a refused dial has the service's words, and not the key that they repeat."""
    body = b'{"err_code": "INVALID_AUTH", "err_msg": "bad key sesame-123\\u001b[31m", "request_id": "r"}'
    failed = await failure(answering(http("401 No", body=body)))
    assert str(failed) == "the service answered 401: bad key *** [31m"
    assert isinstance(failed, ProviderRefused)
    assert (failed.code, failed.request_id) == ("INVALID_AUTH", "r")


@pytest.mark.parametrize("field", ["err_msg", "err_code", "request_id"])
async def test_a_key_that_json_escapes_is_hidden_too(field: str) -> None:
    """A key that the service repeats in JSON escapes is not shown either."""
    spelled = "".join(f"\\u{ord(letter):04x}" for letter in "sesame-123")
    failed = await failure(answering(http("401 No", body=f'{{"{field}": "{spelled}"}}'.encode())))
    assert isinstance(failed, ProviderRefused)
    assert "sesame" not in f"{failed} {failed.code} {failed.request_id}"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"", "closed without an answer"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "is not HTTP"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "not a valid upgrade"),
        (switching(b"Sec-WebSocket-Key: YWJj\r\n"), "not a valid upgrade"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000, "is not HTTP, too long"),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n", "handshake:"),
        (b"HTTP/1.1 401", "cut short"),
    ],
)
async def test_malformed_answers(answer: bytes, says: str) -> None:
    """An answer that is no upgrade is a failed dial that says what came."""
    failed = await failure(answering(answer))
    assert isinstance(failed, DialFailed)
    assert says in str(failed)


@pytest.mark.parametrize(
    "more",
    [
        "Sec-WebSocket-Extensions: permessage-deflate",
        "Sec-WebSocket-Protocol: \xe9",
        "Sec-WebSocket-Protocol: x",
    ],
)
async def test_unasked_extensions_and_subprotocols_are_refused(more: str) -> None:
    """A server that chooses what was not offered is refused."""

    async def talk(stream: trio.abc.Stream) -> None:
        request = await read_request(stream)
        await stream.send_all(switching(request, more=more))
        await read_frames(stream)

    failed = await failure(piped(talk))
    assert isinstance(failed, DialFailed)
    assert "not a valid upgrade" in str(failed)


async def test_a_silent_peer_costs_the_deadline_and_no_more(autojump_clock: trio.testing.MockClock) -> None:
    """A peer that takes the request and never answers fails the dial at ten seconds sharp."""

    async def talk(stream: trio.abc.Stream) -> None:
        await read_request(stream)
        await trio.sleep_forever()

    started = trio.current_time()
    async with trio.open_nursery() as nursery:
        failed = await failure(piped(talk))
        nursery.cancel_scope.cancel()
    assert isinstance(failed, DialFailed)
    assert "dial.timeout" in str(failed)
    assert trio.current_time() - started == pytest.approx(10)


async def test_a_dripped_answer_meets_the_same_deadline(autojump_clock: trio.testing.MockClock) -> None:
    """A server that sends a byte a second does not keep a dial waiting beyond its deadline."""

    async def talk(stream: trio.abc.Stream) -> None:
        for byte in switching(await read_request(stream)):
            await trio.sleep(1)
            await stream.send_all(bytes([byte]))

    started = trio.current_time()
    failed = await failure(piped(talk))
    assert isinstance(failed, DialFailed)
    assert "dial.timeout" in str(failed)
    assert trio.current_time() - started == pytest.approx(10)


async def test_a_refusal_whose_body_never_ends_is_still_that_refusal(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """A refusal whose body never ends counts by its status."""

    async def talk(stream: trio.abc.Stream) -> None:
        await read_request(stream)
        await stream.send_all(b"HTTP/1.1 402 Pay\r\nContent-Length: 99\r\n\r\n{")
        await trio.sleep_forever()

    failed = await failure(piped(talk))
    assert isinstance(failed, ProviderRefused)
    assert failed.status == 402


async def test_nothing_listens() -> None:
    """A refused connection fails the dial at once, with the address."""
    async with tcp_peer(trio.abc.AsyncResource.aclose) as port:
        pass
    failed = await failure(open_websocket, f"ws://127.0.0.1:{port}/")
    assert isinstance(failed, DialFailed)
    assert str(failed) == f"cannot reach 127.0.0.1:{port}: Connection refused"


@pytest.mark.real
@pytest.mark.parametrize("scheme", ["ws", "wss"])
async def test_a_peer_that_resets_at_once_is_a_failed_dial(scheme: str) -> None:
    """As a forwarded port does while nothing listens behind it: the dial is tried again, not a crash."""

    async def reset(stream: trio.SocketStream) -> None:
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async with tcp_peer(reset) as port:
        for _ in range(30):
            assert isinstance(await failure(open_websocket, f"{scheme}://127.0.0.1:{port}/"), DialFailed)


async def test_an_address_that_is_gone_is_a_failed_dial(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system knows no peer of a connection that was reset before we ask."""

    def gone(_: object) -> None:
        raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")

    async with tcp_peer(read_request) as port:
        monkeypatch.setattr(trio._socket._SocketType, "getpeername", gone)
        failed = await failure(open_websocket, f"ws://127.0.0.1:{port}/")
    assert isinstance(failed, DialFailed)
    assert str(failed) == "handshake: the peer closed without an answer"


async def test_a_name_that_does_not_resolve() -> None:
    """An unknown host is a failed dial that names it (RFC 6761: `.invalid` never resolves)."""
    failed = await failure(open_websocket, "wss://nobody.invalid/")
    assert isinstance(failed, DialFailed)
    assert str(failed).startswith("cannot reach nobody.invalid: ")
    assert "attempts" not in str(failed)


ONLY_COMMON = frozenset({"localhost"})
"""Hosts whose certificates name them as common names alone."""


def tls_server(host: str) -> tuple[trustme.CA, ssl.SSLContext]:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    names = () if host in ONLY_COMMON else (host,)
    authority.issue_cert(*names, common_name=host).configure_cert(context)
    return authority, context


async def dial_tls(host: str, ca_file: str | None, dialled: str = "127.0.0.1") -> str:
    """Serve TLS as `host`, dial it, and give the text echoed."""
    authority, context = tls_server(host)
    if ca_file is not None:
        authority.cert_pem.write_to_path(ca_file)
    async with background() as nursery:
        listeners = await trio.open_ssl_over_tcp_listeners(
            0, context, host="127.0.0.1", https_compatible=True
        )
        nursery.start_soon(serve_websockets, partial(SocketService, echo), listeners)
        url = f"wss://{dialled}:{listeners[0].transport_listener.socket.getsockname()[1]}/"
        async with open_websocket(url, headers=HEADERS, dial=DialRules(ca_file=ca_file)) as socket:
            socket.send_text("over TLS")
            received = await socket.receive()
            assert isinstance(received, str)
            return received


async def test_tls_with_a_trusted_authority(tmp_path: Path) -> None:
    """A certificate of the authority in `ca_file` is accepted."""
    assert await dial_tls("127.0.0.1", str(tmp_path / "ca.pem")) == "over TLS"


async def test_tls_refuses_an_unknown_authority() -> None:
    """A certificate of an unknown authority is refused with its reason, and not tried again."""
    with pytest.raises(ProviderRefused, match=r"certificate of 127.0.0.1:\d+ is not valid: .*local issuer"):
        await dial_tls("127.0.0.1", None)


async def test_tls_refuses_another_hosts_certificate(tmp_path: Path) -> None:
    """A certificate for another name is refused with its reason."""
    with pytest.raises(ProviderRefused, match=r"IP address mismatch.*127\.0\.0\.1"):
        await dial_tls("other.example", str(tmp_path / "ca.pem"))


async def test_tls_refuses_a_common_name(tmp_path: Path) -> None:
    """A certificate that names its host as a common name alone is refused."""
    refused = r"certificate of localhost:\d+ is not valid: (Hostname mismatch|Empty Subject Alternative Name)"
    with pytest.raises(ProviderRefused, match=refused):
        await dial_tls("localhost", str(tmp_path / "ca.pem"), dialled="localhost")


async def test_tls_to_a_plain_port() -> None:
    """A peer that answers in plain text is refused for good; one that just closes is tried again."""

    async def plain(stream: trio.SocketStream) -> None:
        await stream.receive_some()
        await stream.send_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with tcp_peer(plain) as port:
        with pytest.raises(ProviderRefused, match="the handshake with"):
            async with open_websocket(f"wss://127.0.0.1:{port}/", headers=HEADERS):
                pytest.fail("opened")
    async with tcp_peer(trio.abc.AsyncResource.aclose) as port:
        failed = await failure(open_websocket, f"wss://127.0.0.1:{port}/")
    assert isinstance(failed, DialFailed)


async def test_a_tls_handshake_that_stalls() -> None:
    """A peer that takes the TLS hello and never answers fails the dial at its deadline."""

    async def stall(stream: trio.SocketStream) -> None:
        while await stream.receive_some():
            pass

    async with tcp_peer(stall) as port:
        with pytest.raises(DialFailed, match=r"dial\.timeout"):
            async with open_websocket(
                f"wss://127.0.0.1:{port}/", headers=HEADERS, dial=DialRules(within_s=0.05)
            ):
                pytest.fail("opened")


async def test_an_unreadable_authority_file(tmp_path: Path) -> None:
    """A `ca_file` that cannot be read is an error of the setup, with its reason."""
    with pytest.raises(SetupError, match="cannot read"):
        await dial_tls_with_missing(tmp_path / "missing.pem")


async def dial_tls_with_missing(path: Path) -> None:
    async with listening(SocketService(echo)) as listener:
        url, rules = f"wss://127.0.0.1:{listener.port}/", DialRules(ca_file=str(path))
        async with open_websocket(url, headers={}, dial=rules):
            pytest.fail("opened")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://agent.example/", "must start with ws"),
        ("wss:///v1", "name a host"),
        ("wss://key:sesame@agent.example/", "user name"),
        ("wss://agent.example:http/", "cannot be read"),
        ("wss://agent.example/a b", "ASCII"),
        ("wss://agent.example/ä", "ASCII"),
    ],
)
def test_urls_that_cannot_be_dialled(url: str, says: str) -> None:
    """A wrong URL is an error of the setup that does not repeat it: it may have a password."""
    with pytest.raises(SetupError, match=says) as refused:
        parse_url(url)
    assert "sesame" not in str(refused.value)


def test_a_url_taken_apart() -> None:
    """A URL is dialled with its default port, its query, and brackets around IPv6."""
    target = parse_url("wss://agent.example/v1/agent?a=b&c")
    assert (target.host, target.port, target.resource) == ("agent.example", 443, "/v1/agent?a=b&c")
    assert target.authority == "agent.example"
    local = parse_url("ws://[::1]:8080")
    assert (local.authority, local.resource, local.is_loopback) == ("[::1]:8080", "/", True)


@pytest.mark.parametrize(
    ("headers", "subprotocols", "rules", "says"),
    [
        ({}, (), DialRules(), "not allowed"),
        ({"authorization": "Token sesame"}, (), DialRules(allow_plaintext=True), "secret"),
        ({"X-Key": lambda: "sesame"}, (), DialRules(allow_plaintext=True), "secret"),
        ({}, ("token", "sesame"), DialRules(allow_plaintext=True), "secret"),
    ],
)
async def test_plaintext_stays_on_this_machine(
    headers: dict, subprotocols: tuple, rules: DialRules, says: str
) -> None:
    """Plain ws:// to another machine needs permission, and a key is never sent over it."""
    url = "ws://agent.example/"
    with pytest.raises(SetupError, match=says):
        async with open_websocket(url, headers=headers, subprotocols=subprotocols, dial=rules):
            pytest.fail("opened")


async def test_a_name_of_this_machine_that_leads_elsewhere_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A `localhost` that resolves to another machine is refused before the key is sent."""
    seen: list[bytes] = []

    async def listen(stream: trio.SocketStream) -> None:
        seen.append(bytes(await stream.receive_some()))

    async with tcp_peer(listen) as port:
        monkeypatch.setattr(trio._socket._SocketType, "getpeername", lambda _: ("192.0.2.7", port))
        with pytest.raises(SetupError, match="localhost is not this machine"):
            async with open_websocket(f"ws://localhost:{port}/", headers=HEADERS):
                pytest.fail("opened")
    assert seen in ([], [b""])


async def test_a_key_with_a_line_break_is_refused_unseen() -> None:
    """A header value with a line break is refused by the header's name, and not shown."""
    with pytest.raises(SetupError, match="header Authorization") as refused:
        async with open_websocket("wss://agent.example/", headers={"Authorization": "Token sesame\n"}):
            pytest.fail("opened")
    assert "sesame" not in str(refused.value)
