"""OpenTelemetry of meetings: spans and metrics, by the API alone (extra `otel`).

`trace_meeting` watches a meeting that is held, `trace_run` reads one from its journal. Whoever configures the
SDK, with its exporters, is the app; without it both do nothing.
"""

from trialogue.telemetry.spans import MeetingSpans
from trialogue.telemetry.tracing import trace_meeting, trace_run

__all__ = ["MeetingSpans", "trace_meeting", "trace_run"]
