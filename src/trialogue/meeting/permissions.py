"""Permissions of the operator, and variables, before a meeting may begin: everything missing at once.

1. Missing permissions are reported as options to add to the command; nothing is imported to find them.
2. A module beside the scenario is found as the scenario's own, once its code is allowed: its folder is
   searched last, so it replaces no installed module.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from trialogue.errors import PermissionMissing, SetupError
from trialogue.meeting.endpoints import foreign_hosts
from trialogue.meeting.named_code import missing_code
from trialogue.scenario.problem_lines import error_of
from trialogue.scenario.problems import Code
from trialogue.scenario.problems import Path as Keys
from trialogue.scenario.resolve import Resolved
from trialogue.scenario.tool_keys import Command, McpCall, PythonFunction
from trialogue.services import service_of
from trialogue.tools.permissions import Permissions, is_allowed


def check_permissions(resolved: Resolved, allowed: Permissions) -> None:
    """`PermissionMissing` with every option that is missing, `SetupError` with every variable.

    `ScenarioError` for code that is in no module.
    """
    missing = missing_permissions(resolved, allowed) if allowed.code else tuple(_of_faults(resolved, allowed))
    if missing:
        words = [word for option in missing for word in option]
        raise PermissionMissing(f"{resolved.source} needs permissions", options=tuple(words))
    unset = [
        name for name in resolved.needs if name not in os.environ
    ]  # keys of services are checked when they are dialled
    if unset:
        kind = "variable" if len(unset) == 1 else "variables"
        raise SetupError(f"the scenario needs the environment {kind} {', '.join(unset)}")
    if resolved.code:
        _look_for_code(resolved)
        _look_beside(resolved.folder)


def unset_variables(resolved: Resolved) -> dict[str, Keys]:
    """Each variable that this environment lacks, with its first use; `run` refuses to begin without them.

    They are the scenario's own, and the keys of its agents' services.
    """
    wanted = ((name, path) for path, name in (*_keys_of_services(resolved), *resolved.needed))
    unset: dict[str, Keys] = {}
    for name, path in wanted:
        if name not in os.environ:
            unset.setdefault(name, path)
    return unset


def _keys_of_services(resolved: Resolved) -> Iterator[tuple[Keys, str]]:
    seats = [(agent.name, seat.via) for agent in resolved.agents for seat in agent.seats]
    ears = [(person.name, person.ear.via) for person in resolved.people if person.ear is not None]
    for name, via in (*seats, *ears):
        hosted = service_of(via).hosted
        if hosted is not None:
            yield ("cast", name), hosted.key_variable


def missing_permissions(resolved: Resolved, allowed: Permissions) -> tuple[tuple[str, ...], ...]:
    """Options that the operator would have to give, each once: `--allow-import`, `prices.look_up`."""
    return tuple(dict.fromkeys(_missing(resolved, allowed)))


def _missing(resolved: Resolved, allowed: Permissions) -> Iterator[tuple[str, ...]]:
    for spec in resolved.tools:
        match spec.action:
            case PythonFunction(target) if ":" in target:
                yield from _of_import(target, allowed)
            case Command(argv) | McpCall(argv=argv) if argv and not is_allowed(argv[0], allowed.commands):
                yield "--allow-command", argv[0]
            case _:
                pass
    floor = resolved.plan.floor
    for policy in (floor.policy, floor.otherwise):
        if ":" in policy:
            yield from _of_import(policy, allowed)
    yield from (("--allow-host", host) for host in foreign_hosts(resolved) if host not in allowed.hosts)
    yield from _of_faults(resolved, allowed)


def _of_faults(resolved: Resolved, allowed: Permissions) -> Iterator[tuple[str, ...]]:
    if resolved.plan.faults and not allowed.faults:
        yield ("--allow-faults",)


def _of_import(target: str, allowed: Permissions) -> Iterator[tuple[str, str]]:
    name = target.replace(":", ".")
    if not is_allowed(name, allowed.imports):
        yield "--allow-import", name


def _look_for_code(resolved: Resolved) -> None:
    """`ScenarioError` for each function that is in no module."""
    missing = [resolved.places.problem(path, text, Code.FILE) for path, text in missing_code(resolved)]
    if missing:
        raise error_of(missing)


def _look_beside(folder: Path) -> None:
    beside = str(folder)
    if folder.is_dir() and beside not in sys.path:
        sys.path.append(beside)
