"""Redacted copy of a journal, to be shared: personal text is masked, and the chain is new."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import attrs
import orjson

from trialogue.arguments import checks_arguments
from trialogue.errors import JournalError
from trialogue.journal import chain
from trialogue.journal.codec import COMMANDS, EVENTS, MISFITS, WIRE, JsonObject
from trialogue.journal.personal import (
    Mask,
    mask_all,
    mask_code,
    mask_kind,
    masked,
    masked_json,
    unknown_masked,
)
from trialogue.journal.reader import Reading
from trialogue.journal.records import Header, header_line

_KNOWN: Final = {**EVENTS, **COMMANDS, **WIRE}


@checks_arguments
def redact(reading: Reading, out: str | Path) -> None:
    """Write a masked copy of a journal to `out`; JournalError if the file exists or cannot be written.

    Times, numbers, names, codes and participants' titles stay (`trialogue.journal.personal` declares them);
    every other text is masked, and every text of an unknown event or command, with the keys of objects in
    it. Exact timing and word counts remain, so the copy is reduced but not anonymous.
    A copy that cannot be completed is removed.
    """
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.writelines(_copied(reading))
        except BaseException:
            Path(out).unlink()
            raise
    except OSError as error:
        raise JournalError(f"cannot write {out}: {error.strerror}", path=str(out)) from error
    except MISFITS:
        # Cut the chain of causes: their texts may hold text that is to be masked.
        raise JournalError(f"{reading.path} has an invalid line", path=str(reading.path)) from None


def _copied(reading: Reading) -> Iterator[bytes]:
    line, previous = _sealed(header_line(_redacted_header(reading.header)), chain.ORIGIN)
    yield line
    for each in reading.lines():
        line, previous = _sealed(_redacted(each.raw), previous)
        yield line


def _redacted_header(header: Header) -> Header:
    return attrs.evolve(header, redacted=True, plan=masked(header.plan), version=mask_code(header.version))


def _sealed(body: JsonObject, previous: bytes) -> tuple[bytes, bytes]:
    line, digest = chain.seal(orjson.dumps(body, option=orjson.OPT_UTC_Z), previous)
    return line + b"\n", digest


def _redacted(line: JsonObject) -> JsonObject:
    return {name: _OF_LINES.get(name, mask_all)(value) for name, value in line.items() if name != "hash"}


def _masked(raw: JsonObject) -> JsonObject:
    kind = _KNOWN.get(raw["type"])
    return unknown_masked(raw) if kind is None else masked_json(kind, raw)


def _all_masked(raws: list[JsonObject]) -> list[JsonObject]:
    return [_masked(each) for each in raws]


_OF_LINES: Final[Mapping[str, Mask]] = {
    **dict.fromkeys(("v", "kind", "seq", "at", "ts"), mask_kind),
    "event": _masked,
    "commands": _all_masked,
    "reason": mask_code,
}
"""Masks of a line's members."""
