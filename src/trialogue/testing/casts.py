"""Casts, plans and events in few words, for playbooks and for tests of policies.

>>> plan(chair("mod"), "tech", person("dana"), policy="moderated", turns=6).floor.policy
'moderated'
>>> [event.__class__.__name__ for _, event in reply(2.0, "tech", 1, "Hello.", length_s=1.5)]
['ReplyStarted', 'SentenceSaid', 'ReplySent']
"""

from __future__ import annotations

from typing import TypeAlias

from attrs import fields_dict

from trialogue.arguments import checks_arguments
from trialogue.model.events import (
    EarHeard,
    Event,
    MeetingStarted,
    PlaybackFinished,
    PlaybackStarted,
    ReplySent,
    ReplyStarted,
    SentenceSaid,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    VoiceFell,
)
from trialogue.model.participants import Hears, Kind, Participant, Role
from trialogue.model.plan import FloorRules, Limits, MeetingPlan

__all__ = [
    "At",
    "agent",
    "chair",
    "observer",
    "opening",
    "person",
    "plan",
    "played",
    "reply",
    "spoken",
]

At: TypeAlias = tuple[float, Event]
"""Event with its time, in seconds since the meeting's start."""

FALLS_S = 0.1
"""Seconds between the fall of a voice and the source's report of it."""


@checks_arguments
def agent(name: str, *, by_ear: bool = False, **more: object) -> Participant:
    """Agent of a cast; with `by_ear`, one that hears audio. `more`: other fields of `Participant`."""
    return _participant(name, hears=_hears(by_ear), **more)


@checks_arguments
def chair(name: str, *, by_ear: bool = False, **more: object) -> Participant:
    """Agent that chairs the meeting."""
    return _participant(name, hears=_hears(by_ear), role=Role.CHAIR, **more)


@checks_arguments
def observer(name: str, **more: object) -> Participant:
    """Agent that hears audio and never speaks."""
    return _participant(name, hears=Hears.AUDIO, role=Role.OBSERVER, **more)


@checks_arguments
def person(name: str, **more: object) -> Participant:
    """Person of a cast."""
    return _participant(name, kind=Kind.HUMAN, **more)


def _hears(by_ear: bool) -> Hears:  # noqa: FBT001 - private, with one argument
    return Hears.AUDIO if by_ear else Hears.TEXT


def _participant(name: str, **fields: object) -> Participant:
    return Participant(name, **fields)  # type: ignore[arg-type]


@checks_arguments
def plan(*cast: Participant | str, **rules: object) -> MeetingPlan:
    """Plan with this cast; a string stands for an agent of that name. TypeError for an unknown rule.

    `rules` are fields of `FloorRules`, `Limits` and `MeetingPlan` by their names, each where it belongs:
    `policy="free"`, `turns=6`, `seed=7`.
    """
    table = tuple(agent(each) if isinstance(each, str) else each for each in cast)
    parts: dict[type, dict[str, object]] = {FloorRules: {}, Limits: {}, MeetingPlan: {}}
    for name, value in rules.items():
        home = next((kind for kind in parts if name in fields_dict(kind)), None)
        if home is None:
            raise TypeError(f"unknown rule {name!r} of a plan")
        parts[home][name] = value
    whole = {
        "name": "test",
        "floor": FloorRules(**parts[FloorRules]),  # type: ignore[arg-type]
        "limits": Limits(**parts[Limits]),  # type: ignore[arg-type]
        **parts[MeetingPlan],
    }
    return MeetingPlan(participants=table, **whole)  # type: ignore[arg-type]


@checks_arguments
def opening(plan: MeetingPlan, at: float = 0.0) -> list[At]:
    """Events that open a meeting: its start, then the first session of each agent ready."""
    agents = [p.name for p in plan.participants if p.kind is Kind.AGENT]
    return [(at, MeetingStarted()), *((at, SessionReady(name, 1)) for name in agents)]


@checks_arguments
def reply(at: float, by: str, number: int, text: str = "Well.", *, length_s: float = 2.0) -> list[At]:
    """Events of a whole reply that arrives at once."""
    return [
        (at, ReplyStarted(by, number)),
        (at, SentenceSaid(by, number, text, 0.0)),
        (at, ReplySent(by, number, length_s)),
    ]


@checks_arguments
def played(at: float, by: str, number: int, *, turn: int, length_s: float = 2.0) -> list[At]:
    """Events of a reply that is heard completely."""
    end = at + length_s
    return [
        (at, PlaybackStarted(by, turn, number, at)),
        (end, PlaybackFinished(by, turn, number, end, length_s, "complete")),
    ]


@checks_arguments
def spoken(at: float, by: str, length_s: float, text: str = "", *, utterance: int = 1) -> list[At]:
    """Events of a person's speech, as detector and ear report it; without words if `text` is empty."""
    end = at + length_s
    heard = [(end + 0.3, EarHeard(by, 1, utterance, text, at, end, "final"))] if text else []
    return [
        (at, SpeechStarted(by, at)),
        (end + FALLS_S, VoiceFell(by, end)),
        (end + 0.2, SpeechStopped(by, end)),
        *heard,
    ]
