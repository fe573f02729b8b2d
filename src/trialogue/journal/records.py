"""The lines of a journal: one header, then records, then at most one end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final

from attrs import frozen

from trialogue.journal.codec import (
    JsonObject,
    UnknownType,
    decode_command,
    decode_event,
    decode_plan,
    encode,
    encode_plan,
)
from trialogue.journal.migrations import FORMAT
from trialogue.model.commands import Command
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import RULES, Record

EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""When every meeting under the virtual clock begins, so that equal runs make equal files."""

_RECORD_KEYS: Final = {"v", "seq", "at", "ts", "event", "commands", "hash"}


class Clock(Enum):
    """What a meeting's time was made of."""

    REAL = "real"
    VIRTUAL = "virtual"


@frozen
class Header:
    """The first line: all that a replay needs beside the records."""

    plan: MeetingPlan
    """What the brain was given; the meeting's name and seed are its."""

    version: str
    """The version of trialogue that wrote the file."""

    clock: Clock = Clock.REAL
    """Whether the meeting ran in real or in virtual time."""

    started: datetime = EPOCH
    """When the meeting began, in UTC; for people, never for decisions."""

    redacted: bool = False
    """Whether personal fields are masked: such a copy is for reading, not for replay."""

    continues: str | None = None
    """The hash of the last record of the journal that this one begins with and continues; None for none."""

    rules: int = RULES
    """The number of the rules that decided; 1 where a journal does not say."""


@frozen
class End:
    """The last line of a journal that was closed."""

    seq: int
    """The last record's number; 0 for a meeting of none."""

    reason: str
    """Why the meeting ended."""


def header_line(header: Header) -> JsonObject:
    """The header as a line without its hash."""
    continued: JsonObject = {} if header.continues is None else {"continues": header.continues}
    return {
        "trialogue": 1,
        "kind": "header",
        "format": FORMAT,
        "name": header.plan.name,
        "started": header.started,
        "clock": header.clock.value,
        "seed": header.plan.seed,
        "version": header.version,
        "rules": header.rules,
        "redacted": header.redacted,
        **continued,
        "plan": encode_plan(header.plan),
    }


def record_line(record: Record, ts: datetime) -> JsonObject:
    """A record as a line without its hash; `ts` is the time of day in UTC, for people."""
    return {
        "v": FORMAT,
        "seq": record.seq,
        "at": record.at,
        "ts": ts,
        "event": encode(record.event),
        "commands": [encode(command) for command in record.commands],
    }


def end_line(end: End, ts: datetime) -> JsonObject:
    """The end as a line without its hash."""
    return {"v": FORMAT, "kind": "end", "seq": end.seq, "ts": ts, "reason": end.reason}


def parse_header(line: JsonObject) -> Header:
    """The header that `header_line` wrote, or a misfit."""
    return Header(
        plan=decode_plan(line["plan"]),
        version=_text(line["version"]),
        clock=Clock(line["clock"]),
        started=datetime.fromisoformat(line["started"]),
        redacted=line["redacted"] is True,
        continues=_text(line["continues"]) if "continues" in line else None,
        rules=_count(line.get("rules", 1)),
    )


def parse_record(line: JsonObject) -> tuple[Record, tuple[str, ...]]:
    """The record, and the names of commands in it that this version does not know.

    UnknownType for an event that it does not know: the record means nothing to it. Else a misfit.
    """
    if line.keys() != _RECORD_KEYS:
        raise ValueError("a record's members are fixed")
    raw = line["commands"]
    commands: tuple[Command, ...] = ()
    unknown: tuple[str, ...] = ()
    if raw:
        commands, unknown = _parse_commands(raw)
    return Record(_count(line["seq"]), _seconds(line["at"]), decode_event(line["event"]), commands), unknown


def parse_end(line: JsonObject) -> End:
    """The end that `end_line` wrote, or a misfit."""
    return End(seq=_count(line["seq"]), reason=_text(line["reason"]))


def time_of_day(started: datetime, at: float) -> datetime:
    """The time `at` seconds after `started`."""
    return started + timedelta(seconds=at)


def _parse_commands(raw: list[JsonObject]) -> tuple[tuple[Command, ...], tuple[str, ...]]:
    known: list[Command] = []
    unknown: list[str] = []
    for each in raw:
        try:
            known.append(decode_command(each))
        except UnknownType as error:
            unknown.append(str(error))
    return tuple(known), tuple(unknown)


def _count(value: object) -> int:
    if type(value) is not int:
        raise TypeError("not a whole number")
    return value


def _seconds(value: object) -> float:
    if type(value) is float:
        return value
    return float(_count(value))


def _text(value: object) -> str:
    if type(value) is not str:
        raise TypeError("not text")
    return value
