"""The silence ladder, rung by rung, and rounds beside it."""

from attrs import evolve
from playbook import (
    BIZ,
    CHAIR,
    EAR,
    GUEST,
    LAW,
    TECH,
    Noted,
    Table,
    context_of,
    of,
    opened,
    passes,
    plan,
    quick,
    timers,
)

from trialogue.model.commands import (
    Cue,
    Drop,
    EndMeeting,
    GrantFloor,
    Play,
    Prepare,
)
from trialogue.model.events import (
    GrantAsked,
    InjectionRefused,
    MeetingStarted,
    ReplyStarted,
    SessionLost,
    SessionReady,
    ToolRequested,
    Woke,
)
from trialogue.model.memory import ContextMessage
from trialogue.model.plan import FloorRules, SilenceStep
from trialogue.model.records import Record

HANDS = FloorRules(policy="queue", otherwise="queue")


def test_the_ladder_waits_from_the_end_of_the_last_turn():
    """Reports and notes in a silence do not make it longer."""
    table = opened(TECH, BIZ, floor=HANDS)
    table.at(1, GrantAsked("tech"))
    table.says("tech")
    assert timers(table, "ladder") == [7.0]
    table.at(5, SessionReady("biz", 2))
    assert timers(table, "ladder") == [7.0]


def test_the_end_is_the_last_rung():
    """A silence ladder that ends the meeting grants nobody the floor after that."""
    rules = evolve(quick(SilenceStep.END, SilenceStep.NEXT_SPEAKER), policy="queue", otherwise="queue")
    table = opened(TECH, BIZ, floor=rules)
    assert of(table.at(4, Woke("ladder")), EndMeeting, GrantFloor) == [EndMeeting("silence")]


def test_a_policy_that_waits_keeps_the_ladder_away():
    """The silence ladder stands still while a policy waits for others who may have started."""
    by_ear = tuple(evolve(p, hears=EAR.hears) for p in (TECH, BIZ, LAW))
    table = opened(*by_ear, floor=FloorRules(policy="free", otherwise="queue"))
    table.at(2.5, Woke("choose"))
    assert timers(table, "ladder", "choose") == [4.0, None]
    table.at(3.0, ReplyStarted("tech", 1))
    assert timers(table, "ladder", "choose") == [None, 3.3]


def test_a_round_is_prepared_in_the_time_to_think():
    """The silence ladder stands still while a round is prepared, and the request is in the agent's memory."""
    table = Table(plan(GUEST, TECH, floor=FloorRules(policy="parallel-collect", otherwise="queue")))
    table.at(0, MeetingStarted())
    table.at(30, Woke("ready"))
    assert timers(table, "ladder") == [34.0]
    answer = table.at(31, SessionReady("tech", 1))
    assert of(answer, Prepare) == [Prepare("tech", "It is your turn.")]
    assert timers(table, "silence", "choose") == [None, 51.0]
    assert table.meeting.context("tech") == (ContextMessage("user", "It is your turn."),)


def test_one_answer_is_asked_for_in_a_round():
    """A second prepared reply of an agent in one round is dropped, and its first one is still played."""
    table = opened(TECH, BIZ, floor=FloorRules(policy="parallel-collect", otherwise="queue"))
    assert table.at(1, ReplyStarted("tech", 1)) == []
    assert of(table.at(2, ReplyStarted("tech", 2)), Drop) == [Drop("tech", 2, "denied")]
    assert of(table.at(3, ReplyStarted("biz", 1)), Play) == [Play("tech", 1, 1)]


def test_a_refused_cue_takes_no_preparation_back():
    """A refused cue does not take an earlier request to prepare out of its agent's memory."""
    records = [
        Record(1, 0.0, MeetingStarted(), (Prepare("tech", "Prepare."), Cue("tech", 1, "Go."))),
        Record(2, 1.0, InjectionRefused("tech", 1, "busy"), ()),
        Record(3, 2.0, ToolRequested("tech", 1, "c1", "search", "{}", ours=False), ()),
    ]
    assert context_of(plan(TECH, BIZ), "tech", records) == (ContextMessage("user", "Prepare."),)


def test_the_ladder():
    """The silence ladder asks the chair, then the next speaker, and then ends the meeting."""
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
    """The silence ladder begins with its first rung again after a turn was heard."""
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
    """An outage of all sessions uses up no rung of the silence ladder."""
    table = Table(plan(TECH, floor=quick(SilenceStep.END)))
    table.open()
    passes(table, "tech")
    table.at(1, SessionLost("tech", 1, "gone", 9.0))
    assert table.at(4, Woke("ladder")) == []
    assert table.at(9, SessionReady("tech", 2)) == [
        Noted("silence", None, "end"),
        EndMeeting("silence"),
    ]


def test_a_chair_by_ear_is_asked_at_once_by_the_ladder():
    """A chair by ear is cued at once when the silence ladder asks it."""
    table = Table(plan(EAR, TECH))
    table.open()
    table.says("mod")
    table.says("tech", "")
    table.begins("mod", "", 0.0)
    table.begins("tech", "", 0.0)
    at = table.now + 4
    cues = [command for command in table.at(at, Woke("ladder")) if isinstance(command, Cue)]
    assert [cue.to for cue in cues] == ["mod"]
    assert table.meeting.floor_view.free_since < at
    table.begins("mod", "", 0.0)
    assert table.meeting.turns[-1].chosen_by == "silence"
    assert table.meeting.turns[-1].turn == 5
    assert table.meeting.turns[-1].began_at == at
