"""OpenTelemetry for meetings: spans and metrics, with the API alone (extra `otel`).

`trace_meeting` observes a running meeting, `trace_run` reads one from its journal. The app configures the
SDK, with its exporters; without it both do nothing.
"""

from trialogue.telemetry.spans import MeetingSpans
from trialogue.telemetry.tracing import trace_meeting, trace_run

__all__ = ["MeetingSpans", "trace_meeting", "trace_run"]
