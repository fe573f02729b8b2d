"""The meeting as a whole: opening, choosing, silence, agenda, limits, ends."""

import pytest
from attrs import evolve
from playbook import BIZ, CHAIR, EAR, GUEST, LAW, TECH, WATCH, Table, moderated, plan, quick

from trialogue.brain.course.course import Phase
from trialogue.brain.meeting import Brain
from trialogue.errors import ScenarioError
from trialogue.model.commands import (
    CancelTool,
    Cue,
    Drop,
    EndMeeting,
    EndTurn,
    GrantFloor,
    Hearing,
    MoveAgenda,
    Report,
    SetHearing,
    StopPlayout,
)
from trialogue.model.events import (
    ActorCrashed,
    FloorRequestCancelled,
    FloorRequested,
    GrantAsked,
    LatencyMeasured,
    MeetingStarted,
    PlaybackFinished,
    ReplyStarted,
    SayAsked,
    ServiceWarned,
    SessionFailed,
    SessionLost,
    SessionReady,
    StopAsked,
    ToolRequested,
    Woke,
)
from trialogue.model.plan import AgendaItem, FloorRules, Limits, OnFailure, Said, SilenceStep


def of(commands, *kinds):
    """The commands of these classes."""
    return [command for command in commands if isinstance(command, kinds)]


# --- opening ---------------------------------------------------------------------------------------


def test_who_hears_whom():
    """By-ear agents, observers too, hear all others that may speak; one that hears text is fed no speech."""
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
    """After `ready_s` nobody is waited for any more."""
    table = Table(plan(TECH, BIZ))
    table.at(0, MeetingStarted())
    table.at(1, SessionReady("biz", 1))
    assert of(table.at(30, Woke("ready")), GrantFloor)[0].to == "biz"


def test_a_failed_agent_is_not_waited_for():
    """Who has failed for good counts as away."""
    table = Table(plan(TECH, BIZ))
    table.at(0, MeetingStarted())
    table.at(1, SessionReady("biz", 1))
    answer = table.at(2, SessionFailed("tech", "401", refused=True))
    assert answer[0] == Report("participant-failed", "401", "tech")
    assert table.grants() == ["biz"]


def test_a_meeting_without_agents_opens_and_ends_by_silence():
    """A person has the floor, says nothing, and the silence limit ends it."""
    table = Table(plan(GUEST, floor=FloorRules(human_s=60.0), limits=Limits()))
    table.at(0, MeetingStarted())
    assert table.meeting.phase is Phase.OPEN
    assert table.meeting.holder == "dana"
    assert table.at(30, Woke("limit-silence"))[-1] == EndMeeting("silence")


def test_nothing_happens_before_the_start():
    """Events before it, and a second start, are stale."""
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


def test_what_is_for_the_record_only():
    """Measures, warnings and crashes move nothing."""
    table = Table(plan(TECH, GUEST))
    table.open()
    for event in (
        LatencyMeasured("tech", 1.0),
        ServiceWarned("tech", "SLOW", "slow"),
        ActorCrashed("router", "KeyError"),
    ):
        table.at(1, event)
        assert table.log[-1][2] == []


# --- who is next -----------------------------------------------------------------------------------


def test_round_robin_goes_round():
    """Everybody in the cast's order, for ever."""
    table = Table(plan(TECH, BIZ, LAW))
    table.open()
    for name in ("tech", "biz", "law", "tech"):
        assert table.meeting.holder == name
        table.says(name)


def test_round_robin_by_an_order():
    """The plan's order, with repetitions, is what goes round."""
    table = Table(plan(TECH, BIZ, LAW, floor=FloorRules(order=("tech", "biz", "tech", "law"))))
    table.open()
    for name in ("tech", "biz", "tech", "law", "tech", "biz"):
        assert table.meeting.holder == name
        table.says(name)


def test_nobody_follows_on_itself():
    """One whom the app asked out of order is not the next in order as well."""
    table = Table(plan(TECH, BIZ, LAW))
    table.open()
    table.at(0, GrantAsked("biz"))
    table.says("tech")
    table.says("biz")
    assert table.grants() == ["tech", "biz", "law"]


