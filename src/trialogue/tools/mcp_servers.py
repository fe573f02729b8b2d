"""MCP servers of a meeting, in a supervision tree of their own around the meeting's.

1. They start before the meeting, since models get their lists of tools, and stop after it.
2. Tools of the same program or address share one server.
3. A lost server is started again after growing pauses; its tools fail in words meanwhile.
4. A server that keeps failing is given up: its tools fail from then on, and the meeting goes on.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager

from attrs import evolve

from trialogue.model.events import ActorCrashed, Event
from trialogue.scenario.tool_keys import McpCall
from trialogue.scenario.tool_specs import ToolSpec
from trialogue.supervise import (
    ChildSpec,
    Exited,
    Intensity,
    Observation,
    Restart,
    open_supervisor,
    supervisor_spec,
)
from trialogue.tools.kinds.http import check_url
from trialogue.tools.kinds.mcp import At, McpServer, Servers, server_at
from trialogue.tools.permissions import Permissions, check_program
from trialogue.values import define

RESTARTS = Intensity(max_restarts=10, within_s=120.0)
"""Restarts before a server is given up: two minutes for an address that is being restarted."""

LONGEST_PAUSE_S = 20.0
"""Longest pause before a restart, in seconds."""

SHUTDOWN_S = 10.0
"""Most seconds for a server to stop: the package asks it, waits, and finally kills it."""


@define
class Crashes:
    """Reporter of lost servers, once there is a meeting to report to."""

    post: Callable[[Event], None] | None = None
    """Function that takes the reports; None before the meeting."""

    def observe(self, observation: Observation) -> None:
        """Report a server that has failed, or that is given up."""
        match observation:
            case Exited(child=child, error=error, reason=reason) if error is not None and self.post:
                self.post(ActorCrashed(child, reason))
            case _:
                pass


def pause_s(attempt: int) -> float:
    """Seconds before the attempt of that number, from 1: 0.5, 1, 2 and so on."""
    return min(LONGEST_PAUSE_S, 0.25 * 2.0 ** min(attempt, 10))


@asynccontextmanager
async def open_servers(
    specs: Iterable[ToolSpec], allowed: Permissions, crashes: Crashes
) -> AsyncGenerator[Servers]:
    """Start the servers of tools until they are ready; `SetupError` for a failing or forbidden one."""
    servers: dict[At, McpServer] = {}
    for spec in specs:
        if isinstance(spec.action, McpCall):
            argv, url = at = server_at(spec.action)
            if argv:
                check_program(f"tool {spec.name}", argv[0], allowed)
            else:
                check_url(url, allowed.hosts, f"tool {spec.name}")
            servers.setdefault(at, McpServer(spec.name, argv=argv, url=url))
    children = [_supervised(server, crashes) for server in servers.values()]
    async with open_supervisor(children, name="tool-servers", observer=crashes):
        yield servers


def _supervised(server: McpServer, crashes: Crashes) -> ChildSpec:
    """Server under a supervisor of its own, so that giving it up affects no other."""
    name = f"mcp:{server.name}"
    life = ChildSpec(name, server.run, shutdown_s=SHUTDOWN_S, backoff=pause_s)
    alone = supervisor_spec([life], name=name, intensity=RESTARTS, observer=crashes)
    return evolve(alone, restart=Restart.TEMPORARY)
