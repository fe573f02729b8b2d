"""When a policy is asked, and what its answers come to: policies of these tests' own."""

from __future__ import annotations

import pytest
from playbook import BIZ, GUEST, TECH, Table, of, opened, passes, plan, quick, timers

from trialogue.brain.floor.view import Collect, Next, Nobody, Wait
from trialogue.brain.words.digest import NUDGE
from trialogue.model.commands import Cue, EndMeeting, GrantFloor, Prepare, Report
from trialogue.model.events import (
    FloorRequested,
    MuteAsked,
    ProcessSuspended,
    SessionFailed,
    SessionLost,
    SessionReady,
    Woke,
)
from trialogue.model.plan import FloorRules, SilenceStep


class Scripted:
    """Gives these answers in order, the last of them from then on, and notes when it was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def choose(self, view, /):
        """Answer."""
        self.asked.append(view.now)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Nothing:
    """Has nobody to name."""

    def choose(self, _, /):
        """Say so."""
        return Nobody("nothing")


def by(policy, *steps, after_s=4.0):
    """An open meeting of two agents by this policy alone."""
    rules = quick(*steps, after_s=after_s, policy="own:policy", otherwise="own:nothing")
    table = Table(plan(TECH, BIZ, floor=rules), {"own:policy": policy, "own:nothing": Nothing()})
    table.open()
    return table


def test_a_policy_that_waits_is_asked_again_when_its_wait_is_over():
    """A waiting policy decides at its moment, and events that it cannot see do not call it sooner."""
    policy = Scripted(Wait(3.0, "?"), Next("biz", "?"))
    table = by(policy)
    before = len(policy.asked)
    assert timers(table, "choose") == [3.0]
    table.at(2.9, Woke("nothing"))
    assert len(policy.asked) == before
    table.at(3.0, Woke("choose"))
    assert table.grants() == ["biz"]


def test_a_wait_is_at_least_a_moment():
    """A policy that waits for less than the shortest wait is not asked in vain without an end."""
    table = by(Scripted(Wait(0.001, "?")))
    assert timers(table, "choose") == [0.01]


def test_a_policy_with_nobody_to_name_is_asked_when_it_sees_something_new():
    """A policy that named nobody is asked again for a hand that goes up, and not because time passes."""
    policy = Scripted(Nobody("?"))
    table = by(policy, SilenceStep.END)
    before = len(policy.asked)
    table.at(1.0, Woke("nothing"))
    assert len(policy.asked) == before
    table.at(2.0, FloorRequested("biz"))
    assert table.grants() == ["biz"]


def test_a_ladder_is_climbed_in_time_also_where_a_policy_sees_something_new():
    """A rung of the silence ladder is not put off by what changes at its very moment."""
    table = by(Scripted(Nobody("?")), SilenceStep.NEXT_SPEAKER)
    assert timers(table, "ladder") == [4.0]
    table.at(4.0, SessionLost("biz", 1, "1006", 1.0))
    assert table.grants() == ["tech"]


def test_an_agent_that_has_nothing_to_say_is_named_three_times_and_no_more():
    """A meeting in which every agent yields ends by silence instead of going round for ever."""
    table = by(Scripted(Next("tech", "?")))
    for _ in range(3):
        assert table.meeting.holder == "tech"
        passes(table, "tech")
    assert table.meeting.holder is None
    assert table.grants() == ["tech"] * 3


def test_an_agent_that_was_heard_between_may_be_named_again():
    """An agent's silent turns are counted from its last heard turn, so it can be named again."""
    table = by(Scripted(Next("tech", "?")))
    for _ in range(2):
        passes(table, "tech")
    table.says("tech")
    passes(table, "tech")
    assert table.meeting.holder == "tech"


def test_a_round_that_begins_is_asked_about_at_once():
    """A policy has all prepare, and says in the same moment how long it waits for them."""
    table = by(Scripted(Collect("?"), Wait(7.0, "?")))
    assert len(table.commands(Prepare)) == 2
    assert timers(table, "choose") == [7.0]


