"""Hint at the meaning of an unknown key, from its value and its neighbours."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from trialogue.model import kinds
from trialogue.model.kinds import record_of
from trialogue.scenario.bound_hints import beside_hint, bounds_hint, entries_of, measure_of, total_hint
from trialogue.scenario.expect_keys import BoundKeys, ExpectationKeys, ExpectKeys, TimesKeys
from trialogue.scenario.expecting import UNITS
from trialogue.scenario.fault_keys import FaultKeys
from trialogue.scenario.flow_text import flow, plain_of
from trialogue.scenario.forms import form_of, key_hint
from trialogue.scenario.happening_hints import happening_hint
from trialogue.scenario.key_aliases import EXPRESSION, MEANT, WHO
from trialogue.scenario.meant_shapes import (
    Hint,
    beside_when,
    clips_of_words,
    named_chair,
    of_role,
    of_roles,
    several_said,
)
from trialogue.scenario.moment_hints import moment_hint
from trialogue.scenario.name_hints import SPOKEN, seat_key_hint, spoken_by_hint
from trialogue.scenario.own_names import OwnNames
from trialogue.scenario.own_values import LONGEST_LIST, own_value
from trialogue.scenario.patterns import EventKeys
from trialogue.scenario.people import ClipKeys, ClipsKeys
from trialogue.scenario.point_forms import agenda_hint
from trialogue.scenario.problems import Path
from trialogue.scenario.schema import AgentDefaultsKeys, AgentKeys, Document, EndKeys, FloorKeys, RunKeys
from trialogue.scenario.seat_hints import is_person, kind_hint, seat_hint
from trialogue.scenario.section_hints import section_above_hint, section_hint
from trialogue.scenario.time_hints import limit_meant
from trialogue.scenario.tree import Entries, Pair
from trialogue.scenario.vocabulary import Seat
from trialogue.scenario.voice_forms import voice_meant

_LEAD: Final = re.compile(r"; (?:write|it belongs [^:]*:) ")
_AFTER: Final = frozenset({"after", "at", "in", "within", "for", "until"})
_AGENDA: Final = frozenset(("agenda", "points", "topics"))
_ONCE: Final = frozenset({"repeat", "repeats", "times", "count", "again", "loop"})


@cache
def _expected_keys() -> frozenset[str]:
    """Keys of an expectation; only a mistake needs them."""
    return frozenset(member.key for member in record_of(ExpectationKeys).members)


def unknown_key_hint(
    pair: Pair, record: kinds.KeyMap, around: Entries, path: Path, *, names: OwnNames
) -> Hint:
    """Hint for a key of `around` that its record lacks; `names` are those of the file."""
    found = _meant(pair, record, around, names) or _listed(pair, record.cls, names)
    found = found or _special(pair, record, around, path, names=names)
    if found is not None:
        return found
    text = moment_hint(pair, record)
    if text:
        return Hint(text)
    text = key_hint(pair.key, record, pair.value)
    own = key_hint(pair.key, record, pair.value, speech=True)
    form = _LEAD.sub("", own) if own != text else ""
    if "speak: {model: " in text and text.startswith("; write "):
        text += "; trialogue voices lists others"
        voice = voice_meant(pair.value, around, names)
        form = form.replace(f"model: {flow(plain_of(pair.value))}", f"model: {voice}") if voice else form
    return Hint(text, form)


def _meant(pair: Pair, record: kinds.KeyMap, around: Entries, names: OwnNames) -> Hint | None:
    """Hint for a key whose value has another shape than that of the key that is meant."""
    cls, word = record.cls, pair.key.casefold()
    if named := seat_key_hint(pair, cls, names) or spoken_by_hint(pair, cls, names):
        return named
    if cls in {ExpectKeys, EndKeys} and word in SPOKEN and word not in UNITS:
        return several_said(pair, "any" if cls is EndKeys else "at_end")
    if cls is EndKeys and word in {"all", "when", "if", "until"} and not isinstance(pair.value, Entries):
        return several_said(pair, "any")
    if cls in {ClipKeys, FaultKeys}:
        return beside_when(pair, around, cls, names)
    if cls is ClipsKeys:
        return clips_of_words(pair)
    if cls is AgentKeys and is_person(around) and (clips := clips_of_words(pair)) is not None:
        text = clips.text.replace("write clips: ", "write via: {clips: ").replace("], a clip", "]}, a clip")
        return Hint(text, f"via: {{{clips.form}}}")
    if cls is AgentKeys and (text := of_role(pair) or kind_hint(pair, around)):
        return Hint(text)
    if cls is Document and (text := of_roles(pair, names)):
        return Hint(text)
    if cls is Document and word == "chairs":
        return Hint(f"; it is a participant's role: cast: {{{named_chair(pair, names)}: {{role: chair}}}}")
    if cls in {Document, FloorKeys, RunKeys} and Seat.CHAIR.value in (pair.key, *MEANT.get(pair.key, ())):
        return Hint(f"; it is a participant's role: cast: {{{named_chair(pair, names)}: {{role: chair}}}}")
    return None


def _listed(pair: Pair, cls: type[object], names: OwnNames) -> Hint | None:
    """Hint for another word for the agenda, or for a section of `expect`, with the author's entries."""
    if pair.key.casefold() in _AGENDA and cls in {Document, FloorKeys, RunKeys}:
        return agenda_hint(pair.value, "; write " if cls is Document else "; it belongs at the top level: ")
    if cls is ExpectKeys:
        return section_hint(pair, names)
    return section_above_hint(pair, names) if cls is Document else None


