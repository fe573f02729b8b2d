"""Variables `${name}` and references `${env:NAME|default}`: their values, their places, and secrets.

1. `${name}` is replaced when the file is read, in paths of other files and in scripts from them, too;
   `${name.key}` is an entry of a variable that is a map. A variable may hold others; a circular one is a
   fault.
2. A variable that is the whole value keeps its type: a number stays a number, a list or a map is inserted
   whole. Within a text it becomes text.
3. `$${name}` is the text `${name}`.
4. `${env:...}` stays a reference until an agent is dialled: it is a secret, and its value is never printed,
   recorded or written.
5. So it may stand only in values that go to an agent's service and are not spoken: its prompt and its
   `listen`, `think` and `speak`, except scripts; those of its stand-in; and in the headers of a tool's
   address. A list or a map that is inserted whole is judged by the places of its parts.
   `$${env:...}`, which is the text, may stand in the words of a script, a greeting, a clip or a filler, and
   in a mock's result.
6. In a script `${heard}`, `${result}` and `${result.key}` are left for the server, which fills them in, and
   `$${env:...}` until an agent is dialled, with the rest of its settings.
7. The result of replacing has the file's limits on size and depth.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar, cast

from attrs import field

from trialogue.arguments import checks_arguments
from trialogue.errors import SetupError
from trialogue.scenario.did_you_mean import did_you_mean
from trialogue.scenario.problems import Code, Path, Place, Problems, shown
from trialogue.scenario.tree import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_NODES,
    Entries,
    Hole,
    Items,
    Node,
    Scalar,
    map_scalars,
)
from trialogue.scenario.variants import is_variant_key
from trialogue.values import define

_PLACEHOLDER = re.compile(r"(?P<escape>\$?)\$\{(?P<name>[^{}]*)\}")
_ENV = re.compile(r"env:(?P<name>[A-Za-z_][A-Za-z0-9_]{0,127})(?:\|(?P<default>.*))?", re.DOTALL)
_SERVER = re.compile(r"heard|result(?:\.[\w-]+)*")

_SECRET_KEYS = frozenset({("prompt",), ("listen",), ("think",), ("speak",)})
"""Keys of an agent, and of its stand-in, that may hold secrets."""

_NAME_IT = "define it under vars, or write ${env:NAME|default}; $${...} gives the literal text"

_MISPLACED = (
    "${env:...} is a secret: it is allowed only in an agent's prompt, listen, think or speak, "
    "and in a tool's headers"
)

_Json = TypeVar("_Json")


def substitute(root: Node, problems: Problems, include: Callable[[Path, Scalar], Node]) -> Node:
    """The tree with every `${name}` replaced, except in profiles and the matrix before they are applied.

    `include` checks the path of a file, and gives the script that takes the path's place.
    """
    known = root.find("vars") if isinstance(root, Entries) else None
    variables = known if isinstance(known, Entries) else Entries(root.at, ())
    replace = _Substitution(variables, problems).change

    def included(path: Path, scalar: Scalar) -> Node:
        found = include(path, scalar)
        return found if isinstance(found, Scalar) else map_scalars(found, replace, path)

    return map_scalars(root, lambda path, scalar: map_scalars(replace(path, scalar), included, path))


@define
class _Substitution:
    """Replaces variables, one scalar at a time."""

    variables: Entries
    problems: Problems
    _open: list[str] = field(factory=list[str], init=False)
    """Variables that are being replaced, the innermost last."""

    _grown: int = field(default=0, init=False)
    """Characters and values that came from variables."""

    _depth: int = field(default=0, init=False)
    """Levels above the present value, including those of the variables that hold it."""

    _used_at: Place | None = field(default=None, init=False)
    """Place where the outermost of the open variables is used."""

    def change(self, path: Path, scalar: Scalar) -> Node:
        if not isinstance(scalar.value, str) or "${" not in scalar.value or is_variant_key(path):
            return scalar
        whole = _PLACEHOLDER.fullmatch(scalar.value)
        if whole is not None and not whole["escape"]:
            node = self._alone(whole["name"], path, scalar.at)
            if node is not None:
                return self._without_secrets(node, path, scalar.at)
        text = _PLACEHOLDER.sub(lambda match: self._within(match, path, scalar.at), scalar.value)
        return self._without_secrets(Scalar(scalar.at, text), path, scalar.at)

    def _without_secrets(self, node: Node, path: Path, at: Place) -> Node:
        """Value for a path, with a hole and a problem for each secret that may not stand at its place.

        That of a variable inside another is judged where the outermost is used.
        """

        def public(inner: Path, scalar: Scalar) -> Node:
            here, text = (*path, *inner), scalar.value
            if not isinstance(text, str) or not environment_names(text) or _may_say_references(here):
                return scalar
            if _may_hold_secrets(here):
                return scalar
            self.problems.add(at, here, _MISPLACED, Code.SECRET)
            return Hole(at)

        return node if self._open else map_scalars(node, public)

    def _alone(self, name: str, path: Path, at: Place) -> Node | None:
        """Node for a value that is a single variable; None for any other text."""
        node = self._found(name)
        if node is None:
            return None
        value = self._opened(name, node, path, at)
        match value:
            case Scalar(value=str()):
                return None
            case Scalar(value=plain):
                return Scalar(at, plain, _written(plain))
            case _:
                return value

    def _within(self, match: re.Match[str], path: Path, at: Place) -> str:
        name = match["name"]
        if _is_left(name, path):
            return match[0]
        if match["escape"]:
            return match[0][1:]
        if _ENV.fullmatch(name):
            if _may_say_references(path):  # where the whole text no longer tells it from an escaped one
                place = self._used_at if self._open and self._used_at else at
                self.problems.add(place, path, _MISPLACED, Code.SECRET)
            return match[0]  # where it may not stand, which is reported for the whole text
        node = self._found(name)
        if node is None:
            hint = did_you_mean(name, _names_in(self.variables, "")) or f": {_NAME_IT}"
            return self._told(name, path, at, f"unknown variable ${{{shown(name)}}}{hint}")
        value = self._opened(name, node, path, at)
        if isinstance(value, Scalar):
            return _written(value.value)
        if isinstance(value, Hole):
            return name
        kind = "a list" if isinstance(value, Items) else "a map"
        return self._told(name, path, at, f"${{{shown(name)}}} is {kind} and cannot stand within a text")

    def _told(self, name: str, path: Path, at: Place, text: str) -> str:
        """Name for a message; a fault inside a variable is reported where the variable is used."""
        if not self._open:
            self.problems.add(at, path, text, Code.VAR)
        return name

    def _found(self, name: str) -> Node | None:
        node: Node | None = self.variables
        for step in name.split("."):
            node = node.find(step) if isinstance(node, Entries) else None
        return node

    def _opened(self, name: str, node: Node, path: Path, at: Place) -> Node:
        """Value of a variable, with the variables inside it replaced."""
        if name in self._open:
            self._tell_circle(self._open[self._open.index(name) :], name, path, at)
            return Hole(at)
        self._grown += _size(node)
        if self._grown > MAX_BYTES:
            self.problems.add(
                at, path, "with its variables replaced, the scenario is larger than 1 MiB", Code.SIZE
            )
            return Hole(at)
        if not self._open:
            self._depth, self._used_at = len(path), at
        self._open.append(name)
        opened = map_scalars(
            node, lambda inner, scalar: self._deeper((*path, *inner), len(inner) + 1, scalar)
        )
        self._open.pop()
        return opened

    def _deeper(self, path: Path, levels: int, scalar: Scalar) -> Node:
        """Value inside a variable, with its depth."""
        if self._depth + levels > MAX_DEPTH:
            self.problems.add(
                scalar.at, path, f"variables are nested more than {MAX_DEPTH} levels deep", Code.DEPTH
            )
            return Hole(scalar.at)
        self._depth += levels
        changed = self.change(path, scalar)
        self._depth -= levels
        return changed

    def _tell_circle(self, circle: list[str], name: str, path: Path, at: Place) -> None:
        """Note a circular variable, once per circle."""
        if path[:1] == ("vars",) and name == min(circle):
            chain = " holds ".join(f"${{{shown(each)}}}" for each in (*circle, name))
            self.problems.add(at, path, f"{chain}: a variable cannot contain itself", Code.VAR)


def _names_in(node: Entries, above: str) -> list[str]:
    names: list[str] = []
    for pair in node.pairs:
        names.append(f"{above}{pair.key}")
        if isinstance(pair.value, Entries):
            names.extend(_names_in(pair.value, f"{above}{pair.key}."))
    return names


def _size(node: Node) -> int:
    """Size of a value: its characters, plus a constant for each value inside it."""
    each = MAX_BYTES // MAX_NODES
    match node:
        case Items(nodes=nodes):
            return each + sum(map(_size, nodes))
        case Entries(pairs=pairs):
            return each + sum(_size(pair.value) for pair in pairs)
        case Scalar(value=str() as text):
            return each + len(text)
        case _:
            return each


def _written(value: str | float | None) -> str:
    """Text form of a value that is used inside a text."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def _is_left(name: str, path: Path) -> bool:
    """Whether a reference is replaced later: by the server, or when an agent connects."""
    if _in_script(path) and _SERVER.fullmatch(name):
        return True
    return (_may_hold_secrets(path) or _in_script(path)) and _ENV.fullmatch(name) is not None


