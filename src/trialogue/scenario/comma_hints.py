"""Hint at quotes or brackets, for a text within `{ }` that a comma ends: the rest becomes a key."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from trialogue.model import kinds
from trialogue.scenario.problems import Problems
from trialogue.scenario.tree import Entries, Pair, Scalar
from trialogue.values import frozen


@frozen
class Rest:
    """Rest of a text that was read as keys without values."""

    keys: frozenset[str]
    """All of these keys."""

    first: Pair
    """First of them."""

    hint: str
    """Hint; begins with `; `."""

    form: str
    """Right form, with the author's text; empty where the text is spread over lines."""


def rests_of(node: Entries, kind: kinds.KeyMap, problems: Problems) -> Iterator[Rest]:
    """Rests of texts among the keys of a record."""
    members = {member.key: member.kind for member in kind.members}

    def begins(pair: Pair) -> bool:
        """Whether a key is the record's, or has a value."""
        return pair.key in members or _quotes(pair) is None

    for held, run in _runs(node, begins):
        if held.key in members:
            yield _rest(held, run, is_list=_takes_list(members[held.key]), problems=problems)


def free_rests(node: Entries, problems: Problems) -> Iterator[Rest]:
    """Rests of texts in a map whose keys the author chooses."""
    for held, run in _runs(node, lambda pair: _quotes(pair) is None):
        yield _rest(held, run, is_list=False, problems=problems)


def _runs(node: Entries, begins: Callable[[Pair], bool]) -> Iterator[tuple[Pair, list[Pair]]]:
    """Texts with the keys without values that follow each."""
    held: Pair | None = None
    run: list[Pair] = []
    for pair in (*node.pairs, None):
        if pair is not None and not begins(pair):
            run.append(pair)
            continue
        if held is not None and run:
            yield held, run
        held, run = pair if pair is not None and _is_text(pair) else None, []


def _rest(held: Pair, run: list[Pair], *, is_list: bool, problems: Problems) -> Rest:
    last = run[-1]
    quotes = _quotes(last) or 0
    end = last.at.column + len(last.key) + quotes
    raw = problems.between(held.value.at, end) if last.at.line == held.value.at.line else ""
    several = is_list or raw.startswith(('"', "'"))
    told = "several texts need brackets" if several else "put the whole text in quotes"
    form = f"[{raw}]" if several else json.dumps(raw, ensure_ascii=False)
    return Rest(
        frozenset(pair.key for pair in run),
        run[0],
        f"; a comma ends a value within {{ }}: {told}",
        f"{held.key}: {form}" if raw else "",
    )


def _quotes(pair: Pair) -> int | None:
    """Quotation marks around a key without colon and value; None for another key."""
    value, at = pair.value, pair.at
    if not isinstance(value, Scalar) or value.value is not None or value.at.line != at.line:
        return None
    beyond = value.at.column - at.column - len(pair.key)
    return beyond if beyond in {0, 2} else None


def _is_text(pair: Pair) -> bool:
    return isinstance(pair.value, Scalar) and isinstance(pair.value.value, str)


def _takes_list(kind: kinds.Kind) -> bool:
    return isinstance(kind, kinds.ListOf) or (
        isinstance(kind, kinds.OneOf) and any(isinstance(each, kinds.ListOf) for each in kind.options)
    )
