"""Permissions of an operator: a scenario is data, and names code only where these patterns allow it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from functools import partial
from typing import cast

from attrs import field

from trialogue.arguments import check_fields
from trialogue.errors import SetupError
from trialogue.option_or_argument import either
from trialogue.values import frozen


@frozen
class Permissions:
    """Permissions for a scenario: code that may run, and hosts that it may contact."""

    imports: tuple[str, ...] = ()
    """Patterns of tools and policies whose code may run, as `prices.*`; held against `module.function`."""

    commands: tuple[str, ...] = ()
    """Patterns of programs that may be started, as a scenario names them."""

    hosts: tuple[str, ...] = ()
    """Hosts besides this machine that may be contacted, over TLS: by tools, and as endpoints of agents."""

    code: bool = True
    """Whether code may run at all; registered tools always may."""

    faults: bool = False
    """Whether the faults in the scenario strike."""

    registered: Mapping[str, Callable[..., object]] = field(factory=dict[str, Callable[..., object]])
    """The app's own tools, by their names in a scenario's `python`."""

    policies: Mapping[str, object] = field(factory=dict[str, object])
    """The app's own policies, by their names in a scenario's `floor.custom`."""

    def __attrs_post_init__(self) -> None:
        """Check the types; tools and policies are checked by name when they are used."""
        check_fields(self, but=("registered", "policies"))


NOTHING_MORE = Permissions()
"""Permissions that need no grant: mocks, registered tools, addresses of this machine."""


def is_allowed(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether one of the patterns, such as `prices.*`, matches; case matters."""
    return any(map(partial(fnmatchcase, name), patterns))


def permission(kind: str, name: str) -> str:
    """Words that give a permission: `--allow-import prices.look_up`, or the argument of `Permissions`."""
    return either(f"--allow-{kind} {name}", f"Permissions({kind}s=({name!r},))")


def check_import(what: str, target: str, patterns: tuple[str, ...]) -> None:
    """Raise `SetupError` unless `module:attribute` may be imported; call it before the import."""
    name = target.replace(":", ".")
    if not is_allowed(name, patterns):
        raise SetupError(f"{what}: allow its code with {permission('import', name)}")


def check_place(what: str, target: str, found: object, patterns: tuple[str, ...]) -> None:
    """Raise `SetupError` unless the imported object is permitted, too, as a name can point to another module.

    A partial belongs to its function's module, and an object to its class's module.
    """
    while isinstance(found, partial):
        found = cast("partial[object]", found).func
    named = found if hasattr(found, "__qualname__") else type(found)
    where = f"{getattr(named, '__module__', '')}.{getattr(named, '__qualname__', '')}"
    if not is_allowed(where, patterns):
        raise SetupError(f"{what}: {target} is really {where}; allow it with {permission('import', where)}")


def check_program(what: str, program: str, allowed: Permissions) -> None:
    """Raise `SetupError` unless a program may be started."""
    if not allowed.code:
        raise SetupError(f"{what}: starts a program ({program}), which is not allowed")
    if not is_allowed(program, allowed.commands):
        raise SetupError(f"{what}: allow its program with {permission('command', program)}")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: `localhost` or an address of the loopback network."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
