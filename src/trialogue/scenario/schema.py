"""Schema of the scenario document, format 1: all keys of an author. None means "not written".

Durations are seconds here and have their unit in the file. Defaults are in `defaults.py`, so that written
values can be distinguished from defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Annotated

from trialogue.model.kinds import AnyObject, Anything, Duration, DurationRange, Money, OneLine, Whole
from trialogue.model.participants import Hears
from trialogue.model.plan import SilenceStep
from trialogue.scenario.expect_keys import ExpectKeys
from trialogue.scenario.fault_keys import FaultKeys
from trialogue.scenario.floor_keys import InterruptKeys, ShareKeys
from trialogue.scenario.patterns import EventKeys
from trialogue.scenario.people import ClipsKeys
from trialogue.scenario.tool_keys import ToolKeys
from trialogue.scenario.vocabulary import (
    PERSONS,
    VIA,
    EndWord,
    Identifier,
    OptionalCount,
    OptionalIdentifier,
    OptionalListen,
    OptionalSeconds,
    OptionalSpeak,
    OptionalStretch,
    OptionalThink,
    OptionalTitle,
    OptionalVia,
    PolicyName,
    Seat,
)
from trialogue.services.script import JsonObject
from trialogue.values import frozen


class Clock(Enum):
    """Clock on which a meeting runs."""

    REAL = "real"
    VIRTUAL = "virtual"


@frozen
class LimitKeys:
    """Limits at which a meeting ends by itself."""

    time: Annotated[float | None, Duration(may_be_none=True, may_be_zero=False)] = None
    """Time since the start; `none` for no limit, which then needs a limit of turns."""

    turns: OptionalCount = None
    """Number of ended turns of all participants."""

    cost: Annotated[str | None, Money()] = None
    """Cost of the agents' services, as far as their prices are known: `1.50 USD`."""

    silence: Annotated[float | None, Duration(may_be_none=True, may_be_zero=False)] = None
    """Time without any sound; `none` for no limit."""


@frozen
class RunKeys:
    """Settings of a meeting's run."""

    clock: Clock | None = None
    """Real time, or a virtual clock that leaps over every wait. A virtual clock needs all agents `via:
    local`.
    """

    seed: Annotated[int | None, Whole()] = None
    """Seed of all random numbers of the meeting."""

    models: str | None = None
    """File in the scenario's folder with recorded answers of models (`--record-models`): the embedded server
    answers from it, without the models.
    """

    frame: OptionalSeconds = None
    """Length of a frame of sound: 20ms, 40ms, 60ms, 80ms or 100ms."""

    limits: LimitKeys | None = None
    """Limits at which it ends by itself."""

    ready: OptionalSeconds = None
    """Time for which the meeting waits at its opening for sessions that are not ready."""

    page: bool | None = None
    """Whether the run's page, `report.html`, is written at its end."""


class Failing(Enum):
    """Consequence for a meeting of an agent whose sessions have failed for good."""

    DROP = "drop"
    END = "end"


class RestartWhen(Enum):
    """Whether a session that was lost is dialled again."""

    FAILURE = "failure"
    NEVER = "never"


@frozen
class RestartKeys:
    """Retries of an agent's lost sessions."""

    when: RestartWhen | None = None
    """When to retry: after a `failure`, or `never`."""

    max: Annotated[int | None, Whole(0, 100)] = None
    """Most retries in a row."""

    within: OptionalStretch = None
    """Time after the first loss within which retries count; a session of ten seconds or more resets them."""

    backoff: Annotated[tuple[float, float] | None, DurationRange()] = None
    """Longest waits before retries: the first of the range before the first retry, doubled up to the second.
    """


@frozen
class StandInKeys:
    """Stand-in for a failed agent; keys that it leaves out are the agent's."""

    via: OptionalVia = None
    """Service of the stand-in."""

    prompt: str | None = None
    """Prompt: its role and behaviour. Personal."""

    lines: tuple[str, ...] | None = None
    """Lines that it says, one each turn. Personal."""

    think: OptionalThink = None
    """Thinking: its model or script."""

    speak: OptionalSpeak = None
    """Voice: its model."""


@frozen
class ReplacementKeys:
    """Replacement of a failed agent by a stand-in."""

    replace: StandInKeys
    """Agent that takes the seat, with its predecessor's memory."""


@frozen
class AgentDefaultsKeys:
    """Defaults of all agents."""

    via: OptionalVia = None
    """Service of every agent."""

    hears: Hears | None = None
    """Way of hearing: by digest or by ear."""

    listen: OptionalListen = None
    """Hearing: default keys."""

    think: OptionalThink = None
    """For agents that write neither `think` nor `lines`."""

    speak: OptionalSpeak = None
    """Voice: default keys."""

    restart: RestartKeys | None = None
    """Retries of lost sessions: default keys, for agents that retry."""

    on_failure: Failing | ReplacementKeys | None = None
    """Consequence of sessions that have failed for good."""


@frozen
class DefaultsKeys:
    """Default values."""

    agent: AgentDefaultsKeys | None = None
    """Defaults of all agents."""


