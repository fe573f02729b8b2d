"""How a meeting starts, and what is stale."""

from playbook import BIZ, EAR, GUEST, TECH, WATCH, Noted, Table, of, plan

from trialogue.brain.course.course import Phase
from trialogue.model.commands import (
    EndMeeting,
    GrantFloor,
    Hearing,
    SetHearing,
)
from trialogue.model.events import (
    ActorCrashed,
    GrantAsked,
    LatencyMeasured,
    MeetingStarted,
    ReplyStarted,
    ServiceWarned,
    SessionFailed,
    SessionReady,
    Woke,
)
from trialogue.model.plan import FloorRules, Limits


def test_who_hears_whom():
    """Agents by ear and such observers hear all others that may speak; agents by text hear nobody."""
    table = Table(plan(EAR, TECH, WATCH, GUEST))
    assert table.at(0, MeetingStarted()) == [
        SetHearing(
            (
                Hearing("mod", ("tech", "dana")),
                Hearing("watch", ("mod", "tech", "dana")),
            )
        )
    ]


def test_it_opens_with_those_that_are_ready_in_time():
    """A meeting opens without an agent that is not ready within `ready_s`."""
    table = Table(plan(TECH, BIZ))
    table.at(0, MeetingStarted())
    table.at(1, SessionReady("biz", 1))
    assert of(table.at(30, Woke("ready")), GrantFloor)[0].to == "biz"


def test_a_failed_agent_is_not_waited_for():
    """A meeting opens without an agent that has failed."""
    table = Table(plan(TECH, BIZ))
    table.at(0, MeetingStarted())
    table.at(1, SessionReady("biz", 1))
    answer = table.at(2, SessionFailed("tech", "401", refused=True))
    assert answer[0] == Noted("participant-failed", "tech", "401")
    assert table.grants() == ["biz"]


def test_a_meeting_without_agents_opens_and_ends_by_silence():
    """A person has the floor, says nothing, and the silence limit ends it."""
    table = Table(plan(GUEST, floor=FloorRules(human_s=60.0), limits=Limits()))
    table.at(0, MeetingStarted())
    assert table.meeting.phase is Phase.OPEN
    assert table.meeting.holder == "dana"
    assert table.at(30, Woke("limit-silence"))[-1] == EndMeeting("silence")


def test_nothing_happens_before_the_start():
    """A session's report before the meeting's start, and a second start, are stale."""
    table = Table(plan(TECH))
    table.at(0, SessionReady("tech", 1))
    table.at(0, MeetingStarted())
    table.at(0, MeetingStarted())
    assert table.reports() == ["stale", "stale"]


def test_strangers_are_stale():
    """An event of somebody who is not of this meeting, in whatever class, changes nothing."""
    table = Table(plan(TECH, BIZ))
    table.open()
    for event in (SessionFailed("eve", "?"), GrantAsked("eve"), ReplyStarted("eve", 1)):
        table.at(1, event)
    assert table.reports() == ["stale"] * 3


def test_measures_and_warnings_change_nothing():
    """Measures, warnings and crashes are recorded, and decide nothing."""
    table = Table(plan(TECH, GUEST))
    table.open()
    for event in (
        LatencyMeasured("tech", 1.0),
        ServiceWarned("tech", "SLOW", "slow"),
        ActorCrashed("router", "KeyError"),
    ):
        table.at(1, event)
        assert table.log[-1][2] == []
