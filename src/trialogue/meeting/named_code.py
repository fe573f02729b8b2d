"""Code that a scenario names: modules and attributes are looked up in files, and nothing is imported."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from trialogue.scenario.did_you_mean import did_you_mean
from trialogue.scenario.problems import Path as Keys
from trialogue.scenario.problems import shown
from trialogue.scenario.resolve import Resolved
from trialogue.scenario.tool_keys import PythonFunction

_BY_THEMSELVES: Final = frozenset({"__getattr__", "exec", "eval", "globals", "setattr", "vars"})
"""Names whose use in a module means that its attributes cannot be read from its text."""


def missing_code(resolved: Resolved) -> Iterator[tuple[Keys, str]]:
    """Each `module:attribute` that cannot be found, with its place and what was looked for."""
    for path, target in _targets(resolved):
        module, _, attribute = target.partition(":")
        top = module.partition(".")[0]
        if top in sys.modules:
            continue
        spec = find_spec(top) or PathFinder.find_spec(top, [str(resolved.folder)])
        beside = resolved.folder / f"{top}.py"
        if spec is None:
            yield path, f"no module {shown(top)}: looked for {beside}, and among the installed packages"
        elif spec.origin == str(beside) and module == top:
            yield from ((path, lack) for lack in _lacks(beside, attribute))


def _targets(resolved: Resolved) -> Iterator[tuple[Keys, str]]:
    for spec in resolved.tools:
        if isinstance(spec.action, PythonFunction) and ":" in spec.action.target:
            yield ("tools", spec.name, "python"), spec.action.target
    floor = resolved.plan.floor
    for policy in {floor.policy, floor.otherwise}:
        if ":" in policy:
            yield ("floor", "custom"), policy


def _lacks(file: Path, attribute: str) -> Iterator[str]:
    """What is wrong with a module beside the scenario: unreadable, or without the attribute."""
    try:
        names = _names(ast.parse(file.read_bytes()))
    except (OSError, SyntaxError, ValueError, RecursionError) as fault:
        yield f"{file.name} cannot be read: {' '.join(str(fault).split())}"
        return
    if attribute not in names and not names & {*_BY_THEMSELVES, "*"}:
        yield f'{file.name} has no "{shown(attribute)}"{did_you_mean(attribute, names)}'


def _names(module: ast.Module) -> frozenset[str]:
    """Every name that the module binds or uses anywhere; more than its attributes, never fewer."""
    found: set[str] = set()
    for node in ast.walk(module):
        match node:
            case ast.Name(id=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.ClassDef(name=name):
                found.add(name)
            case ast.alias(name=name, asname=known):
                found.add(known or name.partition(".")[0])
            case _:
                pass
    return frozenset(found)
