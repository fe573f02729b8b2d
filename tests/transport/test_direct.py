"""Streams straight on sockets behave as trio's do: big writes, half-closes, ends, closes, both at once."""

import _ssl
import ctypes
import socket
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing
import trustme

from trialogue.transport.direct import OnSocket, direct
from trialogue.transport.direct_tls import DirectTls, shake_hands

MANY = 4 * 1024 * 1024
"""Bytes that no socket buffer holds."""


@asynccontextmanager
async def joined(way: str) -> AsyncGenerator[tuple[trio.abc.Stream, trio.abc.Stream]]:
    """Ours, and trio's own on the other end."""
    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with listener:
        left = await trio.open_tcp_stream("127.0.0.1", listener.socket.getsockname()[1])
        right = await listener.accept()
    if way == "plain":
        async with direct(left) as ours, right:
            yield ours, right
        return
    authority = trustme.CA()
    server, client = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(server)
    authority.configure_trust(client)
    theirs = trio.SSLStream(right, server, server_side=True, https_compatible=True)
    found: list[trio.abc.Stream] = []

    async def shake() -> None:
        found.append(await shake_hands(left, client, "localhost"))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(shake)
        nursery.start_soon(theirs.do_handshake)
    async with found[0] as ours, theirs:
        yield ours, theirs


async def read_all(stream: trio.abc.Stream, count: int) -> bytes:
    got = bytearray()
    while len(got) < count and (more := await stream.receive_some(50_000)):
        got += more
    return bytes(got)


async def until_here(stream: trio.abc.Stream, count: int) -> None:
    """Wait until the system has that many bytes for whoever reads: loopback takes its time, too."""
    assert isinstance(stream, DirectTls)
    have = 0
    while have < count:
        await trio.lowlevel.wait_readable(stream._socket)
        have = len(stream._socket.recv(2 * count, socket.MSG_PEEK))


async def send_for_ever(stream: trio.abc.Stream) -> None:
    while True:
        await stream.send_all(bytes(100_000))


both = pytest.mark.parametrize("way", ["plain", "tls"])


