"""Text that is meant where a list or a map was written, and the names that a reference may have."""

from __future__ import annotations

from typing import Final

from trialogue.model import kinds
from trialogue.scenario.flow_text import flow
from trialogue.scenario.meant_shapes import Hint
from trialogue.scenario.own_names import OwnNames
from trialogue.scenario.own_values import LONGEST_LIST, NAME
from trialogue.scenario.problems import Path
from trialogue.scenario.tree import Entries, Items, Node, Scalar
from trialogue.scenario.wrong_values import pattern_fault

_SEATS: Final = frozenset(("by", "speaking", "participant", "to", "owner", "name", "each", "order"))
"""Keys that name participants."""

_WRAPPERS: Final = frozenset(("name", "id", "tool", "function", "participant", "by", "text", "match", "say"))
"""Keys of a map around the text that is meant."""

_ANY_CASE: Final = "(?i)"


def names_at(path: Path, names: OwnNames) -> tuple[str, ...] | None:
    """Names that the text at a path can refer to; None where it is a name of its own."""
    key = next((each for each in reversed(path) if isinstance(each, str)), "")
    if len(path) <= 2:
        return None
    if key in {"tool", "tools"}:
        return names.tools
    if key == "agenda":
        return names.points
    return names.seats if key in _SEATS else None


def text_meant(kind: kinds.Words, node: Node, path: Path, *, in_braces: bool) -> Hint | None:
    """Hint at the text that a list or a map means; None where none is known."""
    lead = f"{path[-1]}: " if path and isinstance(path[-1], str) else ""
    if isinstance(node, Items):
        return _of_list(kind, node, lead)
    if not isinstance(node, Entries):
        return None
    value = _inner(node, is_name=isinstance(kind, kinds.Name), in_braces=in_braces)
    if value is not None and isinstance(kind, kinds.Name):
        return Hint(f"; write {lead}{value}")
    if value is not None:
        return Hint("; braces make it a map: write the text without them", f"{lead}{flow(value)}")
    if isinstance(kind, kinds.Name):
        return Hint("; write one name alone")
    if in_braces:
        return Hint("; braces make it a map: leave them out, or put the whole text in quotes")
    return None


def _of_list(kind: kinds.Words, node: Items, lead: str) -> Hint | None:
    """Hint at the only text of a list, or at the pattern that finds each of several."""
    texts = [each.value for each in node.nodes if isinstance(each, Scalar)]
    words = [each for each in texts if isinstance(each, str) and each]
    if not words or len(words) < len(node.nodes):
        return None
    if len(words) == 1 and isinstance(kind, kinds.Name):
        return Hint(f"; write {lead}{words[0]}") if NAME.fullmatch(words[0]) else None
    if len(words) == 1:
        return Hint("; write it without brackets", f"{lead}{flow(words[0])}")
    if not isinstance(kind, kinds.PatternText):
        return None
    if all(each.startswith(_ANY_CASE) for each in words):
        words = [words[0], *(each.removeprefix(_ANY_CASE) for each in words[1:])]
    joined = "|".join(words)
    good = len(joined) <= LONGEST_LIST and pattern_fault(joined) is None
    return Hint("; for one or another, write | between them", f"{lead}{flow(joined)}" if good else "")


def _inner(node: Entries, *, is_name: bool, in_braces: bool) -> str | None:
    """Text in a map with a single key: its value, or the key of a map such as `{clock}`."""
    if len(node.pairs) != 1 or not (is_name or in_braces):
        return None
    (pair,) = node.pairs
    value = pair.value.value if isinstance(pair.value, Scalar) else None
    if isinstance(value, str) and pair.key in _WRAPPERS:
        found = value
    elif (isinstance(pair.value, Scalar) and value is None) or (is_name and isinstance(pair.value, Entries)):
        found = pair.key
    else:
        return None
    return found if not is_name or NAME.fullmatch(found) else None
