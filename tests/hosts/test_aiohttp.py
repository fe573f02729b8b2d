"""The aiohttp app of the documentation, in its own server, asked over real sockets."""

import asyncio
import json

import pytest
from hosted_examples import example


async def visit(scenario, options, visitor):
    """Serve the app on loopback, and let a client visit it."""
    from aiohttp import ClientSession, web

    runner = web.AppRunner(example("aiohttp_app").app_of(scenario, "ann", **options))
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        async with ClientSession(f"http://127.0.0.1:{port}") as client:
            await visitor(client)
    finally:
        await runner.cleanup()


async def lines_of(client, wanted):
    """What is said, from a stream of one's own, until a line holds `wanted`."""
    lines = []
    async with client.get("/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for raw in answer.content:
            if line := raw.decode().strip():
                lines.append(line)
            if wanted in line:
                return lines
    raise AssertionError(lines)


@pytest.mark.real
def test_clients_see_what_is_said_and_put_words_in(scenario, options):
    """What is asked goes by a websocket, and comes back as a line; what is asked wrongly is told so."""

    async def visitor(client):
        async with client.get("/") as answer:
            assert await answer.json() == {"name": "hosted", "is_over": False}
        told = asyncio.create_task(lines_of(client, "ann: Hello from here."))
        async with client.ws_connect("/talk") as socket:
            await socket.send_str("Hello from here.")
            assert await socket.receive_str() == "taken"
            await socket.send_str(" ")
            assert "has no words" in await socket.receive_str()
            assert (await told)[0].startswith("data: ")

    asyncio.run(asyncio.wait_for(visit(scenario, options, visitor), 60))


@pytest.mark.real
def test_a_server_that_ends_waits_for_no_stream(scenario, options):
    """Its meeting ends first: a stream would keep the server until somebody speaks, or for a minute."""

    async def visitor(client):
        assert await lines_of(client, ": ")

    asyncio.run(asyncio.wait_for(visit(scenario, options, visitor), 60))
    assert json.loads((options["out"] / "result.json").read_text())["reason"] == "the server ends"


@pytest.mark.real
def test_a_stream_that_is_left_lets_the_meeting_go_on(scenario, options):
    """A client that closes takes only its own stream along."""

    async def visitor(client):
        for wanted in ("ann: One.", ": "):
            assert await lines_of(client, wanted)
        async with client.get("/") as answer:
            assert not (await answer.json())["is_over"]

    asyncio.run(asyncio.wait_for(visit(scenario, options, visitor), 60))
