"""Spoken meetings of several voice agents and people, on trio.

The names below load what they need when they are first asked for, so that importing costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as typing's, which takes longer to load than all that a command needs at first

if TYPE_CHECKING:
    from trialogue.app.agent import LoneAgent, Sound, open_agent
    from trialogue.app.edges import Edges
    from trialogue.app.meeting import Meeting, open_meeting
    from trialogue.app.outputs import MeetingResult
    from trialogue.app.run import run_meeting
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
    "Edges": "trialogue.app.edges",
    "LoneAgent": "trialogue.app.agent",
    "Meeting": "trialogue.app.meeting",
    "MeetingResult": "trialogue.app.outputs",
    "Overrides": "trialogue.scenario.defaults",
    "Sound": "trialogue.app.agent",
    "open_agent": "trialogue.app.agent",
    "open_meeting": "trialogue.app.meeting",
    "run_meeting": "trialogue.app.run",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'trialogue' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - see above

    return getattr(import_module(_HOMES[name]), name)
