"""Reader of one protocol object to its class; an error names the field.

It is separate from the messages (`codec`), so that reading only settings loads no messages.
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
"""Readers by class, made when a class first occurs: to make all of them would slow a start-up that needs few.
"""

_Object = TypeVar("_Object", bound=WireObject)


def read(raw: JsonObject, declared: type[_Object], name: str) -> _Object:
    """Object of this class; RemoteProtocolError that names the field of an invalid one."""
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
    """Read again with errors that have a path, which only an invalid object has to pay for."""
    try:
        return converter(detailed=True).structure(raw, declared)
    except BaseValidationError as error:
        what, _, path = transform_error(error, format_exception=_described)[0].rpartition(" @ ")
        raise RemoteProtocolError(f"{name}: {what} at {path}", path=path) from error
    except ValueError as fault:  # in the object itself
        raise RemoteProtocolError(f"{name}: {fault} at $", path="$") from fault


def _described(fault: BaseException, _: object) -> str:
    return "missing" if isinstance(fault, KeyError) else str(fault)