def test_a_script_is_gone_through_once():
    """Then the meeting ends; who is away is skipped; what the app asked for is not counted."""
    floor = FloorRules(policy="scripted", order=("tech", "biz", "law", "tech"))
    table = Table(plan(TECH, BIZ, LAW, floor=floor))
    table.open()
    table.at(0, SessionFailed("law", "gone"))
    table.at(0, GrantAsked("biz"))
    table.says("tech")
    table.says("biz")
    table.says("biz")
    assert table.says("tech")[-1] == EndMeeting("order-done")
    assert table.grants() == ["tech", "biz", "biz", "tech"]


def test_a_script_whose_rest_is_away():
    """`otherwise` chooses until somebody of the rest is back."""
    floor = FloorRules(policy="scripted", order=("tech", "biz"))
    table = Table(plan(TECH, BIZ, LAW, floor=floor))
    table.open()
    table.at(0, SessionLost("biz", 1, "gone", 1.0))
    table.says("tech")
    assert table.meeting.holder == "tech"
    table.at(2, SessionReady("biz", 2))
    table.says("tech")
    assert table.meeting.holder == "biz"


def test_the_chair_names_the_next():
    """The last one that its heard words name; then the chair again."""
    table = Table(moderated())
    table.open()
    table.says("mod", "Thanks, Tech. Money, what does it cost?")
    assert table.meeting.holder == "biz"
    table.says("biz")
    assert table.meeting.holder == "mod"


def test_the_chair_gives_the_floor_by_its_tool():
    """The tool goes before the words, and carries what is asked."""
    table = Table(moderated())
    table.open()
    table.begins("mod", "Tech, please.")
    table.plays("mod")
    table.at(1, ToolRequested("mod", 1, "c1", "give_floor", '{"to": "Biz", "about": "the price"}'))
    answer = table.ends("mod")
    assert of(answer, GrantFloor)[0].reason == "the chair gave it the floor"
    assert of(answer, Cue)[0].text.endswith('It is your turn. You are asked: "the price"')


def test_a_chair_that_names_nobody_is_waited_for():
    """For `chair_timeout_s`; then `otherwise` chooses, and it is reported."""
    table = Table(moderated())
    table.open()
    assert of(table.says("mod", "Well, well."), GrantFloor) == []
    answer = table.at(8, Woke("choose"))
    assert answer[0] == Report("chair-timeout", "the chair named nobody in time", "mod")
    assert table.meeting.holder == "tech"
    table.says("tech")
    table.says("mod", "Well.")
    table.at(18, Woke("choose"))
    assert table.meeting.holder == "biz"


def test_a_chair_that_goes_on_is_heard():
    """A further remark of the chair ends the wait for a name."""
    table = Table(moderated(EAR, TECH))
    table.open()
    table.says("mod", "Well.")
    table.begins("mod", "Tech, then.")
    assert table.meeting.holder == "mod"
    table.plays("mod")
    table.ends("mod")
    assert table.meeting.holder == "tech"


def test_a_tool_call_ends_the_wait():
    """`give_floor` while the floor is free grants at once."""
    table = Table(moderated())
    table.open()
    table.says("mod", "Well.")
    table.at(3, ToolRequested("mod", 1, "c1", "give_floor", '{"to": "biz"}'))
    assert table.meeting.holder == "biz"


def test_a_named_one_that_is_away():
    """`otherwise` chooses."""
    table = Table(moderated())
    table.open()
    table.at(0, SessionLost("biz", 1, "gone", 9.0))
    table.says("mod", "Biz, please.")
    assert table.meeting.holder == "tech"


def test_a_silent_chair_leaves_it_to_otherwise():
    """And is not asked again before somebody was heard."""
    table = Table(moderated())
    table.open()
    table.at(20, Woke("think"))
    table.at(40, Woke("think"))
    table.at(60, Woke("think"))
    assert table.grants() == ["mod", "tech", "biz"]


