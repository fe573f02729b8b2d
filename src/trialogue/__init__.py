"""Spoken meetings of several voice agents and people, on trio: every name that an app needs.

The names below are loaded on first use, so that importing costs nothing.
Events and commands are also in `trialogue.events`, names for authors of policies in `trialogue.policy`,
errors in `trialogue.errors`. The names in `__all__` are kept: a removal is announced one release before,
with a DeprecationWarning and in the changelog.
"""

# ruff: noqa: F403, F405 -- events and errors are listed where they are defined, and below
from __future__ import annotations

TYPE_CHECKING = False  # like typing's: loading typing takes longer than all that a command needs at first

if TYPE_CHECKING:
    from trialogue.actors.app_sound import PullsSound
    from trialogue.actors.hooks import Hook, HookAnswer
    from trialogue.actors.router import Sink
    from trialogue.agent.events import Sound
    from trialogue.agent.lone import LoneAgent
    from trialogue.agent.opening import open_agent
    from trialogue.brain.floor.policies import POLICIES
    from trialogue.brain.floor.view import Collect, FloorView, Next, Nobody, Policy, TurnTaken, Wait, Waiting
    from trialogue.errors import *
    from trialogue.events import *
    from trialogue.mailbox import MailboxFull
    from trialogue.meeting.edges import Edges, local_connect
    from trialogue.meeting.handle import Meeting
    from trialogue.meeting.meeting import open_meeting
    from trialogue.meeting.outputs import MeetingResult
    from trialogue.meeting.policy_loading import brain_for
    from trialogue.meeting.run import resume_meeting, run_meeting
    from trialogue.meeting.sound import PersonSource, RoomSound, mix
    from trialogue.meeting.virtual import run_virtual
    from trialogue.meeting.watching import Records
    from trialogue.model.participants import Hears, Kind, Participant, Role
    from trialogue.model.plan import MeetingPlan
    from trialogue.model.state import MeetingState, ParticipantState
    from trialogue.scenario.defaults import Overrides
    from trialogue.scenario.load import Scenario, load, loads
    from trialogue.scenario.resolve import Resolved, check, prepare, resolve
    from trialogue.scenario.schema import Clock
    from trialogue.services.sound_terms import SessionTerms, SoundTerms
    from trialogue.speech.engines import Engines, open_engines
    from trialogue.tools.permissions import Permissions

    __version__: str
    """The version of the installed package."""

__all__ = [
    "POLICIES",
    "ActorCrashed",
    "ActorOverran",
    "AgentEvent",
    "AgentThinking",
    "AlreadyOver",
    "AnswerTool",
    "AskHook",
    "AskedWrongly",
    "Attribute",
    "AuthorFailed",
    "CancelTool",
    "CancelWake",
    "Clock",
    "Collect",
    "Command",
    "ConnectionLost",
    "Cue",
    "DialFailed",
    "Drop",
    "DuckPlayout",
    "EarFailed",
    "EarHeard",
    "EarLost",
    "EarReady",
    "EchoNoticed",
    "Edges",
    "EndMeeting",
    "EndTurn",
    "Engines",
    "Event",
    "FaultStruck",
    "FloorRequestCancelled",
    "FloorRequested",
    "FloorView",
    "FrustrationDetected",
    "GaveUp",
    "GrantAsked",
    "GrantFloor",
    "Hearing",
    "Hears",
    "History",
    "Hook",
    "HookAnswer",
    "HookAnswered",
    "InjectionRefused",
    "IntensityExceeded",
    "Joined",
    "JournalError",
    "Kind",
    "LatencyMeasured",
    "Left",
    "LineTaken",
    "LocalProtocolError",
    "LoneAgent",
    "LoopStalled",
    "MailboxFull",
    "Meeting",
    "MeetingPlan",
    "MeetingResult",
    "MeetingResumed",
    "MeetingStarted",
    "MeetingState",
    "MeetingStopped",
    "ModelSaid",
    "MoveAgenda",
    "MuteAsked",
    "Next",
    "Nobody",
    "NoteGiven",
    "OtherRules",
    "Overrides",
    "Participant",
    "ParticipantState",
    "PausePlayout",
    "PermissionMissing",
    "Permissions",
    "PersonSource",
    "Play",
    "PlaybackFinished",
    "PlaybackPaused",
    "PlaybackResumed",
    "PlaybackStarted",
    "Policy",
    "Prepare",
    "ProcessSuspended",
    "ProtocolError",
    "ProviderRefused",
    "PullsSound",
    "Record",
    "RecordingFailed",
    "Records",
    "RecordsMissed",
    "RemoteProtocolError",
    "Replace",
    "ReplayDivergence",
    "ReplyFailed",
    "ReplySent",
    "ReplyStarted",
    "ReplyWithdrawn",
    "Report",
    "Resolved",
    "ResumePlayout",
    "RevokeAsked",
    "Role",
    "RollOver",
    "RoomSound",
    "RunTool",
    "SayAsked",
    "Scenario",
    "ScenarioError",
    "SentenceSaid",
    "ServiceWarned",
    "SessionEnding",
    "SessionFailed",
    "SessionLost",
    "SessionReady",
    "SessionRolledOver",
    "SessionTerms",
    "SetHearing",
    "SettingsChanged",
    "SetupError",
    "Sink",
    "Sound",
    "SoundLagged",
    "SoundTerms",
    "Speak",
    "SpeechStarted",
    "SpeechStopped",
    "StopAsked",
    "StopPlayout",
    "TextTyped",
    "ToolAnswered",
    "ToolCallCancelled",
    "ToolFailed",
    "ToolFinished",
    "ToolLost",
    "ToolRequested",
    "TrialogueError",
    "TurnTaken",
    "UnduckPlayout",
    "UnknownMessage",
    "UnknownName",
    "Update",
    "UpdateAsked",
    "UserStartedSpeaking",
    "Utterance",
    "VoiceFell",
    "VoiceRose",
    "Wait",
    "Waiting",
    "WakeAt",
    "WallClockJumped",
    "Woke",
    "WordsHeard",
    "WrongLoop",
    "WrongType",
    "WrongValue",
    "__version__",
    "brain_for",
    "check",
    "load",
    "loads",
    "local_connect",
    "mix",
    "open_agent",
    "open_engines",
    "open_meeting",
    "prepare",
    "resolve",
    "resume_meeting",
    "run_meeting",
    "run_virtual",
]

