"""Everybody who was at the table stands in measures and exports, whether the plan knew of them or not."""

from report_values import PLAN, records

from trialogue.model.events import Joined, Left, SpeechStarted, SpeechStopped
from trialogue.model.participants import Kind, Participant
from trialogue.report import Run, markdown, result
from trialogue.report.cast import with_everybody

ZOE = Participant("zoe", kind=Kind.HUMAN, title="Zoe Q.")
JOINED = records(
    (1.0, Joined(ZOE)),
    (2.0, SpeechStarted("zoe", 2.0)),
    (5.0, SpeechStopped("zoe", 5.0)),
    (6.0, Left("zoe")),
)


def test_a_participant_who_joined_is_measured():
    """A participant who joined later has measures like all others."""
    told = result(PLAN, JOINED, (), Run("real"))
    assert told.participants == ("ada", "tech_lead", "eve", "kim", "zoe")
    assert told.measures.participants[-1].spoken_s == 3.0


def test_a_participant_who_joined_stands_in_the_transcript_by_its_title():
    """A participant who joined later is named in exports like those of the start."""
    assert "Zoe Q." in markdown(PLAN, (), JOINED)


def test_a_seat_that_is_taken_again_stays_in_its_place():
    """A seat that was taken twice is listed once, with its later participant."""
    again = records((1.0, Joined(Participant("kim", title="Another Kim"))))
    assert [each.label for each in with_everybody(PLAN, again).participants][-1] == "Another Kim"
