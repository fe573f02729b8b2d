"""Meetings and agents for threads: what `trialogue` offers on trio, over a loop in a thread of its own.

The names are the same, and so is what they do: what waits takes `timeout_s`.
Errors have the types that they have on trio. Each block has one thread, which ends with it.
"""

from trialogue.blocking.agent import LoneAgent
from trialogue.blocking.meeting import Meeting
from trialogue.blocking.opening import open_agent, open_meeting, run_meeting
from trialogue.blocking.stream import Stream

__all__ = ["LoneAgent", "Meeting", "Stream", "open_agent", "open_meeting", "run_meeting"]
