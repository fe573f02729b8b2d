"""The scenario document, format 1: what an author may write. None is "not written".

Durations are seconds here and carry their unit in the file. Defaults stand where they are used
(`defaults.py`), so that a value that was written can be told from one that was not.
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
    """When a meeting ends by itself, at the latest."""

    time: Annotated[float | None, Duration(may_be_none=True, may_be_zero=False)] = None
    """Since the start; `none` for no limit, which then needs one of turns."""

    turns: OptionalCount = None
    """Number of ended turns of all participants."""

    cost: Annotated[str | None, Money()] = None
    """Cost of the agents' services at most, as far as their prices are known: `1.50 USD`."""

    silence: OptionalStretch = None
    """Longest time for which nobody is heard."""


@frozen
class RunKeys:
    """Settings of a meeting's run."""

    clock: Clock | None = None
    """Real time, or a virtual clock that leaps over every wait. Virtual needs all agents `via: local`."""

    seed: Annotated[int | None, Whole()] = None
    """Seed from which every chance of the meeting is drawn."""

    models: str | None = None
    """A file in the scenario's folder of what models said to what they were asked (`--record-models`): the
    embedded server answers from it, and asks none."""

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
    """Patience with which an agent's sessions are dialled again."""

    when: RestartWhen | None = None
    """After a `failure`, or `never`."""

    max: Annotated[int | None, Whole(0, 100)] = None
    """Retries in a row."""

    within: OptionalStretch = None
    """Time after the first loss; a session that lived for ten seconds begins anew."""

    backoff: Annotated[tuple[float, float] | None, DurationRange()] = None
    """Waits at most: before the first retry, doubled with each, and in the end."""


@frozen
class StandInKeys:
    """Stand-in for an agent that has failed; what is left out is as the agent has it."""

    via: OptionalVia = None
    """Service of the stand-in."""

    prompt: str | None = None
    """Prompt: who it is and how it shall behave. Personal."""

    lines: tuple[str, ...] | None = None
    """Lines that it says, turn by turn. Personal."""

    think: OptionalThink = None
    """Thinking: its model or script."""

    speak: OptionalSpeak = None
    """Voice: its model."""


@frozen
class ReplacementKeys:
    """A stand-in for an agent that has failed."""

    replace: StandInKeys
    """Agent that takes the seat, with what its predecessor knew."""


@frozen
class AgentDefaultsKeys:
    """Defaults of every agent that does not say otherwise."""

    via: OptionalVia = None
    """Service of every agent."""

    hears: Hears | None = None
    """By digest or by ear."""

    listen: OptionalListen = None
    """Keys that an agent does not write are taken from here."""

    think: OptionalThink = None
    """For agents that write neither `think` nor `lines`."""

    speak: OptionalSpeak = None
    """Keys that an agent does not write are taken from here."""

    restart: RestartKeys | None = None
    """Patience with which its sessions are dialled again when they are lost."""

    on_failure: Failing | ReplacementKeys | None = None
    """For agents that do not say."""


@frozen
class DefaultsKeys:
    """Values for everyone."""

    agent: AgentDefaultsKeys | None = None
    """For every agent."""


@frozen
class AgentKeys:
    """One seat of the cast."""

    role: Seat | None = None
    """Chair, speaker or observer; `human` for a speaker who is a person."""

    title: OptionalTitle = None
    """Name in digests, transcripts and on the screen."""

    aliases: tuple[Annotated[str, OneLine()], ...] | None = None
    """Other words by which speech may name it."""

    prompt: str | None = None
    """Prompt: who it is and how it shall behave; the conduct of the meeting is added. Personal."""

    greeting: str | None = None
    """Greeting as soon as it is connected: the chair's opening words. Personal."""

    lines: tuple[str, ...] | None = None
    """Lines that it says, turn by turn: short for a script of nothing but `say`. Personal."""

    via: Annotated[str, VIA] | ClipsKeys | None = None
    """Service of the agent; `local` is the embedded server. A person: by `microphone`, by `text` in the
    terminal, by sound and words of the `app` that holds the meeting, or clips that stand in."""

    hears: Hears | None = None
    """Way in which it learns the others' words: `text` (a digest at its turn) or `audio` (its own ear)."""

    listen: OptionalListen = None
    """Hearing. Of a person: what the ear is asked for that makes words of the person's sound, of which
    `model` and `language` mostly; it is at the service where the agents are."""

    think: OptionalThink = None
    """Thinking: its model or script; a list is tried in order, anew in each turn."""

    speak: OptionalSpeak = None
    """Voice: its model."""

    tools: tuple[Identifier, ...] | None = None
    """Tools of the scenario that it may call."""

    restart: RestartKeys | None = None
    """Patience with which its sessions are dialled again when they are lost."""

    on_failure: Failing | ReplacementKeys | None = None
    """Consequence once its sessions have failed for good: `drop` (the others go on), `end` (the meeting
    does not), or a stand-in takes its seat.
    """

    @property
    def is_person(self) -> bool:
        """Whether it is a person's seat, or one of clips that stand in for a person."""
        return self.role is Seat.HUMAN or isinstance(self.via, ClipsKeys) or self.via in PERSONS


