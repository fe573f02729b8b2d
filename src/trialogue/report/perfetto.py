"""Perfetto trace: the meeting's actors as tracks, each grant as a flow to the speech that follows.

1. The format is that of protocol buffers with track events (Perfetto, "synthetic track events"); the package
   that writes it belongs to the extra `perfetto`, and is imported when a trace is made.
2. The tracks are the floor with its grants, and each participant with its heard sound, its sessions and its
   tools.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, cast

from trialogue.importing import import_extra
from trialogue.model.clock_time import bounded
from trialogue.model.commands import AnswerTool, CancelTool, EndTurn, GrantFloor
from trialogue.model.events import (
    EarLost,
    EarReady,
    Left,
    SessionFailed,
    SessionLost,
    SessionReady,
    ToolFinished,
    ToolRequested,
)
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.text import safe_text
from trialogue.report.cues import labels
from trialogue.report.stretches import Stretch, stretches
from trialogue.report.tools import begins_call
from trialogue.values import define

_MEETING: Final = 1
_FLOOR: Final = 2
_SEQUENCE: Final = 1
_LAST_FLOW: Final = 2**64 - 1
"""Greatest number of a flow. A journal can hold any."""
_LAST_S: Final = 1e10
"""Latest time that fits as nanoseconds, in seconds."""


def perfetto(plan: MeetingPlan, records: Iterable[Record]) -> bytes:
    """Trace, with times in nanoseconds since the meeting's start. SetupError where the extra is missing."""
    builder = import_extra("perfetto.trace_builder.proto_builder", "a Perfetto trace", "perfetto")
    held = tuple(records)
    tracing = _Tracing(builder.TraceProtoBuilder(), {}, {}, set())
    tracing.track(_MEETING, safe_text(plan.name), None)
    tracing.track(_FLOOR, "floor", _MEETING)
    for name, label in labels(plan).items():
        tracing.track(tracing.uuid(name), label, _MEETING)
    for each in stretches(held):
        tracing.heard(each)
    for record in held:
        tracing.take(record)
    tracing.close(held[-1].at if held else 0.0)
    return cast("bytes", tracing.builder.serialize())


@define
class _Tracing:
    """Trace under construction; packets may come in any order, since each has its time."""

    builder: Any
    uuids: dict[str, int]
    open: dict[tuple[str, str], tuple[int, float, str]]
    begun: set[int]

    def uuid(self, key: str) -> int:
        """Number of the track of an object."""
        return self.uuids.setdefault(key, len(self.uuids) + 10)

    def track(self, uuid: int, name: str, parent: int | None) -> None:
        """Describe a track, once."""
        packet = self._packet()
        packet.track_descriptor.uuid = uuid
        packet.track_descriptor.name = name
        if parent is not None:
            packet.track_descriptor.parent_uuid = parent

    def under(self, participant: str, name: str) -> int:
        """Track below a participant's."""
        key = f"{participant}\0{name}"
        is_new = key not in self.uuids
        uuid = self.uuid(key)
        if is_new:
            self.track(uuid, name, self.uuid(participant))
        return uuid

    def heard(self, each: Stretch) -> None:
        """Add sound of a participant; its grant's flow ends at the first sound of a turn."""
        name = "speaks" if each.turn is None else f"turn {each.turn}"
        flow = each.turn if each.turn is not None and each.turn not in self.begun else None
        self.slice(self.uuid(each.participant), name, (each.start_s, each.end_s), flow)
        if flow is not None:
            self.begun.add(flow)

    def take(self, record: Record) -> None:
        """Add what began and ended with a record: grants, sessions, tool calls."""
        at = record.at
        match record.event:
            case SessionReady(participant=name):
                self.begin(("session", name), self.under(name, "session"), at, "session")
            case EarReady(participant=name):
                self.begin(("ear", name), self.under(name, "ear"), at, "ear")
            case SessionLost(participant=name) | SessionFailed(participant=name):
                self.end(("session", name), at)
            case EarLost(participant=name):
                self.end(("ear", name), at)
            case Left(participant=name):
                self.end(("session", name), at)
                self.end(("ear", name), at)
            case ToolRequested(participant=name, call_id=call, tool=tool) if (
                name,
                call,
            ) not in self.open or begins_call(record):
                self.begin((name, call), self.under(name, safe_text(tool)), at, safe_text(tool))
            case ToolFinished(participant=name, call_id=call):
                self.end((name, call), at)
            case _:
                pass
        for command in record.commands:
            match command:
                case GrantFloor(to=name, turn=turn, reason=reason):
                    self.open["floor", str(turn)] = (_FLOOR, at, f"{name}: {safe_text(reason)}")
                case EndTurn(turn=turn):
                    self.end(("floor", str(turn)), at, flow=turn)
                case CancelTool(participant=name, call_id=call) | AnswerTool(participant=name, call_id=call):
                    self.end((name, call), at)
                case _:
                    pass

    def begin(self, key: tuple[str, str], track: int, at: float, name: str) -> None:
        """Note a beginning; an open one under the same key ends."""
        self.end(key, at)
        self.open[key] = (track, at, name)

    def end(self, key: tuple[str, str], at: float, flow: int | None = None) -> None:
        """Write what has begun under a key and ends now; nothing where nothing is open."""
        if (begun := self.open.pop(key, None)) is not None:
            track, start, name = begun
            self.slice(track, name, (start, at), flow)

    def close(self, at: float) -> None:
        """Write everything still open, up to the last record."""
        for key in tuple(self.open):
            self.end(key, at, int(key[1]) if key[0] == "floor" else None)

    def slice(self, track: int, name: str, span_s: tuple[float, float], flow: int | None = None) -> None:
        """Write a stretch of a track, with the flow that begins or ends in it."""
        for at, kind in zip(span_s, (1, 2), strict=True):  # TYPE_SLICE_BEGIN, TYPE_SLICE_END
            packet = self._packet()
            packet.timestamp = round(min(bounded(at), _LAST_S) * 1e9)
            packet.track_event.type = kind
            packet.track_event.track_uuid = track
            if kind == 1:
                packet.track_event.name = name
                if flow is not None and 0 <= flow <= _LAST_FLOW:
                    packet.track_event.flow_ids.append(flow)

    def _packet(self) -> Any:  # noqa: ANN401 - made by protocol buffers, without types of its own
        packet = self.builder.add_packet()
        packet.trusted_packet_sequence_id = _SEQUENCE
        return packet