def test_a_policy_may_end_the_meeting():
    """A policy whose decision is final ends the meeting, and grants nobody the floor."""
    table = by(Scripted(Nobody("all-said", is_final=True)))
    assert table.meeting.phase.value == "over"
    assert table.commands(GrantFloor) == []


def test_a_name_that_nobody_has_is_noted_once():
    """A policy that keeps naming somebody who is not of this meeting is told of in one line."""
    table = by(Scripted(Next("zoe", "?")), SilenceStep.END)
    table.at(1.0, SessionLost("biz", 1, "1006", 1.0))
    table.at(2.0, SessionReady("biz", 2))
    assert table.reports().count("unknown-named") == 1
    assert table.grants() == []


def test_a_name_that_nobody_has_is_shown_in_short():
    """The report of an unknown name has a bounded length, whatever a policy wrote."""
    table = by(Scripted(Next("z" * 200, "?")), SilenceStep.END)
    (note,) = [each for each in table.commands(Report) if each.code == "unknown-named"]
    assert ("z" * 64 in note.text, "z" * 65 in note.text) == (True, False)


# --- what comes before and behind the policies --------------------------------------------------------------


def test_an_agent_that_was_to_speak_and_did_not_is_nudged():
    """An agent that passed its turn gets the floor again, with a cue that asks it by name."""
    table = by(Scripted(Next("tech", "?"), Nobody("?")), SilenceStep.NUDGE)
    passes(table, "tech")
    nudged = table.at(4.0, Woke("ladder"))
    assert [each.to for each in of(nudged, GrantFloor)] == ["tech"]
    assert [NUDGE in each.text for each in of(nudged, Cue)] == [True]


def test_nobody_is_nudged_who_has_spoken():
    """The ladder skips its nudge where the last turn was heard, and takes the next rung."""
    table = by(Scripted(Next("tech", "?"), Nobody("?")), SilenceStep.NUDGE, SilenceStep.END)
    table.says("tech")
    assert table.at(6.0, Woke("ladder"))[-1] == EndMeeting("silence")
    assert table.grants() == ["tech"]


def test_the_hand_of_who_has_spoken_comes_before_whoever_is_next():
    """An agent that raised its hand in its own turn is the ladder's next speaker."""
    table = by(Scripted(Nobody("?")), SilenceStep.NEXT_SPEAKER)
    table.at(0.0, FloorRequested("tech"))
    table.begins("tech")
    table.plays("tech")
    table.at(1.0, FloorRequested("tech"))
    table.ends("tech", 1.0)
    assert table.grants() == ["tech"]
    table.at(6.0, Woke("ladder"))
    assert table.grants() == ["tech", "tech"]


@pytest.mark.parametrize("gone", [MuteAsked("tech", muted=True), SessionFailed("tech", "no", refused=False)])
def test_nobody_is_waited_for_who_cannot_come_back_to_speak(gone):
    """After the machine slept, a person has the floor at once where every agent is muted or has failed."""
    table = opened(TECH, BIZ, GUEST, floor=FloorRules(policy="queue", otherwise="queue"))
    table.at(1.0, gone)
    table.at(1.0, MuteAsked("biz", muted=True))
    table.at(2.0, ProcessSuspended(60.0))
    table.at(2.1, FloorRequested("dana"))
    assert table.grants() == ["dana"]


def test_the_first_agent_is_waited_for_when_all_are_dialled_anew():
    """A person's hand waits for an agent that is dialled anew, for as long as the floor may be free."""
    table = opened(TECH, GUEST, floor=FloorRules(policy="queue", otherwise="queue"))
    table.at(2.0, ProcessSuspended(60.0))
    table.at(2.1, FloorRequested("dana"))
    assert table.grants() == []
    (until,) = timers(table, "choose")
    assert until == 2.0 + table.plan.floor.silence.after_s
    table.at(until, Woke("choose"))
    assert table.grants() == ["dana"]
