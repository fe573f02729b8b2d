"""The silence ladder, rung by rung."""

from playbook import CHAIR, TECH, Noted, Table, passes, plan, quick

from trialogue.model.commands import (
    Cue,
    EndMeeting,
    GrantFloor,
)
from trialogue.model.events import (
    SessionLost,
    SessionReady,
    Woke,
)
from trialogue.model.plan import SilenceStep


def of(commands, *kinds):
    """The commands of these classes."""
    return [command for command in commands if isinstance(command, kinds)]


def test_the_ladder():
    """Ask the chair, then the next speaker, then end: a rung each time the floor stays free."""
    table = Table(plan(CHAIR, TECH))
    table.open()
    passes(table, "mod")
    passes(table, "tech")
    assert table.meeting.holder is None
    answer = table.at(4, Woke("ladder"))
    assert answer[0] == Noted("silence", "mod", "ask-chair")
    assert of(answer, Cue)[0].text.endswith("Nobody speaks. Name who shall speak next.")
    passes(table, "mod")
    answer = table.at(8, Woke("ladder"))
    assert of(answer, GrantFloor)[0].to == "tech"
    passes(table, "tech")
    answer = table.at(12, Woke("ladder"))
    assert answer == [Noted("silence", None, "end"), EndMeeting("silence")]


def test_the_ladder_starts_anew_when_somebody_is_heard():
    """Speech resets it."""
    table = Table(plan(CHAIR, TECH))
    table.open()
    passes(table, "mod")
    passes(table, "tech")
    table.at(4, Woke("ladder"))
    table.says("mod")
    passes(table, "tech")
    passes(table, "mod")
    assert table.at(table.now + 4, Woke("ladder"))[0] == Noted("silence", "mod", "ask-chair")


def test_the_ladder_waits_while_all_are_away():
    """No rung is used up by an outage."""
    table = Table(plan(TECH, floor=quick(SilenceStep.END)))
    table.open()
    passes(table, "tech")
    table.at(1, SessionLost("tech", 1, "gone", 9.0))
    assert table.at(4, Woke("ladder")) == []
    assert table.at(9, SessionReady("tech", 2)) == [
        Noted("silence", None, "end"),
        EndMeeting("silence"),
    ]
