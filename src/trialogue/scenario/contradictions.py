"""Checks for values that are valid one by one but contradict each other, in the completed document.

A contradiction with a default is reported, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from trialogue.scenario.defaults import filled
from trialogue.scenario.looking import Look
from trialogue.scenario.patterns import EventKeys
from trialogue.scenario.people import ClipMode, ClipsKeys
from trialogue.scenario.problems import Code, Path
from trialogue.scenario.quantities import write_duration
from trialogue.scenario.schema import AgentKeys, Document
from trialogue.scenario.vocabulary import PolicyName, Seat

_SCRIPTED = PolicyName("scripted")
_BY_ORDER = frozenset({_SCRIPTED, PolicyName("round-robin")})


def check_contradictions(look: Look) -> None:
    """Note every contradiction in the completed document of `look`."""
    _check_hold(look)
    _check_agenda(look)
    _check_order(look)
    _check_silent(look)
    _check_reach(look)


def _check_hold(look: Look) -> None:
    hold = filled(filled(look.document.floor).hold)
    if hold.warn is not None and hold.warn >= filled(hold.max):
        text = f"is not before the end: a turn ends after {write_duration(filled(hold.max))} (floor.hold.max)"
        look.tell(("floor", "hold", "warn"), text, Code.CONFLICT)


def _check_agenda(look: Look) -> None:
    limit = filled(filled(look.document.run).limits).time
    agenda = look.document.agenda or ()
    for index, point in enumerate(agenda):
        path: Path = ("agenda", index)
        if point.warn is not None and point.time is None and look.is_whole((*path, "time")):
            look.tell(
                (*path, "warn"), "there is no time limit to warn about: give the point a time", Code.CONFLICT
            )
        if point.warn is not None and point.time is not None and point.warn >= point.time:
            text = f"is longer than the point's time, {write_duration(point.time)}"
            look.tell((*path, "warn"), text, Code.CONFLICT)
    boxes = [point.time or 0.0 for point in agenda if point.done_when is None]
    longest = max((point.time or 0.0 for point in agenda), default=0.0)
    needed = max(sum(boxes), longest)
    if limit is not None and not math.isinf(limit) and needed > limit:
        text = (
            f"the agenda takes {write_duration(needed)}, and the meeting ends after "
            f"{write_duration(limit)} (run.limits.time)"
        )
        look.tell(("agenda",), text, Code.CONFLICT)


def _check_order(look: Look) -> None:
    floor = filled(look.document.floor)
    order = filled(floor.order)
    if order == () and look.places.find(("floor", "order")) is not None:
        look.tell(("floor", "order"), "is empty: leave it out, or name participants", Code.EMPTY)
    for index, name in enumerate(order):
        seat = look.document.cast.get(name)
        path: Path = ("floor", "order", index)
        if seat is not None and seat.role is Seat.OBSERVER:
            look.tell(path, f"{name} is an observer and never speaks", Code.CONFLICT)
        elif name in order[:index] and _SCRIPTED not in {floor.policy, floor.otherwise}:
            text = f"{name} is listed twice: only the policy scripted allows that"
            look.tell(path, text, Code.CONFLICT)


def _check_silent(look: Look) -> None:
    """Note events that wait for the words of an observer."""
    for path, name in _awaited(look.document):
        seat = look.document.cast.get(name)
        if seat is not None and seat.role is Seat.OBSERVER:
            look.tell(path, f"{name} is an observer and never speaks", Code.CONFLICT)


def _awaited(document: Document) -> Iterator[tuple[Path, str]]:
    for index, point in enumerate(document.agenda or ()):
        if point.owner is not None:
            yield ("agenda", index, "owner"), point.owner
        yield from _spoken_by(("agenda", index, "done_when"), point.done_when)
    for index, event in enumerate(filled(document.end).any):
        yield from _spoken_by(("end", "any", index), event)
    for name, seat in document.cast.items():
        for index, clip in enumerate(seat.via.clips if isinstance(seat.via, ClipsKeys) else ()):
            when: Path = ("cast", name, "via", "clips", index, "when")
            yield from _spoken_by(when, clip.when)


def _spoken_by(path: Path, event: object) -> Iterator[tuple[Path, str]]:
    """Participants whose voice or words the event waits for."""
    if not isinstance(event, EventKeys):
        return
    if event.speaking is not None:
        yield (*path, "speaking"), event.speaking
    if event.said is not None and event.said.by is not None:
        yield (*path, "said", "by"), event.said.by


def _check_reach(look: Look) -> None:
    """Note a participant outside the order that cannot take the floor by itself."""
    floor = filled(look.document.floor)
    order = filled(floor.order)
    if (
        not {floor.policy, floor.otherwise} <= _BY_ORDER
        or not order
        or not set(order) <= set(look.names("cast"))
        or not look.is_whole(("floor", "order"))
    ):
        return
    for name, seat in look.document.cast.items():
        if name not in order and not _takes_floor(seat):
            text = f"{name} never gets the floor, which follows floor.order: add the name there"
            look.tell(("cast", name), text, Code.UNREACHABLE)


def _takes_floor(seat: AgentKeys) -> bool:
    if seat.role is Seat.OBSERVER or seat.greeting is not None:
        return True
    if not seat.is_person:
        return seat.hears is not None and seat.hears.value == "audio"
    clips = seat.via.clips if isinstance(seat.via, ClipsKeys) else None
    return clips is None or any(clip.mode in {ClipMode.INTERRUPT, ClipMode.WAIT, None} for clip in clips)
