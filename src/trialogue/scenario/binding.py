"""Binding of a tree of nodes to attrs values: one walk over the schema's kinds, which notes every fault.

Binding is strict: no text from a number, no whole number from 3.9, no unknown key. An unusable value counts
as absent, and the walk goes on beside it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import Enum
from typing import Final, Literal, assert_never, cast

from attrs import evolve

from trialogue.model import kinds
from trialogue.scenario.bound_hints import number_hint
from trialogue.scenario.comma_hints import free_rests, rests_of
from trialogue.scenario.did_you_mean import meant_word
from trialogue.scenario.expect_keys import BoundKeys
from trialogue.scenario.forms import form_of, meant_key
from trialogue.scenario.happening_hints import fitting
from trialogue.scenario.meant_shapes import Hint, time_fault
from trialogue.scenario.meant_texts import names_at, text_meant
from trialogue.scenario.moment_hints import is_moment
from trialogue.scenario.name_hints import event_meant
from trialogue.scenario.patterns import EventKeys
from trialogue.scenario.people import ClipKeys
from trialogue.scenario.problems import Code, Path, Problems, shown
from trialogue.scenario.quantities import read_duration, read_range
from trialogue.scenario.seating import TEXT_ONLY
from trialogue.scenario.section_hints import expect_form
from trialogue.scenario.shape_forms import map_form, shape_form
from trialogue.scenario.stages import stage_record
from trialogue.scenario.tool_forms import entry_meant, tools_meant
from trialogue.scenario.tree import Entries, Hole, Items, Node, Pair, Scalar
from trialogue.scenario.unknown_keys import unknown_key_hint
from trialogue.scenario.wrong_values import (
    Fault,
    duration_fault,
    number_fault,
    said,
    text_fault,
    why_not_text,
    why_text,
)
from trialogue.services import EMBEDDED, SERVICES
from trialogue.values import frozen

MOST_WORDS: Final = 24
"""Most words that a message lists for a key."""


OF_CLIP: Final = (
    "; its keys are say and when: granted: true is its person's turn, "
    "said: {by: NAME, match: ...} another's words"
)
"""Hint for a clip that is not a map."""

_OF_ONE: Final = frozenset({"participant", "speaking", "agenda", "tool", "by"})
"""Keys of an event that name one of several things."""


class Absent(Enum):
    """Type of `ABSENT`."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
"""Value of a node that cannot be used."""


