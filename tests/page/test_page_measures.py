"""Plots and tables of the page."""

from report_values import MEETING, PLAN, UTTERANCES, grant, records

from trialogue.model.commands import EndMeeting
from trialogue.model.events import FloorRequested, PlaybackFinished, PlaybackStarted, Woke
from trialogue.report import Run, result
from trialogue.report.measures.by_sound import SecondReckoning, SoundFigures
from trialogue.report.measures.spread import spread
from trialogue.report.page.plots import plots
from trialogue.report.page.tables import tables
from trialogue.report.stretches import stretches


def test_plots_are_of_the_measures():
    """Transfers, responses, shares and the queue, each over the meeting's time."""
    facts = records(
        (0.5, Woke("x"), grant("ada", 1, 0.5)),
        (1.0, PlaybackStarted("ada", 1, 1, 1.0)),
        (2.0, FloorRequested("kim")),
        (3.0, PlaybackFinished("ada", 1, 1, 3.0, 2.0, "complete"), grant("tech_lead", 2, 3.0)),
        (3.5, PlaybackStarted("tech_lead", 2, 1, 3.5)),
        (5.5, PlaybackFinished("tech_lead", 2, 1, 5.5, 2.0, "complete")),
        (6.0, Woke("x"), EndMeeting("said")),
    )
    transfers, responses, shares, waiting = plots(PLAN, facts, stretches(facts))
    assert (transfers.at, transfers.series) == ((3.0,), (("", (0.5,)),))
    assert responses.at == (0.5, 3.0)
    assert responses.series == (("ada", (0.5, None)), ("tech_lead", (None, 0.5)))
    assert [(name, values[-1]) for name, values in shares.series] == [("ada", 50.0), ("tech_lead", 50.0)]
    assert list(zip(waiting.at, waiting.series[0][1], strict=True)) == [(2.0, 1.0), (6.0, 0.0)]


def test_plots_without_anything_to_show_are_left_out():
    """The page of an empty meeting has no empty plots."""
    assert plots(PLAN, (), ()) == ()


BY_SOUND = SecondReckoning(
    records=SoundFigures(spread([0.2]), 0.0, 0.2, {}),
    sound=SoundFigures(spread([0.25]), 0.0, 0.3, {}),
    begins=spread([]),
    ends=spread([]),
    unheard=0,
    unrecorded=0,
    apart_s=0.05,
)
"""What recordings may say."""


def test_tables_are_of_the_result():
    """Each participant has a row; what has no value has none."""
    participants, whole = tables(PLAN, result(PLAN, MEETING, UTTERANCES, Run("real")), BY_SOUND)
    told = dict(whole.rows)
    assert told["Floor transfer offset by the sound, and from the records"] == "0.25 s (+0.05 s)"
    assert told["Silence by the sound, pauses within replies included"] == "30% (+10%)"
    assert [row[0] for row in participants.rows] == ["Chair & host", "Tech lead", "Eve", "Kim"]
    assert all(len(row) == len(participants.head) for row in participants.rows)
    assert dict(whole.rows)["Sessions lost"] == "1"
    assert "Cost" not in dict(whole.rows)