@frozen
class AgentKeys:
    """Seat of the cast."""

    role: Seat | None = None
    """Chair, speaker or observer; `human` for a speaker who is a person."""

    title: OptionalTitle = None
    """Name in digests, transcripts and on the screen."""

    aliases: tuple[Annotated[str, OneLine()], ...] | None = None
    """Other words by which speech may name it."""

    prompt: str | None = None
    """Prompt: its role and behaviour; the conduct of the meeting precedes it. Personal."""

    greeting: str | None = None
    """Words that it says as soon as it is connected: the chair's opening. Personal."""

    lines: tuple[str, ...] | None = None
    """Lines that it says, one each turn: short for a script of `say` entries. Personal."""

    via: Annotated[str, VIA] | ClipsKeys | None = None
    """Service of the agent; `local` is the embedded server. For a person: `microphone`, `text` in the
    terminal, `app` for sound and words of the app that holds the meeting, or clips that stand in.
    """

    hears: Hears | None = None
    """Way in which it learns the others' words: `text` (a digest at its turn) or `audio` (its own ear)."""

    listen: OptionalListen = None
    """Hearing. For a person: settings of the ear that transcribes the person's sound, mostly `model` and
    `language`; the ear uses the agents' service.
    """

    think: OptionalThink = None
    """Thinking: its model or script; a list is tried in order, from the first in each turn."""

    speak: OptionalSpeak = None
    """Voice: its model."""

    tools: tuple[Identifier, ...] | None = None
    """Tools of the scenario that it may call."""

    restart: RestartKeys | None = None
    """Retries of its lost sessions."""

    on_failure: Failing | ReplacementKeys | None = None
    """Consequence of sessions that have failed for good: `drop` (the others go on), `end` (the meeting ends),
    or a stand-in that takes its seat.
    """

    @property
    def is_person(self) -> bool:
        """Whether it is a person's seat, or one with clips that stand in for a person."""
        return self.role is Seat.HUMAN or isinstance(self.via, ClipsKeys) or self.via in PERSONS


@frozen
class HoldKeys:
    """Limits on the length of one turn."""

    max: OptionalStretch = None
    """Time after which the floor is revoked."""

    warn: OptionalStretch = None
    """Time after which a warning is noted."""


@frozen
class SilenceKeys:
    """Steps that follow while the floor is free and nobody takes it."""

    after: OptionalStretch = None
    """Time before the first step, and between steps."""

    do: tuple[SilenceStep, ...] | None = None
    """Steps in order, each taken once until somebody speaks again."""


@frozen
class FloorKeys:
    """Rules of the floor: the next speaker, and the length of turns."""

    policy: PolicyName | None = None
    """Policy that is asked first; `moderated` with a chair, else `round-robin`."""

    otherwise: PolicyName | None = None
    """Policy that is asked when the first one names nobody."""

    order: tuple[Identifier, ...] | None = None
    """Order of `scripted` and `round-robin`; the cast's where absent."""

    think: OptionalStretch = None
    """Time after which a holder that has not begun to speak loses the floor."""

    ear: OptionalSeconds = None
    """Time after which an agent by ear that has the floor, and answers nothing it heard, is cued."""

    chair_timeout: OptionalSeconds = None
    """Time for which the floor waits for a chair that named nobody."""

    hold: HoldKeys | None = None
    """Limits on one turn."""

    silence: SilenceKeys | None = None
    """Limits on a free floor."""

    interrupt: InterruptKeys | None = None
    """Effects of speech beside the holder's."""

    share: ShareKeys | None = None
    """Limits on one participant's share."""

    human: OptionalStretch = None
    """Time after which a person that has the floor and has not begun to speak loses it."""

    hang: OptionalSeconds = None
    """Silence that ends a person's turn."""

    custom: str | None = None
    """Policy `custom`, a pure function of the floor's view: `module:attribute`, which runs code, or the name
    of a policy that the app registered.
    """


@frozen
class PointKeys:
    """Point of the agenda."""

    id: Identifier
    """Name for other places in the file."""

    title: Annotated[str, OneLine()]
    """Title for people and agents."""

    owner: OptionalIdentifier = None
    """Participant whose point it is."""

    time: OptionalStretch = None
    """Time limit: the agenda moves on at the next turn's end after it."""

    warn: OptionalSeconds = None
    """Time before the end of the limit at which the chair says that time runs out."""

    done_when: EventKeys | None = None
    """Condition that moves the agenda on: words, or an event since the point began."""


@frozen
class EndKeys:
    """Ends of the meeting; its limits always end it."""

    any: tuple[EndWord | EventKeys, ...]
    """Conditions, any of which ends the meeting: `agenda-done`, `limits`, words, or another event."""


@frozen
class Document:
    """Scenario: a meeting that can be run."""

    trialogue: Annotated[int, Whole(1, 1)]
    """Number of the format: 1."""

    name: Identifier
    """Name of the meeting, also in its files."""

    cast: Mapping[Identifier, AgentKeys]
    """Participants in their order; the key is the participant's name."""

    about: str | None = None
    """Purpose of the meeting, for people."""

    vars: Mapping[Identifier, Annotated[object, Anything()]] | None = None
    """Variables: `${name}` stands elsewhere in the file for text, a number, or a map of them
    (`${name.key}`).
    """

    run: RunKeys | None = None
    """Settings of its run."""

    defaults: DefaultsKeys | None = None
    """Defaults of all agents."""

    tools: Mapping[Identifier, ToolKeys] | None = None
    """Tools that agents may call."""

    floor: FloorKeys | None = None
    """Rules of the floor."""

    agenda: tuple[PointKeys, ...] | None = None
    """Points, taken in order."""

    end: EndKeys | None = None
    """Ends of the meeting."""

    faults: tuple[FaultKeys, ...] | None = None
    """Faults that strike on purpose; the operator permits them with `--allow-faults`."""

    expect: ExpectKeys | None = None
    """Expectations: they make the meeting a test."""

    profiles: Mapping[Identifier, Annotated[JsonObject, AnyObject()]] | None = None
    """Parts of a scenario that `--profile NAME` applies over this one: maps merge, lists and values replace.
    """

    matrix: Mapping[str, tuple[Annotated[object, Anything()], ...]] | None = None
    """Values for paths, such as `floor.policy: [moderated, queue]`: each choice is a meeting, selected by
    `--cell`.
    """
