"""Checks of expectations, so that each can be looked up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from trialogue.model.kinds import record_of
from trialogue.scenario.bound_hints import meant_limit
from trialogue.scenario.did_you_mean import did_you_mean
from trialogue.scenario.expect_keys import BoundKeys, ExpectationKeys, ExpectKeys, TimesKeys
from trialogue.scenario.expecting import (
    EXAMPLES,
    MANY,
    SINGLE,
    SUMMED,
    UNITS,
    Unit,
    bounds_of,
    limit_of,
    measures_of,
)
from trialogue.scenario.flow_text import flow
from trialogue.scenario.idle_keys import check_idle, check_times
from trialogue.scenario.looking import Look, check_participant, there_are
from trialogue.scenario.own_values import LONGEST_LIST
from trialogue.scenario.pattern_checks import Use, check_event, events_in
from trialogue.scenario.plain_values import plain_as
from trialogue.scenario.problems import Code, Path

__all__ = ["check_expect"]

_A: Final[Mapping[Unit, str]] = {
    "time": "a time",
    "share": "a share",
    "count": "a number",
    "money": "an amount of money",
}
"""What a measure is, by its unit."""


def check_expect(look: Look) -> None:
    """Note every fault of the expectations."""
    expect = look.document.expect
    if expect is None:
        return
    path: Path = ("expect",)
    if expect == ExpectKeys():
        look.tell(path, "is empty: add always, in_order, never or at_end, or leave it out", Code.EXPECT)
    for index, keys in enumerate(expect.always or ()):
        _check_always(look, (*path, "always", index), keys)
    for section, events in (("in_order", expect.in_order or ()), ("never", expect.never or ())):
        for index, event in enumerate(events):
            check_event(look, (*path, section, index), event, Use.EXPECTED)
            if section == "never" and event.nth is not None:
                text = (
                    f"has no effect under never: write it under at_end, with times: {{max: {event.nth - 1}}}"
                )
                look.tell((*path, section, index, "nth"), text, Code.EXPECT)
    if expect.judge is not None and (expect.judge.model is None) != (expect.judge.endpoint is None):
        look.tell((*path, "judge"), "model and endpoint belong together", Code.EXPECT)
    for index, keys in enumerate(expect.at_end or ()):
        _check_at_end(look, (*path, "at_end", index), keys)


def _check_always(look: Look, path: Path, keys: ExpectationKeys) -> None:
    if events_in(keys) and look.is_whole(path):
        text = f"{events_in(keys)[0]} happens at one moment: use at_end, or when and then"
        form = f"at_end: [{flow(plain_as(record_of(ExpectationKeys), keys))}]"
        is_short = not measures_of(keys) and keys.when is None and len(form) <= LONGEST_LIST
        look.tell((*path, events_in(keys)[0]), text, Code.EXPECT, form=form if is_short else "")
    if (keys.when is None) != (keys.then is None):
        look.tell(path, "when and then belong together", Code.EXPECT)
    for key in ("when", "then"):
        event = getattr(keys, key)
        if event is not None:
            check_event(look, (*path, key), event, Use.EXPECTED)
        if event is not None and event.nth is not None:
            text = "has no effect here: then must follow each time that when happens"
            look.tell((*path, key, "nth"), text, Code.EXPECT, idle=True)
    if keys.when is None and keys.then is None and not measures_of(keys) and not events_in(keys):
        look.tell(path, f"needs a measure ({', '.join(UNITS)}), or when and then", Code.EXPECT)
    check_idle(look, path, keys)
    _check_measures(look, path, keys)


def _check_at_end(look: Look, path: Path, keys: ExpectationKeys) -> None:
    for key in ("when", "then"):
        if getattr(keys, key) is not None:
            look.tell((*path, key), f"{key} belongs under always", Code.EXPECT)
    if not measures_of(keys):
        check_event(look, path, keys, Use.EXPECTED)
    elif events_in(keys):
        _tell_both(look, path, keys)
    check_idle(look, path, keys)
    check_times(look, path, keys)
    if keys.times is not None and keys.called is not None:
        look.tell((*path, "called"), "times or called, not both", Code.EXPECT)
    is_event = not measures_of(keys) and look.is_whole((*path, "tool"))
    if keys.called is not None and keys.tool is None and is_event:
        look.tell((*path, "called"), "called is only for tools: use times", Code.EXPECT)
    _check_measures(look, path, keys)


def _tell_both(look: Look, path: Path, keys: ExpectationKeys) -> None:
    """Note an event beside a measure; a participant beside one of its measures is meant for `each`."""
    name = keys.participant or keys.speaking
    single = next((each for each in measures_of(keys) if each[0] in SINGLE), None)
    if name is None or single is None or keys.event is not None:
        look.tell(path, "must be either an event or a measure", Code.EXPECT)
        return
    measure, bounds = single
    form: dict[str, object] = {}
    form.update(bounds_of(bounds), each=list(dict.fromkeys((*(bounds.each or ()), name))))
    text = f"must be either an event or a measure: to measure {name} alone, name it in each"
    look.tell(path, text, Code.EXPECT, form=f"{measure}: {flow(form)}")


def _check_measures(look: Look, path: Path, keys: ExpectationKeys) -> None:
    measures = [measure for measure, _ in measures_of(keys)]
    if measures and keys.excepted and look.sound("faults"):
        known = [fault.id for fault in look.document.faults or ()]
        for name in sorted(keys.excepted.difference(known)):
            text = f'no fault is called "{name}"{did_you_mean(name, known) or there_are(known)}'
            look.tell((*path, "except"), text, Code.EXPECT)
        if not MANY.issuperset(measures):
            text = f"is only for measures with many values: {', '.join(sorted(MANY))}"
            look.tell((*path, "except"), text, Code.EXPECT)
    for measure, bounds in measures_of(keys):
        _check_bounds(look, (*path, measure), measure, bounds)


def _check_bounds(look: Look, path: Path, measure: str, bounds: BoundKeys) -> None:
    unit = UNITS[measure]
    if bounds.total is not None:
        _check_total(look, (*path, "total"), measure, bounds)
    elif not bounds_of(bounds):
        look.tell(path, f"needs a bound, such as max: {EXAMPLES[unit]}", Code.EXPECT)
    for statistic, value in bounds_of(bounds):
        if limit_of(unit, value) is None:
            meant = meant_limit(unit, value)
            hint = "" if meant is None else f"; did you mean {meant}?"
            text = f"must be written as {EXAMPLES[unit]}: {measure} is {_A[unit]}{hint}"
            look.tell((*path, statistic), text, Code.EXPECT)
        if statistic not in {"min", "max"} and measure not in MANY:
            look.tell((*path, statistic), f"{measure} is a single figure: use min or max", Code.EXPECT)
    low, high = (limit_of(unit, getattr(bounds, each)) for each in ("min", "max"))
    if low is not None and high is not None and low > high:
        look.tell(path, "min is above max", Code.EXPECT, idle=True)
    if bounds.each is not None and measure not in SINGLE:
        look.tell((*path, "each"), f"{measure} belongs to the meeting, not to a participant", Code.EXPECT)
    if bounds.each == ():
        look.tell((*path, "each"), "is empty: name participants, or leave it out", Code.EXPECT, idle=True)
    for index, name in enumerate(bounds.each or ()):
        check_participant(look, (*path, "each", index), name)


def _check_total(look: Look, path: Path, measure: str, bounds: BoundKeys) -> None:
    """Note a total of what cannot be added, and one that bounds nothing."""
    total = bounds.total or TimesKeys()
    if measure not in SUMMED:
        text = f"is only for {' and '.join(sorted(SUMMED))}: {measure} cannot be added"
        look.tell(path, text, Code.EXPECT)
    if total == TimesKeys():
        look.tell(path, "needs min or max", Code.EXPECT, form="total: {min: 7}")
    if total.min is not None and total.max is not None and total.min > total.max:
        look.tell(path, "min is above max", Code.EXPECT)
    if bounds.each is not None and not bounds_of(bounds):
        text = "has no effect beside total, which counts all participants"
        look.tell((*path[:-1], "each"), text, Code.EXPECT)
