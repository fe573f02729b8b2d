"""Spoken meetings of several voice agents and people, on trio.

The names below load what they need when they are first asked for, so that importing costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as typing's, which takes longer to load than all that a command needs at first

if TYPE_CHECKING:
    from trialogue.agent.lone import LoneAgent, Sound, open_agent
    from trialogue.meeting.edges import Edges
    from trialogue.meeting.meeting import Meeting, open_meeting
    from trialogue.meeting.outputs import MeetingResult
    from trialogue.meeting.run import run_meeting
    from trialogue.scenario.defaults import Overrides

__all__ = [
    "Edges",
    "LoneAgent",
    "Meeting",
    "MeetingResult",
    "Overrides",
    "Sound",
    "open_agent",
    "open_meeting",
    "run_meeting",
]

_HOMES = {
    "Edges": "trialogue.meeting.edges",
    "LoneAgent": "trialogue.agent.lone",
    "Meeting": "trialogue.meeting.meeting",
    "MeetingResult": "trialogue.meeting.outputs",
    "Overrides": "trialogue.scenario.defaults",
    "Sound": "trialogue.agent.lone",
    "open_agent": "trialogue.agent.lone",
    "open_meeting": "trialogue.meeting.meeting",
    "run_meeting": "trialogue.meeting.run",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'trialogue' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - see above

    return getattr(import_module(_HOMES[name]), name)
