"""Completion of a document: fills in defaults, and applies the operator's overrides.

The result is a document again, without `defaults`, `vars`, `profiles` and `matrix`; a run records it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, TypeVar, cast

import attrs
from attrs import evolve

from trialogue.arguments import check_fields, checks_arguments
from trialogue.errors import WrongValue
from trialogue.model.kinds import Whole
from trialogue.model.participants import Hears
from trialogue.model.plan import FloorRules, Limits, MeetingPlan, OnInterrupt
from trialogue.option_or_argument import either
from trialogue.scenario.checks import never_retries
from trialogue.scenario.floor_keys import Always, InterruptKeys, ShareKeys
from trialogue.scenario.people import ClipKeys, ClipMode, ClipsKeys
from trialogue.scenario.problems import Path
from trialogue.scenario.schema import (
    AgentDefaultsKeys,
    AgentKeys,
    Clock,
    Document,
    EndKeys,
    Failing,
    FloorKeys,
    HoldKeys,
    LimitKeys,
    ReplacementKeys,
    RestartKeys,
    RunKeys,
    SilenceKeys,
)
from trialogue.scenario.tool_keys import KINDS, ToolKeys, kinds_of
from trialogue.scenario.variants import AS_IT_STANDS, Variant
from trialogue.scenario.vocabulary import MICROPHONE, MOST_COUNTED, TEXT, EndWord, PolicyName, Seat
from trialogue.services import EMBEDDED, SERVICES, service_of
from trialogue.services.keys import ServiceKeys, ThinkStage, over
from trialogue.values import frozen

FRAME_S = 0.02
READY_S = cast("float", attrs.fields(MeetingPlan).ready_s.default)
TOOL_TIMEOUT_S = 20.0
LONGEST_S = 999_999 * 3600.0
"""Longest duration that a scenario can hold, in seconds."""

NO_ARGUMENTS: dict[str, object] = {"type": "object", "properties": {}}

_Value = TypeVar("_Value")


@frozen
class Sitting:
    """Seat that the operator takes, and the way of speaking."""

    name: str
    """Participant whose seat it is."""

    via: Literal["text", "microphone"] = "text"
    """At the keyboard, or at the microphone."""

    def __attrs_post_init__(self) -> None:
        """Check the types; whether it is the seat of a person is checked with the scenario."""
        check_fields(self)


@frozen
class Overrides:
    """Overrides of a scenario, from the command line or a program; None keeps a value."""

    via: str | None = None
    """Service of every agent."""

    clock: Clock | None = None
    """Real or virtual clock."""

    seed: int | None = None
    """Seed of all random numbers."""

    time_s: float | None = None
    """Limit of time in seconds; infinity for none."""

    turns: int | None = None
    """Limit of turns."""

    silence_s: float | None = None
    """Limit of silence in seconds; infinity for none."""

    me: Sitting | None = None
    """Seat of the operator, replacing its participant in the scenario."""

    variant: Variant = AS_IT_STANDS
    """Variant of the file: the profile and the cell that are applied to it."""

    def __attrs_post_init__(self) -> None:
        """Check the values; raises WrongType or WrongValue."""
        check_fields(self)
        for name, value in (("time_s", self.time_s), ("turns", self.turns), ("silence_s", self.silence_s)):
            if value is not None and not value > 0:
                raise WrongValue(f"{name} must be more than 0, not {value}", argument=name)
        self._check_writable()

    def _check_writable(self) -> None:
        """Raise WrongValue for a number that the scenario in the run's directory could not have."""
        if self.seed is not None and not 0 <= self.seed <= Whole().high:
            raise WrongValue(f"seed must be from 0 to {Whole().high}, not {self.seed}", argument="seed")
        if self.turns is not None and self.turns > MOST_COUNTED:
            raise WrongValue(f"turns must be at most {MOST_COUNTED}, not {self.turns}", argument="turns")
        for name, value in (("time_s", self.time_s), ("silence_s", self.silence_s)):
            if value is not None and LONGEST_S < value < math.inf:
                raise WrongValue(f"{name} must be at most {LONGEST_S:.0f}, or infinity", argument=name)

    @checks_arguments
    def option_of(self, path: Path) -> str | None:
        """Option that set the value at a path; None if no option did."""
        values: dict[Path, tuple[str, object]] = {
            ("run", "clock"): ("--clock", self.clock),
            ("run", "seed"): ("--seed", self.seed),
            ("run", "limits", "time"): ("--limit-time", self.time_s),
            ("run", "limits", "turns"): ("--limit-turns", self.turns),
            ("run", "limits", "silence"): ("--limit-silence", self.silence_s),
        }
        via = path[:1] == ("cast",) and path[2:] == ("via",)
        if via and self.me is not None and path[1] == self.me.name:
            return "--me"
        option, value = ("--via", self.via) if via else values.get(path, ("", None))
        return None if value is None else option