def test_a_chair_is_told_who_kept_silent():
    """Nobody hears silence; the chair reads of it."""
    table = Table(moderated(EAR, TECH, BIZ))
    table.open()
    table.says("mod", "Tech, please.")
    answer = table.at(30, Woke("think"))
    assert of(answer, Cue) == [Cue("mod", 3, "(Tech said nothing.)\nIt is your turn.")]


def test_a_chair_that_is_away():
    """`otherwise` chooses; a meeting without any chair goes by it altogether."""
    table = Table(moderated())
    table.open()
    table.at(1, SessionLost("mod", 1, "gone", 9.0))
    assert table.meeting.holder == "tech"
    without = Table(moderated(TECH, BIZ))
    without.open()
    assert without.meeting.holder == "tech"


def test_the_app_asks_before_the_policy():
    """Of those that are here; what is asked stands in the digest."""
    table = Table(plan(TECH, BIZ, LAW))
    table.open()
    table.at(1, SessionLost("biz", 1, "gone", 9.0))
    table.at(1, GrantAsked("biz"))
    table.at(1, GrantAsked("law", "the law"))
    assert of(table.says("tech"), GrantFloor)[0].to == "law"
    table.at(3, SessionReady("biz", 2))
    assert of(table.says("law"), GrantFloor)[0].to == "biz"


def test_who_cannot_have_the_floor():
    """Observers and the failed are not queued; nobody puts words into a person's mouth."""
    table = Table(plan(TECH, BIZ, WATCH, GUEST))
    table.open()
    table.at(1, SessionFailed("biz", "gone"))
    for name in ("watch", "biz"):
        table.at(1, GrantAsked(name))
        table.at(1, SayAsked(name, "Hello."))
        table.at(1, FloorRequested(name))
    assert table.reports() == ["participant-failed"] + ["stale"] * 6
    table.at(1, SayAsked("dana", "Hello."))
    assert table.reports()[-1] == "stale"
    assert table.meeting.floor_view.queue == ()


def test_raised_hands():
    """They wait by priority, then first come, and can be taken down; no policy of now obeys them."""
    table = Table(plan(TECH, BIZ, LAW))
    table.open()
    table.at(1, FloorRequested("biz"))
    table.at(1, FloorRequested("law", 9))
    view = table.meeting.floor_view
    assert [(waiting.participant, waiting.priority) for waiting in view.queue] == [("law", 2), ("biz", 0)]
    assert not view.is_prepared("law")
    table.at(1, FloorRequestCancelled("law"))
    table.at(1, FloorRequestCancelled("law"))
    assert [waiting.participant for waiting in table.meeting.floor_view.queue] == ["biz"]
    assert table.reports() == ["stale"]


def test_a_raised_hand_outlives_its_remark():
    """A denied remark does not take a hand down."""
    ear = evolve(LAW, hears=EAR.hears)
    table = Table(plan(TECH, BIZ, ear))
    table.open()
    table.at(0, FloorRequested("law"))
    table.begins("tech")
    table.begins("law", "")
    table.plays("tech")
    assert of(table.ends("tech"), Drop) == [Drop("law", 1, "denied")]
    assert [waiting.participant for waiting in table.meeting.floor_view.queue] == ["law"]


def test_shares_can_be_seen():
    """A policy sees who spoke for how long, and a number drawn for the turn."""
    table = Table(plan(TECH, BIZ, seed=7))
    table.open()
    first = table.meeting.floor_view
    table.says("tech", length=2.5)
    view = table.meeting.floor_view
    assert (view.spoken_s("tech"), view.spoken_s("biz")) == (2.5, 0)
    assert 0 <= view.draw < 1
    assert view.draw != first.draw


# --- silence ---------------------------------------------------------------------------------------


def passes(table, name):
    """The holder has nothing to say."""
    table.begins(name, "", 0.0)


