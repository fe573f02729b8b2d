"""Forms that are meant where a participant's name stands as a key, such as `olga: {turns: 2}`."""

from __future__ import annotations

from typing import Final

from trialogue.model.expectations import OF_AGENDA, Happening
from trialogue.scenario.bound_hints import meant_bounds, measure_of
from trialogue.scenario.expect_keys import ExpectationKeys, ExpectKeys
from trialogue.scenario.expecting import SINGLE
from trialogue.scenario.flow_text import flow
from trialogue.scenario.key_aliases import EXPRESSION, HAPPENINGS
from trialogue.scenario.meant_shapes import Hint
from trialogue.scenario.own_names import OwnNames
from trialogue.scenario.own_values import LEFT_OUT, LONGEST_LIST
from trialogue.scenario.patterns import EventKeys, SpokenKeys
from trialogue.scenario.problems import Path
from trialogue.scenario.schema import EndKeys
from trialogue.scenario.time_hints import written_time
from trialogue.scenario.tree import Entries, Items, Node, Pair, Scalar

SPOKEN: Final = frozenset((*EXPRESSION, "said", "heard", "match", "spoken"))
_HAPPENINGS: Final = {each.value for each in Happening if each not in OF_AGENDA}
_TURNS: Final = frozenset(("granted", "turn", "my turn", "on turn", "named", "asked", "called"))
_SECTIONS: Final = {ExpectKeys: "at_end", EndKeys: "any"}


def seat_key_hint(pair: Pair, cls: type[object], names: OwnNames) -> Hint | None:
    """Hint for a participant's name as a key of an expectation, of an event, or of words that are said."""
    seat = names.meant(pair.key)
    if cls is SpokenKeys:
        is_text = isinstance(pair.value, Scalar) and isinstance(pair.value.value, str)
        return None if seat is None or not is_text else _hint([_said(seat, pair.value)], "")
    if seat is None or not (cls in _SECTIONS or issubclass(cls, EventKeys)):
        return None
    return _hint(
        entries_of_seat(seat, pair.value, with_measures=cls in {ExpectKeys, ExpectationKeys}), _section(cls)
    )


def spoken_by_hint(pair: Pair, cls: type[object], names: OwnNames) -> Hint | None:
    """Hint for words below their speakers' names, such as `said: {olga: Heron}`."""
    value = pair.value
    is_spoken = pair.key.casefold() in SPOKEN and (cls in _SECTIONS or issubclass(cls, EventKeys))
    if not is_spoken or not isinstance(value, Entries):
        return None
    seats = [(names.meant(each.key), each.value) for each in value.pairs]
    entries = [(seat, each) for seat, each in seats if seat is not None and isinstance(each, Scalar)]
    found = [_of_said(seat, each) for seat, each in entries] if len(entries) == len(seats) else []
    return _hint(found, _section(cls))


def _section(cls: type[object]) -> str:
    return next((section for keys, section in _SECTIONS.items() if cls is keys), LEFT_OUT)


def _hint(entries: list[tuple[str, str]], section: str) -> Hint | None:
    """Hint with entries, each without and with the author's words; `section` is empty for keys of a map."""
    if not entries or sum(len(own) for _, own in entries) > LONGEST_LIST:
        return None
    texts: list[str] = []
    for each in zip(*entries, strict=True):
        if section == "":
            texts.append(each[0][1:-1])
        elif section != LEFT_OUT:
            texts.append(f"{section}: [{', '.join(each)}]")
        else:
            texts.append(each[0][1:-1] if len(each) == 1 else f"an entry for each: {', '.join(each)}")
    text, form = texts
    return Hint(f"; write {text}", "" if form == text else form.removeprefix("an entry for each: "))


def entries_of_seat(seat: str, node: Node, *, with_measures: bool) -> list[tuple[str, str]]:
    """Expectations that a value means below a participant's name, each without and with the author's words.

    Empty if one of them is not known.
    """
    if isinstance(node, Items):
        return [_of_said(seat, each) for each in node.nodes if isinstance(each, Scalar)]
    if not isinstance(node, Entries):
        return [_of_said(seat, node)] if isinstance(node, Scalar) and isinstance(node.value, str) else []
    found: list[tuple[str, str]] = []
    for pair in node.pairs:
        word, measure = pair.key.casefold().replace("-", "_"), measure_of(pair.key)
        bounds = meant_bounds(measure, pair.value) if measure in SINGLE and with_measures else None
        if bounds is not None:
            entry = f"{{{measure}: {{each: [{seat}], {flow(bounds)[1:-1]}}}}}"
            found.append((entry, entry))
        elif word in SPOKEN and isinstance(pair.value, Scalar):
            found.append(_of_said(seat, pair.value))
        elif HAPPENINGS.get(word, word) in _HAPPENINGS:
            entry = f"{{participant: {seat}, event: {HAPPENINGS.get(word, word)}}}"
            found.append((entry, entry))
        else:
            return []
    return found


def _of_said(seat: str, node: Node) -> tuple[str, str]:
    told, own = _said(seat, node)
    return f"{{said: {told}}}", f"{{said: {own}}}"


def _said(seat: str, node: Node) -> tuple[str, str]:
    words = node.value if isinstance(node, Scalar) else None
    return f"{{by: {seat}, match: {LEFT_OUT}}}", f"{{by: {seat}, match: {flow(words)}}}"


def event_meant(node: Node, path: Path, names: OwnNames) -> str:
    """Form of an event that a single word in its place means: a name, a time, or a turn; empty for none."""
    word = node.value.strip() if isinstance(node, Scalar) and isinstance(node.value, str) else ""
    is_expected = path[:1] == ("expect",)
    name = word.removeprefix("after ").strip()
    seat = name if name in names.seats and name not in path else None
    event, time = "", written_time(node)
    if seat is not None and is_expected:
        event = f"{{participant: {seat}, event: heard}}"
    elif seat is not None:
        event = f'{{said: {{by: {seat}, match: "."}}}}'
    elif time is not None and not is_expected:
        event = f"{{at: {time}}}"
    elif word.casefold() in _TURNS and "clips" in path:
        event = "{granted: true}"
    return f"{path[-1]}: {event}" if event and isinstance(path[-1], str) else event