def filled(value: _Value | None) -> _Value:
    """A value of a completed document, which is never None."""
    if value is None:
        raise AssertionError("complete() leaves nothing out")
    return value


def complete(document: Document, overrides: Overrides) -> Document:
    """Completed document: written values, `defaults`, built-in defaults and the operator's overrides."""
    shared = (document.defaults.agent if document.defaults else None) or AgentDefaultsKeys()
    seats = {
        name: _agent(_taken(name, agent, overrides.me), shared, overrides, index)
        for index, (name, agent) in enumerate(document.cast.items())
    }
    return evolve(
        document,
        vars=None,
        defaults=None,
        profiles=None,
        matrix=None,
        cast=seats,
        run=_run(document.run or RunKeys(), overrides),
        tools={name: _tool(tool) for name, tool in (document.tools or {}).items()} or None,
        floor=_floor(document.floor or FloorKeys(), seats),
        end=document.end or _end(document),
    )


def _run(run: RunKeys, overrides: Overrides) -> RunKeys:
    built_in = Limits()
    limits = over(
        LimitKeys(time=overrides.time_s, turns=overrides.turns, silence=overrides.silence_s),
        over(run.limits, LimitKeys(time=built_in.time_s, silence=built_in.silence_s)),
    )
    clock = overrides.clock or (Clock.REAL if overrides.me is not None else None)
    asked = RunKeys(clock=clock, seed=overrides.seed)
    fallback = RunKeys(clock=Clock.REAL, seed=0, frame=FRAME_S, ready=READY_S, page=False)
    return evolve(over(asked, over(run, fallback)), limits=limits)


def _agent(agent: AgentKeys, shared: AgentDefaultsKeys, overrides: Overrides, index: int) -> AgentKeys:
    if agent.is_person:
        return _person(agent, _voice(service_of(EMBEDDED).keys, index))
    via = overrides.via or agent.via or shared.via or EMBEDDED
    keys = service_of(via).keys if isinstance(via, str) and via in SERVICES else service_of(EMBEDDED).keys
    if agent.lines is None and agent.think is None:
        agent = evolve(agent, think=shared.think)
    agent = evolve(agent, think=_as_run(keys, _thinks_at(keys, agent.think)))
    if overrides.via is not None and not keys.plays_scripts and agent.prompt is not None:
        agent = _without_script(agent)
    needs_model = agent.think is None and agent.lines is None
    return evolve(
        agent,
        role=agent.role or Seat.SPEAKER,
        via=via,
        hears=agent.hears or shared.hears or Hears.TEXT,
        listen=keys.listens(agent.listen, shared.listen),
        think=keys.model if needs_model else agent.think,
        speak=keys.speaks(agent.speak, shared.speak, _voice(keys, index)),
        restart=_restart(agent.restart, shared.restart),
        on_failure=_on_failure(agent.on_failure or shared.on_failure or Failing.DROP, overrides.via, keys),
    )


def _restart(own: RestartKeys | None, shared: RestartKeys | None) -> RestartKeys | None:
    """Retries of an agent: its own keys, over those of `defaults`; where one never retries, its own alone."""
    if own is None or shared is None:
        return own or shared
    return own if never_retries(own) or never_retries(shared) else over(own, shared)


def _voice(keys: ServiceKeys, index: int) -> str:
    """Voice of the participant at a place of the cast."""
    return keys.voices[index % len(keys.voices)]


def _thinks_at(
    keys: ServiceKeys, think: ThinkStage | tuple[ThinkStage, ...] | None
) -> ThinkStage | tuple[ThinkStage, ...] | None:
    """Think providers of an agent, except those for another service: `--via` can change the service."""
    if isinstance(think, tuple):
        return think if all(isinstance(one, keys.think) for one in think) else None
    return think if think is None or isinstance(think, keys.think) else None


def _as_run(
    keys: ServiceKeys, think: ThinkStage | tuple[ThinkStage, ...] | None
) -> ThinkStage | tuple[ThinkStage, ...] | None:
    """Think providers of an agent, with the service's defaults."""
    if isinstance(think, tuple):
        return tuple(map(keys.thinks, think))
    return None if think is None else keys.thinks(think)