_HOMES = {
    "Hook": "trialogue.actors.hooks",
    "HookAnswer": "trialogue.actors.hooks",
    "PullsSound": "trialogue.actors.app_sound",
    "Sink": "trialogue.actors.router",
    "mix": "trialogue.meeting.sound",
    "PersonSource": "trialogue.meeting.sound",
    "RoomSound": "trialogue.meeting.sound",
    "LoneAgent": "trialogue.agent.lone",
    "Sound": "trialogue.agent.events",
    "open_agent": "trialogue.agent.opening",
    "SessionTerms": "trialogue.services.sound_terms",
    "SoundTerms": "trialogue.services.sound_terms",
    "POLICIES": "trialogue.brain.floor.policies",
    "Collect": "trialogue.brain.floor.view",
    "FloorView": "trialogue.brain.floor.view",
    "Next": "trialogue.brain.floor.view",
    "Nobody": "trialogue.brain.floor.view",
    "Policy": "trialogue.brain.floor.view",
    "TurnTaken": "trialogue.brain.floor.view",
    "Wait": "trialogue.brain.floor.view",
    "Waiting": "trialogue.brain.floor.view",
    "MailboxFull": "trialogue.mailbox",
    "Edges": "trialogue.meeting.edges",
    "local_connect": "trialogue.meeting.edges",
    "Meeting": "trialogue.meeting.handle",
    "open_meeting": "trialogue.meeting.meeting",
    "MeetingResult": "trialogue.meeting.outputs",
    "brain_for": "trialogue.meeting.policy_loading",
    "resume_meeting": "trialogue.meeting.run",
    "run_meeting": "trialogue.meeting.run",
    "run_virtual": "trialogue.meeting.virtual",
    "Records": "trialogue.meeting.watching",
    "Hears": "trialogue.model.participants",
    "Kind": "trialogue.model.participants",
    "Participant": "trialogue.model.participants",
    "Role": "trialogue.model.participants",
    "MeetingPlan": "trialogue.model.plan",
    "MeetingState": "trialogue.model.state",
    "ParticipantState": "trialogue.model.state",
    "Overrides": "trialogue.scenario.defaults",
    "Scenario": "trialogue.scenario.load",
    "load": "trialogue.scenario.load",
    "loads": "trialogue.scenario.load",
    "Resolved": "trialogue.scenario.resolve",
    "check": "trialogue.scenario.resolve",
    "prepare": "trialogue.scenario.resolve",
    "resolve": "trialogue.scenario.resolve",
    "Clock": "trialogue.scenario.schema",
    "Engines": "trialogue.speech.engines",
    "open_engines": "trialogue.speech.engines",
    "Permissions": "trialogue.tools.permissions",
}
"""Module of each name, except errors and events, which have one module each for all of them."""


def __getattr__(name: str) -> object:
    from importlib import import_module  # noqa: PLC0415 - see above

    if name == "__version__":
        return import_module("importlib.metadata").version("trialogue")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in __all__:
        errors = vars(import_module("trialogue.errors"))
        return errors[name] if name in errors else getattr(import_module("trialogue.events"), name)
    raise AttributeError(f"module 'trialogue' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