def _measured(pair: Pair, cls: type[object], around: Entries, path: Path, *, names: OwnNames) -> str:
    """Hint at a measure with the bounds that an author wrote in another form; empty for another key."""
    measure = measure_of(pair.key)
    is_event = cls is EventKeys and path[0] == "expect"
    if measure is None or not (is_event or cls in {ExpectKeys, ExpectationKeys}):
        return ""
    entries = entries_of(measure, pair.value, names)
    if not entries:
        return ""
    listed = ", ".join(f"{{{each}}}" for each in entries)
    if cls is ExpectKeys:
        return _beside_others(listed, around, names)
    if cls is ExpectationKeys:
        return f"; write {entries[0]}" if len(entries) == 1 else f"; write an entry for each: {listed}"
    return f"; it belongs under at_end: at_end: [{listed}]"


def _beside_others(listed: str, around: Entries, names: OwnNames) -> str:
    """Hint at `at_end` for a measure under `expect`: one list for all of them, or the one that is there."""
    if around.find("at_end") is not None:
        return f"; add to the list at_end: {listed}"
    measures = ((measure_of(each.key), each.value) for each in around.pairs)
    found = [entries_of(measure, value, names) for measure, value in measures if measure is not None]
    form = ", ".join(f"{{{entry}}}" for each in found for entry in each)
    return f"; write at_end: [{form if len(form) <= LONGEST_LIST else listed}]"


def _special(
    pair: Pair, record: kinds.KeyMap, around: Entries, path: Path, *, names: OwnNames
) -> Hint | None:
    """Hint for a key whose meaning depends on its neighbours."""
    text, cls = "", record.cls
    if measured := _measured(pair, cls, around, path, names=names):
        return Hint(measured)
    if issubclass(cls, EventKeys) and (words := _words(around)) is not None:
        found = _spoken_hint(pair, around, words)
        if found is not None:
            return found
    if cls is ExpectationKeys:
        text = beside_hint(pair, around)
    elif cls is EventKeys and path[0] == "expect" and (measure_of(pair.key) or pair.key) in _expected_keys():
        text = f"; it belongs under at_end: at_end: [{{{_expected(pair, around)}}}]"
    elif cls is BoundKeys:
        text = total_hint(pair, path) or bounds_hint(pair, path, names)
    elif cls is TimesKeys:
        text = bounds_hint(pair, path, names)
    elif cls in {AgentKeys, AgentDefaultsKeys}:
        text = seat_hint(pair, around)
    elif cls is EndKeys:
        text = _end_hint(pair)
    elif cls is ClipKeys and pair.key.casefold() in _ONCE:
        text = "; each clip is played once: write one for each time"
    if not text and issubclass(cls, EventKeys):
        text = happening_hint(pair, around, path)
    return Hint(text) if text else None


def _words(around: Entries) -> Pair | None:
    """Key of an event that means words that are said, such as `text`."""
    return next((each for each in around.pairs if each.key.casefold() in EXPRESSION), None)


def _spoken_hint(pair: Pair, around: Entries, words: Pair) -> Hint | None:
    """Hint for words beside their speaker, such as `{text: hello, who: ann}`."""
    if pair is not words and pair.key.casefold() not in WHO:
        return None
    speakers = (each for each in around.pairs if each.key.casefold() in {*WHO, "by"})
    by = next((own_value(kinds.Name(), each.value) for each in speakers), None)
    said = {} if by is None else {"by": by}
    told = f"; write said: {flow({**said, 'match': '...'})}"
    return Hint(told, f"said: {flow({**said, 'match': plain_of(words.value)})}")


def _expected(pair: Pair, around: Entries) -> str:
    """Keys of an expectation under `at_end` that has an author's key."""
    beside = [each for each in around.pairs if each is not pair and each.key in {"tool", "by", "participant"}]
    key = measure_of(pair.key) or pair.key
    own = form_of(record_of(ExpectationKeys), key) or key
    event = [f"{each.key}: {flow(plain_of(each.value))}" for each in beside]
    return ", ".join([*(event if pair.key in {"times", "called"} else []), own])


def _end_hint(pair: Pair) -> str:
    """Hint at the limit that a key of `end` means, such as `after: {turns: 12}` or `after: 10m`."""
    is_meant = isinstance(pair.value, Entries) or pair.key.casefold() in _AFTER
    limit = limit_meant(pair.value) if is_meant else ""
    return f"; it belongs at the top level: run: {{limits: {{{limit}}}}}" if limit else ""
