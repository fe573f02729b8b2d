"""Import of foreign code when it is used: packages of extras, and functions that an author names.

A failure is reported with its reason. Only a missing package is to be installed; one that does not load (a
missing library, too little memory, another version) gives its reason.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from trialogue.errors import SetupError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def import_extra(module: str, purpose: str, extra: str) -> ModuleType:
    """Import `module` of an extra, which `purpose` needs; `SetupError` where that fails."""
    try:
        return import_module(module)
    except Exception as fault:  # a package that does not load may raise anything
        if isinstance(fault, ModuleNotFoundError) and _is_of(module, fault.name):
            why = f"{fault.name!r}: pip install 'trialogue[{extra}]'"
        else:
            why = f"{module!r}, which is installed but cannot be loaded: {reason_of(fault)}"
        raise SetupError(f"{purpose} needs the package {why}") from fault


def import_named(what: str, name: str) -> object:
    """Import the object at `module:attribute`; `SetupError`, which begins with `what`, where that fails."""
    module, _, attribute = name.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as fault:
        raise SetupError(f"{what}: {fault}") from fault
    except (Exception, SystemExit) as fault:  # a module's own code runs when it is imported
        raise SetupError(f"{what}: cannot load {module}: {reason_of(fault)}") from fault


def made_by_named(what: str, name: str) -> object:
    """Result of the author's function at `module:function`; `SetupError` where it is none, or fails."""
    make = import_named(what, name)
    if not callable(make):
        raise SetupError(f"{what}: {name} is no function")
    try:
        return make()
    except SetupError:
        raise
    except Exception as fault:  # an author's own code may raise anything
        raise SetupError(f"{what}: {name}() failed: {reason_of(fault)}") from fault


@cache
def made_by(point: EntryPoint) -> object:
    """Object from a package's entry point, a callable without arguments: made once in a process.

    Raises the package's errors. Concurrent threads may make two: hold a lock.
    """
    made: object = point.load()()
    return made


@cache
def own_version() -> str:
    """Installed version of trialogue: its metadata are read and parsed once in a process."""
    from importlib.metadata import version  # noqa: PLC0415 - it loads the email package

    return version("trialogue")


def reason_of(fault: BaseException) -> str:
    """Reason of an exception, in one line, with its type."""
    words = " ".join(str(fault).split())
    return f"{type(fault).__name__}: {words}" if words else type(fault).__name__


def _is_of(module: str, missing: str | None) -> bool:
    """Whether the missing module is the module itself, or a package that contains it."""
    return missing is not None and f"{module}.".startswith(f"{missing}.")
