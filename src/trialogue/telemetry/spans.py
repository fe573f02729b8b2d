"""Spans and metrics of a meeting, made from its records, at the meeting's own times.

1. The meeting has a span; in it are spans for each turn, session and tool call. Spans that are still open at
   the last record end there.
2. They hold no speech, and no arguments or results of tools.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Protocol

from attrs import field

from trialogue.arguments import check_fields, checks_arguments
from trialogue.importing import import_extra
from trialogue.journal.records import time_of_day
from trialogue.model.commands import AnswerTool, CancelTool, Command, EndMeeting, EndTurn, GrantFloor
from trialogue.model.events import (
    Event,
    LatencyMeasured,
    Left,
    PlaybackStarted,
    SessionFailed,
    SessionLost,
    SessionReady,
    SessionRolledOver,
    ToolFinished,
    ToolRequested,
)
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.shared_results import ANSWERED, SharedResults
from trialogue.telemetry import names
from trialogue.values import define

__all__ = ["MeetingSpans"]

_SCOPE: Final = "trialogue"


class GivesTracers(Protocol):
    """Provider of spans, as OpenTelemetry's is."""

    def get_tracer(self, name: str, /) -> Any:  # noqa: ANN401 - OpenTelemetry has no part in our types
        """Tracer of this name."""
        ...


class GivesMeters(Protocol):
    """Provider of metrics, as OpenTelemetry's is."""

    def get_meter(self, name: str, /) -> Any:  # noqa: ANN401 - likewise
        """Meter of this name."""
        ...


