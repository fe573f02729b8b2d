"""Plan of a meeting from a completed document."""

from __future__ import annotations

import math

from trialogue.model.participants import Backoff, Hears, Kind, Participant, Price, Role
from trialogue.model.plan import (
    AgendaItem,
    FloorRules,
    HoldRules,
    InterruptRules,
    Limits,
    MeetingPlan,
    ShareRules,
    SilenceRules,
)
from trialogue.scenario.agents import service_at, stages_of
from trialogue.scenario.defaults import filled
from trialogue.scenario.ears import ear_of, has_ear
from trialogue.scenario.floor_keys import InterruptKeys, ShareKeys
from trialogue.scenario.pattern_reading import awaited_of
from trialogue.scenario.patterns import EventKeys
from trialogue.scenario.people import ClipsKeys
from trialogue.scenario.planned_faults import planned_faults
from trialogue.scenario.quantities import dollars, percent
from trialogue.scenario.schema import AgentKeys, Document, FloorKeys, LimitKeys, PointKeys
from trialogue.scenario.standing_in import policy_of
from trialogue.scenario.tool_specs import tool_rules
from trialogue.scenario.vocabulary import EndWord, PolicyName, Seat
from trialogue.services import service_of


def plan_of(document: Document) -> MeetingPlan:
    """Plan for a completed document."""
    run = filled(document.run)
    ends = filled(document.end).any
    return MeetingPlan(
        name=document.name,
        participants=tuple(_participant(document, name) for name in document.cast),
        seed=filled(run.seed),
        floor=_floor(filled(document.floor)),
        limits=_limits(filled(run.limits)),
        agenda=tuple(_point(document, point) for point in document.agenda or ()),
        end=tuple(awaited_of(document, event) for event in ends if isinstance(event, EventKeys)),
        end_with_agenda=EndWord.AGENDA_DONE in ends,
        ready_s=filled(run.ready),
        tools=tool_rules(document),
        faults=planned_faults(document),
    )


def _participant(document: Document, name: str) -> Participant:
    agent = document.cast[name]
    return Participant(
        name=name,
        role=Role.SPEAKER if agent.role is Seat.HUMAN else Role(filled(agent.role).value),
        kind=_kind(agent),
        hears=agent.hears or Hears.TEXT,
        title=agent.title or "",
        aliases=agent.aliases or (),
        greets=agent.greeting is not None,
        has_ear=has_ear(agent),
        on_failure=policy_of(agent),
        price=_price(document, name),
        backoff=_backoff(agent),
    )


def _backoff(agent: AgentKeys) -> Backoff | None:
    return Backoff(*agent.restart.backoff) if agent.restart and agent.restart.backoff else None


def _price(document: Document, name: str) -> Price | None:
    """Price of a seat, from its service."""
    agent = document.cast[name]
    if not agent.is_person:
        return service_at(agent).keys.price(stages_of(agent))
    ear = ear_of(document, name)
    return None if ear is None else service_of(ear.via).keys.ear_price(ear.offer)


def _kind(agent: AgentKeys) -> Kind:
    if isinstance(agent.via, ClipsKeys):
        return Kind.RECORDING
    return Kind.HUMAN if agent.is_person else Kind.AGENT


def _limits(limits: LimitKeys) -> Limits:
    time_s = filled(limits.time)
    return Limits(
        time_s=None if time_s == math.inf else time_s,
        turns=limits.turns,
        cost_usd=dollars(limits.cost) if limits.cost is not None else None,
        silence_s=filled(limits.silence),
    )


def _floor(floor: FloorKeys) -> FloorRules:
    hold, silence = filled(floor.hold), filled(floor.silence)
    return FloorRules(
        policy=_policy(floor, filled(floor.policy)),
        otherwise=_policy(floor, filled(floor.otherwise)),
        order=filled(floor.order),
        think_s=filled(floor.think),
        ear_s=filled(floor.ear),
        chair_timeout_s=filled(floor.chair_timeout),
        hold=HoldRules(max_s=filled(hold.max), warn_s=hold.warn),
        silence=SilenceRules(after_s=filled(silence.after), steps=filled(silence.do)),
        interrupt=_interrupt(filled(floor.interrupt)),
        share=_share(filled(floor.share)),
        human_s=filled(floor.human),
        hang_s=filled(floor.hang),
    )


def _policy(floor: FloorKeys, policy: PolicyName) -> str:
    """Name of a policy in the plan; a custom policy is named by its `module:attribute`."""
    return filled(floor.custom) if policy is PolicyName.CUSTOM else policy.value


def _interrupt(interrupt: InterruptKeys) -> InterruptRules:
    return InterruptRules(
        agents=filled(interrupt.agent),
        backchannel_s=filled(interrupt.backchannel),
        while_unsure=filled(interrupt.while_unsure),
        resume_s=filled(interrupt.resume),
        overlap_s=filled(interrupt.overlap),
    )


def _share(share: ShareKeys) -> ShareRules:
    return ShareRules(
        max=percent(share.max) if share.max is not None else None,
        window_s=filled(share.over),
        in_a_row=share.in_a_row,
    )


def _point(document: Document, point: PointKeys) -> AgendaItem:
    return AgendaItem(
        id=point.id,
        title=point.title,
        owner=point.owner,
        time_s=point.time,
        warn_s=point.warn,
        done_when=awaited_of(document, point.done_when) if point.done_when else None,
    )
