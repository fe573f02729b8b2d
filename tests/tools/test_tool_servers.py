"""MCP servers live in a tree of their own: those that are gone come back, and no meeting ends with them."""

import sys
from itertools import pairwise

import pytest
import trio
from plain_price_server import PLAIN
from price_server import free_port, listening

from trialogue.errors import ConnectionLost, SetupError, ToolFailed, ToolLost
from trialogue.journal import read
from trialogue.meeting.edges import Edges
from trialogue.meeting.run import run_meeting
from trialogue.model.events import ActorCrashed, ToolFinished
from trialogue.scenario import loads, resolve
from trialogue.scenario.resolve import prepare
from trialogue.scenario.tool_keys import McpCall
from trialogue.scenario.tool_specs import ToolSpec
from trialogue.supervise import open_supervisor
from trialogue.testing import murmuring_engines
from trialogue.tools.kinds.mcp import server_at
from trialogue.tools.mcp_servers import RESTARTS, Crashes, _supervised, open_servers, pause_s
from trialogue.tools.permissions import Permissions
from trialogue.tools.toolbox import open_tools

ANY = Permissions(commands=("*",))


def asking(tool, program=PLAIN):
    """A tool of that server."""
    return ToolSpec(tool, "", None, McpCall(tool, tuple(program)), 20.0)


async def priced(server):
    """Ask for the price until there is an answer."""
    while True:
        try:
            return await server.call("price", {"item": "edge"})
        except ToolFailed:
            await trio.sleep(0.02)


@pytest.mark.real
async def test_a_server_that_dies_comes_back():
    """A call fails in words while its MCP server is restarted, and tools of one program share it."""
    events = []
    specs = [asking("price"), asking("die")]
    async with open_servers(specs, ANY, Crashes(events.append)) as servers:
        (server,) = servers.values()
        with pytest.raises(ToolLost):
            await server.call("die", {})
        with pytest.raises(ToolFailed, match=r"^the MCP server has stopped$"):
            await server.call("price", {"item": "edge"})
        with trio.fail_after(50):
            assert await priced(server) == "edge: eight cents"
    assert events == [ActorCrashed("mcp:price", "ConnectionLost")]


ASKING = """
trialogue: 1
name: small
cast: {{ann: {{lines: [One.], tools: [cost]}}}}
tools:
  cost: {{mcp: {{url: "http://127.0.0.1:{port}/mcp", tool: price}}}}
"""


@pytest.mark.real
async def test_a_server_at_an_address():
    """A tool of an MCP server over HTTP has the server's description under the scenario's name."""
    port = await free_port()
    resolved = resolve(loads(ASKING.format(port=port)))
    async with listening(port), open_tools(resolved) as box:
        (function,) = box.block("local", resolved.agents[0].block)["think"]["functions"]
        assert (function["name"], function["description"]) == ("cost", "Look a price up.")
        assert function["parameters"]["required"] == ["item"]
        assert await box.tools["cost"].call({"item": "edge"}) == "edge: eight cents"
        with pytest.raises(ToolFailed, match="arguments"):
            await box.tools["cost"].call({})


async def test_a_server_that_does_not_stay_is_given_up(autojump_clock):
    """An MCP server that keeps dying is started again with growing pauses, and then given up."""
    events, lives = [], []

    class Fleeting:
        name = "price"

        async def run(self, *, task_status):
            lives.append(trio.current_time())
            task_status.started()
            raise ConnectionLost("gone")

    crashes = Crashes(events.append)
    async with open_supervisor([_supervised(Fleeting(), crashes)], name="tool-servers", observer=crashes):
        await trio.sleep(600)
    pauses = [pause_s(attempt) for attempt in range(1, RESTARTS.max_restarts + 1)]
    assert pauses[:7] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 20.0]
    waited = [later - earlier for earlier, later in pairwise(lives)]
    assert waited == pytest.approx(pauses)
    assert [event.error for event in events] == [*["ConnectionLost"] * len(lives), "IntensityExceeded"]


async def test_a_server_that_never_comes_is_the_operators():
    """An MCP server that does not start is an error before the meeting."""
    with pytest.raises(SetupError, match="the MCP server of tool price cannot be used"):
        async with open_servers(
            [asking("price", ["/no/such/program"])], Permissions(commands=("*",)), Crashes()
        ):
            raise AssertionError


def test_where_a_server_is():
    """Two tools share an MCP server if its program and arguments, or its address, are the same."""
    assert server_at(McpCall("a", ("x", "-y"))) == server_at(McpCall("b", ("x", "-y")))
    assert server_at(McpCall("a", ("x",))) != server_at(McpCall("a", url="http://localhost/x"))


SCENARIO = """
trialogue: 1
name: prices
run: {{clock: real, limits: {{turns: 2, time: 30s}}}}
cast:
  ann:
    tools: [price, die]
    think:
      provider: scripted
      script:
        - {{when: {{heard: ""}}, call: {{tool: price, arguments: {{item: edge}}}}, say: "${{result}}."}}
  bob:
    tools: [die]
    think:
      provider: scripted
      script: [{{when: {{heard: ""}}, call: {{tool: die, arguments: {{}}}}, say: "Oh."}}]
tools:
  price: {{mcp: {{command: {program}}}}}
  die: {{mcp: {{command: {program}}}}}
floor: {{policy: round-robin}}
"""


@pytest.mark.real
def test_a_meeting_that_asks_a_server(tmp_path):
    """A meeting outlives its MCP server, and the journal says that it was lost."""
    path = tmp_path / "prices.yaml"
    path.write_text(SCENARIO.format(program=list(PLAIN)))
    edges = Edges(engines=murmuring_engines(), permissions=Permissions(commands=(sys.executable,)))
    held = run_meeting(prepare(path), out=tmp_path / "run", edges=edges)
    assert held.exit_code == 0
    events = [record.event for record in read(tmp_path / "run" / "journal.jsonl")]
    finished = [(e.participant, e.outcome, e.content) for e in events if isinstance(e, ToolFinished)]
    assert finished[0] == ("ann", "succeeded", "edge: eight cents")
    assert finished[1][:2] == ("bob", "unknown")
    assert ActorCrashed("mcp:price", "ConnectionLost") in events
