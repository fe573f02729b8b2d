"""What a plan says, in the words of a scenario: limits, floor, agenda, end."""

from __future__ import annotations

from trialogue.brain.floor.policies import POLICIES
from trialogue.model.plan import AgendaItem, FloorRules, Limits, MeetingPlan, Said
from trialogue.scenario.quantities import write_duration

__all__ = ["agenda_of", "end_of", "floor_of", "limits_of"]

Keys = dict[str, object]


def limits_of(limits: Limits) -> Keys:
    """The key `run.limits`."""
    keys: Keys = {"time": "none" if limits.time_s is None else write_duration(limits.time_s)}
    keys["silence"] = write_duration(limits.silence_s)
    return keys | _given(turns=limits.turns)


def floor_of(floor: FloorRules) -> Keys:
    """The key `floor`."""
    own = next((name for name in (floor.policy, floor.otherwise) if name not in POLICIES), None)
    return {
        "policy": floor.policy if floor.policy in POLICIES else "custom",
        "otherwise": floor.otherwise if floor.otherwise in POLICIES else "custom",
        **_given(custom=own, order=list(floor.order) or None),
        "think": write_duration(floor.think_s),
        "ear": write_duration(floor.ear_s),
        "chair_timeout": write_duration(floor.chair_timeout_s),
        "hold": {"max": write_duration(floor.hold.max_s), **_times(warn=floor.hold.warn_s)},
        "silence": {
            "after": write_duration(floor.silence.after_s),
            "do": [step.value for step in floor.silence.steps],
        },
        "interrupt": {
            "agent": floor.interrupt.agents.value,
            "backchannel": write_duration(floor.interrupt.backchannel_s),
            "while_unsure": floor.interrupt.while_unsure.value,
            "resume": write_duration(floor.interrupt.resume_s),
            "overlap": write_duration(floor.interrupt.overlap_s),
        },
        "share": {
            **_given(max=None if floor.share.max is None else f"{100 * floor.share.max:g}%"),
            "over": write_duration(floor.share.window_s),
            **_given(in_a_row=floor.share.in_a_row),
        },
        "human": write_duration(floor.human_s),
        "hang": write_duration(floor.hang_s),
    }


def agenda_of(agenda: tuple[AgendaItem, ...]) -> list[Keys]:
    """The key `agenda`."""
    return [
        {
            "id": item.id,
            "title": item.title,
            **_given(owner=item.owner, done_when=_said(item.done_when) if item.done_when else None),
            **_times(time=item.time_s, warn=item.warn_s),
        }
        for item in agenda
    ]


def end_of(plan: MeetingPlan) -> Keys:
    """The key `end`."""
    ends: list[object] = [_said(each) for each in plan.end]
    if plan.agenda and plan.end_with_agenda:
        ends.append("agenda-done")
    return {"any": [*ends, "limits"]}


def _said(said: Said) -> Keys:
    return {"said": {**_given(by=said.by), "match": said.match}}


def _given(**values: object) -> Keys:
    return {name: value for name, value in values.items() if value is not None}


def _times(**values: float | None) -> Keys:
    return {name: write_duration(value) for name, value in values.items() if value is not None}