def test_the_ladder():
    """Ask the chair, then the next speaker, then end: a rung each time the floor stays free."""
    table = Table(plan(CHAIR, TECH))
    table.open()
    passes(table, "mod")
    passes(table, "tech")
    assert table.meeting.holder is None
    answer = table.at(4, Woke("ladder"))
    assert answer[0] == Report("silence", "nobody speaks: ask-chair", "mod")
    assert of(answer, Cue)[0].text.endswith("Nobody speaks. Name who shall speak next.")
    passes(table, "mod")
    answer = table.at(8, Woke("ladder"))
    assert of(answer, GrantFloor)[0].to == "tech"
    passes(table, "tech")
    answer = table.at(12, Woke("ladder"))
    assert answer == [Report("silence", "nobody speaks: end"), EndMeeting("silence")]


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
    assert table.at(table.now + 4, Woke("ladder"))[0].text == "nobody speaks: ask-chair"


def test_the_ladder_waits_while_all_are_away():
    """No rung is used up by an outage."""
    table = Table(plan(TECH, floor=quick(SilenceStep.END)))
    table.open()
    passes(table, "tech")
    table.at(1, SessionLost("tech", 1, "gone", 9.0))
    assert table.at(4, Woke("ladder")) == []
    assert table.at(9, SessionReady("tech", 2)) == [
        Report("silence", "nobody speaks: end"),
        EndMeeting("silence"),
    ]


# --- agenda, limits, ends --------------------------------------------------------------------------

ITEMS = (
    AgendaItem("why", "Why\nnow", done_when=Said("(?i)that is why", by="tech")),
    AgendaItem("how", "How", time_s=5.0),
)


def test_the_agenda_moves_on():
    """By words of the right speaker, then by time, at turns' ends; its last end is the meeting's."""
    table = Table(plan(TECH, BIZ, agenda=ITEMS))
    answer = table.open()
    assert answer[0] == MoveAgenda("why", "opened")
    assert of(answer, Cue)[0].text == "Point of the agenda: Why now\nIt is your turn."
    table.says("tech", "No.")
    table.says("biz", "That is why.")
    assert of(table.says("tech", "That is why."), MoveAgenda) == [MoveAgenda("how", "done")]
    assert table.meeting.item == ITEMS[1]
    assert of(table.says("biz"), MoveAgenda) == []
    answer = table.says("tech", length=3.0)
    assert of(answer, MoveAgenda, EndMeeting) == [MoveAgenda(None, "time"), EndMeeting("agenda-done")]


def test_a_meeting_may_go_on_behind_its_agenda():
    """Where the plan says so."""
    table = Table(plan(TECH, BIZ, agenda=ITEMS[1:], end_with_agenda=False))
    table.open()
    assert of(table.says("tech", length=6.0), MoveAgenda) == [MoveAgenda(None, "time")]
    assert table.says("biz", length=6.0)[-1] == Cue("tech", 3, "Biz: Well.\nIt is your turn.")


def test_words_can_end_the_meeting():
    """Only those of whom the plan says."""
    table = Table(plan(TECH, BIZ, end=(Said("thank you all", by="biz"), Said("stop"))))
    table.open()
    table.says("tech", "thank you all")
    assert table.says("biz", "thank you all")[-1] == EndMeeting("said")
    assert table.says("tech") == []


def test_bad_patterns_and_policies_are_the_scenarios_fault():
    """They are told before the meeting."""
    with pytest.raises(ScenarioError, match="not a regular expression"):
        Brain(plan(TECH, end=(Said("("),)))
    with pytest.raises(ScenarioError, match="no policy 'chaos'; there are addressed, agenda, auction,"):
        Brain(plan(TECH, floor=FloorRules(policy="chaos")))


def test_the_time_limit_is_sharp():
    """A turn in progress is cut."""
    table = Table(plan(TECH, limits=Limits(time_s=60.0, silence_s=90.0)))
    table.open()
    table.begins("tech")
    expected = [StopPlayout("tech", 1), EndTurn("tech", 1, "meeting-ended"), EndMeeting("limit-time")]
    assert table.at(60, Woke("limit-time")) == expected


