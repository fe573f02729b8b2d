"""Lines of a journal: one header, then records, then at most one end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Final, cast

from trialogue.journal.codec import (
    COMMANDS,
    EVENTS,
    MISFITS,
    JsonObject,
    UnknownType,
    decode_command,
    decode_event,
    decode_plan,
    decode_wire,
    encode,
    encode_plan,
    plan_without_surplus,
    without_surplus,
)
from trialogue.journal.migrations import FORMAT
from trialogue.model.commands import Command
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import RULES, Record
from trialogue.model.wire import WireRecord
from trialogue.values import frozen

_FIRST: Final = datetime(1, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Time of day at the start of every meeting in virtual time, so that equal runs make equal files."""

USUAL_FRAME_MS: Final = 20
"""Length of a frame of sound that a header leaves out, in milliseconds."""

LONGEST_FRAME_MS: Final = 1000
"""Greatest length of a frame that a header may have, in milliseconds: more than any version offers."""

_RECORD_KEYS: Final = {"v", "seq", "at", "ts", "event", "commands", "hash"}
_HEADER_KEYS: Final = {
    *("trialogue", "kind", "format", "name", "started", "clock", "seed", "version", "redacted", "continues"),
    *("rules", "frame_ms", "plan", "of", "hash"),
}


class HeaderClock(Enum):
    """Clock of a meeting."""

    REAL = "real"
    VIRTUAL = "virtual"


class JournalKind(Enum):
    """Kind of a journal."""

    MEETING = "meeting"
    SESSION = "session"
    """Session of one client with a server: the messages, and the meeting that they amount to.

    trialogue decided nothing in it.
    """


@frozen
class Header:
    """First line of a journal: everything that a replay needs besides the records."""

    plan: MeetingPlan
    """Plan of the brain, with the meeting's name and seed."""

    version: str
    """Version of trialogue that wrote the file."""

    clock: HeaderClock = HeaderClock.REAL
    """Whether the meeting ran in real or in virtual time."""

    started: datetime = EPOCH
    """Time of day at the meeting's start, in UTC; for people, never for decisions."""

    redacted: bool = False
    """Whether personal fields are masked: such a copy is for reading, not for replay."""

    continues: str | None = None
    """Hash of the last record of the journal that this one continues; None for none."""

    rules: int = RULES
    """Number of the rules that decided; 1 where the journal has none."""

    of: JournalKind = JournalKind.MEETING
    """Kind of the journal."""

    frame_ms: int = USUAL_FRAME_MS
    """Length of a frame of sound, in milliseconds; 20 where the journal has none."""


@frozen
class Strangers:
    """Fields and commands in a line of another version that this one does not know; they are left out."""

    commands: tuple[str, ...] = ()
    """Names of unknown commands."""

    fields: tuple[str, ...] = ()
    """Paths of unknown fields: `SentenceSaid.mood`."""


NO_STRANGERS: Final = Strangers()


@frozen
class End:
    """Last line of a closed journal."""

    seq: int
    """Number of the last record; 0 for a meeting without records."""

    reason: str
    """Reason for the meeting's end."""


def header_line(header: Header) -> JsonObject:
    """Header as a line without its hash."""
    continued: JsonObject = {} if header.continues is None else {"continues": header.continues}
    of: JsonObject = {} if header.of is JournalKind.MEETING else {"of": header.of.value}
    frame: JsonObject = {} if header.frame_ms == USUAL_FRAME_MS else {"frame_ms": header.frame_ms}
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
        **of,
        **frame,
        "plan": encode_plan(header.plan),
    }


def wire_line(record: WireRecord, ts: datetime) -> JsonObject:
    """Protocol fact as a line without its hash."""
    event = encode(record.fact)
    return {"v": FORMAT, "seq": record.seq, "at": record.at, "ts": ts, "event": event, "commands": []}


def record_line(record: Record, ts: datetime) -> JsonObject:
    """Record as a line without its hash; `ts` is the time of day in UTC, for people."""
    return {
        "v": FORMAT,
        "seq": record.seq,
        "at": record.at,
        "ts": ts,
        "event": encode(record.event),
        "commands": [encode(command) for command in record.commands],
    }


def end_line(end: End, ts: datetime) -> JsonObject:
    """End as a line without its hash."""
    return {"v": FORMAT, "kind": "end", "seq": end.seq, "ts": ts, "reason": end.reason}


