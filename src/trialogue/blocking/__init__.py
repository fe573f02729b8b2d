"""Meetings and agents for threads: the interface of `trialogue`, with a trio loop in a separate thread.

The names and their behaviour are the same: calls that wait take `timeout_s`.
Errors have the same types as on trio. Each block has one thread, which ends with it.
"""

from trialogue.blocking.agent import LoneAgent
from trialogue.blocking.meeting import Meeting
from trialogue.blocking.opening import open_agent, open_meeting, run_meeting
from trialogue.blocking.stream import Stream

__all__ = ["LoneAgent", "Meeting", "Stream", "open_agent", "open_meeting", "run_meeting"]