def _in_script(path: Path) -> bool:
    is_result = path[:1] == ("tools",)  # a mock's may have keys of these names, too
    return not is_result and ("lines" in path[2:] or "script" in path[2:])


def _may_hold_secrets(path: Path) -> bool:
    if path[:1] == ("vars",):
        return True
    if path[:1] == ("tools",):
        return path[2:4] == ("http", "headers")
    if path[:3] == ("expect", "judge", "endpoint"):
        return True
    return _seat_key(path)[:1] in _SECRET_KEYS and not _in_script(path)


def _seat_key(path: Path) -> Path:
    """Part of a path behind an agent, or its stand-in; empty for other paths."""
    if path[:1] != ("cast",) and path[:2] != ("defaults", "agent"):
        return ()
    return path[4:] if path[2:4] == ("on_failure", "replace") else path[2:]


def _may_say_references(path: Path) -> bool:
    """Whether words at a path are never revealed, so that a reference may be their text."""
    if path[:1] == ("tools",):
        return path[2:3] == ("mock",) or path[2:] == ("filler", "say")
    if path[:1] == ("cast",) and path[2:4] == ("via", "clips"):
        return path[5:] in {("say",), ("type",), ("text",)}
    return _seat_key(path) == ("greeting",)


def environment_names(text: str) -> tuple[str, ...]:
    """The environment variables that a text refers to, in order."""
    found = (_ENV.fullmatch(match["name"]) for match in _PLACEHOLDER.finditer(text) if not match["escape"])
    return tuple(match["name"] for match in found if match)


