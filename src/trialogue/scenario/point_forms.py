"""Forms of the agenda with an author's own points, each of which ends, so that the next one comes."""

from __future__ import annotations

import re
from typing import Final

from trialogue.model.kinds import record_of
from trialogue.scenario.flow_text import flow
from trialogue.scenario.key_aliases import renamed
from trialogue.scenario.meant_shapes import Hint
from trialogue.scenario.own_values import LONGEST_LIST, NAME, own_value
from trialogue.scenario.plain_values import plain_as
from trialogue.scenario.schema import PointKeys
from trialogue.scenario.time_hints import written_time
from trialogue.scenario.tree import Entries, Items, Node, Scalar

USUAL: Final = "2m"
"""Time of a point whose author gives none."""

_EXAMPLE: Final = f"agenda: [{{id: cost, title: What it costs, time: {USUAL}}}]"
_LEFT_OUT: Final = f"agenda: [{{id: ..., title: ..., time: {USUAL}}}]"
_OTHERS: Final = re.compile(r"[^a-z0-9]+")


def agenda_form(node: Node | None) -> str:
    """Agenda of the points that a value means: a list of words or of maps, or a map by their names."""
    if isinstance(node, Entries) and node.find("id") is None and node.find("title") is None:
        points = [_named(pair.key, pair.value) for pair in node.pairs]
    else:
        nodes = node.nodes if isinstance(node, Items) else () if node is None else (node,)
        points = [point_form(each) for each in nodes]
    form = f"agenda: [{', '.join(points)}]"
    return form if points and all(points) and len(form) <= LONGEST_LIST else _EXAMPLE


def agenda_hint(node: Node | None, lead: str) -> Hint:
    """Hint at the agenda behind `lead`; the author's titles, which are personal, are only in its form."""
    form = agenda_form(node)
    nodes = node.nodes if isinstance(node, Items) else ()
    is_told = form == _EXAMPLE or (nodes and all(_is_name(each) for each in nodes))
    return Hint(f"{lead}{form}") if is_told else Hint(f"{lead}{_LEFT_OUT}", form)


def point_form(node: Node) -> str:
    """Point that a text means, or a map with other keys; empty for another value."""
    if isinstance(node, Scalar):
        return _point({"title": node.value}) if isinstance(node.value, str) and node.value.strip() else ""
    return _of_map(node, {}) if isinstance(node, Entries) else ""


def ending_form(point: PointKeys) -> str:
    """Point with a time at which it ends."""
    written = plain_as(record_of(PointKeys), point)
    form = f"{flow(written)[:-1]}, time: {USUAL}}}"
    return form if len(form) <= LONGEST_LIST else ""


def _is_name(node: Node) -> bool:
    value = node.value if isinstance(node, Scalar) else None
    return isinstance(value, str) and NAME.fullmatch(value) is not None


def _named(name: str, node: Node) -> str:
    """Point with its name as a key, over its time, its title or its other keys."""
    if isinstance(node, Entries):
        return _of_map(node, {"title": name})
    time = written_time(node)
    value = node.value if isinstance(node, Scalar) and time is None else None
    return _point({"id": name, "title": value or name, **({"time": time} if time else {})})


def _of_map(node: Entries, given: dict[str, object]) -> str:
    members = {member.key: member for member in record_of(PointKeys).members}
    found: dict[str, str] = {}
    for pair in node.pairs:
        key = pair.key if pair.key in members else renamed(pair.key, PointKeys)
        own = own_value(members[key].kind, pair.value, speech=True) if key in members else None
        if key is None or own is None:
            return ""
        is_minutes = pair.key.casefold() == "minutes" and own.endswith("s")
        found[key] = f"{own[:-1]}m" if is_minutes else own
    title = found.get("title") or found.get("id") or ""
    return _point({"title": title, **given}, found)


def _point(given: dict[str, object], found: dict[str, str] | None = None) -> str:
    """Point with an id, a title and an end; `found` are texts of keys that stay as they are."""
    written = dict(found or {})
    title = str(given.get("title", "")).strip("\"'")
    name = str(given.get("id", title))
    slug = name if NAME.fullmatch(name) else _OTHERS.sub("-", name.casefold()).strip("-")
    if not NAME.fullmatch(slug):
        return ""
    point = {"id": slug, "title": flow(title[:1].upper() + title[1:]), **written}
    if "time" in given:
        point["time"] = str(given["time"])
    if not {"time", "done_when"}.intersection(point):
        point["time"] = USUAL
    return "{" + ", ".join(f"{key}: {text}" for key, text in point.items()) + "}"
