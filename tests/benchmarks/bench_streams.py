"""What an echo over a stream costs the client: trio's streams and ours, plain and TLS.

960 bytes (20 ms of linear16 at 24 kHz) there and back, one at a time, to a blocking server in another
process; µs of the client's process time, median of alternating runs. One in flight and CPU time alone: the
ratios hold on a busy machine too.
"""

import multiprocessing
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial

import trio
import trustme

from tests.benchmarks.measuring import OURS, Ask, Figure, Row
from trialogue.transport.direct import direct
from trialogue.transport.direct_tls import shake_hands

SIZE, COUNT = 960, 1500


def serve(listener: socket.socket, certificate: trustme.LeafCert | None) -> None:
    """Echo, one connection after another."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    if certificate is not None:
        certificate.configure_cert(context)
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with context.wrap_socket(connection, server_side=True) if certificate else connection as taken:
            while received := taken.recv(65536):
                taken.sendall(received)


async def cost(port: int, dress: Callable[[trio.SocketStream], Awaitable[trio.abc.Stream]]) -> float:
    """µs of process time an echo."""
    async with await dress(await trio.open_tcp_stream("127.0.0.1", port)) as stream:
        for number in range(COUNT + 100):
            if number == 100:
                began = time.process_time()
            await stream.send_all(bytes(SIZE))
            left = SIZE
            while left:
                left -= len(await stream.receive_some(65536))
        return (time.process_time() - began) / COUNT * 1e6


def measure(ask: Ask) -> Iterator[Figure]:
    """Both streams, over TLS and plain."""
    authority = trustme.CA()
    context = ssl.create_default_context()
    authority.configure_trust(context)

    async def plain_trio(stream: trio.SocketStream) -> trio.abc.Stream:
        return stream

    async def plain_ours(stream: trio.SocketStream) -> trio.abc.Stream:
        return direct(stream)

    async def tls_trio(stream: trio.SocketStream) -> trio.abc.Stream:
        return trio.SSLStream(stream, context, server_hostname="localhost", https_compatible=True)

    async def tls_ours(stream: trio.SocketStream) -> trio.abc.Stream:
        return await shake_hands(stream, context, "localhost")

    for way, certificate, dresses in (
        ("TLS", authority.issue_cert("localhost"), {OURS: tls_ours, "trio": tls_trio}),
        ("plain TCP", None, {OURS: plain_ours, "trio": plain_trio}),
    ):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server = multiprocessing.get_context("fork").Process(
                target=serve, args=(listener, certificate), daemon=True
            )
            server.start()
            port = listener.getsockname()[1]
            runs = {name: partial(trio.run, cost, port, dress) for name, dress in dresses.items()}
            yield Figure(f"an echo, {way}", "µs", ask.alternate(ask.rounds(7), runs))
            server.terminate()


ROWS = (
    Row(
        "streams",
        "Processor time of the client for 960 bytes there and back over a stream, one at a time.",
        measure,
        "There is no websocket in it.",
    ),
)
