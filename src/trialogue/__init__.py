"""Spoken meetings of several voice agents and people, on trio.

The names below load what they need when they are first asked for, so that importing costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as typing's, which takes longer to load than all that a command needs at first

if TYPE_CHECKING:
    from trialogue.agent.events import Sound
    from trialogue.agent.lone import LoneAgent
    from trialogue.agent.opening import open_agent
    from trialogue.meeting.edges import Edges, local_connect
    from trialogue.meeting.meeting import Meeting, open_meeting
    from trialogue.meeting.outputs import MeetingResult
    from trialogue.meeting.run import resume_meeting, run_meeting
    from trialogue.scenario.defaults import Overrides
    from trialogue.scenario.resolve import prepare
    from trialogue.scenario.schema import Clock
    from trialogue.services.sound_terms import SessionTerms, SoundTerms
    from trialogue.tools.permissions import Permissions

__all__ = [
    "Clock",
    "Edges",
    "LoneAgent",
    "Meeting",
    "MeetingResult",
    "Overrides",
    "Permissions",
    "SessionTerms",
    "Sound",
    "SoundTerms",
    "local_connect",
    "open_agent",
    "open_meeting",
    "prepare",
    "resume_meeting",
    "run_meeting",
]

_HOMES = {
    "Clock": "trialogue.scenario.schema",
    "Edges": "trialogue.meeting.edges",
    "LoneAgent": "trialogue.agent.lone",
    "Meeting": "trialogue.meeting.meeting",
    "MeetingResult": "trialogue.meeting.outputs",
    "Overrides": "trialogue.scenario.defaults",
    "Permissions": "trialogue.tools.permissions",
    "SessionTerms": "trialogue.services.sound_terms",
    "Sound": "trialogue.agent.events",
    "SoundTerms": "trialogue.services.sound_terms",
    "local_connect": "trialogue.meeting.edges",
    "open_agent": "trialogue.agent.opening",
    "open_meeting": "trialogue.meeting.meeting",
    "prepare": "trialogue.scenario.resolve",
    "resume_meeting": "trialogue.meeting.run",
    "run_meeting": "trialogue.meeting.run",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'trialogue' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - see above

    return getattr(import_module(_HOMES[name]), name)
