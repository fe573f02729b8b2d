"""Forms of keys that are meant where the value has another shape: a list of words for clips."""

from __future__ import annotations

from typing import Final

from trialogue.model.kinds import record_of
from trialogue.scenario.flow_text import flow, plain_of
from trialogue.scenario.key_aliases import EXPRESSION, WANTED
from trialogue.scenario.own_names import OwnNames
from trialogue.scenario.own_values import LEFT_OUT, LONGEST_LIST, NAME, own_value
from trialogue.scenario.patterns import EventKeys, SpokenKeys
from trialogue.scenario.time_hints import written_time
from trialogue.scenario.tree import Entries, Items, Node, Pair, Scalar
from trialogue.values import frozen

_WORDS: Final = frozenset((*EXPRESSION, "lines", "line", "greeting"))
_TIMES: Final = frozenset(("after", "within", "for", "at"))


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
    """Hint at the entries that a list of words, or of maps with words, means."""
    if not isinstance(pair.value, Items) or not pair.value.nodes:
        return None
    told = [_said(each, speech=False) for each in pair.value.nodes]
    own = [_said(each, speech=True) for each in pair.value.nodes]
    if None in told or sum(len(str(each)) for each in own) > LONGEST_LIST:
        return None
    text, form = (f"{section}: [{', '.join(map(str, each))}]" for each in (told, own))
    return Hint(f"; write {text}", form)


def _said(node: Node, *, speech: bool) -> str | None:
    record = record_of(SpokenKeys)
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return f"{{said: {{match: {flow(node.value) if speech else LEFT_OUT}}}}}"
    inside = own_value(record, node, speech=speech)
    return None if inside is None else f"{{said: {inside}}}"


def beside_when(pair: Pair, around: Entries, cls: type[object]) -> Hint | None:
    """Hint at a condition that belongs to the event which an author wrote under `when` beside it."""
    path = WANTED[cls.__name__].get(pair.key.casefold().replace("-", "_"), "")
    when, (first, _, key) = around.find("when"), path.partition(".")
    if first != "when" or not isinstance(when, Entries) or not when.pairs or when.find(key) is not None:
        return None
    value = written_time(pair.value) if key in _TIMES else None
    value = value if value is not None else flow(plain_of(pair.value))
    told, own = (own_value(record_of(EventKeys), when, speech=each) for each in (False, True))
    if told is None or own is None or key in {"speaking", "at", "nth"}:
        return None
    text, form = (f"when: {each[:-1]}, {key}: {value}}}" for each in (told, own))
    return Hint(f"; write {text}", "" if text == form else form)


def named_chair(pair: Pair, names: OwnNames) -> str:
    """Participant who is meant to be the chair."""
    value = pair.value.value if isinstance(pair.value, Scalar) else None
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
