"""A copy of a journal that can be shown around: personal text masked, chained anew."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import attrs
import orjson

from trialogue.errors import JournalError
from trialogue.journal import chain
from trialogue.journal.codec import COMMANDS, EVENTS, MISFITS, JsonObject
from trialogue.journal.personal import PERSONAL, mask
from trialogue.journal.reader import Reading
from trialogue.journal.records import header_line

_KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    name: PERSONAL.get(kind, ()) for name, kind in {**EVENTS, **COMMANDS}.items()
}


def redact(reading: Reading, out: Path) -> None:
    """Write a masked copy of a journal to `out`; JournalError where the file exists or cannot be.

    Times, numbers, names and titles stay. Of an event or command that this version does not know,
    every text is masked. Exact timing and word counts remain: it is a reduction, no anonymity.
    """
    previous = chain.ORIGIN
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            head = header_line(attrs.evolve(reading.header, redacted=True))
            line, previous = _sealed(head, previous)
            file.write(line)
            for each in reading.lines():
                line, previous = _sealed(_redacted(each.raw), previous)
                file.write(line)
    except OSError as error:
        raise JournalError(f"cannot write {out}: {error.strerror}", path=str(out)) from error
    except MISFITS:
        # Cut the chain of causes: their texts may hold what is to be masked.
        raise JournalError(f"{reading.path} has a line that is no record", path=str(reading.path)) from None


def _sealed(body: JsonObject, previous: bytes) -> tuple[bytes, bytes]:
    line, digest = chain.seal(orjson.dumps(body, option=orjson.OPT_UTC_Z), previous)
    return line + b"\n", digest


def _redacted(line: JsonObject) -> JsonObject:
    body = {name: value for name, value in line.items() if name != "hash"}
    if "kind" in body:
        return body
    return {
        **body,
        "event": _masked(body["event"]),
        "commands": [_masked(command) for command in body["commands"]],
    }


def _masked(raw: JsonObject) -> JsonObject:
    personal = _KNOWN.get(raw["type"])
    if personal is None:
        return {"type": raw["type"], **{name: _all_masked(raw[name]) for name in raw if name != "type"}}
    return {**raw, **{name: mask(raw[name]) for name in personal if raw.get(name) is not None}}


def _all_masked(value: object) -> object:
    """Numbers and truth values as they are; every text, and what holds texts, masked."""
    return value if value is None or isinstance(value, bool | int | float) else mask(str(value))
