"""`${name}` and `${env:NAME|default}`: what they stand for, where they may stand, and secrets.

1. `${name}` is put in place when the file is read. A variable may hold `${env:...}` but no other variable.
2. `${env:...}` stays a reference until an agent is dialled: it is a secret, and nothing that is printed,
   recorded or written holds its value.
3. So it may stand only in what goes to an agent's service and is not spoken: its prompt and its `listen`,
   `think` and `speak`, scripts excepted; and in the headers of a tool's address.
4. In a script `${heard}`, `${result}` and `${result.key}` are left for the server, which fills them in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar, cast

from attrs import frozen

from trialogue.errors import SetupError
from trialogue.scenario.problems import Code, Path, Place, Problems, meant, shown
from trialogue.scenario.tree import Entries, Node, Scalar, map_scalars

_PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
_ENV = re.compile(r"env:(?P<name>[A-Za-z_][A-Za-z0-9_]{0,127})(?:\|(?P<default>.*))?", re.DOTALL)
_SERVER = re.compile(r"heard|result(?:\.[\w-]+)*")

_NAME_IT = "name it under vars, or write ${env:NAME|default}"

_Json = TypeVar("_Json")


def substitute(root: Node, problems: Problems) -> Node:
    """The tree with every `${name}` replaced."""
    return map_scalars(root, _Substitution(_variables(root), problems).change)


def _variables(root: Node) -> dict[str, str]:
    node = root.find("vars") if isinstance(root, Entries) else None
    pairs = node.pairs if isinstance(node, Entries) else ()
    return {
        pair.key: pair.value.value
        for pair in pairs
        if isinstance(pair.value, Scalar) and isinstance(pair.value.value, str)
    }


@frozen
class _Substitution:
    """Puts variables in place, one scalar at a time."""

    variables: Mapping[str, str]
    problems: Problems

    def change(self, path: Path, scalar: Scalar) -> Node:
        if not isinstance(scalar.value, str) or "${" not in scalar.value:
            return scalar
        text = _PLACEHOLDER.sub(lambda match: self._value(match, path, scalar.at), scalar.value)
        if environment_names(text) and not _may_hold_secrets(path):
            wrong = (
                "${env:...} is a secret and may stand only in an agent's prompt, listen, think or speak, "
                "or in a tool's headers"
            )
            self.problems.add(scalar.at, path, wrong, Code.SECRET)
        return Scalar(scalar.at, text)

    def _value(self, match: re.Match[str], path: Path, at: Place) -> str:
        name = match[1]
        if _ENV.fullmatch(name) or (_in_script(path) and _SERVER.fullmatch(name)):
            return match[0]
        in_vars = path[:1] == ("vars",)
        if name in self.variables and not in_vars:
            return self.variables[name]
        remedy = "a variable may hold ${env:NAME|default} only" if in_vars else _NAME_IT
        hint = ("" if in_vars else meant(name, self.variables)) or f": {remedy}"
        self.problems.add(at, path, f"${{{shown(name)}}} is not known{hint}", Code.VAR)
        return name


def _in_script(path: Path) -> bool:
    return "lines" in path[2:3] or "script" in path[2:]


def _may_hold_secrets(path: Path) -> bool:
    if path[:1] == ("vars",):
        return True
    if path[:1] == ("tools",):
        return path[2:4] == ("http", "headers")
    service = path[:1] == ("cast",) or path[:2] == ("defaults", "agent")
    return (
        service and path[2:3] in {("prompt",), ("listen",), ("think",), ("speak",)} and not _in_script(path)
    )


def environment_names(text: str) -> tuple[str, ...]:
    """The environment's names that a text refers to, in its order."""
    found = (_ENV.fullmatch(match[1]) for match in _PLACEHOLDER.finditer(text))
    return tuple(match["name"] for match in found if match)


def reveal(value: _Json, environment: Mapping[str, str]) -> _Json:
    """The same JSON value with each `${env:NAME|default}` replaced by what the environment holds.

    Call it when an agent is dialled and keep the result out of everything that is written.
    `SetupError` names the variable that is not set and has no default.
    """
    match value:
        case str():
            return cast("_Json", _revealed(value, environment))
        case dict():
            pairs = cast("dict[str, object]", value).items()
            return cast("_Json", {key: reveal(inner, environment) for key, inner in pairs})
        case list():
            return cast("_Json", [reveal(inner, environment) for inner in cast("list[object]", value)])
        case _:
            return value


def _revealed(text: str, environment: Mapping[str, str]) -> str:
    def one(match: re.Match[str]) -> str:
        reference = _ENV.fullmatch(match[1])
        if reference is None:
            return match[0]
        name, default = cast("tuple[str, str | None]", reference.groups())
        found = environment.get(name, default)
        if found is None:
            raise SetupError(f"the scenario needs the environment variable {name}")
        return found

    return _PLACEHOLDER.sub(one, text)
