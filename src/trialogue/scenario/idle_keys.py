"""Keys that have no effect beside what an expectation is about, each with the form that has one.

An event has conditions (`by`, `within`, `nth`, ...); a measure has bounds. A condition beside a measure would
be ignored, and the expectation would test something else than it says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Final, cast

from trialogue.model.expectations import OF_AGENDA
from trialogue.model.kinds import record_of
from trialogue.scenario.expect_keys import BoundKeys, ExpectationKeys, TimesKeys
from trialogue.scenario.expecting import SINGLE, STATISTICS, UNITS, measures_of
from trialogue.scenario.flow_text import flow
from trialogue.scenario.looking import Look, check_participant
from trialogue.scenario.pattern_checks import events_in
from trialogue.scenario.problems import Code, Path
from trialogue.scenario.quantities import write_duration
from trialogue.values import frozen

__all__ = ["check_idle", "check_times"]

_CONDITIONS: Final = frozenset(
    ("for", "event", "outcome", "arguments", "result", "by", "nth", "after", "within", "except")
)
"""Conditions of an event, and the exceptions that some measures have, too."""

_NUMBERS: Final = frozenset(("times", "called"))
"""Numbers of an event's occurrences."""


def check_idle(look: Look, path: Path, keys: ExpectationKeys) -> None:
    """Note every key without effect beside a measure, or beside `when` and `then`."""
    if events_in(keys):
        return  # it belongs to the event, which has checks of its own
    measures, entry = measures_of(keys), _Entry(look, path)
    for key, value in _written(keys):
        if key == "except" and measures:
            continue
        if keys.when is None and keys.then is None:
            if measures:
                entry.tell_beside(measures, key, value)
        elif key in _NUMBERS:
            entry.tell_other("when and then", key, value)
        else:
            text = "has no effect beside when and then: write it within the event that it is about"
            form = f"then: {{..., {key}: {flow(value)}}}"
            look.tell((*path, key), text, Code.EXPECT, form=form, idle=True)


def check_times(look: Look, path: Path, keys: ExpectationKeys) -> None:
    """Note numbers of an event that bound nothing, or whose bounds contradict each other."""
    for key in ("times", "called"):
        times = getattr(keys, key)
        if times == TimesKeys():
            look.tell((*path, key), "needs min or max", Code.EXPECT, form=f"{key}: {{min: 2}}", idle=True)
        elif times is not None and None not in {times.min, times.max} and times.min > times.max:
            look.tell((*path, key), "min is above max", Code.EXPECT)
    if keys.nth is not None and events_in(keys):
        is_counted = keys.times is not None or keys.called is not None
        instead = "leave it out" if is_counted else "write how often it happens"
        form = "" if is_counted else f"times: {{min: {keys.nth}}}"
        text = f"has no effect under at_end, which counts all occurrences: {instead}"
        look.tell((*path, "nth"), text, Code.EXPECT, form=form, idle=True)


@frozen
class _Entry:
    """Expectation at its place."""

    look: Look
    path: Path

    def tell_beside(self, measures: list[tuple[str, BoundKeys]], key: str, value: object) -> None:
        """Note a key beside measures, with the bound that it probably means."""
        single = next((each for each in measures if each[0] in SINGLE), measures[0])
        name, bounds = single if key == "by" else measures[0]
        if key == "by":
            check_participant(self.look, (*self.path, key), str(value))
        unit, told = UNITS[name], f"has no effect beside {name}"
        if key == "by" and name in SINGLE:
            meant = {**_bounds(bounds), "each": list(dict.fromkeys((*(bounds.each or ()), value)))}
            told = f"{told}: to measure {value} alone, name it in each"
        elif key == "by":
            text = f"{told}, which belongs to the meeting: leave it out"
            self.look.tell((*self.path, key), text, Code.EXPECT, idle=True)
            return
        elif key in _NUMBERS and unit == "count":
            numbers = cast("Mapping[str, object]", value)
            told, meant = f"{told}: bound the number itself", {**_bounds(bounds), **numbers, **_each(bounds)}
        elif key == "within" and unit == "time" and bounds.max is None:
            told, meant = f"{told}: bound the time itself", {**_bounds(bounds), "max": value, **_each(bounds)}
        else:
            self.tell_other(name, key, value)
            return
        self.look.tell((*self.path, key), told, Code.EXPECT, form=f"{name}: {flow(meant)}", idle=True)

    def tell_other(self, beside: str, key: str, value: object) -> None:
        """Note a key that is about an event, with the event as an expectation of its own."""
        text = (
            f"has no effect beside {beside}: it belongs to an event, an expectation of its own under at_end"
        )
        form = f"at_end: [{_event(self.look, key, value)}]"
        self.look.tell((*self.path, key), text, Code.EXPECT, form=form, idle=True)


def _event(look: Look, key: str, value: object) -> str:
    """Event that can have the key, with names of this scenario."""
    name = next(iter(look.names("cast")), "NAME")
    tool = next(iter(look.names("tools")), "TOOL")
    point = next((each.id for each in look.document.agenda or ()), "POINT")
    event: dict[str, object] = {"participant": name, "event": "heard"}
    match key:
        case "event" if value in {each.value for each in OF_AGENDA}:
            event = {"agenda": point}
        case "event":
            event = {"participant": name}
        case "for":
            event = {"speaking": name}
        case "outcome" | "arguments" | "result" | "by" | "called":
            event = {"tool": tool}
        case "nth":
            key, value = "times", {"min": value}
        case _:
            pass
    return flow({**event, key: value})


def _written(keys: ExpectationKeys) -> Iterator[tuple[str, object]]:
    """Conditions and numbers that an author has written, as plain values."""
    for member in record_of(ExpectationKeys).members:
        value = getattr(keys, member.attribute)
        if value is not None and member.key in _CONDITIONS | _NUMBERS:
            yield member.key, _plain(member.key, value)


def _plain(key: str, value: object) -> object:
    match value:
        case TimesKeys():
            return {name: each for name in ("min", "max") if (each := getattr(value, name)) is not None}
        case Enum():
            return value.value
        case float() | int() if key in {"for", "after", "within"}:
            return write_duration(value)
        case _:
            return value


def _each(bounds: BoundKeys) -> dict[str, object]:
    return {"each": bounds.each} if bounds.each else {}


def _bounds(bounds: BoundKeys) -> dict[str, object]:
    """Bounds as written, without participants; those of a total where there are no others."""
    own: dict[str, object] = {each: getattr(bounds, each) for each in STATISTICS}
    total = bounds.total or TimesKeys()
    own = own if any(each is not None for each in own.values()) else {"min": total.min, "max": total.max}
    return {name: each for name, each in own.items() if each is not None}
