"""Where the page opens: the worst moments of a meeting, in order."""

from trialogue.report.page.worst_moments import Highlight, worst_moments
from trialogue.report.stretches import Stretch

HEARD = (Stretch("ada", 1, 1.0, 4.0), Stretch("kim", None, 7.0, 9.0), Stretch("ada", 2, 14.0, 15.0))


def note(at, code, level, who=None):
    """A mark that tells of something."""
    return {"k": "note", "at": at, "who": who, "code": code, "text": "text", "level": level}


def test_a_failure_comes_before_the_longest_silence_and_that_before_a_warning():
    """The page opens at the failure of a meeting, if it has one."""
    marks = [note(2.0, "dry", "warning"), note(8.0, "broken", "failure"), note(3.0, "silence", "note")]
    assert [(each.at, each.what) for each in worst_moments(marks, HEARD, 15.0)] == [
        (8.0, "failure"),
        (9.0, "silence"),
        (2.0, "warning"),
        (4.0, "silence"),
    ]


def test_a_fault_that_the_meeting_got_over_comes_before_the_longest_silence():
    """A session that was lost, and what the scenario wanted to go wrong; behind what failed."""
    marks = [
        {"k": "away", "at": 1.0, "who": "ada", "text": "reset"},
        {"k": "fault", "at": 0.9, "who": "ada", "text": "drop (disconnect)"},
        note(8.0, "broken", "failure"),
    ]
    assert [(each.at, each.what) for each in worst_moments(marks, HEARD, 15.0)][:4] == [
        (8.0, "failure"),
        (0.9, "fault"),
        (1.0, "fault"),
        (9.0, "silence"),
    ]


def test_an_expectation_that_measured_nothing_is_a_warning_behind_what_was_missed():
    """The page opens at what was missed, or failed, and not at the end where nothing could be measured."""
    empty = Highlight(15.0, "warning", "measured nothing: stop-latency max 1s: no values")
    missed = Highlight(9.5, "failure", "expected silence max 2s: 5.000 s")
    found = worst_moments([note(8.0, "broken", "failure")], HEARD, 15.0, [empty, missed])
    assert [each.at for each in found] == [9.5, 8.0, 9.0, 15.0, 4.0]


def test_without_a_failure_it_is_the_longest_silence():
    """Silence before the first sound and after the last counts, too."""
    assert worst_moments([], HEARD, 30.0)[0] == Highlight(15.0, "silence", "15.0 s of silence")


def test_a_meeting_without_trouble_has_no_moments():
    """The page of a quiet meeting lists no moments, and opens at its beginning."""
    assert worst_moments([], (Stretch("ada", 1, 0.0, 5.0),), 5.2) == ()


def test_the_longest_silence_is_told_though_it_is_short():
    """The page opens somewhere worth a look; the other silences must be long."""
    heard = (Stretch("ada", 1, 0.0, 5.0), Stretch("kim", None, 6.0, 7.0), Stretch("ada", 2, 7.9, 9.0))
    assert [each.at for each in worst_moments([], heard, 9.0)] == [5.0]


def test_the_same_failure_at_once_is_one_moment():
    """A storm of one fault is one place to look at."""
    marks = [note(float(at), "broken", "failure", "ada") for at in (1, 2, 3, 20)]
    assert [each.at for each in worst_moments(marks, (), 0.0)] == [1.0, 20.0]


def test_a_failed_tool_call_is_a_failure():
    """Its mark has no level of its own."""
    late = {"k": "result", "id": 1, "at": 3.0, "who": "ada", "tool": "price", "outcome": "timed-out"}
    failed = {**late, "at": 9.0, "outcome": "failed", "code": "mock"}
    assert worst_moments([late, failed], (), 0.0) == (
        Highlight(3.0, "failure", "tool price: timed-out", "ada"),
        Highlight(9.0, "failure", "tool price: failed (mock)", "ada"),
    )
