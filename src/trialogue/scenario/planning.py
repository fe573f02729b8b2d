"""A completed document as the plan that the rules go by."""

from __future__ import annotations

import math

from trialogue.model.participants import Hears, Kind, Participant, Role
from trialogue.model.plan import (
    AgendaItem,
    FloorRules,
    HoldRules,
    Limits,
    MeetingPlan,
    Said,
    SilenceRules,
)
from trialogue.scenario.defaults import filled
from trialogue.scenario.people import Clips
from trialogue.scenario.schema import Agent, Document, Floor, LimitRules, Point, SaidEvent
from trialogue.scenario.standing_in import policy_of
from trialogue.scenario.vocabulary import Ending, Seat


def plan_of(document: Document) -> MeetingPlan:
    """The plan of a completed document."""
    run = filled(document.run)
    ends = filled(document.end).any
    return MeetingPlan(
        name=document.name,
        participants=tuple(_participant(name, agent) for name, agent in document.cast.items()),
        seed=filled(run.seed),
        floor=_floor(filled(document.floor)),
        limits=_limits(filled(run.limits)),
        agenda=tuple(_point(point) for point in document.agenda or ()),
        end=tuple(_said(event) for event in ends if isinstance(event, SaidEvent)),
        end_with_agenda=Ending.AGENDA_DONE in ends,
        ready_s=filled(run.ready),
    )


def _participant(name: str, agent: Agent) -> Participant:
    return Participant(
        name=name,
        role=Role.SPEAKER if agent.role is Seat.HUMAN else Role(filled(agent.role).value),
        kind=_kind(agent),
        hears=agent.hears or Hears.TEXT,
        title=agent.title or "",
        aliases=agent.aliases or (),
        greets=agent.greeting is not None,
        on_failure=policy_of(agent),
    )


def _kind(agent: Agent) -> Kind:
    if isinstance(agent.via, Clips):
        return Kind.RECORDING
    return Kind.HUMAN if agent.is_person else Kind.AGENT


def _limits(limits: LimitRules) -> Limits:
    time_s = filled(limits.time)
    return Limits(
        time_s=None if time_s == math.inf else time_s,
        turns=limits.turns,
        silence_s=filled(limits.silence),
    )


def _floor(floor: Floor) -> FloorRules:
    hold, silence = filled(floor.hold), filled(floor.silence)
    return FloorRules(
        policy=filled(floor.policy).value,
        otherwise=filled(floor.otherwise).value,
        order=filled(floor.order),
        think_s=filled(floor.think),
        ear_s=filled(floor.ear),
        chair_timeout_s=filled(floor.chair_timeout),
        hold=HoldRules(max_s=filled(hold.max), warn_s=hold.warn),
        silence=SilenceRules(after_s=filled(silence.after), steps=filled(silence.do)),
    )


def _point(point: Point) -> AgendaItem:
    return AgendaItem(
        id=point.id,
        title=point.title,
        owner=point.owner,
        time_s=point.time,
        done_when=_said(point.done_when) if point.done_when else None,
    )


def _said(event: SaidEvent) -> Said:
    return Said(match=event.said.match, by=event.said.by)