def _on_failure(
    given: Failing | ReplacementKeys, via: str | None, keys: ServiceKeys
) -> Failing | ReplacementKeys:
    """Failure rule with the stand-in moved to the operator's service, unless the stand-in says lines."""
    if isinstance(given, Failing):
        return given
    own = via if via is not None and given.replace.lines is None else given.replace.via
    keys = service_of(own).keys if own is not None and own in SERVICES else keys
    return ReplacementKeys(evolve(given.replace, via=own, think=_as_run(keys, given.replace.think)))


def _taken(name: str, seat: AgentKeys, me: Sitting | None) -> AgentKeys:
    """The seat, or the operator's version of it where the operator chose this one."""
    if me is None or name != me.name or not seat.is_person:
        return seat
    return evolve(seat, via=me.via, listen=None if me.via == TEXT else seat.listen)


def sitting_fault(document: Document, me: Sitting) -> str | None:
    """Reason why the operator cannot take that seat; None if they can."""
    seat = document.cast.get(me.name)
    if seat is not None and seat.is_person and seat.role is not Seat.OBSERVER:
        return None
    people = [name for name, each in document.cast.items() if each.is_person]
    where = f"seats of people: {', '.join(people)}" if people else "the scenario has no seat for a person"
    return f"{either('--me', 'me')} {me.name}: this is not the seat of a person who speaks; {where}"


def _person(agent: AgentKeys, voice: str) -> AgentKeys:
    """Seat of a person with defaults: the microphone if nothing is given; clips use the seat's voice."""
    via = agent.via or MICROPHONE
    if isinstance(via, ClipsKeys):
        via = ClipsKeys(tuple(_clip(clip, voice) for clip in via.clips))
    return evolve(agent, role=agent.role or Seat.HUMAN, via=via)


def _clip(clip: ClipKeys, voice: str) -> ClipKeys:
    spoken_by = voice if clip.say is not None else None
    mode = clip.mode or (ClipMode.INTERRUPT if clip.type is None else None)
    return evolve(clip, mode=mode, voice=clip.voice or spoken_by)


def _without_script(agent: AgentKeys) -> AgentKeys:
    """Agent without its script, so that a model plays it by its prompt."""
    listed = agent.think if isinstance(agent.think, tuple) else (agent.think,) if agent.think else ()
    models = tuple(think for think in listed if not think.is_scripted)
    return evolve(agent, lines=None, think=models[0] if len(models) == 1 else models or None)


def _tool(tool: ToolKeys) -> ToolKeys:
    """Tool with its defaults; a tool that describes itself keeps its own description."""
    written = kinds_of(tool)
    schema = None if any(KINDS[kind].tells_itself for kind in written) else NO_ARGUMENTS
    built_in = ToolKeys(
        description="",
        schema=schema,
        timeout=TOOL_TIMEOUT_S,
        on_interrupt=OnInterrupt.CANCEL,
        idempotent=False,
    )
    completed = {kind: KINDS[kind].complete(keys) for kind, keys in written.items()}
    return evolve(over(tool, built_in), **completed)


def _floor(floor: FloorKeys, seats: Mapping[str, AgentKeys]) -> FloorKeys:
    rules = FloorRules()
    hold = HoldKeys(max=rules.hold.max_s, warn=rules.hold.warn_s)
    silence = SilenceKeys(after=rules.silence.after_s, do=rules.silence.steps)
    has_chair = any(agent.role is Seat.CHAIR for agent in seats.values())
    fallback = FloorKeys(
        policy=PolicyName.CUSTOM if floor.custom else PolicyName("moderated" if has_chair else rules.policy),
        otherwise=PolicyName(rules.otherwise),
        order=tuple(name for name, agent in seats.items() if agent.role is not Seat.OBSERVER),
        think=rules.think_s,
        ear=rules.ear_s,
        chair_timeout=rules.chair_timeout_s,
        human=rules.human_s,
        hang=rules.hang_s,
    )
    interrupt = InterruptKeys(
        human=Always.ALWAYS,
        chair=Always.ALWAYS,
        agent=rules.interrupt.agents,
        backchannel=rules.interrupt.backchannel_s,
        while_unsure=rules.interrupt.while_unsure,
        resume=rules.interrupt.resume_s,
        overlap=rules.interrupt.overlap_s,
    )
    return evolve(
        over(floor, fallback),
        hold=over(floor.hold, hold),
        silence=over(floor.silence, silence),
        interrupt=over(floor.interrupt, interrupt),
        share=over(floor.share, ShareKeys(over=rules.share.window_s)),
    )


def _end(document: Document) -> EndKeys:
    return EndKeys((EndWord.AGENDA_DONE, EndWord.LIMITS) if document.agenda else (EndWord.LIMITS,))
