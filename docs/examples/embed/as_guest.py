"""Trio as asyncio's guest: one thread, two loops, and trio's own interface, without calls between threads.

It is for programs that need trio in the thread of their loop. Code that blocks one loop blocks both.
"""

import asyncio

import trio

from trialogue import open_meeting
from trialogue.events import GrantFloor


async def hold():
    async with open_meeting("scenarios/smallest.yaml") as meeting:
        async for record in meeting.records():
            for command in record.commands:
                if isinstance(command, GrantFloor):
                    print(f"{command.to} has the floor")
                    meeting.stop("enough heard")
        return await meeting.finished()


async def main():
    loop = asyncio.get_running_loop()
    ended = loop.create_future()
    trio.lowlevel.start_guest_run(
        hold,
        run_sync_soon_threadsafe=loop.call_soon_threadsafe,
        done_callback=ended.set_result,
    )
    result = (await ended).unwrap()
    print("it ended:", result.result.reason)


asyncio.run(main())