def needed_names(text: str) -> tuple[str, ...]:
    """The environment variables that a text refers to without a default."""
    found = (_ENV.fullmatch(match["name"]) for match in _PLACEHOLDER.finditer(text) if not match["escape"])
    return tuple(match["name"] for match in found if match and match["default"] is None)


def names_within(value: object, names: Callable[[str], tuple[str, ...]] = environment_names) -> Iterator[str]:
    """The environment variables to which the texts of a value refer, by default all of them."""
    match value:
        case str():
            yield from names(value)
        case dict():
            for item in cast("dict[str, object]", value).values():
                yield from names_within(item, names)
        case list() | tuple():
            for item in cast("Sequence[object]", value):
                yield from names_within(item, names)
        case _:
            pass


def escaped(text: str, path: Path) -> str:
    """A text escaped for a file at `path`, so that it reads back as the same text."""

    def one(match: re.Match[str]) -> str:
        return match[0] if _is_left(match["name"], path) else f"${match[0]}"

    return _PLACEHOLDER.sub(one, text)


def literal(text: str) -> str:
    """Words of a script in which nothing is filled in later; `escaped` is for the file's own variables."""

    def one(match: re.Match[str]) -> str:
        is_later = _SERVER.fullmatch(match["name"]) or _ENV.fullmatch(match["name"])
        return f"${match[0]}" if is_later else match[0]

    return _PLACEHOLDER.sub(one, text)


def unrevealed(text: str) -> str:
    """Words in which no reference is replaced when an agent is dialled."""
    return _PLACEHOLDER.sub(lambda match: f"${match[0]}" if _ENV.fullmatch(match["name"]) else match[0], text)


@checks_arguments
def reveal(value: _Json, environment: Mapping[str, str]) -> _Json:
    """The JSON value with each `${env:NAME|default}` replaced by the variable's value.

    Call it when an agent connects, and never write the result to any file.
    `SetupError` names a variable that is not set and has no default.
    """
    return _reveal(value, environment)


def _reveal(value: _Json, environment: Mapping[str, str]) -> _Json:
    match value:
        case str():
            return cast("_Json", _revealed(value, environment))
        case dict():
            pairs = cast("dict[str, object]", value).items()
            return cast("_Json", {key: _reveal(inner, environment) for key, inner in pairs})
        case list():
            return cast("_Json", [_reveal(inner, environment) for inner in cast("list[object]", value)])
        case tuple():
            members = cast("tuple[object, ...]", value)
            return cast("_Json", tuple(_reveal(inner, environment) for inner in members))
        case _:
            return value


def _revealed(text: str, environment: Mapping[str, str]) -> str:
    def one(match: re.Match[str]) -> str:
        reference = _ENV.fullmatch(match["name"])
        if reference is None:
            return match[0]
        if match["escape"]:
            return match[0][1:]
        name, default = cast("tuple[str, str | None]", reference.groups())
        found = environment.get(name, default)
        if found is None:
            raise SetupError(f"the scenario needs the environment variable {name}")
        return found

    return _PLACEHOLDER.sub(one, text)
