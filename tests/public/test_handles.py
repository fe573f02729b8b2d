"""Handles of what runs: only what opens it gives them."""

import asyncio
from contextlib import AsyncExitStack

import pytest
import trio
from fake_service import FakeService

import trialogue
from trialogue import AskedWrongly, Scenario, WrongType, aio, blocking, compat, supervise
from trialogue.testing import murmuring_engines, scripted_service

HANDLES = {
    trialogue.Meeting: "open_meeting",
    trialogue.LoneAgent: "open_agent",
    trialogue.PersonSource: "Meeting.source",
    trialogue.Records: "Meeting.records",
    trialogue.RoomSound: "Meeting.ear",
    aio.Meeting: "trialogue.aio.open_meeting",
    aio.LoneAgent: "trialogue.aio.open_agent",
    aio.Stream: "trialogue.aio.Meeting",
    blocking.Meeting: "trialogue.blocking.open_meeting",
    blocking.LoneAgent: "trialogue.blocking.open_agent",
    blocking.Stream: "trialogue.blocking.Meeting",
    compat.AgentRouter: "DeepgramClient.agent",
    compat.AgentWebSocketClient: "DeepgramClient.agent.websocket",
    compat.AsyncAgentWebSocketClient: "DeepgramClient.agent.asyncwebsocket",
    supervise.Supervisor: "open_supervisor",
}


@pytest.mark.parametrize("handle", HANDLES)
@pytest.mark.parametrize("given", [(), ("review.yaml",), (object(), object())], ids=len)
def test_a_handle_made_by_hand_is_refused_with_what_gives_one(
    handle: type, given: tuple[object, ...]
) -> None:
    """Without what is behind it, it would fail at its first use."""
    with pytest.raises(WrongType) as refused:
        handle(*given)
    assert str(refused.value) == f"{handle.__name__} cannot be made by hand: {HANDLES[handle]} gives one"


SCENARIO = Scenario.build("once", {"ann": {"lines": ["One."]}, "bob": {"lines": ["Two."]}})
AGENT = {"think": {"provider": {"type": "open_ai", "model": "gpt-4o-mini"}}}
EDGES = trialogue.Edges(engines=murmuring_engines())
BLOCKS = {
    "open_meeting": lambda of: of.open_meeting(SCENARIO, edges=EDGES),
    "open_agent": lambda of: of.open_agent(AGENT, connect=FakeService()),
}
ON_TRIO = {
    **{name: lambda make=make: make(trialogue) for name, make in BLOCKS.items()},
    "open_supervisor": lambda: supervise.open_supervisor([], name="top"),
    "scripted_service": scripted_service,
    "local_connect": lambda: trialogue.local_connect(EDGES.engines, seed=0),
}
TWICE = "a block can be entered once: open another one"
NEVER = "this block was never entered"


async def entered_twice(block):
    """Enter it, then again while it is open and once it has ended."""
    async with block:
        with pytest.raises(AskedWrongly, match=TWICE):
            await block.__aenter__()
    with pytest.raises(AskedWrongly, match=TWICE):
        await block.__aenter__()


async def left_at_once(block):
    """Leave what was never entered, as a stack does to which it was pushed."""
    async with AsyncExitStack() as stack:
        stack.push_async_exit(block)


@pytest.mark.parametrize("name", ON_TRIO)
def test_a_block_on_trio_is_entered_once(name, tmp_path, monkeypatch):
    """The second entry names the mistake; it said that an attribute is missing, or a directory taken."""
    monkeypatch.chdir(tmp_path)
    trio.run(entered_twice, ON_TRIO[name]())
    with pytest.raises(AskedWrongly, match=NEVER):
        trio.run(left_at_once, ON_TRIO[name]())


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_in_asyncio_is_entered_once(name, tmp_path, monkeypatch):
    """The second entry names the mistake, on asyncio too."""
    monkeypatch.chdir(tmp_path)
    asyncio.run(entered_twice(BLOCKS[name](aio)))
    with pytest.raises(AskedWrongly, match=NEVER):
        asyncio.run(left_at_once(BLOCKS[name](aio)))


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_in_threads_is_entered_once(name, tmp_path, monkeypatch):
    """The second entry names the mistake, in threads too."""
    monkeypatch.chdir(tmp_path)
    with BLOCKS[name](blocking) as _, pytest.raises(AskedWrongly, match=NEVER):
        BLOCKS[name](blocking).__exit__(None, None, None)
    block = BLOCKS[name](blocking)
    with block, pytest.raises(AskedWrongly, match=TWICE):
        block.__enter__()
    with pytest.raises(AskedWrongly, match=TWICE):
        block.__enter__()