def test_the_limit_on_turns():
    """Turns that were heard; who had the floor in vain used none up."""
    table = Table(plan(TECH, BIZ, limits=Limits(time_s=None, turns=2)))
    table.open()
    table.says("tech")
    passes(table, "biz")
    assert table.commands(EndMeeting) == []
    table.says("tech")
    assert table.commands(EndMeeting) == [EndMeeting("limit-turns")]


def test_the_limit_on_silence_is_off_while_somebody_is_heard():
    """It is set at each end of sound, and cleared at its begin."""
    table = Table(plan(TECH, limits=Limits(silence_s=5.0)))
    table.open()
    table.begins("tech", length=9.0)
    table.plays("tech")
    assert table.at(5, Woke("limit-silence")) == []
    table.at(9, PlaybackFinished("tech", 1, 1, 9, 9, "complete"))
    assert table.at(14, Woke("limit-silence"))[-1] == EndMeeting("silence")


def test_the_end_throws_away_what_nobody_will_hear():
    """Held replies are dropped and tools stopped, then nothing is decided any more."""
    table = Table(plan(TECH, evolve(LAW, hears=EAR.hears)))
    table.open()
    table.at(1, ToolRequested("tech", 1, "c", "prices", "{}"))
    table.begins("law")
    assert table.at(2, StopAsked("terminated")) == [
        EndTurn("tech", 1, "meeting-ended"),
        Drop("law", 1, "ended"),
        CancelTool("tech", "c"),
        EndMeeting("terminated"),
    ]
    assert table.at(3, StopAsked("again")) == []


@pytest.mark.parametrize(("refused", "reason"), [(True, "refused"), (False, "all-failed")])
def test_the_meeting_ends_when_all_have_failed(refused, reason):
    """`refused` only where each was; observers do not count."""
    table = Table(plan(TECH, BIZ, WATCH))
    table.open()
    table.at(1, SessionFailed("tech", "gone", refused=True))
    assert table.at(1, SessionFailed("biz", "gone", refused=refused))[-1] == EndMeeting(reason)


@pytest.mark.parametrize(("refused", "reason"), [(True, "refused"), (False, "participant-failed")])
def test_one_failure_can_be_the_end(refused, reason):
    """Where the plan says so."""
    table = Table(plan(TECH, BIZ, on_failure=OnFailure.END))
    table.open()
    answer = table.at(1, SessionFailed("tech", "gone", refused=refused))
    assert of(answer, EndTurn, EndMeeting) == [EndTurn("tech", 1, "left"), EndMeeting(reason)]


def test_sessions_that_are_over_are_stale():
    """Old numbers, a second failure, and people's sessions."""
    table = Table(plan(TECH, BIZ, GUEST))
    table.open()
    table.at(1, SessionReady("tech", 2))
    for event in (
        SessionReady("tech", 1),
        SessionReady("tech", 2),
        SessionLost("tech", 1, "?", 1.0),
        SessionReady("dana", 1),
        SessionLost("dana", 1, "?", 1.0),
        SessionFailed("dana", "?"),
    ):
        table.at(1, event)
    table.at(1, SessionFailed("biz", "gone"))
    table.at(1, SessionFailed("biz", "gone"))
    table.at(1, SessionReady("biz", 9))
    assert table.reports() == ["stale"] * 6 + ["participant-failed", "stale", "stale"]


def test_views():
    """What the screen reads; the repr is a status line."""
    table = Table(plan(TECH, BIZ))
    assert repr(table.meeting) == "<Brain test: new, 0 waiting>"
    table.open()
    table.says("tech", "Hello there.")
    table.at(2, FloorRequested("tech"))
    meeting = table.meeting
    assert repr(meeting) == "<Brain test: open, turn 2 biz, 1 waiting>"
    assert (meeting.turn, meeting.holder, meeting.item) == (2, "biz", None)
    assert [taken.heard for taken in meeting.turns] == ["Hello there."]
    assert [utterance.heard for utterance in meeting.utterances()] == ["Hello there."]
    assert [item.text for item in meeting.context("tech")] == ["It is your turn.", "Hello there."]
