"""Forms of keys that are meant where the value has another shape: a list of words for clips."""

from __future__ import annotations

from typing import Final

from trialogue.model.kinds import record_of
from trialogue.scenario.flow_text import flow, plain_of
from trialogue.scenario.key_aliases import EXPRESSION, MEANT, WANTED
from trialogue.scenario.own_names import OwnNames
from trialogue.scenario.own_values import LEFT_OUT, LONGEST_LIST, NAME, own_value
from trialogue.scenario.patterns import EventKeys, SpokenKeys
from trialogue.scenario.problems import Path
from trialogue.scenario.time_hints import time_alone, written_time
from trialogue.scenario.tree import Entries, Items, Node, Pair, Scalar
from trialogue.scenario.vocabulary import Seat
from trialogue.values import frozen

_WORDS: Final = frozenset((*EXPRESSION, "lines", "line", "greeting", "script", "clip"))
_TIMES: Final = frozenset(("after", "within", "for"))


@frozen
class Hint:
    """Hint for an unknown key."""

    text: str
    """Hint for the message; begins with `; `."""

    form: str = ""
    """Right form with the author's own words, which are personal; empty where the hint shows it."""


def clips_form(words: tuple[str, ...]) -> str:
    """Clips that say these words, one at each turn of their person, as many as fit on a line."""
    found: list[str] = []
    for number, each in enumerate(words, 1):
        nth = f", nth: {number}" if number > 1 else ""
        found.append(f"{{say: {each if each == LEFT_OUT else flow(each)}, when: {{granted: true{nth}}}}}")
        if sum(map(len, found)) > LONGEST_LIST and number < len(words):
            return f"clips: [{', '.join([*found[: max(1, number - 1)], LEFT_OUT])}]"
    return f"clips: [{', '.join(found)}]"


def clips_of_words(pair: Pair) -> Hint | None:
    """Hint at the clips that a list of words under `via` means."""
    words = _texts(pair.value) if pair.key.casefold() in _WORDS else ()
    if not words:
        return None
    return Hint(f"; write {clips_form((LEFT_OUT,))}, a clip for each turn", clips_form(words))


def several_said(pair: Pair, section: str) -> Hint | None:
    """Hint at the entries that words mean: a text, a map with words, or a list of them."""
    nodes = pair.value.nodes if isinstance(pair.value, Items) else (pair.value,)
    told = [said_meant(each, speech=False) for each in nodes]
    own = [said_meant(each, speech=True) for each in nodes]
    if not told or None in told or sum(len(str(each)) for each in own) > LONGEST_LIST:
        return None
    text, form = (f"{section}: [{', '.join(map(str, each))}]" for each in (told, own))
    return Hint(f"; write {text}", "" if text == form else form)


def said_meant(node: Node, *, speech: bool) -> str | None:
    """Event of words that a text or a map of `said` means; None for another value."""
    record = record_of(SpokenKeys)
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return f"{{said: {{match: {flow(node.value) if speech else LEFT_OUT}}}}}"
    inside = own_value(record, node, speech=speech)
    return None if inside is None else f"{{said: {inside}}}"


def after_whom(node: Node | None, names: OwnNames) -> str:
    """Event of the end of a participant's turn, for a name in the place of a time; else empty."""
    value = node.value if isinstance(node, Scalar) else None
    seat = names.meant(value) if isinstance(value, str) else None
    return "" if seat is None else f'{{said: {{by: {seat}, match: "."}}}}'


def time_fault(event: Entries, path: Path, names: OwnNames) -> Hint | None:
    """Fault of an event that is nothing but a time, or a name in its place, with the form that is meant."""
    fault = time_alone(event, path)
    if not fault:
        return None
    key = f"{path[-1]}: " if isinstance(path[-1], str) else ""
    if turn := after_whom(event.find("after"), names):
        return Hint(f"after is a time: to wait for the end of a turn, write {key}{turn}", f"{key}{turn}")
    form = fault.partition("write ")[2]
    return Hint(fault, form if key and form.startswith(key) else "")


def beside_when(pair: Pair, around: Entries, cls: type[object], names: OwnNames) -> Hint | None:
    """Hint at a condition that belongs to the event which an author wrote under `when` beside it."""
    path = WANTED[cls.__name__].get(pair.key.casefold().replace("-", "_"), "")
    when, (first, _, key) = around.find("when"), path.partition(".")
    if when is None and key == "after" and (event := after_whom(pair.value, names)):
        return Hint(f"; write when: {event}, at the end of a turn")
    if first != "when" or not isinstance(when, Entries) or not when.pairs or when.find(key) is not None:
        return None
    value = written_time(pair.value) if key in _TIMES else None
    told, own = (own_value(record_of(EventKeys), when, speech=each) for each in (False, True))
    if value is None or told is None or own is None:
        return None
    text, form = (f"when: {each[:-1]}, {key}: {value}}}" for each in (told, own))
    return Hint(f"; write {text}", "" if text == form else form)


def of_roles(pair: Pair, names: OwnNames) -> str:
    """Hint for roles beside the cast, such as `roles: {ann: chair}`; begins with `; `, or is empty."""
    words = {each.value for each in Seat}
    if pair.key.casefold() != "roles" or not isinstance(pair.value, Entries):
        return ""
    found: list[str] = []
    for each in pair.value.pairs:
        seat, value = names.meant(each.key), plain_of(each.value)
        role = next((word for word in (value, *MEANT.get(str(value), ())) if word in words), None)
        if seat is None or role is None:
            return ""
        found.append(f"{seat}: {{role: {role}}}")
    return f"; each role is a key of its participant: cast: {{{', '.join(found)}}}" if found else ""


def of_role(pair: Pair) -> str:
    """Hint for a role as a key of a seat, such as `human: true`; begins with `; `, or is empty."""
    word = pair.key.casefold().removeprefix("is_")
    role = next((each.value for each in Seat if each.value in {word, *MEANT.get(word, ())}), None)
    is_set = isinstance(pair.value, Scalar) and pair.value.value is True
    return f"; write role: {role}" if role is not None and is_set else ""


def named_chair(pair: Pair, names: OwnNames) -> str:
    """Participant who is meant to be the chair."""
    only = pair.value.nodes[0] if isinstance(pair.value, Items) and len(pair.value.nodes) == 1 else pair.value
    value = only.value if isinstance(only, Scalar) else None
    if isinstance(value, str):
        meant = names.meant(value) or (value if NAME.fullmatch(value) else None)
        if meant is not None:
            return meant
    return next(iter((*names.chairs, *names.agents)), "moderator")


def _texts(node: Node) -> tuple[str, ...]:
    nodes = node.nodes if isinstance(node, Items) else (node,)
    texts = [each.value for each in nodes if isinstance(each, Scalar)]
    found = tuple(each for each in texts if isinstance(each, str))
    return found if len(found) == len(nodes) else ()