@both
async def test_much_goes_both_ways_at_once(way: str) -> None:
    """Two sides that write more than the system takes, while they read, do not block each other."""
    sent = bytes(range(256)) * (MANY // 256)
    got: dict[str, bytes] = {}

    async def read(name: str, stream: trio.abc.Stream) -> None:
        got[name] = await read_all(stream, MANY)

    async with joined(way) as (ours, theirs), trio.open_nursery() as nursery:
        nursery.start_soon(ours.send_all, sent)
        nursery.start_soon(theirs.send_all, sent)
        nursery.start_soon(read, "ours", ours)
        nursery.start_soon(read, "theirs", theirs)
    assert got == {"ours": sent, "theirs": sent}


@both
async def test_bytes_held_by_openssl_are_not_waited_for(way: str) -> None:
    """Bytes that were decrypted already are read without new ones."""
    async with joined(way) as (ours, theirs):
        await theirs.send_all(b"abcdef")
        assert [await ours.receive_some(2) for _ in range(3)] == [b"ab", b"cd", b"ef"]


@both
async def test_the_peers_end_is_an_end(way: str) -> None:
    """A closed connection reads as empty, with a TLS goodbye or without."""
    async with joined(way) as (ours, theirs):
        await theirs.send_all(b"last")
        await theirs.aclose()
        assert await read_all(ours, 100) == b"last"


@both
async def test_our_end_is_an_end_for_the_peer(way: str) -> None:
    """A peer reads what was sent before our close, then the end."""
    async with joined(way) as (ours, theirs):
        await ours.send_all(b"last")
        await ours.aclose()
        assert await read_all(theirs, 100) == b"last"


@both
async def test_a_peer_that_is_gone_breaks_writing(way: str) -> None:
    """Writing to a reset connection raises as trio's streams do."""
    async with joined(way) as (ours, theirs):
        await ours.send_all(b"unread")
        await trio.aclose_forcefully(theirs)
        with pytest.raises(trio.BrokenResourceError):
            await send_for_ever(ours)


@both
async def test_closing_wakes_a_reader_and_closes_for_good(way: str) -> None:
    """A close raises in a waiting reader, and in later ones."""

    async def read(stream: trio.abc.Stream) -> None:
        with pytest.raises(trio.ClosedResourceError):
            await stream.receive_some()

    async with joined(way) as (ours, _theirs):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(read, ours)
            await trio.testing.wait_all_tasks_blocked()
            await ours.aclose()
        await ours.aclose()
        with pytest.raises(trio.ClosedResourceError):
            await ours.receive_some()
        with pytest.raises(trio.ClosedResourceError):
            await ours.send_all(b"late")


@both
async def test_a_cancelled_read_loses_nothing(way: str) -> None:
    """A read that was given up leaves the bytes for the next."""
    async with joined(way) as (ours, theirs):
        with trio.CancelScope() as scope:
            scope.cancel()
            await ours.receive_some()
        await theirs.send_all(b"kept")
        assert await read_all(ours, 4) == b"kept"


async def test_half_a_close() -> None:
    """A peer can still send after our half of the connection has ended."""
    async with joined("plain") as (ours, theirs):
        assert isinstance(ours, trio.abc.HalfCloseableStream)
        await ours.send_eof()
        assert await theirs.receive_some() == b""
        await theirs.send_all(b"still here")
        assert await read_all(ours, 10) == b"still here"


def key_update(stream: trio.SSLStream[trio.SocketStream]) -> None:
    """Let the peer's next message ask us for new keys; `ssl` has no word for it, OpenSSL does."""
    library = ctypes.CDLL(_ssl.__file__)
    of_ssl = ctypes.c_void_p.from_address(id(stream._ssl_object._sslobj) + 3 * ctypes.sizeof(ctypes.c_void_p))
    library.SSL_key_update.argtypes = (ctypes.c_void_p, ctypes.c_int)
    assert library.SSL_key_update(of_ssl, 1) == 1  # SSL_KEY_UPDATE_REQUESTED


asks_for_keys = pytest.mark.skipif(
    not hasattr(_ssl, "__file__"), reason="OpenSSL is inside of the interpreter"
)


@asks_for_keys
@pytest.mark.parametrize("when", ["at rest", "with a full send buffer"])
async def test_new_keys_may_be_asked_for_at_any_time(when: str) -> None:
    """A request for new TLS keys loses no byte, also during a write."""
    much = bytes(range(256)) * (MANY // 256)
    async with joined("tls") as (ours, theirs), trio.open_nursery() as nursery:
        assert isinstance(theirs, trio.SSLStream)
        if when != "at rest":
            nursery.start_soon(ours.send_all, much)
            await trio.testing.wait_all_tasks_blocked(0.05)
        for number in range(3):
            key_update(theirs)
            word = f"new keys, {number}".encode()
            await theirs.send_all(word)
            with trio.fail_after(50):
                assert await read_all(ours, len(word)) == word
        if when == "at rest":
            nursery.start_soon(ours.send_all, much)
        with trio.fail_after(50):
            assert await read_all(theirs, len(much)) == much
        await theirs.send_all(b"and on")
        assert await read_all(ours, 6) == b"and on"


@both
async def test_bytes_that_the_system_does_not_take_are_kept(way: str) -> None:
    """Bytes that the system does not take are sent later, in order."""
    async with joined(way) as (ours, theirs):
        taken, piece = 0, bytes(range(256)) * 64
        while (now := ours.send_now(piece)) == len(piece):
            taken += now
        taken += now
        got = bytearray()

        async def read() -> None:
            got.extend(await read_all(theirs, taken + 3))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(read)
            await ours.send_all(b"")
            assert not ours.owes
            await ours.send_all(b"end")
    assert bytes(got) == (piece * (taken // len(piece) + 1))[:taken] + b"end"


@both
async def test_nothing_is_taken_at_once_behind_the_end(way: str) -> None:
    """`send_now` on a closed stream takes nothing and raises nothing; `send_all` raises."""
    async with joined(way) as (ours, _theirs):
        await ours.aclose()
        assert ours.send_now(b"late") == 0


async def test_nothing_is_kept_of_what_is_sent() -> None:
    """Sent bytes do not stay in memory."""
    async with joined("tls") as (ours, theirs):
        assert ours.send_now(bytes(5000)) == 5000
        assert not ours.owes
        assert ours._unsent.obj == b""
        assert await read_all(theirs, 5000) == bytes(5000)


async def test_records_that_came_together_are_given_out_together() -> None:
    """A reader that is behind gets all waiting TLS records at once."""
    frames = [bytes([number]) * 960 for number in range(30)]
    async with joined("tls") as (ours, theirs):
        for frame in frames:
            await theirs.send_all(frame)
        await until_here(ours, len(frames) * 960)
        assert await ours.receive_some(64 * 1024) == b"".join(frames)


async def test_valid_records_come_before_a_fault() -> None:
    """Records before a damaged one are read, then the connection breaks."""
    async with joined("tls") as (ours, theirs):
        assert isinstance(theirs, trio.SSLStream)
        for number in range(5):
            await theirs.send_all(bytes([number]) * 960)
        await theirs.transport_stream.send_all(b"\x17\x03\x03\x00\x40" + bytes(64))
        await until_here(ours, 5 * 960 + 69)
        good = await ours.receive_some(64 * 1024)
        assert good == b"".join(bytes([number]) * 960 for number in range(5))
        with pytest.raises(trio.BrokenResourceError):
            await ours.receive_some(64 * 1024)


@pytest.fixture(params=["in rounds", "alone"])
def waits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How a reader waits: as all of a loop do on Linux, or by itself."""
    if request.param == "alone":
        monkeypatch.setattr("trialogue.transport.direct.rounds_of", lambda: None)
    return str(request.param)


async def pieces_until(stream: trio.abc.Stream, size: int) -> tuple[bytes, bytes]:
    """What a taker takes that wants so many bytes, and what was read last."""
    assert isinstance(stream, OnSocket)
    got = bytearray()

    def take(data: bytes) -> bool:
        got.extend(data)
        return len(got) < size

    last = await stream.receive_into(take)
    return bytes(got), last


@both
@pytest.mark.usefixtures("waits")
async def test_a_taker_gets_all_in_order_and_the_end(way: str) -> None:
    """A taker gets all bytes in order, and what follows its last goes to the next taker."""
    sent = bytes(range(256)) * 2048
    async with joined(way) as (ours, theirs), trio.open_nursery() as nursery:
        nursery.start_soon(theirs.send_all, sent)
        first, _ = await pieces_until(ours, 100_000)
        second, _ = await pieces_until(ours, len(sent) - len(first))
        assert first + second == sent
        await theirs.send_all(b"last")
        await theirs.aclose()
        assert await pieces_until(ours, 100) == (b"last", b"")


@asks_for_keys
@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("when", ["at rest", "with a full send buffer"])
async def test_a_taker_gets_what_comes_behind_new_keys(when: str) -> None:
    """Bytes before and after new TLS keys arrive in order."""
    piece, sent = bytes(range(256)) * 64, bytearray()
    async with joined("tls") as (ours, theirs):
        assert isinstance(theirs, trio.SSLStream)
        assert isinstance(ours, OnSocket)
        while when != "at rest" and not ours.owes:
            sent += piece[: ours.send_now(piece)]
        for number in range(3):
            key_update(theirs)
            word = f"new keys, {number}".encode()
            await theirs.send_all(word)
            assert await pieces_until(ours, len(word)) == (word, word)
            sent += word[: ours.send_now(word)]
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ours.send_all, b"and on")
            assert await read_all(theirs, len(sent) + 6) == bytes(sent) + b"and on"


@both
@pytest.mark.usefixtures("waits")
async def test_a_taker_that_is_cancelled_loses_nothing(way: str) -> None:
    """Bytes that arrived for a cancelled reader go to the next one."""
    async with joined(way) as (ours, theirs):
        with trio.move_on_after(0.01):
            await pieces_until(ours, 4)
        await theirs.send_all(b"kept")
        assert await pieces_until(ours, 4) == (b"kept", b"kept")


@both
@pytest.mark.usefixtures("waits")
async def test_closing_wakes_a_taker(way: str) -> None:
    """A close raises in a waiting taker, and in later ones."""

    async def take(stream: trio.abc.Stream) -> None:
        with pytest.raises(trio.ClosedResourceError):
            await pieces_until(stream, 1)

    async with joined(way) as (ours, _theirs):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(take, ours)
            await trio.testing.wait_all_tasks_blocked()
            await ours.aclose()
        await take(ours)


@pytest.mark.usefixtures("waits")
async def test_a_taker_gets_what_was_good_before_a_fault() -> None:
    """A taker gets the records before a damaged one, also those that OpenSSL held already."""
    good = [bytes([number]) * 960 for number in range(5)]
    async with joined("tls") as (ours, theirs):
        assert isinstance(theirs, trio.SSLStream)
        for record in good:
            await theirs.send_all(record)
        await theirs.transport_stream.send_all(b"\x17\x03\x03\x00\x40" + bytes(64))
        await until_here(ours, 5 * 960 + 69)
        assert await ours.receive_some(960) == good[0]
        got: list[bytes] = []
        assert isinstance(ours, DirectTls)
        with pytest.raises(trio.BrokenResourceError):
            await ours.receive_into(lambda data: not got.append(data))
        assert b"".join(got) == b"".join(good[1:])
