"""Hint at the key `when`, for a moment that was written under another key."""

from __future__ import annotations

from trialogue.model import kinds
from trialogue.model.kinds import record_of
from trialogue.scenario.did_you_mean import meant_word
from trialogue.scenario.patterns import EVENTS, EventKeys
from trialogue.scenario.tree import Entries, Pair


def is_moment(pair: Pair, kind: kinds.KeyMap) -> bool:
    """Whether an unknown key of a record has the value of its key `when`."""
    if not any(member.key == "when" and member.kind == record_of(EventKeys) for member in kind.members):
        return False
    return isinstance(pair.value, Entries) and any(each.key in EVENTS for each in pair.value.pairs)


def moment_hint(pair: Pair, kind: kinds.KeyMap) -> str:
    """Hint at `when` for such a key; begins with `; `, or is empty."""
    if not is_moment(pair, kind) or not isinstance(pair.value, Entries):
        return ""
    if meant_word(pair.key, [member.key for member in kind.members]) == "when":
        return ""  # it is only misspelled
    return f"; write when: {{{', '.join(f'{each.key}: ...' for each in pair.value.pairs)}}}"
