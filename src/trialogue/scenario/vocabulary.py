"""Vocabulary of documents: closed lists, durations, names."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Final, TypeAlias

from trialogue.brain.floor.policies import POLICIES
from trialogue.model.kinds import Duration, ListedWord, Name, OneLine, StageKeys, Whole
from trialogue.services import SERVICES
from trialogue.services.keys import ListenStage, SpeakStage, ThinkStage

MOST_COUNTED: Final = 1_000_000
"""Highest number of turns, matches or occurrences in a document."""

Seconds: TypeAlias = Annotated[float, Duration()]
OptionalSeconds: TypeAlias = Annotated[float | None, Duration()]
OptionalStretch: TypeAlias = Annotated[float | None, Duration(may_be_zero=False)]
OptionalCount: TypeAlias = Annotated[int | None, Whole(1, MOST_COUNTED)]
Identifier: TypeAlias = Annotated[str, Name()]
OptionalIdentifier: TypeAlias = Annotated[str | None, Name()]
OptionalTitle: TypeAlias = Annotated[str | None, OneLine()]

MICROPHONE: Final = "microphone"
TEXT: Final = "text"
APP: Final = "app"

PERSONS: Final = (MICROPHONE, TEXT, APP)
"""Ways in which people take part, besides clips that stand in for them."""


def via_words() -> tuple[str, ...]:
    """The words of `via`: services for agents, and ways for people to take part."""
    return (*SERVICES, *PERSONS)


VIA: Final = ListedWord(
    via_words,
    later=(
        (
            "replay",
            ("trialogue scenario-from RUN writes a scenario that repeats an old run"),
        ),
    ),
)
"""Service, or way in which a person takes part; `later` has words of later releases with their equivalents.
"""

OptionalVia: TypeAlias = Annotated[str | None, VIA]
OptionalListen: TypeAlias = Annotated[ListenStage | None, StageKeys("listen")]
OneThink: TypeAlias = Annotated[ThinkStage, StageKeys("think")]
OptionalThink: TypeAlias = OneThink | tuple[OneThink, ...] | None
OptionalSpeak: TypeAlias = Annotated[SpeakStage | None, StageKeys("speak")]


class PolicyName(Enum):
    """Name of a policy: a built-in one, or `custom` for the author's own."""

    _ignore_ = "members each"
    members = vars()
    for each in POLICIES:
        members[each.replace("-", "_").upper()] = each

    CUSTOM = "custom"


class Seat(Enum):
    """Role at the table; `human` is a person who speaks."""

    CHAIR = "chair"
    SPEAKER = "speaker"
    OBSERVER = "observer"
    HUMAN = "human"


class EndWord(Enum):
    """Ends of a meeting that are named by a single word."""

    AGENDA_DONE = "agenda-done"
    LIMITS = "limits"
