"""Meetings and agents for asyncio: what `trialogue` offers on trio, over a loop in a thread of its own.

The names are the same, and so is what they do: what waits or asks is awaited.
Errors have the types that they have on trio. Each block has one thread, which ends with it.
"""

from trialogue.aio.agent import LoneAgent
from trialogue.aio.meeting import Meeting
from trialogue.aio.opening import open_agent, open_meeting, run_meeting
from trialogue.aio.stream import Stream

__all__ = ["LoneAgent", "Meeting", "Stream", "open_agent", "open_meeting", "run_meeting"]
