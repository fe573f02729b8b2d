"""Forms of tools that were defined where they are only named, and of calls that were written as lines."""

from __future__ import annotations

import shlex
from typing import Final

from attrs import evolve

from trialogue.model.kinds import record_of
from trialogue.scenario.flow_text import flow
from trialogue.scenario.key_aliases import renamed
from trialogue.scenario.meant_shapes import Hint
from trialogue.scenario.own_names import OwnNames
from trialogue.scenario.own_values import LONGEST_LIST, NAME, own_value
from trialogue.scenario.problems import Path
from trialogue.scenario.tool_keys import KINDS, ToolKeys
from trialogue.scenario.tree import Entries, Items, Node, Scalar
from trialogue.services.script import ScriptEntryKeys

_NAMES: Final = ("name", "id", "tool", "function")
MOCK: Final = "{result: 8}"
"""Mock of a tool whose result is not known."""

MOCKED: Final = "; a virtual clock needs a mock in place of what runs in the world"
"""Hint beside a form in which a mock replaces an author's tool."""

_CALLS: Final = ("tool", "call", "function")


def words_of(node: Node | None) -> str:
    """List of a command's words, which were written as a single text; empty for another value."""
    value = node.value if isinstance(node, Scalar) else None
    try:
        words = shlex.split(value) if isinstance(value, str) else []
    except ValueError:  # a quote is open
        words = str(value).split()
    return flow(words) if words else ""


def entry_meant(node: Node, path: Path, names: OwnNames) -> Hint | None:
    """Hint for a map among an agent's tools or lines, of which each is a text; None for another place."""
    if not isinstance(node, Entries) or len(path) < 4 or path[0] != "cast":
        return None
    if path[-2] == "tools":
        return _defined([node], "name it here", names)
    return _scripted(node) if path[-2] == "lines" else None


def tools_meant(node: Node, path: Path, names: OwnNames) -> Hint | None:
    """Hint for tools that are a list instead of a map, or at a seat a map instead of a list; else None.

    Also for a tool's command under a virtual clock, which has another form.
    """
    if path == ("tools",) and isinstance(node, Items):
        return _defined([each for each in node.nodes if isinstance(each, Entries)], "", names)
    if len(path) == 3 and path[0] == "cast" and path[-1] == "tools" and isinstance(node, Entries):
        return _defined([node], "name it here", names)
    if path[:1] == ("tools",) and path[2:] == ("command",) and names.is_virtual:
        return Hint(MOCKED, f"mock: {MOCK}")
    return None


def _defined(nodes: list[Entries], here: str, names: OwnNames) -> Hint | None:
    """Hint at definitions under the top level's `tools`; `here` says what remains at the seat."""
    found: dict[str, str] = {}
    for node in nodes:
        found.update(_definitions(node, names))
    form = f"tools: {{{', '.join(f'{name}: {each}' for name, each in found.items())}}}"
    if not found or len(form) > LONGEST_LIST:
        return None
    hint = f"; define it at the top level, and {here}: tools: [{', '.join(found)}]" if here else ""
    given = evolve(names, is_virtual=False)
    hint += MOCKED if any(_definitions(node, given) != _definitions(node, names) for node in nodes) else ""
    return Hint(hint, form)


def _definitions(node: Entries, names: OwnNames) -> dict[str, str]:
    """Each tool that a map defines: with its name as a value, or as a key."""
    named = next((each for each in node.pairs if each.key in _NAMES), None)
    if named is not None:
        name = named.value.value if isinstance(named.value, Scalar) else None
        rest = Entries(node.at, tuple(each for each in node.pairs if each is not named))
        return {name: _definition(rest, names)} if isinstance(name, str) and NAME.fullmatch(name) else {}
    inner = [(each.key, each.value) for each in node.pairs if NAME.fullmatch(each.key)]
    return {
        name: _definition(each if isinstance(each, Entries) else Entries(node.at, ()), names)
        for name, each in inner
        if isinstance(each, Entries) or (isinstance(each, Scalar) and each.value is None)
    }


def _definition(node: Entries, names: OwnNames) -> str:
    """Definition with the author's values; under a virtual clock a mock stands for a tool in the world."""
    members = {member.key: member for member in record_of(ToolKeys).members}
    found: dict[str, str] = {}
    for pair in node.pairs:
        member = members.get(pair.key if pair.key in members else renamed(pair.key, ToolKeys) or "")
        if member is not None:
            is_command = member.key == "command" and isinstance(pair.value, Scalar)
            own = words_of(pair.value) if is_command else own_value(member.kind, pair.value, speech=True)
            found.update({member.key: own} if own else {})
    if names.is_virtual:
        found = {key: own for key, own in found.items() if key not in KINDS or not KINDS[key].is_in_the_world}
    if not any(kind in found for kind in KINDS):
        found["mock"] = MOCK
    return "{" + ", ".join(f"{key}: {text}" for key, text in found.items()) + "}"


def _scripted(node: Entries) -> Hint | None:
    """Hint at a script, for a line that has the keys of its entries."""
    members = {member.key: member for member in record_of(ScriptEntryKeys).members}
    found: dict[str, str] = {}
    for pair in node.pairs:
        word = pair.key.casefold()
        tool = pair.value.value if isinstance(pair.value, Scalar) and word in _CALLS else None
        key = pair.key if pair.key in members else renamed(pair.key, ScriptEntryKeys)
        if isinstance(tool, str) and NAME.fullmatch(tool):
            key = "call"
        member = members.get(key or "")
        own = None if member is None else own_value(member.kind, pair.value, speech=True)
        own = f"{{tool: {tool}}}" if key == "call" and isinstance(tool, str) else own
        if key is None or own is None:
            return None
        found[key] = own
    if not found:
        return None
    order = ["when", "call", *members]
    entry = ", ".join(f"{key}: {found[key]}" for key in sorted(found, key=order.index))
    return Hint(
        "; what is more than words needs a script in place of lines",
        f"think: {{provider: scripted, script: [{{{entry}}}]}}",
    )