@define
class MeetingSpans:
    """Spans and metrics from records: `take` each in order, then `close`.

    SetupError if the extra `otel` is missing.
    """

    plan: MeetingPlan
    """Plan of the meeting."""

    started: datetime
    """The time of day of its start, with its time zone."""

    tracer_provider: GivesTracers | None = None
    """Provider of the spans; the global one where None."""

    meter_provider: GivesMeters | None = None
    """Provider of the metrics; the global one where None."""

    _trace: Any = field(init=False)
    _tracer: Any = field(init=False)
    _meeting: Any = field(init=False)
    _instruments: dict[str, Any] = field(init=False)
    _turn: tuple[str, float, Any] | None = field(init=False, default=None)
    _open: dict[tuple[str, str], tuple[float, Any]] = field(init=False, factory=dict[tuple[str, str], Any])
    _shared: SharedResults = field(init=False, factory=SharedResults)
    _away: set[str] = field(init=False, factory=set[str])
    _has_answered: bool = field(init=False, default=False)
    _at: float = field(init=False, default=0.0)

    def __attrs_post_init__(self) -> None:
        check_fields(self)
        self._trace = import_extra("opentelemetry.trace", "telemetry", "otel")
        self._tracer = self._trace.get_tracer(_SCOPE, tracer_provider=self.tracer_provider)
        metrics = import_extra("opentelemetry.metrics", "telemetry", "otel")
        meter = metrics.get_meter(_SCOPE, meter_provider=self.meter_provider)
        self._instruments = {
            **{
                name: meter.create_histogram(name, unit="s")
                for name in (names.TURN_DURATION, names.RESPONSE, names.TOOL_DURATION)
            },
            names.SESSIONS_LOST: meter.create_counter(names.SESSIONS_LOST, unit="{session}"),
        }
        conversation = f"{self.plan.name}-{self.started.isoformat(timespec='seconds')}"
        self._meeting = self._tracer.start_span(
            f"meeting {self.plan.name}",
            start_time=self._ns(0.0),
            attributes={names.MEETING: self.plan.name, names.CONVERSATION: conversation},
        )

    @checks_arguments
    def take(self, record: Record) -> None:
        """Note one record."""
        self._at = record.at
        self._seen(record.at, record.event)
        for each in self._shared.take(record):
            self._end_call((each.participant, each.call_id), record.at, each.outcome)
        for command in record.commands:
            self._decided(record.at, command)

    def close(self) -> None:
        """End all open spans at the last record."""
        self._end_turn(self._at, "meeting-ended")
        for key in tuple(self._open):
            self._end(key, self._at)
        self._meeting.end(end_time=self._ns(self._at))

    def _seen(self, at: float, event: Event) -> None:
        match event:
            case SessionReady(participant=name, session=session):
                attributes = {names.AGENT: name, names.SESSION: session}
                self._away.discard(name)
                self._begin(("session", name), at, f"session {name}", attributes)
            case SessionLost(participant=name):
                if name not in self._away:  # a failed attempt to be back is no further loss
                    self._instruments[names.SESSIONS_LOST].add(1, {names.AGENT: name})
                self._away.add(name)
                self._end(("session", name), at, "lost")
            case SessionFailed(participant=name, refused=refused):
                self._end(("session", name), at, "refused" if refused else "failed")
            case SessionRolledOver(participant=name):
                self._end(("session", name), at)
            case Left(participant=name):
                self._away.discard(name)
                self._end(("session", name), at)
            case ToolRequested(participant=name, call_id=call, tool=tool):
                attributes = {
                    names.OPERATION: names.EXECUTE_TOOL,
                    names.TOOL: tool,
                    names.TOOL_CALL: call,
                    names.AGENT: name,
                }
                self._begin((name, call), at, f"{names.EXECUTE_TOOL} {tool}", attributes)
            case ToolFinished(participant=name, call_id=call, outcome=outcome, code=code):
                self._end_call((name, call), at, outcome, code)
            case PlaybackStarted(participant=name) if self._turn is not None and self._turn[0] == name:
                self._answered(at)
            case LatencyMeasured(participant=name) if self._turn is not None and self._turn[0] == name:
                self._measured(event)
            case _:
                pass

    def _decided(self, at: float, command: Command) -> None:
        match command:
            case GrantFloor(to=name, turn=turn, reason=reason):
                attributes = {
                    names.OPERATION: names.INVOKE_AGENT,
                    names.AGENT: name,
                    names.TURN: turn,
                    names.TURN_REASON: reason,
                }
                self._has_answered = False
                self._turn = (name, at, self._start(f"{names.INVOKE_AGENT} {name}", at, attributes))
            case EndTurn(cause=cause):
                self._end_turn(at, cause)
            case AnswerTool(participant=name, call_id=call):
                self._end_call((name, call), at, ANSWERED)  # it was asked again
            case CancelTool(participant=name, call_id=call):
                self._end((name, call), at, "cancelled")
            case EndMeeting(reason=reason):
                self._meeting.set_attribute(names.END_REASON, reason)
            case _:
                pass

    def _answered(self, at: float) -> None:
        """Note that the holder is heard: the time since the grant is its response."""
        if self._turn is None or self._has_answered:
            return
        name, began, span = self._turn
        self._has_answered = True
        span.set_attribute(names.RESPONSE, at - began)
        self._instruments[names.RESPONSE].record(at - began, {names.AGENT: name})

    def _measured(self, event: LatencyMeasured) -> None:
        parts: Mapping[str, float | None] = {
            "listen": event.listen_s,
            "think": event.think_s,
            "speak": event.speak_s,
            "total": event.total_s,
        }
        for part, value in parts.items():
            if value is not None and self._turn is not None:
                self._turn[2].set_attribute(f"{names.LATENCY}.{part}", value)

    def _begin(self, key: tuple[str, str], at: float, name: str, attributes: Mapping[str, object]) -> None:
        self._end(key, at)
        self._open[key] = (at, self._start(name, at, attributes))

    def _start(self, name: str, at: float, attributes: Mapping[str, object]) -> Any:  # noqa: ANN401 - a span
        context = self._trace.set_span_in_context(self._meeting)
        return self._tracer.start_span(
            name, context=context, start_time=self._ns(at), attributes=dict(attributes)
        )

    def _end(self, key: tuple[str, str], at: float, error: str = "") -> None:
        begun = self._open.pop(key, None)
        if begun is None:
            return
        if error:
            begun[1].set_attribute(names.ERROR, error)
            begun[1].set_status(self._trace.StatusCode.ERROR)
        begun[1].end(end_time=self._ns(at))

    def _end_call(self, key: tuple[str, str], at: float, outcome: str, code: str = "") -> None:
        begun = self._open.get(key)
        if begun is not None:
            begun[1].set_attribute(names.OUTCOME, outcome)
            self._instruments[names.TOOL_DURATION].record(at - begun[0], {names.OUTCOME: outcome})
        self._end(key, at, "" if outcome in {"succeeded", ANSWERED} else code or outcome)

    def _end_turn(self, at: float, cause: str) -> None:
        if self._turn is None:
            return
        name, began, span = self._turn
        span.set_attribute(names.TURN_CAUSE, cause)
        span.end(end_time=self._ns(at))
        self._instruments[names.TURN_DURATION].record(
            at - began, {names.AGENT: name, names.TURN_CAUSE: cause}
        )
        self._turn = None

    def _ns(self, at: float) -> int:
        """Nanoseconds since 1970 for a time of the meeting."""
        return round(time_of_day(self.started, at).timestamp() * 1_000_000_000)
