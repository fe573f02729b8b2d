"""What must hold of expectations, so that each can be looked up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from trialogue.model.expectations import OF_AGENDA
from trialogue.scenario.expect_keys import BoundKeys, EventKeys, ExpectationKeys, ExpectKeys, SpokenKeys
from trialogue.scenario.expecting import (
    EVENTS,
    EXAMPLES,
    MANY,
    SINGLE,
    UNITS,
    bounds_of,
    limit_of,
    measures_of,
)
from trialogue.scenario.looking import Look, check_participant
from trialogue.scenario.problems import Code, Path, meant

__all__ = ["check_expect"]

LARGEST: Final = 1_000_000_000_000
"""The greatest number that is looked for in what was said."""

OUTCOMES: Final = ("succeeded", "failed", "timed-out", "cancelled", "unknown", "answered", "unanswered")
"""How a call of a tool can end."""


def check_expect(look: Look) -> None:
    """Note everything that keeps an expectation from being looked up."""
    expect = look.document.expect
    if expect is None:
        return
    path: Path = ("expect",)
    if expect == ExpectKeys():
        look.tell(path, "is empty: give always, in_order, never or at_end, or leave it out", Code.EXPECT)
    for index, keys in enumerate(expect.always or ()):
        _check_always(look, (*path, "always", index), keys)
    for section, events in (("in_order", expect.in_order or ()), ("never", expect.never or ())):
        for index, event in enumerate(events):
            _check_event(look, (*path, section, index), event)
            if section == "never" and event.nth is not None:
                look.tell((*path, section, index, "nth"), "what never happens has no nth", Code.EXPECT)
    if expect.judge is not None and (expect.judge.model is None) != (expect.judge.endpoint is None):
        look.tell((*path, "judge"), "model and endpoint belong together", Code.EXPECT)
    for index, keys in enumerate(expect.at_end or ()):
        _check_at_end(look, (*path, "at_end", index), keys)


def _check_always(look: Look, path: Path, keys: ExpectationKeys) -> None:
    if _events_in(keys):
        text = f"{_events_in(keys)[0]} happens, it does not hold: use at_end, or when and then"
        look.tell((*path, _events_in(keys)[0]), text, Code.EXPECT)
    if (keys.when is None) != (keys.then is None):
        look.tell(path, "when and then belong together", Code.EXPECT)
    for key in ("when", "then"):
        event = getattr(keys, key)
        if event is not None:
            _check_event(look, (*path, key), event)
    if keys.when is None and keys.then is None and not measures_of(keys) and not _events_in(keys):
        look.tell(path, f"needs a measure ({', '.join(UNITS)}), or when and then", Code.EXPECT)
    _check_measures(look, path, keys)


def _check_at_end(look: Look, path: Path, keys: ExpectationKeys) -> None:
    for key in ("when", "then"):
        if getattr(keys, key) is not None:
            look.tell((*path, key), f"{key} belongs under always", Code.EXPECT)
    if not measures_of(keys):
        _check_event(look, path, keys)
    elif _events_in(keys):
        look.tell(path, "is either something that happens or a measure", Code.EXPECT)
    if keys.times is not None and keys.called is not None:
        look.tell((*path, "called"), "times or called, not both", Code.EXPECT)
    if keys.called is not None and keys.tool is None:
        look.tell((*path, "called"), "only a tool is called: use times", Code.EXPECT)
    for key in ("times", "called"):
        times = getattr(keys, key)
        if times is not None and times.min is not None and times.max is not None and times.min > times.max:
            look.tell((*path, key), "min is above max", Code.EXPECT)
    _check_measures(look, path, keys)


def _events_in(keys: EventKeys) -> list[str]:
    return [each for each in EVENTS if getattr(keys, each) is not None]


def _check_event(look: Look, path: Path, keys: EventKeys) -> None:
    if len(_events_in(keys)) != 1:
        look.tell(path, f"needs one of {', '.join(EVENTS[:-1])} and {EVENTS[-1]}", Code.EXPECT)
        return
    _check_belonging(look, path, keys)
    for key in ("speaking", "participant", "by"):
        check_participant(look, (*path, key), getattr(keys, key))
    if keys.said is not None:
        _check_spoken(look, (*path, "said"), keys.said)
    _check_known(look, (*path, "tool"), keys.tool, look.names("tools"))
    points = tuple(point.id for point in look.document.agenda or ())
    _check_known(look, (*path, "agenda"), keys.agenda, points)
    _check_known(look, (*path, "outcome"), keys.outcome, OUTCOMES)
    if keys.event is not None and (keys.agenda is None) == (keys.event in OF_AGENDA):
        whose = "a point of the agenda" if keys.event in OF_AGENDA else "a participant"
        look.tell((*path, "event"), f"{keys.event.value} happens to {whose}", Code.EXPECT)
    if keys.within is not None and keys.after is not None and keys.within < keys.after:
        look.tell((*path, "within"), "is over before after", Code.EXPECT)


def _check_belonging(look: Look, path: Path, keys: EventKeys) -> None:
    """Keys that say more of an event belong to some events only."""
    belongs = {
        "for": (keys.for_, ("speaking",)),
        "event": (keys.event, ("agenda", "participant")),
        "outcome": (keys.outcome, ("tool",)),
        "arguments": (keys.arguments, ("tool",)),
        "result": (keys.result, ("tool",)),
        "by": (keys.by, ("tool", "error")),
        "except": (keys.except_, ("error",)),
    }
    named = _events_in(keys)[0]
    for key, (value, owners) in belongs.items():
        if value is not None and named not in owners:
            within = " (under said: {by: NAME})" if key == "by" and named == "said" else ""
            look.tell((*path, key), f"belongs to {' and '.join(owners)}, not to {named}{within}", Code.EXPECT)


def _check_spoken(look: Look, path: Path, said: SpokenKeys) -> None:
    if said.match is None and said.number is None and said.name is None:
        look.tell(path, "needs match, number or name", Code.EXPECT)
    if said.number is not None and not 0 <= said.number <= LARGEST:
        look.tell((*path, "number"), f"must be from 0 to {LARGEST:,}", Code.EXPECT)
    check_participant(look, (*path, "by"), said.by)
    check_participant(look, (*path, "name"), said.name)


def _check_known(look: Look, path: Path, word: str | None, known: Sequence[str]) -> None:
    if word is not None and word not in known:
        there = ", ".join(known) if known else "there is none"
        look.tell(path, f'"{word}" is not known here: {there}{meant(word, known)}', Code.EXPECT)


def _check_measures(look: Look, path: Path, keys: ExpectationKeys) -> None:
    for measure, bounds in measures_of(keys):
        _check_bounds(look, (*path, measure), measure, bounds)


def _check_bounds(look: Look, path: Path, measure: str, bounds: BoundKeys) -> None:
    unit = UNITS[measure]
    if not bounds_of(bounds):
        look.tell(path, f"needs a bound, such as max: {EXAMPLES[unit]}", Code.EXPECT)
    for statistic, value in bounds_of(bounds):
        if limit_of(unit, value) is None:
            text = f"must be written as {EXAMPLES[unit]}: {measure} is a {unit}"
            look.tell((*path, statistic), text, Code.EXPECT)
        if statistic not in {"min", "max"} and measure not in MANY:
            look.tell((*path, statistic), f"{measure} is one figure: use min or max", Code.EXPECT)
    if bounds.each is not None and measure not in SINGLE:
        look.tell((*path, "each"), f"{measure} is the meeting's, not a participant's", Code.EXPECT)
    for index, name in enumerate(bounds.each or ()):
        check_participant(look, (*path, "each", index), name)
