"""Hint at the meaning of an unknown key, from its value and its neighbours."""

from __future__ import annotations

import re
from typing import Final

from trialogue.model import kinds
from trialogue.model.kinds import record_of
from trialogue.scenario.bound_hints import beside_hint, total_hint
from trialogue.scenario.expect_keys import BoundKeys, ExpectationKeys
from trialogue.scenario.flow_text import flow, plain_of
from trialogue.scenario.forms import form_of, key_hint
from trialogue.scenario.happening_hints import happening_hint
from trialogue.scenario.key_aliases import EXPRESSION, WHO
from trialogue.scenario.moment_hints import moment_hint
from trialogue.scenario.own_values import own_value
from trialogue.scenario.patterns import EventKeys
from trialogue.scenario.people import ClipKeys
from trialogue.scenario.problems import Path
from trialogue.scenario.schema import AgentDefaultsKeys, AgentKeys, EndKeys
from trialogue.scenario.seat_hints import seat_hint
from trialogue.scenario.time_hints import limit_meant
from trialogue.scenario.tree import Entries, Pair
from trialogue.values import frozen

_LEAD: Final = re.compile(r"; (?:write|it belongs [^:]*:) ")
_EXPECTED: Final = frozenset(member.key for member in record_of(ExpectationKeys).members)
_AFTER: Final = frozenset({"after", "at", "in", "within", "for", "until"})
_ONCE: Final = frozenset({"repeat", "repeats", "times", "count", "again", "loop"})


@frozen
class Hint:
    """Hint for an unknown key."""

    text: str
    """Hint for the message; begins with `; `."""

    form: str = ""
    """Right form with the author's own words, which are personal; empty where the hint shows it."""


def unknown_key_hint(pair: Pair, record: kinds.KeyMap, around: Entries, path: Path) -> Hint:
    """Hint for a key of `around` that its record lacks."""
    found = _special(pair, record, around, path)
    if found is not None:
        return found
    text = moment_hint(pair, record)
    if text:
        return Hint(text)
    text = key_hint(pair.key, record, pair.value)
    own = key_hint(pair.key, record, pair.value, speech=True)
    form = _LEAD.sub("", own) if own != text else ""
    if text.startswith("; write speak: {model: "):
        text += "; trialogue voices lists others"
    return Hint(text, form)


def _special(pair: Pair, record: kinds.KeyMap, around: Entries, path: Path) -> Hint | None:
    """Hint for a key whose meaning depends on its neighbours."""
    text, cls = "", record.cls
    if issubclass(cls, EventKeys) and (words := _words(around)) is not None:
        found = _spoken_hint(pair, around, words)
        if found is not None:
            return found
    if cls is ExpectationKeys:
        text = beside_hint(pair, around)
    elif cls is EventKeys and path[0] == "expect" and pair.key in _EXPECTED:
        text = f"; it belongs under at_end: at_end: [{{{_expected(pair, around)}}}]"
    elif cls is BoundKeys:
        text = total_hint(pair, path)
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
    own = form_of(record_of(ExpectationKeys), pair.key) or pair.key
    event = [f"{each.key}: {flow(plain_of(each.value))}" for each in beside]
    return ", ".join([*(event if pair.key in {"times", "called"} else []), own])


def _end_hint(pair: Pair) -> str:
    """Hint at the limit that a key of `end` means, such as `after: {turns: 12}` or `after: 10m`."""
    is_meant = isinstance(pair.value, Entries) or pair.key.casefold() in _AFTER
    limit = limit_meant(pair.value) if is_meant else ""
    return f"; it belongs at the top level: run: {{limits: {{{limit}}}}}" if limit else ""
