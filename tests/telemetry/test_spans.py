"""Spans and metrics of meetings, collected by the SDK's own in-memory exporters."""

from datetime import UTC, datetime, timedelta

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from trialogue.errors import SetupError
from trialogue.journal.reader import read
from trialogue.meeting.edges import Edges
from trialogue.meeting.run import run_meeting
from trialogue.model.commands import AnswerTool, EndMeeting, GrantFloor, RunTool
from trialogue.model.events import StopAsked, ToolFinished, ToolRequested
from trialogue.model.records import Record
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.resolve import prepare
from trialogue.telemetry import MeetingSpans, names, trace_meeting, trace_run
from trialogue.testing import murmuring_engines

MEETING = """
trialogue: 1
name: prices
run: {clock: virtual, limits: {time: 1m, turns: 4}}
cast:
  ann: {lines: [Secret words one., Secret words two.]}
  bob:
    tools: [price, closed]
    think:
      provider: scripted
      script:
        - {call: {tool: price, arguments: {item: edge}}, say: "It costs ${result.usd} dollars."}
        - {call: {tool: closed, arguments: {}}, say: "It is closed."}
tools:
  price: {mock: {result: {usd: 9}, delay: 700ms}}
  closed: {mock: {error: the list is closed}}
"""


@pytest.fixture
def collected():
    """Providers, and what they have collected."""
    spans, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers = TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    meters = MeterProvider(metric_readers=[reader])
    yield tracers, meters, spans, reader
    meters.shutdown()
    tracers.shutdown()


@pytest.fixture
def resolved(tmp_path):
    path = tmp_path / "prices.yaml"
    path.write_text(MEETING)
    return prepare(path, Overrides())


def held(resolved, out, watch=None):
    edges = Edges(engines=murmuring_engines())
    return run_meeting(resolved, out=out, edges=edges, **({"watch": watch} if watch else {}))


def by_name(spans):
    return sorted(spans.get_finished_spans(), key=lambda span: span.start_time)


def metric(reader, name):
    data = reader.get_metrics_data()
    found = [m for r in data.resource_metrics for s in r.scope_metrics for m in s.metrics if m.name == name]
    return list(found[0].data.data_points)


def test_a_run_is_a_tree_of_spans(resolved, tmp_path, collected):
    """The meeting's span holds a span a turn, a session and a tool call, at the times of its records."""
    tracers, meters, spans, _ = collected
    run = held(resolved, tmp_path / "run").folder
    reading = read(run / "journal.jsonl")
    records = tuple(reading)
    assert trace_run(run, tracers, meters) == len(records)
    grants = [(c.to, r.at) for r in records for c in r.commands if isinstance(c, GrantFloor)]
    finished = by_name(spans)
    meeting = next(span for span in finished if span.name == "meeting prices")
    assert all(span.parent.span_id == meeting.context.span_id for span in finished if span is not meeting)
    turns = [span for span in finished if span.attributes.get(names.OPERATION) == names.INVOKE_AGENT]
    zero = reading.header.started
    at = [(zero + timedelta(seconds=each)).timestamp() for _, each in grants]
    assert [(span.attributes[names.AGENT], span.start_time / 1e9) for span in turns] == [
        (name, pytest.approx(time)) for (name, _), time in zip(grants, at, strict=True)
    ]
    assert {span.name for span in finished if span.name.startswith("session")} == {
        "session ann",
        "session bob",
    }
    assert meeting.attributes[names.END_REASON] == "limit-turns"


def test_a_tool_call_has_its_outcome(resolved, tmp_path, collected):
    """One that failed is an error, with its word; the names are those of the conventions."""
    tracers, meters, spans, _ = collected
    trace_run(held(resolved, tmp_path / "run").folder, tracers, meters)
    calls = {s.attributes["gen_ai.tool.name"]: s for s in by_name(spans) if s.name.startswith("execute_tool")}
    assert calls["price"].attributes[names.OUTCOME] == "succeeded"
    assert (calls["price"].end_time - calls["price"].start_time) / 1e9 == pytest.approx(0.7)
    assert calls["price"].status.status_code is StatusCode.UNSET
    assert calls["closed"].status.status_code is StatusCode.ERROR
    assert calls["closed"].attributes[names.ERROR]