@frozen
class Binder:
    """Converts nodes to the values of kinds, and notes every fault."""

    problems: Problems
    """Problems, in which faults are noted."""

    via: str = EMBEDDED
    """Service of the participant that is being read, whose keys its stages have."""

    def bind(self, kind: kinds.Kind, node: Node, path: Path) -> object:
        """Value of a node, or `ABSENT`."""
        if isinstance(node, Hole):
            return ABSENT
        match kind:
            case kinds.KeyMap():
                return self._record(kind, node, path)
            case kinds.StageKeys():
                return self._record(stage_record(kind, self.via), node, path)
            case kinds.MapOf():
                return self._map(kind, node, path)
            case kinds.ListOf():
                return self._list(kind, node, path)
            case kinds.OneOf():
                return self._one_of(kind, node, path)
            case kinds.AnyObject() if not isinstance(node, Entries):
                return self._wrong(node, path, "a map")
            case kinds.Anything() | kinds.AnyObject():
                return self._anything(node, path)
            case (
                kinds.Text()
                | kinds.OneLine()
                | kinds.Name()
                | kinds.PatternText()
                | kinds.Money()
                | kinds.Percent()
            ):
                return self._text(kind, node, path)
            case _:
                return self._scalar(kind, node, path)

    def _wrong(
        self, node: Node, path: Path, wanted: str, hint: str = "", *, form: str = ""
    ) -> Literal[Absent.ABSENT]:
        if not (self.problems.is_partial and isinstance(node, Scalar) and node.value is None):
            told = f"must be {wanted}, not {said(node)}{hint or why_text(node)}"
            self.problems.add(node.at, path, told, Code.TYPE, form=form)
        return ABSENT

    def misshapen(
        self, kind: kinds.Kind, node: Node, path: Path, around: Entries | None = None
    ) -> Literal[Absent.ABSENT]:
        """Note a value of another shape than its kind, with the form that is meant."""
        if self.problems.full:
            return self._wrong(node, path, _shapes(kind))
        hint = (
            number_hint(node, path, around)
            if isinstance(kind, kinds.KeyMap) and kind.cls is BoundKeys
            else ""
        )
        if isinstance(kind, kinds.KeyMap) and kind.cls is ClipKeys:
            hint = OF_CLIP
        if _is_event(kind):
            event = event_meant(node, path, self.problems.names)
            if event:
                return self._wrong(node, path, _shapes(kind), hint, form=event)
        if (meant := tools_meant(node, path, self.problems.names)) is not None:
            return self._wrong(node, path, _shapes(kind), meant.text, form=meant.form)
        if path == ("expect",) and isinstance(node, Items):
            return self._wrong(node, path, _shapes(kind), form=expect_form(node, self.problems.names))
        form = shape_form(kind, node, path, around, names=self.problems.names)
        return self._wrong(node, path, _shapes(kind), hint, form=form)

    # --- lists and maps ---------------------------------------------------------------------------

    def _record(self, kind: kinds.KeyMap, node: Node, path: Path) -> object:
        if not isinstance(node, Entries):
            return self.misshapen(kind, node, path)
        alone = time_fault(node, path, self.problems.names) if _is_event(kind) else None
        if alone is not None:
            code = Code.EXPECT if path[0] == "expect" else Code.MOMENT
            self.problems.add(node.at, path, alone.text, code, form=alone.form)
            return ABSENT
        members = {member.key: member for member in kind.members}
        inside = evolve(self, via=via_of(node, self.via)) if "via" in members else self
        values: dict[str, object] = {}
        rests = () if self.problems.full else tuple(rests_of(node, kind, self.problems))
        for rest in rests:
            told = f'unknown key "{shown(rest.first.key)}"{rest.hint}'
            self.problems.add(rest.first.at, path, told, Code.KEY_UNKNOWN, form=rest.form)
        for pair in node.pairs:
            if any(pair.key in rest.keys for rest in rests):
                continue
            if pair.key in members:
                inner, place = fitting(kind, pair, node, members[pair.key].kind), (*path, pair.key)
                if _is_misshapen(inner, pair.value):
                    values[pair.key] = inside.misshapen(inner, pair.value, place, node)
                else:
                    values[pair.key] = inside.bind(inner, pair.value, place)
            else:
                self._unknown_key(kind, node, pair, path)
        for member in kind.members:
            if member.required and member.key not in values and not self.problems.is_partial:
                if any(self._means(pair, kind, member.key) for pair in node.pairs if pair.key not in members):
                    values[member.key] = ABSENT
                    continue
                text, form = f'needs the key "{member.key}"', form_of(kind, member.key)
                self.problems.add(node.at, path, text, Code.KEY_MISSING, form=form)
                values[member.key] = ABSENT
        if any(values.get(member.key, ABSENT) is ABSENT for member in kind.members if member.required):
            if kind.cls is ClipKeys and "text" in values and not {"play", "say", "type"}.intersection(values):
                self.problems.add(node.at, path, TEXT_ONLY, Code.CLIP)
            return ABSENT
        attributes = {member.key: member.attribute for member in kind.members}
        return kind.cls(**{attributes[key]: value for key, value in values.items() if value is not ABSENT})

    @staticmethod
    def _means(pair: Pair, kind: kinds.KeyMap, key: str) -> bool:
        """Whether an unknown key probably means this one, so that its absence is not told as well."""
        return meant_key(pair.key, kind) == key or (key == "when" and is_moment(pair, kind))

    def _unknown_key(self, kind: kinds.KeyMap, node: Entries, pair: Pair, path: Path) -> None:
        problems = self.problems
        hint = Hint("") if problems.full else unknown_key_hint(pair, kind, node, path, names=problems.names)
        told = f'unknown key "{shown(pair.key)}"{hint.text}'
        self.problems.add(pair.at, path, told, Code.KEY_UNKNOWN, form=hint.form)

    def _map(self, kind: kinds.MapOf, node: Node, path: Path) -> object:
        if not isinstance(node, Entries):
            return self.misshapen(kind, node, path)
        rests = self._rests(node, path) if isinstance(kind.value, kinds.Anything) else frozenset[str]()
        values: dict[str, object] = {}
        for pair in node.pairs:
            if pair.key in rests:
                continue
            inner = (*path, pair.key)
            value = self.bind(kind.value, pair.value, inner)
            key = self.bind(kind.key, Scalar(pair.at, pair.key), inner)
            if value is not ABSENT and key is not ABSENT:
                values[pair.key] = value
        return ABSENT if rests else values

    def _list(self, kind: kinds.ListOf, node: Node, path: Path) -> object:
        if not isinstance(node, Items):
            return self.misshapen(kind, node, path)
        values = [self.bind(kind.item, item, (*path, index)) for index, item in enumerate(node.nodes)]
        kept = tuple(index for index, value in enumerate(values) if value is not ABSENT)
        if len(kept) < len(values):
            self.problems.leave_out(path, kept)
        return tuple(values[index] for index in kept)

    def _one_of(self, kind: kinds.OneOf, node: Node, path: Path) -> object:
        for option in kind.options:
            if _fits(option, node):
                return self.bind(option, node, path)
        return self.misshapen(kind, node, path)

    def _rests(self, node: Entries, path: Path) -> frozenset[str]:
        """Note the rests of texts that a comma ends in a map of free keys; returns their keys."""
        rests = () if self.problems.full else tuple(free_rests(node, self.problems))
        for rest in rests:
            told = f'key "{shown(rest.first.key)}" has no value{rest.hint}'
            self.problems.add(rest.first.at, path, told, Code.KEY_UNKNOWN, form=rest.form)
        return frozenset(key for rest in rests for key in rest.keys)

    def _anything(self, node: Node, path: Path) -> object:
        match node:
            case Scalar(_, value):
                return value
            case Items(_, nodes):
                values = [self._anything(item, (*path, index)) for index, item in enumerate(nodes)]
                return ABSENT if ABSENT in values else values
            case Entries(_, pairs):
                rests = self._rests(node, path)
                kept = (pair for pair in pairs if pair.key not in rests)
                inner = {pair.key: self._anything(pair.value, (*path, pair.key)) for pair in kept}
                return ABSENT if rests or ABSENT in inner.values() else inner
            case Hole():
                return ABSENT
            case _:
                assert_never(node)

    # --- scalars ----------------------------------------------------------------------------------

    def _text(self, kind: kinds.Words, node: Node, path: Path) -> object:
        text = node.text or node.value if isinstance(node, Scalar) else None
        if not isinstance(text, str):
            hint = why_not_text(kind, node)
            if isinstance(node, Items) and len(node.nodes) > 1 and path[-1] in _OF_ONE:
                hint = ": name one; each of them has an entry of its own"
            meant = entry_meant(node, path, self.problems.names) or self._text_meant(
                kind, node, path, told=hint
            )
            why = f"must be text, not {said(node)}{hint if meant is None else meant.text}"
            self.problems.add(node.at, path, why, Code.TYPE, form="" if meant is None else meant.form)
            return ABSENT
        return self._checked(node, path, text, text_fault(kind, text, names_at(path, self.problems.names)))

    def _text_meant(self, kind: kinds.Words, node: Node, path: Path, *, told: str) -> Hint | None:
        """Hint at the text that a list or a map means, unless a hint at a list is already told."""
        if self.problems.full or (isinstance(node, Items) and told):
            return None
        in_braces = self.problems.between(node.at, node.at.column + 1) == "{"
        return text_meant(kind, node, path, in_braces=in_braces)

    def _checked(self, node: Node, path: Path, value: object, fault: Fault | None) -> object:
        if fault is None:
            return value
        code, text = fault
        self.problems.add(node.at, path, text, code)
        return ABSENT

    def _scalar(self, kind: kinds.NotText, node: Node, path: Path) -> object:
        value = node.value if isinstance(node, Scalar) else None
        match kind:
            case kinds.Flag():
                return value if isinstance(value, bool) else self._wrong(node, path, "true or false")
            case kinds.Whole(low, high):
                return self._whole(low, high, node, path)
            case kinds.Number():
                if not isinstance(value, int | float) or isinstance(value, bool):
                    return self._wrong(node, path, "a number")
                return self._checked(node, path, value, number_fault(kind, value))
            case kinds.ClosedList(options):
                words = {cast("str", option.value): option for option in options}
                return self._word(words, {}, node, path)
            case kinds.ListedWord(options, later):
                return self._word({word: word for word in options()}, dict(later), node, path)
            case kinds.Duration(may_be_none):
                if may_be_none and value == "none":
                    return math.inf
                seconds = read_duration(value) if isinstance(value, str) else None
                return self._checked(node, path, seconds, duration_fault(kind, seconds, value))
            case kinds.DurationRange():
                ends = read_range(value) if isinstance(value, str) else None
                return self._checked(node, path, ends, duration_fault(kind, ends, value))
            case _:
                assert_never(kind)

    def _whole(self, low: int, high: int, node: Node, path: Path) -> object:
        value = node.value if isinstance(node, Scalar) else None
        if not isinstance(value, int) or isinstance(value, bool):
            return self._wrong(node, path, "a whole number")
        if low <= value <= high:
            return value
        if path == ("trialogue",):
            self.problems.add(node.at, path, "this release reads format 1", Code.FORMAT)
        else:
            self.problems.add(node.at, path, f"must be from {low} to {high}", Code.RANGE)
        return ABSENT

    def _word(self, words: Mapping[str, object], later: Mapping[str, str], node: Node, path: Path) -> object:
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, str) and value in words:
            return words[value]
        if isinstance(value, str) and value in later:
            self.problems.add(
                node.at, path, f'"{value}" is not supported in this release: {later[value]}', Code.LATER
            )
            return ABSENT
        given = f'"{shown(value)}"' if isinstance(value, str) else said(node)
        other = map_form(value, path, names=self.problems.names) if isinstance(value, str) else Hint("")
        hint, form = other.text, other.form
        meant = meant_word(value, words) if isinstance(value, str) and not self.problems.full else None
        if meant is not None and not form:
            hint, form = (
                f'; did you mean "{meant}"?',
                f"{path[-1]}: {meant}" if isinstance(path[-1], str) else "",
            )
        text = f"must be one of {_listed(tuple(words))}, not {given}{hint}"
        self.problems.add(node.at, path, text, Code.CHOICE, form=form)
        return ABSENT


