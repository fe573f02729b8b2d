"""One object of the wire to its class; what does not fit is named by its field.

Apart from the messages (`codec`), so that whoever reads settings alone loads no more of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from cattrs import transform_error
from cattrs.errors import BaseValidationError

from trialogue.errors import RemoteProtocolError
from trialogue.services.deepgram.structure import converter
from trialogue.services.deepgram.wire import JsonObject, WireObject

__all__ = ["read", "read_with_care"]

_READERS: dict[type[WireObject], Callable[[object, type], WireObject]] = {}
"""Filled as classes are first met: to make them all costs a start-up that sees few of them."""

_Object = TypeVar("_Object", bound=WireObject)


def read(raw: JsonObject, declared: type[_Object], name: str) -> _Object:
    """Read an object as this class; RemoteProtocolError that names the field where it is none."""
    try:
        return cast("_Object", _reader(declared)(raw, declared))
    except (ValueError, KeyError, BaseValidationError):
        return read_with_care(raw, declared, name)


def _reader(declared: type[WireObject]) -> Callable[[object, type], WireObject]:
    hook = _READERS.get(declared)
    if hook is None:
        hook = _READERS[declared] = converter(detailed=False).get_structure_hook(declared)
    return hook


def read_with_care(raw: JsonObject, declared: type[_Object], name: str) -> _Object:
    """Read again with errors that know their path: only what failed pays for it."""
    try:
        return converter(detailed=True).structure(raw, declared)
    except BaseValidationError as error:
        what, _, path = transform_error(error, format_exception=_described)[0].rpartition(" @ ")
        raise RemoteProtocolError(f"{name}: {what} at {path}", path=path) from error
    except ValueError as fault:  # of the object itself
        raise RemoteProtocolError(f"{name}: {fault} at $", path="$") from fault


def _described(fault: BaseException, _: object) -> str:
    return "missing" if isinstance(fault, KeyError) else str(fault)