def parse_header(line: JsonObject) -> tuple[Header, Strangers]:
    """Header that `header_line` wrote, and its unknown fields; raises an error of `MISFITS`."""
    plan, surplus = line["plan"], [name for name in line if name not in _HEADER_KEYS]
    try:
        known = decode_plan(plan)
    except MISFITS:
        tidied, found = plan_without_surplus(plan)
        if not found:
            raise
        known, surplus = decode_plan(tidied), [*surplus, *found]
    if (_text(line["name"]), _count(line["seed"])) != (known.name, known.seed):
        raise ValueError("a header that contradicts its plan")
    header = Header(
        plan=known,
        version=_text(line["version"]),
        clock=HeaderClock(line["clock"]),
        started=_moment(line["started"]),
        redacted=_truth(line["redacted"]),
        continues=_text(line["continues"]) if "continues" in line else None,
        rules=_count(line.get("rules", 1)),
        of=JournalKind(line.get("of", "meeting")),
        frame_ms=_frame(line.get("frame_ms", USUAL_FRAME_MS)),
    )
    return header, Strangers(fields=tuple(surplus))


_NUMBERS: Final = frozenset({int, float})
"""Classes of a record's moment."""


def is_record(raw: JsonObject) -> bool:
    """Whether a line has the form of a record, with any event."""
    commands: Any = raw.get("commands")
    if type(commands) is not list or type(raw.get("at")) not in _NUMBERS or not _has_type(raw.get("event")):
        return False
    return not commands or all(map(_has_type, cast("list[object]", commands)))


def _has_type(part: object) -> bool:
    return isinstance(part, dict) and type(cast("JsonObject", part).get("type")) is str


def parse_record(line: JsonObject) -> tuple[Record, Strangers]:
    """Record, and the parts of it that this version does not know.

    UnknownType for an unknown event, without which the record has no meaning; else an error of `MISFITS`.
    """
    try:
        if line.keys() != _RECORD_KEYS:
            raise ValueError("a record's members are fixed")
        raw = line["commands"]
        if type(raw) is not list:
            raise TypeError("no list of commands")
        commands, unknown = _parse_commands(cast("list[JsonObject]", raw)) if raw else ((), ())
        record = Record(_count(line["seq"]), _seconds(line["at"]), decode_event(line["event"]), commands)
    except UnknownType:
        raise
    except MISFITS:
        tidied, surplus = _tidied(line)
        if not surplus:
            raise
        record, others = parse_record(tidied)
        return record, Strangers(others.commands, surplus)
    return record, Strangers(unknown) if unknown else NO_STRANGERS


def parse_wire(line: JsonObject) -> WireRecord:
    """Protocol fact that `wire_line` wrote; raises an error of `MISFITS`."""
    if line.keys() != _RECORD_KEYS:
        raise ValueError("a record's members are fixed")
    return WireRecord(_count(line["seq"]), _seconds(line["at"]), decode_wire(line["event"]))


def _tidied(line: JsonObject) -> tuple[JsonObject, tuple[str, ...]]:
    """Line of a record without unknown fields, and their names."""
    event, surplus = without_surplus(line["event"], EVENTS)
    commands = [without_surplus(each, COMMANDS) for each in line["commands"]]
    surplus += [name for _, found in commands for name in found]
    surplus += [f"record.{name}" for name in line if name not in _RECORD_KEYS]
    kept = {name: each for name, each in line.items() if name in _RECORD_KEYS}
    return {**kept, "event": event, "commands": [each for each, _ in commands]}, tuple(surplus)


def parse_end(line: JsonObject) -> End:
    """End that `end_line` wrote; raises an error of `MISFITS`."""
    return End(seq=_count(line["seq"]), reason=_text(line["reason"]))


def time_of_day(started: datetime, at: float) -> datetime:
    """Time of day `at` seconds after `started`; for one before year 1 or after 9999, the nearest there is.

    >>> time_of_day(EPOCH, 1e300).year
    9999
    """
    try:
        return started + timedelta(seconds=at)
    except OverflowError:  # virtual time, and a foreign journal, know no such end
        return _LAST if at > 0 else _FIRST


def on_local_clock(moment: datetime) -> datetime:
    """Time of day in this machine's zone.

    As it is where that would be before year 1 or after 9999, or where TZ says a zone that is a day away.
    """
    try:
        return moment.astimezone()
    except (OverflowError, ValueError):
        return moment


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


def _frame(value: object) -> int:
    length_ms = _count(value)
    if not 0 < length_ms <= LONGEST_FRAME_MS:
        raise ValueError("not the length of a frame")
    return length_ms


def _seconds(value: object) -> float:
    if type(value) is float:
        return value
    return float(_count(value))


def _truth(value: object) -> bool:
    if type(value) is not bool:
        raise TypeError("not true or false")
    return value


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.utcoffset() is None:
        raise ValueError("a time of day without its offset from UTC")
    return moment


def _text(value: object) -> str:
    if type(value) is not str:
        raise TypeError("not text")
    return value
