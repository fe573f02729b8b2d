"""Seat of a participant that joins a running meeting: written and checked like one of a scenario's cast.

The whole document is read again with the seat in its cast, so that all checks of a file apply. `defaults`,
`vars` and profiles of the file do not apply: the seat itself writes every value that differs from the
built-in default. It stands last in the floor's order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar, cast

from attrs import evolve, field

from trialogue.errors import WrongType
from trialogue.model.participants import Participant
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.load import Origin, read_scenario
from trialogue.scenario.problem_lines import raise_problems
from trialogue.scenario.problems import Problems
from trialogue.scenario.resolve import Resolved, resolve_joined
from trialogue.scenario.schema import Document
from trialogue.scenario.vocabulary import Seat
from trialogue.scenario.writing import readable
from trialogue.services.script import JsonObject
from trialogue.values import frozen

__all__ = ["NewSeat", "entry_of", "with_seat"]


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_SpecT = TypeVar("_SpecT", bound=_Named)


@frozen
class NewSeat:
    """Seat added while the meeting runs."""

    resolved: Resolved
    """Scenario with the seat, and all others unchanged; the plan is that of the start."""

    participant: Participant
    """Participant in the plan's form."""

    entry: JsonObject = field(repr=False, hash=False)
    """Seat with all defaults, in the form of a file; secrets are references. Personal."""


def with_seat(resolved: Resolved, name: str, seat: Mapping[str, object]) -> NewSeat:
    """Add a participant; its keys are those of a seat in a scenario's `cast`.

    `ScenarioError` lists all faults; WrongType is raised for a value that is not JSON. Files are looked for
    in the scenario's folder. An earlier participant of the same name loses the name.
    """
    placed = _placed(resolved.document, name, seat)
    document = readable(placed)
    cast = {**_entries(document["cast"]), name: dict(seat)}
    try:
        text = json.dumps({**document, "cast": cast}, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise WrongType(f"seat must consist of plain JSON values: {error}", argument="seat") from None
    folder, problems = resolved.folder, Problems(is_of_run=True)
    source = str(folder / f"<seat of {name}>")
    scenario = read_scenario(text, Origin(source, folder), problems)
    problems.refuse(("cast", name))
    raise_problems(problems, source)
    assert scenario is not None  # noqa: S101 # nothing is missing where nothing was wrong
    seated = resolve_joined(scenario, Overrides(via=resolved.overrides.via), name)
    grown = evolve(
        resolved,
        document=evolve(placed, cast={**placed.cast, name: seated.document.cast[name]}),
        agents=_taken(resolved.agents, seated.agents, name),
        people=_taken(resolved.people, seated.people, name),
    )
    return NewSeat(grown, seated.plan.participant(name), entry_of(grown.document, name))


def entry_of(document: Document, name: str) -> JsonObject:
    """Seat of a completed document, in the form of a file."""
    return _entries(_entries(readable(document)["cast"])[name])


def _placed(document: Document, name: str, seat: Mapping[str, object]) -> Document:
    """Document with the new seat, which is last in the floor's order if it may speak."""
    floor = document.floor
    is_silent = seat.get("role") == Seat.OBSERVER.value
    if floor is None or not floor.order or name in floor.order or is_silent:
        return document
    return evolve(document, floor=evolve(floor, order=(*floor.order, name)))


def _entries(value: object) -> JsonObject:
    assert isinstance(value, dict)  # noqa: S101 # a document's own map
    return cast("JsonObject", value)


def _taken(before: Iterable[_SpecT], now: Iterable[_SpecT], name: str) -> tuple[_SpecT, ...]:
    """Cast with the new participant, and without an earlier one of the same name."""
    return (*(each for each in before if each.name != name), *(each for each in now if each.name == name))
