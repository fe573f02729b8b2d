"""Meetings and agents for asyncio: the interface of `trialogue`, with a trio loop in a separate thread.

The names and their behaviour are the same: calls that wait or ask are awaited.
Errors have the same types as on trio. Each block has one thread, which ends with it.
"""

from trialogue.aio.agent import LoneAgent
from trialogue.aio.meeting import Meeting
from trialogue.aio.opening import open_agent, open_meeting, run_meeting
from trialogue.aio.stream import Stream

__all__ = ["LoneAgent", "Meeting", "Stream", "open_agent", "open_meeting", "run_meeting"]