def test_a_call_that_is_answered_without_a_run_ends_with_its_answer(resolved, collected):
    """A call that shares the result of another is not open to the meeting's end, and is no error."""
    tracers, meters, spans, _ = collected
    traced = MeetingSpans(resolved.plan, datetime(2026, 1, 1, tzinfo=UTC), tracers, meters)
    asked = ToolRequested("ann", 1, "c1", "price", "{}")
    own = ToolRequested("ann", 1, "c2", "give_floor", "{}")
    for seq, (at, event, command) in enumerate(
        [
            (1.0, ToolRequested("bob", 1, "c1", "price", "{}"), RunTool("bob", "c1", "price", "{}")),
            (2.0, ToolFinished("bob", "c1", "succeeded", "9"), AnswerTool("bob", 1, "c1", "price", "9")),
            (3.0, asked, AnswerTool("ann", 1, "c1", "price", "9")),
            (4.0, own, AnswerTool("ann", 1, "c2", "give_floor", "ok")),
            (60.0, StopAsked("enough"), EndMeeting("enough")),
        ],
        1,
    ):
        traced.take(Record(seq, at, event, (command,)))
    traced.close()
    calls = [each for each in by_name(spans) if each.name.startswith("execute_tool")]
    lasted = [(each.attributes[names.OUTCOME], (each.end_time - each.start_time) / 1e9) for each in calls]
    assert lasted == [("succeeded", 1.0), ("succeeded", 0.0), ("answered", 0.0)]
    assert all(each.status.status_code is StatusCode.UNSET for each in calls)


def test_metrics_count_turns_and_responses(resolved, tmp_path, collected):
    """A histogram of turns by agent and cause, and one of how long each took to be heard."""
    tracers, meters, _, reader = collected
    trace_run(held(resolved, tmp_path / "run").folder, tracers, meters)
    turns = metric(reader, names.TURN_DURATION)
    assert sum(point.count for point in turns) == 4
    assert {point.attributes[names.AGENT] for point in turns} == {"ann", "bob"}


def test_nothing_that_was_said_is_in_them(resolved, tmp_path, collected):
    """Traces contain no speech, and no arguments or results of tools."""
    tracers, meters, spans, reader = collected
    trace_run(held(resolved, tmp_path / "run").folder, tracers, meters)
    told = " ".join(span.to_json() for span in by_name(spans)) + str(reader.get_metrics_data().to_json())
    assert "Secret" not in told
    assert "edge" not in told
    assert "dollars" not in told


def test_a_meeting_is_traced_while_it_is_held(resolved, tmp_path, collected):
    """The same spans as from its journal, at the times of day at which they happened."""
    tracers, meters, spans, _ = collected
    before = datetime.now(UTC)

    async def watch(meeting):
        await trace_meeting(meeting, tracers, meters)

    run = held(resolved, tmp_path / "run", watch).folder
    live = [span.name for span in by_name(spans)]
    meeting = next(span for span in by_name(spans) if span.name == "meeting prices")
    assert before.timestamp() - 60 <= meeting.start_time / 1e9 <= datetime.now(UTC).timestamp()
    spans.clear()
    trace_run(run, tracers, meters)
    assert sorted(live) == sorted(span.name for span in by_name(spans))


def test_without_the_api_the_error_says_what_to_install(resolved, monkeypatch):
    """Without OpenTelemetry, the error is one line with the command to install it."""
    import sys

    monkeypatch.setitem(sys.modules, "opentelemetry.trace", None)
    with pytest.raises(SetupError, match=r"pip install 'trialogue\[otel\]'"):
        MeetingSpans(resolved.plan, datetime.now(UTC))