@frozen
class HoldKeys:
    """Limits of the length of one turn."""

    max: OptionalStretch = None
    """After this the floor is taken away."""

    warn: OptionalStretch = None
    """Time from which on it is noted."""


@frozen
class SilenceKeys:
    """Steps that follow while the floor is free and nobody takes it."""

    after: OptionalStretch = None
    """Time before the first step, and between steps."""

    do: tuple[SilenceStep, ...] | None = None
    """The steps in order, each once until somebody speaks again."""


@frozen
class FloorKeys:
    """Rules of the floor: the next speaker, and the length of turns."""

    policy: PolicyName | None = None
    """The policy that is asked first; `moderated` where there is a chair, else `round-robin`."""

    otherwise: PolicyName | None = None
    """The policy that is asked when the first has nobody to name."""

    order: tuple[Identifier, ...] | None = None
    """The order of `scripted` and `round-robin`; the cast's where absent."""

    think: OptionalStretch = None
    """Time after which a holder of the floor who has not begun to speak loses it."""

    ear: OptionalSeconds = None
    """An agent by ear that has the floor and answers nothing it heard is cued after this."""

    chair_timeout: OptionalSeconds = None
    """Time for which the floor waits for a chair who named nobody."""

    hold: HoldKeys | None = None
    """Limits on one turn."""

    silence: SilenceKeys | None = None
    """Limits on a free floor."""

    interrupt: InterruptKeys | None = None
    """Effects of speech beside the holder's."""

    share: ShareKeys | None = None
    """Limits on one participant's part of it all."""

    human: OptionalStretch = None
    """A person who has the floor and has not begun to speak after this loses it."""

    hang: OptionalSeconds = None
    """A person's turn ends when so long nothing follows on its speech."""

    custom: str | None = None
    """The policy `custom`, a pure function of the floor's view: `module:attribute`, which runs code, or the
    name by which the app gives it."""


@frozen
class PointKeys:
    """One point of the agenda."""

    id: Identifier
    """Name by which other places call it."""

    title: Annotated[str, OneLine()]
    """Title that people read and agents are told."""

    owner: OptionalIdentifier = None
    """Participant whose point it is."""

    time: OptionalStretch = None
    """Time box: the agenda moves on at the next turn's end after it."""

    warn: OptionalSeconds = None
    """So long before the end of the box the chair says that time runs out."""

    done_when: EventKeys | None = None
    """The agenda moves on when this has been said, or has happened since the point began."""


@frozen
class EndKeys:
    """Ends of the meeting; its limits always end it."""

    any: tuple[EndWord | EventKeys, ...]
    """Any of these: `agenda-done`, something said or something else that happens, `limits`."""


@frozen
class Document:
    """A scenario: a meeting that can be run."""

    trialogue: Annotated[int, Whole(1, 1)]
    """The format's number: 1."""

    name: Identifier
    """Name of the meeting, in its files too."""

    cast: Mapping[Identifier, AgentKeys]
    """Participants at the table, in this order: the key is the participant's name."""

    about: str | None = None
    """Purpose of the meeting, for people."""

    vars: Mapping[Identifier, Annotated[object, Anything()]] | None = None
    """Variables: `${name}` stands elsewhere in the file for text, a number, or a map of them
    (`${name.key}`).
    """

    run: RunKeys | None = None
    """Settings of its run."""

    defaults: DefaultsKeys | None = None
    """Defaults for agents that do not say otherwise."""

    tools: Mapping[Identifier, ToolKeys] | None = None
    """Tools that agents may call."""

    floor: FloorKeys | None = None
    """Rules of the floor."""

    agenda: tuple[PointKeys, ...] | None = None
    """Points, taken in order."""

    end: EndKeys | None = None
    """Ends of the meeting."""

    faults: tuple[FaultKeys, ...] | None = None
    """Faults that strike on purpose; the operator allows them with `--allow-faults`."""

    expect: ExpectKeys | None = None
    """Expectations: a meeting that has any is a test."""

    profiles: Mapping[Identifier, Annotated[JsonObject, AnyObject()]] | None = None
    """Parts of a scenario that `--profile NAME` lays over this one: maps merge, lists and values replace."""

    matrix: Mapping[str, tuple[Annotated[object, Anything()], ...]] | None = None
    """Values for paths, as `floor.policy: [moderated, queue]`: a meeting for each choice, by `--cell`."""
