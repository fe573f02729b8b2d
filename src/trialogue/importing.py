"""Code that is not ours, imported when it is used: packages of extras, and functions that an author names.

What cannot be imported is told with its reason. Only a package that is not there is to be installed: one
that is there and does not load (a library or memory is missing, another version) says why.
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
    """Import `module`, which the extra brings and `purpose` needs; `SetupError` where it cannot be."""
    try:
        return import_module(module)
    except Exception as fault:  # a package that does not load raises whatever it likes
        if isinstance(fault, ModuleNotFoundError) and _is_of(module, fault.name):
            why = f"{fault.name!r}: pip install 'trialogue[{extra}]'"
        else:
            why = f"{module!r}, which is installed but cannot be loaded: {reason_of(fault)}"
        raise SetupError(f"{purpose} needs the package {why}") from fault


def import_named(what: str, name: str) -> object:
    """Import what `module:attribute` names; `SetupError`, which begins with `what`, where it cannot be."""
    module, _, attribute = name.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as fault:
        raise SetupError(f"{what}: {fault}") from fault
    except (Exception, SystemExit) as fault:  # a module's own code runs as it is imported
        raise SetupError(f"{what}: cannot load {module}: {reason_of(fault)}") from fault


@cache
def made_by(point: EntryPoint) -> object:
    """Object that a package's entry point makes, a callable without arguments: once in a process.

    It raises whatever the package does. Threads that ask at once may have two made: hold a lock.
    """
    made: object = point.load()()
    return made


def reason_of(fault: BaseException) -> str:
    """Reason that an exception gives, in one line, with its type."""
    words = " ".join(str(fault).split())
    return f"{type(fault).__name__}: {words}" if words else type(fault).__name__


def _is_of(module: str, missing: str | None) -> bool:
    """Whether what is missing is the module itself, or a package that it lies in."""
    return missing is not None and f"{module}.".startswith(f"{missing}.")
