"""What an operator's patterns allow: a scenario is data, and names code only by leave."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import partial
from typing import cast

from trialogue.errors import SetupError


def is_allowed(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether one of the patterns fits, as `prices.*` does; upper and lower case differ."""
    return any(map(partial(fnmatchcase, name), patterns))


def check_import(what: str, target: str, patterns: tuple[str, ...]) -> None:
    """`SetupError` unless `module:attribute` may be imported; ask before it is."""
    name = target.replace(":", ".")
    if not is_allowed(name, patterns):
        raise SetupError(f"{what}: allow its code with --allow-import {name}")


def check_place(what: str, target: str, found: object, patterns: tuple[str, ...]) -> None:
    """`SetupError` unless what was imported may be used, too: names can lead elsewhere.

    A partial is where the function is that it calls; an object, where its class is.
    """
    while isinstance(found, partial):
        found = cast("partial[object]", found).func
    named = found if hasattr(found, "__qualname__") else type(found)
    where = f"{getattr(named, '__module__', '')}.{getattr(named, '__qualname__', '')}"
    if not is_allowed(where, patterns):
        raise SetupError(f"{what}: {target} is really {where}; allow it with --allow-import {where}")
