"""Forms of the sections of `expect` that other words mean, such as `must` for `at_end`."""

from __future__ import annotations

from typing import Final

from trialogue.model.kinds import record_of
from trialogue.scenario.bound_hints import entries_of, measure_of
from trialogue.scenario.expect_keys import ExpectationKeys
from trialogue.scenario.expecting import UNITS
from trialogue.scenario.key_aliases import SECTIONS, WANTED
from trialogue.scenario.meant_shapes import Hint, said_meant
from trialogue.scenario.name_hints import SPOKEN, entries_of_seat
from trialogue.scenario.own_names import OwnNames
from trialogue.scenario.own_values import LONGEST_LIST, own_value
from trialogue.scenario.patterns import EVENTS, EventKeys
from trialogue.scenario.tree import Entries, Items, Node, Pair, Scalar

_OF_NONE: Final = "{said: {by: tech, match: ...}}"
"""Entry where the author's own ones are not known."""


def section_hint(pair: Pair, names: OwnNames) -> Hint | None:
    """Hint at the section that a word means, with the author's entries; None for another word."""
    section = _section(pair)
    if section is None:
        return None
    text, form = _forms(pair.value, section, names)
    return Hint(f"; write {text}", "" if text == form else form)


def section_above_hint(pair: Pair, names: OwnNames) -> Hint | None:
    """Hint at the section that a word means at the top level; None for another word."""
    section = _section(pair)
    if section is None or pair.key.casefold() in WANTED["Document"]:
        return None
    text, form = (f"expect: {{{each}}}" for each in _forms(pair.value, section, names))
    return Hint(f"; write {text}", "" if text == form else form)


def expect_form(node: Items, names: OwnNames) -> str:
    """Form of `expect` for a list in its place."""
    return f"expect: {{{_forms(node, 'at_end', names)[1]}}}"


def _section(pair: Pair) -> str | None:
    section = SECTIONS.get(pair.key.casefold().replace("-", "_").replace(" ", "_"))
    return "at_end" if section == "never" and _is_of_limits(pair.value) else section


def _is_of_limits(node: Node) -> bool:
    """Whether a value has only measures with the limit that they stay below, such as `silence: 5s`."""
    entries = node.nodes if isinstance(node, Items) else (node,)
    pairs = [pair for each in entries for pair in (each.pairs if isinstance(each, Entries) else ())]
    measures = [measure_of(pair.key) for pair in pairs if isinstance(pair.value, Scalar)]
    is_whole = len(measures) == len(pairs) >= len(entries) > 0
    return is_whole and all(each is not None and UNITS[each] != "count" for each in measures)


def _forms(node: Node, section: str, names: OwnNames) -> tuple[str, str]:
    """Section with the entries that a value means, without and with the author's words."""
    nodes = node.nodes if isinstance(node, Items) else (node,)
    found = [_entries(each, section, names) for each in nodes]
    entries = [entry for each in found for entry in each]
    if not entries or not all(found) or sum(len(own) for _, own in entries) > LONGEST_LIST:
        form = names.fill(f"{section}: [{_OF_NONE}]")
        return form, form
    told, own = (f"{section}: [{', '.join(each)}]" for each in zip(*entries, strict=True))
    return told, own


def _entries(node: Node, section: str, names: OwnNames) -> list[tuple[str, str]]:
    """Entries that a value means, each without and with the author's words; empty if one is not known."""
    if (
        isinstance(node, Entries)
        and len(node.pairs) > 1
        and all(_is_alone(each, names) for each in node.pairs)
    ):
        each = [_entries(Entries(node.at, (pair,)), section, names) for pair in node.pairs]
        return [entry for found in each for entry in found] if all(each) else []
    with_measures = section == "at_end"
    record = record_of(ExpectationKeys if with_measures else EventKeys)
    if isinstance(node, Entries) and len(node.pairs) == 1:
        (pair,) = node.pairs
        measure, seat = measure_of(pair.key), names.meant(pair.key)
        if seat is not None:
            return entries_of_seat(seat, pair.value, with_measures=with_measures)
        if measure is not None and own_value(record, node) is None:
            entries = entries_of(measure, pair.value, names) if with_measures else []
            return [(f"{{{each}}}", f"{{{each}}}") for each in entries]
        if pair.key.casefold() in SPOKEN and isinstance(pair.value, Scalar):
            return _both(*(said_meant(pair.value, speech=each) for each in (False, True)))
    seat = names.meant(node.value) if isinstance(node, Scalar) and isinstance(node.value, str) else None
    if seat is not None:
        entry = f"{{participant: {seat}, event: heard}}"
        return [(entry, entry)]
    whole = _both(*(own_value(record, node, speech=each) for each in (False, True)))
    return whole or _both(*(said_meant(node, speech=each) for each in (False, True)))


def _is_alone(pair: Pair, names: OwnNames) -> bool:
    """Whether a key makes an entry of its own, rather than one beside other keys."""
    is_event = pair.key in EVENTS or pair.key.casefold() in SPOKEN
    return is_event or measure_of(pair.key) is not None or names.meant(pair.key) is not None


def _both(told: str | None, own: str | None) -> list[tuple[str, str]]:
    return [] if told is None or own is None else [(told, own)]
