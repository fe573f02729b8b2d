"""A meeting in asyncio: prints its turns as they come, and stops it when the second begins."""

import asyncio

from trialogue import aio
from trialogue.events import GrantFloor


async def main():
    turns = 0
    async with aio.open_meeting("scenarios/smallest.yaml") as meeting:
        async for record in meeting.records():
            for command in record.commands:
                if isinstance(command, GrantFloor):
                    print(f"{command.to} has the floor")
                    turns += 1
                    if turns == 2:
                        await meeting.stop("enough heard")
        result = await meeting.finished()
    print("it ended:", result.result.reason)


asyncio.run(main())
