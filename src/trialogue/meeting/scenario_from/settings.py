"""Keys of a scenario from a plan: limits, floor, agenda, end, faults."""

from __future__ import annotations

import re
from itertools import permutations
from typing import Final, assert_never

from trialogue.brain.floor.policies import POLICIES
from trialogue.model.expectations import (
    AgendaPattern,
    EndPattern,
    ErrorPattern,
    EventPattern,
    SeatPattern,
    SoundPattern,
    SpokenPattern,
    TimePattern,
    ToolPattern,
    Trigger,
)
from trialogue.model.plan import AgendaItem, FloorRules, Limits, MeetingPlan, PlannedFault, Said
from trialogue.scenario.quantities import write_duration

__all__ = ["agenda_of", "end_of", "fault_of", "floor_of", "limits_of"]

Keys = dict[str, object]

_FLAGS: Final = re.compile(r"^\(\?([a-z]+)\)(.*)$", re.DOTALL)
"""An expression that begins with flags for all of it."""


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
            **_given(owner=item.owner, done_when=_awaited(item.done_when) if item.done_when else None),
            **_times(time=item.time_s, warn=item.warn_s),
        }
        for item in agenda
    ]


def end_of(plan: MeetingPlan) -> Keys:
    """The key `end`."""
    ends: list[object] = [_awaited(each) for each in plan.end]
    if plan.agenda and plan.end_with_agenda:
        ends.append("agenda-done")
    return {"any": [*ends, "limits"]}


def fault_of(fault: PlannedFault) -> Keys:
    """An entry of the key `faults`."""
    lasting = _times(by=fault.by_s or None, **{"for": fault.for_s})
    return {"id": fault.id, "when": _awaited(fault.trigger), "do": fault.kind, "to": fault.to, **lasting}


def _awaited(awaited: Said | Trigger) -> Keys:
    if isinstance(awaited, Said):
        return {"said": {**_given(by=awaited.by), "match": awaited.match}}
    within_s = None if isinstance(awaited.when, TimePattern) else awaited.within_s  # a time is its own limit
    times = _times(after=awaited.after_s or None, within=within_s)
    return {**_event(awaited.when), **_given(nth=awaited.nth if awaited.nth > 1 else None), **times}


def _event(pattern: EventPattern) -> Keys:
    match pattern:
        case SpokenPattern(matches=matches, by=by, number=number):
            match_ = None if not matches else matches[0] if len(matches) == 1 else _all(matches)
            return {"said": _given(by=by, match=match_, number=number)}
        case SoundPattern(by=by, for_s=for_s):
            return {"speaking": by, **_times(**{"for": for_s or None})}
        case AgendaPattern(item=item, event=event):
            return {"agenda": item, "event": event.value}
        case SeatPattern(participant=name, event=event):
            return {"participant": name, "event": event.value}
        case ToolPattern(tool=tool, by=by, outcome=outcome, arguments=arguments, result=result):
            return {"tool": tool, **_given(by=by, outcome=outcome, arguments=arguments, result=result)}
        case ErrorPattern(code=code, by=by):
            return {"error": code or "any", **_given(by=by)}
        case TimePattern(at_s=at_s):
            return _times(at=at_s)
        case EndPattern(reason=reason):
            return {"ended": reason}
        case _ as never:
            assert_never(never)


def _all(matches: tuple[str, ...]) -> str:
    """Expression for texts that match all of these, in any order."""
    wrapped = [_FLAGS.sub(r"(?\1:\2)", each) for each in matches]
    return f"(?s:{'|'.join('.*'.join(order) for order in permutations(wrapped))})"


def _given(**values: object) -> Keys:
    return {name: value for name, value in values.items() if value is not None}


def _times(**values: float | None) -> Keys:
    return {name: write_duration(value) for name, value in values.items() if value is not None}