def _listed(words: tuple[str, ...]) -> str:
    more = f" and {len(words) - MOST_WORDS} more" if len(words) > MOST_WORDS else ""
    return f"{', '.join(words[:MOST_WORDS])}{more}"


def via_of(node: Entries, otherwise: str) -> str:
    """Service that a map names under `via`, or None."""
    named = [pair.value.value for pair in node.pairs if pair.key == "via" and isinstance(pair.value, Scalar)]
    return next((str(value) for value in named if value in SERVICES), otherwise)


def _fits(kind: kinds.Kind, node: Node) -> bool:
    """Whether a node has the shape of a kind."""
    match kind:
        case kinds.KeyMap() | kinds.StageKeys() | kinds.MapOf() | kinds.AnyObject():
            return isinstance(node, Entries)
        case kinds.ListOf():
            return isinstance(node, Items)
        case _:
            return isinstance(node, Scalar)


def _is_misshapen(kind: kinds.Kind, node: Node) -> bool:
    """Whether a map, a list, or one of several shapes is expected, and the node has none of these."""
    match kind:
        case kinds.OneOf(options=options):
            return not (isinstance(node, Hole) or any(_fits(option, node) for option in options))
        case kinds.KeyMap() | kinds.StageKeys() | kinds.ListOf() | kinds.MapOf():
            return not (isinstance(node, Hole) or _fits(kind, node))
        case _:
            return False


def _shapes(kind: kinds.Kind) -> str:
    return " or ".join(map(_shape, kind.options)) if isinstance(kind, kinds.OneOf) else _shape(kind)


def _shape(kind: kinds.Kind) -> str:
    match kind:
        case kinds.KeyMap() | kinds.StageKeys() | kinds.MapOf() | kinds.AnyObject():
            return "a map"
        case kinds.ListOf():
            return "a list"
        case kinds.ClosedList(options):
            return "one of " + ", ".join(cast("str", option.value) for option in options)
        case kinds.ListedWord(options):
            return "one of " + ", ".join(options())
        case _:
            return "text"


def _is_event(kind: kinds.Kind) -> bool:
    return isinstance(kind, kinds.KeyMap) and issubclass(kind.cls, EventKeys)
