"""Worlds to be tried: a seed, the features that it switches on, how long it lives."""

from __future__ import annotations

import random

from attrs import frozen

from trialogue.brain.floor.policies import BY_SPEAKERS, POLICIES
from trialogue.model.participants import Hears, Kind, OnFailure, Participant, Role
from trialogue.model.plan import (
    AgendaItem,
    Filler,
    FloorRules,
    HoldRules,
    Interrupters,
    InterruptRules,
    Limits,
    MeetingPlan,
    OnInterrupt,
    Said,
    ShareRules,
    SilenceRules,
    SilenceStep,
    ToolRules,
    WhileUnsure,
)

FEATURES = (
    "agenda",
    "app",
    "audio",
    "backchannels",
    "chair",
    "clique",
    "coughs",
    "drops",
    "dry",
    "ear-faults",
    "echo",
    "empty",
    "endings",
    "failures",
    "floor-tools",
    "greetings",
    "hands",
    "interruptions",
    "joining",
    "limits",
    "long",
    "long-speech",
    "muting",
    "never",
    "observers",
    "overlap",
    "people",
    "refusals",
    "resumes",
    "shares",
    "silent",
    "sleeps",
    "slow",
    "stops",
    "tools",
    "two-people",
    "typing",
    "unclear",
    "unsure",
)
"""What may happen; each seed switches half of it off."""

NAMES = ("ann", "bob", "cyd", "dan")
PEOPLE = ("pia", "quin")
NAMED_POLICIES = tuple(sorted(POLICIES))


@frozen
class Case:
    """One world: its seed, what is on in it, and for how long."""

    seed: int
    on: frozenset[str]
    time_s: float = 240.0

    def __str__(self) -> str:
        """What to give to the script to see it again."""
        return f"{self.seed} --time {self.time_s:g} --on {','.join(sorted(self.on)) or 'nothing'}"


def drawn(seed: int) -> Case:
    """The case of a seed: half of all features, drawn from a stream of its own."""
    chance = random.Random(f"features {seed}")
    on = set(chance.sample(FEATURES, len(FEATURES) // 2))
    if chance.random() < 0.6:  # most worlds have people: they are what is hard
        on.add("people")
    return Case(seed, frozenset(on))


CALM = ("chair", "coughs", "dry", "empty", "long", "refusals", "slow", "tools", "unsure")
"""Features under which nothing outranks whom a speaker names."""


def calm(seed: int) -> Case:
    """A case in which whoever is named and is there speaks next."""
    chance = random.Random(f"calm {seed}")
    return Case(seed, frozenset({"chair", *chance.sample(CALM, len(CALM) // 2)}))


def cliques(seed: int) -> Case:
    """A case in which agents say among themselves who is next, while a person beside them raises its hand."""
    on = frozenset({"people", "hands", "clique"})
    cases = (Case(100 * seed + place, on) for place in range(100))
    return next(case for case in cases if plan_of(case).floor.policy in BY_SPEAKERS)


def plan_of(case: Case, policies: tuple[str, ...] = NAMED_POLICIES) -> MeetingPlan:
    """The plan of a case. Each part has a stream of its own, so that it stays as it is when others go."""
    cast = _cast(case)
    names = tuple(p.name for p in cast if p.may_speak)
    chance = random.Random(f"rules {case.seed}")
    policy = chance.choice(policies)
    otherwise = chance.choice([each for each in policies if each not in {"scripted", "parallel-collect"}])
    order = tuple(chance.choice(names) for _ in range(12)) if policy == "scripted" else ()
    on = case.on
    floor = FloorRules(
        policy=policy,
        otherwise=otherwise,
        order=order,
        think_s=chance.choice((5.0, 20.0)),
        chair_timeout_s=chance.choice((2.0, 6.0)),
        hold=HoldRules(
            chance.choice((20.0, 90.0)) if "limits" in on else 90.0, 10.0 if "limits" in on else None
        ),
        silence=SilenceRules(4.0, chance.choice(_LADDERS)),
        interrupt=_interrupt(case),
        share=ShareRules(0.4, 60.0, 2) if "shares" in on else ShareRules(),
        human_s=chance.choice((4.0, 10.0)),
        hang_s=chance.choice((0.8, 1.2, 2.0)),
    )
    items = (
        AgendaItem("one", "One", chance.choice(names), time_s=25.0, warn_s=8.0),
        AgendaItem("two", "Two", chance.choice(names), time_s=40.0, done_when=Said("4")),
    )
    return MeetingPlan(
        "world",
        cast,
        seed=case.seed,
        floor=floor,
        limits=_limits(case),
        agenda=items if "agenda" in on else (),
        end_with_agenda=chance.random() < 0.3,
        on_failure=chance.choice((OnFailure.DROP, OnFailure.DROP, OnFailure.REPLACE)),
        ready_s=10.0,
        tools=(
            ToolRules("price", on_interrupt=chance.choice(tuple(OnInterrupt)), filler=Filler(1.0, "Wait.")),
        ),
    )


_LADDERS = (
    (SilenceStep.ASK_CHAIR, SilenceStep.NEXT_SPEAKER, SilenceStep.END),
    (SilenceStep.NUDGE, SilenceStep.NEXT_SPEAKER, SilenceStep.END),
    (SilenceStep.END,),
    (),
)


def _cast(case: Case) -> tuple[Participant, ...]:
    chance = random.Random(f"cast {case.seed}")
    on = case.on
    cast: list[Participant] = []
    for place, name in enumerate(NAMES[: chance.choice((1, 2, 2, 3, 4))]):
        hears = chance.choice((Hears.TEXT, Hears.AUDIO)) if "audio" in on else Hears.TEXT
        role = Role.CHAIR if place == 0 and "chair" in on else Role.SPEAKER
        cast.append(
            Participant(name, role=role, hears=hears, greets="greetings" in on and chance.random() < 0.5)
        )
    if "observers" in on:
        cast.append(Participant("obs", role=Role.OBSERVER, hears=Hears.AUDIO))
    if "people" in on:
        count = 2 if "two-people" in on else 1
        cast += [Participant(name, kind=Kind.HUMAN) for name in PEOPLE[:count]]
    return tuple(cast)


def _interrupt(case: Case) -> InterruptRules:
    chance = random.Random(f"interrupt {case.seed}")
    return InterruptRules(
        agents=chance.choice(tuple(Interrupters)),
        backchannel_s=0.8,
        overlap_s=2.0 if "overlap" in case.on else 0.0,
        while_unsure=chance.choice(tuple(WhileUnsure)) if "unsure" in case.on else WhileUnsure.DUCK,
    )


def _limits(case: Case) -> Limits:
    chance = random.Random(f"limits {case.seed}")
    if "limits" not in case.on:
        return Limits(time_s=case.time_s, silence_s=30.0)
    return Limits(
        time_s=chance.choice((40.0, case.time_s)),
        turns=chance.choice((None, 4, 12)),
        silence_s=chance.choice((8.0, 30.0)),
    )
