"""Blocks for asyncio: a meeting, or one agent, in a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from trialogue.agent import lone as native_agent
from trialogue.aio.agent import LoneAgent
from trialogue.aio.app_functions import hooks_from_trio, tools_from_trio
from trialogue.aio.block import Block
from trialogue.aio.meeting import Meeting
from trialogue.bridge.opening import Options, held_agent, held_meeting
from trialogue.bridge.trio_thread import HeldBlock
from trialogue.handles import make
from trialogue.meeting import handle as native
from trialogue.meeting.app_requests import a_function, awaitable
from trialogue.meeting.outputs import MeetingResult
from trialogue.supervise import lone_error

WATCHER_S = 5.0
"""Most seconds for which a watcher may continue after the meeting."""


def meeting_block(
    scenario: object, options: Options, *, is_run: bool = False
) -> Block[native.Meeting, Meeting]:
    """Block of a meeting, whose async tools and hooks run on asyncio's loop."""

    def hold(loop: asyncio.AbstractEventLoop) -> HeldBlock[native.Meeting]:
        tools = tools_from_trio(loop, options.get("tools"))
        hooks = hooks_from_trio(loop, options.get("hooks"))
        return held_meeting(scenario, {**options, "tools": tools, "hooks": hooks}, is_run=is_run)

    return Block(hold, lambda held, shown: make(Meeting, held, shown))


def agent_block(agent: object, options: Options) -> Block[native_agent.LoneAgent, LoneAgent]:
    """Block of one agent, whose async functions run on asyncio's loop."""

    def hold(loop: asyncio.AbstractEventLoop) -> HeldBlock[native_agent.LoneAgent]:
        return held_agent(agent, {**options, "functions": tools_from_trio(loop, options.get("functions"))})

    return Block(hold, lambda held, shown: make(LoneAgent, held, shown))


async def run_block(
    scenario: object, options: Options, watch: Callable[[Meeting], Awaitable[object]] | None
) -> MeetingResult:
    """Run a meeting to its end, with a watcher beside it, and write its page if the scenario asks for one."""
    if watch is not None:
        a_function(watch, "watch")
    block = meeting_block(scenario, options, is_run=True)
    with lone_error():
        async with block as meeting, asyncio.TaskGroup() as group:
            watching = None if watch is None else group.create_task(_watched(watch, meeting))
            result = await meeting.finished()
            if watching is not None:
                await asyncio.wait([watching], timeout=WATCHER_S)
                watching.cancel()
    return result


async def _watched(watch: Callable[[Meeting], Awaitable[object]], meeting: Meeting) -> None:
    await awaitable(watch(meeting), "watch")
