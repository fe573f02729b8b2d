"""Words and types that documents are made of: closed lists, durations, names."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, TypeAlias

from trialogue.brain.floor.policies import POLICIES
from trialogue.scenario.kinds import Duration, Name, OneLine, Whole

Seconds: TypeAlias = Annotated[float, Duration()]
OptionalSeconds: TypeAlias = Annotated[float | None, Duration()]
OptionalCount: TypeAlias = Annotated[int | None, Whole(1, 1_000_000)]
Identifier: TypeAlias = Annotated[str, Name()]
OptionalIdentifier: TypeAlias = Annotated[str | None, Name()]
OptionalTitle: TypeAlias = Annotated[str | None, OneLine()]


class Provider(Enum):
    """Who thinks for an agent, in Deepgram's names; `scripted` is the embedded server's own."""

    SCRIPTED = "scripted"
    OPEN_AI = "open_ai"
    ANTHROPIC = "anthropic"
    GOOGLE = "google"
    GROQ = "groq"
    AWS_BEDROCK = "aws_bedrock"
    NVIDIA = "nvidia"
    DEEPGRAM = "deepgram"


class ReasoningMode(Enum):
    """How much a model reasons before it answers."""

    NONE = "none"
    MINIMAL = "minimal"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class PolicyName(Enum):
    """Who decides on the floor: each policy that the brain has a module for, or one of the author's."""

    _ignore_ = "members each"
    members = vars()
    for each in POLICIES:
        members[each.replace("-", "_").upper()] = each

    CUSTOM = "custom"


class Seat(Enum):
    """What somebody is at the table for; `human` is a speaker who is a person."""

    CHAIR = "chair"
    SPEAKER = "speaker"
    OBSERVER = "observer"
    HUMAN = "human"


class EndWord(Enum):
    """Ways in which a meeting ends that need no more words."""

    AGENDA_DONE = "agenda-done"
    LIMITS = "limits"
