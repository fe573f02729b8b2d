"""Three agents in one conversation: the SDK's multi-agent program, with the turn-taking that it leaves open.

There each agent has a connection, and the reader must write who hears whom, who speaks next and when it ends.
Here the scenario has all of that: the chair names the next speaker, each agent is told what it has missed.
"""

import asyncio

from trialogue import aio
from trialogue.events import EndTurn, GrantFloor, PlaybackFinished, SentenceSaid


async def multi_agent_example():
    async with aio.open_meeting("scenarios/three-agents.yaml") as meeting:
        async for record in meeting.records():
            match record.event:
                case SentenceSaid(participant=name, text=text):
                    print(f"  {name}: {text}")
                case PlaybackFinished(outcome="cut"):
                    print("  (it was cut off)")
            for command in record.commands:
                match command:
                    case GrantFloor(to=name, reason=reason):
                        print(f"{name} has the floor: {reason}")
                    case EndTurn(cause=cause) if cause != "finished":
                        print(f"  (the turn ended: {cause})")
        result = await meeting.finished()
    print("it ended:", result.result.reason)


asyncio.run(multi_agent_example())
