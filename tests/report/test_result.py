"""What a meeting came to, as a value and as JSON."""

from pathlib import Path

import orjson
import pytest
from attrs import evolve
from report_values import MEETING, PLAN, UTTERANCES, records

from trialogue.brain.course.cost import Cost, Spent
from trialogue.model.commands import EndMeeting, Report, RunTool
from trialogue.model.events import (
    ReplyFailed,
    ServiceWarned,
    SessionLost,
    SessionReady,
    ToolFinished,
    ToolRequested,
    Woke,
)
from trialogue.model.participants import Participant, Price
from trialogue.model.plan import MeetingPlan
from trialogue.report import Failure, Run, measures, result

GOLDEN = Path(__file__).parent / "golden" / "result.json"
RUN = Run("virtual", 71.5, ("journal.jsonl", "transcript.vtt"))


def test_document_is_the_kept_one():
    """`result.json` of a small meeting is the kept one, so that each change of the format is seen."""
    document = result(PLAN, MEETING, UTTERANCES, RUN).document()
    assert orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n" == GOLDEN.read_bytes()


def test_result_tells_what_went_wrong():
    """The result lists all failures in order, also those that the meeting survived."""
    told = result(PLAN, MEETING, UTTERANCES, RUN)
    assert told.failures == (
        Failure(6.2, "refused", "try again", "tech_lead"),
        Failure(15.0, "actor-crashed", "recorder: OSError"),
        Failure(16.0, "session-failed", "402 out of credit", "tech_lead"),
    )
    assert (told.reason, told.ok, told.measures) == ("hung-up", True, measures(PLAN, MEETING, UTTERANCES))


@pytest.mark.parametrize(("reason", "ok"), [("agenda-done", True), ("all-failed", False), ("refused", False)])
def test_reason_decides_whether_it_went_well(reason, ok):
    """`ok` is true for each ordinary end, and false for every other reason."""
    told = result(PLAN, records((1.0, Woke("x"), EndMeeting(reason))), (), RUN)
    assert (told.reason, told.ok) == (reason, ok)


def test_unspoken_words_are_a_failure():
    """Words that no voice could say are a failure in the result, and other warnings are none."""
    told = records(
        (1.0, ServiceWarned("ann", "SPEAK_REQUEST_FAILED", "The voice cannot say all of that.")),
        (1.5, ServiceWarned("ann", "PROMPT_TOO_LONG", "cut")),
        (2.0, Woke("x"), EndMeeting("done")),
    )
    assert result(PLAN, told, (), RUN).failures == (
        Failure(1.0, "unspoken", "The voice cannot say all of that.", "ann"),
    )


def test_a_failed_reply_says_why():
    """A failed reply is listed with the error of which its service warned, not with its slowness."""
    refused = "The endpoint http://127.0.0.1:9 could not be asked: Connection refused"
    failed = Report("reply-failed", "FAILED_TO_THINK", "ann", "failure")
    told = records(
        (1.0, ServiceWarned("ann", "THINK_REQUEST_FAILED", refused)),
        (1.0, ServiceWarned("ann", "FAILED_TO_THINK", "No model answered.")),
        (1.0, ReplyFailed("ann", 1, "FAILED_TO_THINK"), failed),
        (9.0, ReplyFailed("ann", 2, "FAILED_TO_THINK"), failed),
        (19.9, ServiceWarned("ann", "SLOW_THINK_REQUEST", "The model is slow.")),
        (20.0, ServiceWarned("ann", "FAILED_TO_THINK", "No model answered.")),
        (20.0, ReplyFailed("ann", 3, "FAILED_TO_THINK"), failed),
    )
    assert [each.text for each in result(PLAN, told, (), RUN).failures] == [
        f"FAILED_TO_THINK: {refused}",
        "FAILED_TO_THINK",
        "FAILED_TO_THINK: No model answered.",
    ]


def test_calls_that_came_to_nothing_are_failures():
    """Failed tool calls are listed with their tool and a reason, and cancelled ones are not."""
    told = []
    for number, (outcome, code) in enumerate(
        [
            ("failed", "ValueError"),
            ("succeeded", ""),
            ("timed-out", "deadline"),
            ("unknown", ""),
            ("cancelled", ""),
        ]
    ):
        told += [
            (number, ToolRequested("ann", 1, f"c{number}", "prices", "{}")),
            (number + 0.5, ToolFinished("ann", f"c{number}", outcome, "secret words", code)),
        ]
    plan = MeetingPlan("small", (Participant("ann"),))
    assert result(plan, records(*told), (), RUN).failures == (
        Failure(0.5, "tool-failed", "prices: ValueError", "ann"),
        Failure(2.5, "tool-timed-out", "prices: deadline", "ann"),
        Failure(3.5, "tool-unknown", "prices: unknown", "ann"),
    )


def test_an_id_that_is_used_again_is_another_call():
    """A call under a used id counts anew when it ran anew, and else as the same one."""
    asked = ToolRequested("ann", 1, "c", "prices", "{}")
    done = ToolFinished("ann", "c", "succeeded", "1")
    plan = MeetingPlan("small", (Participant("ann"),))
    told = records(
        *((1, asked, RunTool("ann", "c", "prices", "{}")), (2, asked), (3, done), (4, asked)),
        *((5, asked, RunTool("ann", "c", "prices", "{}", run=1)), (6, evolve(done, outcome="failed"))),
    )
    calls = result(plan, told, (), RUN).measures.tools
    assert [(call.at, call.outcome, call.duration_s) for call in calls] == [
        (1, "succeeded", 2.0),
        (5, "failed", 1.0),
    ]


def test_records_that_stop_are_unfinished():
    """A crashed meeting has no reason for its end, and is not ok."""
    told = result(PLAN, MEETING[:-1], (), RUN)
    assert (told.reason, told.ok) == ("unfinished", False)


def test_reason_of_the_run_goes_first():
    """A meeting whose journal failed says so, though its journal cannot."""
    told = result(PLAN, MEETING, (), Run("real", reason="journal-failed"))
    assert (told.reason, told.ok, told.speed, told.files) == ("journal-failed", False, None, ())


def test_cost_by_participant():
    """The cost is the ready minutes at each service's price, and names what is unpriced."""
    plan = MeetingPlan(
        "x",
        (
            Participant("ada", price=Price("paid", 0.6, "2025-06-16")),
            Participant("ben", price=Price("paid", 0.3, "2025-01-01")),
            Participant("eve", price=Price("own/model")),
            Participant("free"),
        ),
    )
    facts = records(
        (0.0, SessionReady("ada", 1)),
        (30.0, SessionReady("ben", 1)),
        (60.0, SessionReady("eve", 1)),
        (90.0, SessionLost("ben", 1, "1006", 0.4)),
        (120.0, Woke("x")),
    )
    told = result(plan, facts, (), RUN)
    assert told.cost == Cost(
        1.5,
        ("own/model",),
        "2025-01-01",
        (
            Spent("ada", "paid", 120.0, 1.2, "2025-06-16"),
            Spent("ben", "paid", 60.0, 0.3, "2025-01-01"),
            Spent("eve", "own/model", 60.0, None, ""),
        ),
    )
    assert told.document()["cost"]["participants"][2]["usd"] is None
