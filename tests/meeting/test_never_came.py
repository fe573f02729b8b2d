"""Conditions that were to end a meeting and never came, found in its records."""

import pytest

from trialogue.brain.words.transcript import utterances
from trialogue.meeting.never_came import ends_that_never_came
from trialogue.model.commands import EndMeeting, EndTurn, GrantFloor
from trialogue.model.events import MeetingStarted, PlaybackFinished, PlaybackStarted, SentenceSaid
from trialogue.model.records import Record
from trialogue.report.result import Run, result
from trialogue.scenario import loads, resolve

SCENARIO = """
trialogue: 1
name: x
cast:
  ann: {lines: [Hi.]}
  ben: {lines: [Hi.]}
"""
ENDS = """\
end:
  any:
    - {said: {by: ann, match: closed}}
    - {participant: ann, event: heard}
    - {participant: ann, event: granted, nth: 2}
    - limits
"""


def records(reason):
    return (
        Record(1, 0.0, MeetingStarted(), (GrantFloor("ann", 1, "opening", 90.0),)),
        Record(2, 0.0, SentenceSaid("ann", 1, "Hi.", 0.0), ()),
        Record(3, 0.5, PlaybackStarted("ann", 1, 1, 0.5), ()),
        Record(4, 1.5, PlaybackFinished("ann", 1, 1, 1.5, 1.0, "complete"), (EndTurn("ann", 1, "finished"),)),
        Record(5, 31.5, MeetingStarted(), (EndMeeting(reason),)),
    )


@pytest.mark.parametrize("reason", ["silence", "limit-time", "said"])
def test_each_is_told_where_a_limit_ended_the_meeting(reason):
    """A meeting that a limit ended lists the conditions of its end that never came."""
    held = records(reason)
    for ends in (ENDS, ""):
        resolved = resolve(loads(f"{SCENARIO}{ends}"))
        outcome = result(resolved.plan, held, utterances(held), Run(clock="virtual"))
        told = [
            "end.any[0] (/closed/ said by ann) never came",
            "end.any[2] (ann granted, the 2nd time) never came",
        ]
        wanted = told if ends and reason != "said" else []
        assert list(ends_that_never_came(resolved, outcome, held)) == wanted
