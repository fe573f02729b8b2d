"""Pages of the server: its sockets, routes and options, and what came when."""
# ruff: noqa: INP001 - a module beside the pages

from __future__ import annotations

from enum import Enum

import attrs
from tables import table

from trialogue.scenario.json_schema import field_docs
from trialogue.scenario.quantities import write_duration
from trialogue.server.admission import Access
from trialogue.server.dates import OLD_NAMES, SINCE
from trialogue.server.listener import SOCKETS
from trialogue.server.options import ServerOptions
from trialogue.server.rest.routes import ROUTES
from trialogue.server.settable import SETTABLE


def sockets() -> str:
    """The server's sockets."""
    return table(("path", "what it does"), [(f"`{path}`", what) for path, what in SOCKETS.items()])


def routes() -> str:
    """The server's routes of plain HTTP."""
    rows = [
        (
            f"`{route.method}`",
            f"`{route.path}`",
            (route.reply.__doc__ or "").split("\n")[0].rstrip("."),
            route.needs.value,
        )
        for route in ROUTES
    ]
    return table(("method", "path", "what it does", "credential, if the server requires a key"), rows)


def server_settings() -> str:
    """What `--set` takes."""
    docs = {**field_docs(ServerOptions), **field_docs(Access)}
    defaults = {**attrs.fields_dict(ServerOptions), **attrs.fields_dict(Access)}
    rows = [
        (
            f"`{key}`",
            each.wants,
            docs[each.field],
            _default_word(defaults[each.field].default, is_stretch="stretch" in each.wants),
        )
        for key, each in SETTABLE.items()
    ]
    return table(("key", "value", "what it says", "default"), rows)


def server_dates() -> str:
    """What `--as-of` knows of."""
    came = [
        (f"`{each.message}`", f"`{each.field}`" if each.field else "", each.by, f"{each.since}", each.source)
        for each in SINCE
    ]
    went = [
        (f"`{old.message}`", f"`{old.field}` for `{old.now}`", "client", f"until {old.until}", old.source)
        for old in OLD_NAMES
    ]
    return table(("message", "field", "sent by", "since", "source"), [*came, *went])


def _default_word(default: object, *, is_stretch: bool) -> str:
    match default:
        case bool():
            return "yes" if default else "no"
        case float():
            return write_duration(default) if is_stretch else f"{default:g}"
        case Enum():
            return str(default.value)
        case _:
            return str(default)
