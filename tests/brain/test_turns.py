"""One turn: what makes its holder speak, and what ends it."""

from attrs import evolve
from playbook import BIZ, CHAIR, EAR, GUEST, LAW, TECH, Noted, Table, moderated, of, plan

from trialogue.model.commands import Cue, Drop, EndTurn, GrantFloor, Play, Report, Speak, StopPlayout, WakeAt
from trialogue.model.events import (
    GrantAsked,
    InjectionRefused,
    Joined,
    Left,
    MeetingStarted,
    NoteGiven,
    PlaybackFinished,
    PlaybackStarted,
    ReplyFailed,
    ReplySent,
    ReplyStarted,
    ReplyWithdrawn,
    SayAsked,
    SentenceSaid,
    SessionLost,
    SessionReady,
    Woke,
    WordsHeard,
)
from trialogue.model.plan import FloorRules, HoldRules

SOUND = evolve(TECH, hears=EAR.hears)
"""Tech, hearing by ear."""

SOUND_BIZ = evolve(BIZ, hears=EAR.hears)
"""Biz, hearing by ear."""


# --- what makes a holder speak ----------------------------------------------------------------------


def test_an_agent_that_is_not_ready_is_not_heard():
    """A reply of an agent without a session is dropped: nothing vouches for it."""
    table = Table(plan(TECH))
    table.at(0, MeetingStarted())
    assert table.at(0, ReplyStarted("tech", 1)) == [Drop("tech", 1, "denied")]
    assert table.at(0, SessionReady("tech", 1))[-1] == Cue("tech", 1, "It is your turn.")


def test_a_held_reply_is_played_without_a_cue():
    """A reply from before the opening is taken as a greeting, and played without a cue."""
    table = Table(plan(TECH, BIZ))
    table.at(0, MeetingStarted())
    table.at(0, SessionReady("tech", 1))
    assert table.begins("tech", "Good morning.") == []
    answer = table.at(1, SessionReady("biz", 1))
    assert answer == [GrantFloor("tech", 1, "next in order", 91.0), Play("tech", 1, 1)]


def test_an_agent_that_greets_is_not_cued_before_its_greeting():
    """A first turn waits for the greeting that the plan promises; a cue would cut it off."""
    table = Table(plan(evolve(TECH, greets=True), BIZ))
    assert of(table.open(), Cue) == []
    assert of(table.begins("tech"), Play) == [Play("tech", 1, 1)]


def test_a_greeting_that_never_comes_is_not_waited_for():
    """An agent whose greeting does not come within `ear_s` is cued like any other."""
    table = Table(plan(evolve(TECH, greets=True), BIZ))
    table.open()
    assert table.at(6, Woke("ear")) == [Cue("tech", 1, "It is your turn.")]


def test_a_greeter_that_has_something_to_answer_is_cued_behind_its_greeting():
    """A greeting that was held while another spoke does not use its turn up."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.begins("biz", "I am the greeting.")
    table.says("tech", "What does it cost?")
    table.plays("biz")
    assert table.ends("biz") == [Cue("biz", 2, "Tech: What does it cost?\nIt is your turn.")]
    assert table.begins("biz", "Nothing.") == [Play("biz", 2, 2)]


def test_say_asked_is_spoken_verbatim():
    """The app's words come as the next turn, before the policy's choice."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.at(1, SayAsked("tech", "One."))
    table.at(1, SayAsked("tech", "Two."))
    answer = table.says("tech")
    assert of(answer, GrantFloor, Speak) == [
        GrantFloor("tech", 2, "asked for", 93.0),
        Speak("tech", 2, "One."),
    ]
    assert of(table.says("tech"), Speak) == [Speak("tech", 3, "Two.")]
    assert of(table.says("tech"), GrantFloor, Cue)[0].to == "biz"


def test_say_asked_follows_a_held_greeting_in_the_same_turn():
    """A held greeting is played first, and then the app's words, in one turn."""
    table = Table(plan(TECH, BIZ))
    table.at(0, MeetingStarted())
    table.at(0, SessionReady("tech", 1))
    table.begins("tech", "Good morning.")
    table.at(0, SayAsked("tech", "We begin."))
    table.at(0, SessionReady("biz", 1))
    table.plays("tech")
    assert table.ends("tech") == [Speak("tech", 1, "We begin.")]


def test_say_and_grant_asked_of_the_same_one():
    """An agent says the app's words, and is asked the app's question in the same turn."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.at(1, GrantAsked("biz", "the price"))
    table.at(1, SayAsked("biz", "Dear all,"))
    assert of(table.says("tech", "Hi."), Speak) == [Speak("biz", 2, "Dear all,")]
    table.begins("biz", "Dear all,")
    table.plays("biz")
    ask = 'It is your turn. You are asked: "the price"'
    assert of(table.ends("biz"), Cue) == [Cue("biz", 2, f"Tech: Hi.\n{ask}")]


def test_words_that_a_long_greeting_kept_from_being_said_are_not_lost():
    """Words that the app asked for during a greeting are said in the agent's next turn."""
    table = Table(plan(TECH, BIZ))
    table.at(0, MeetingStarted())
    table.at(0, SessionReady("tech", 1))
    table.begins("tech", "Good morning.")
    table.at(0, SayAsked("tech", "We begin."))
    table.at(0, SessionReady("biz", 1))
    table.plays("tech")
    assert of(table.at(90, Woke("hold")), Speak) == [Speak("tech", 2, "We begin.")]


def test_an_agent_by_ear_is_cued_when_it_made_nothing_of_what_it_heard():
    """An agent by ear that is silent for `ear_s` is cued, without what it heard itself."""
    table = Table(plan(SOUND, BIZ))
    table.open()
    table.says("tech")
    assert of(table.says("biz", "Secret."), Cue) == []
    assert table.at(10, Woke("ear")) == [Cue("tech", 3, "It is your turn.")]
    assert WakeAt("think", 30.0) in table.log[-1][2]


def test_an_agent_by_ear_is_asked_at_once_what_only_the_app_knows():
    """An agent by ear is cued at once where the app asks it something."""
    table = Table(plan(BIZ, SOUND))
    table.open()
    table.at(1, GrantAsked("tech", 'the "price"'))
    cue = Cue("tech", 2, "It is your turn. You are asked: \"the 'price'\"")
    assert of(table.says("biz"), Cue) == [cue]


def test_an_agent_by_ear_that_was_away_is_told_what_it_missed():
    """An agent by ear reads what was said while it had no session."""
    table = Table(plan(BIZ, SOUND))
    table.open()
    table.at(0, SessionLost("tech", 1, "gone", 0.1))
    table.says("biz", "Now or never.")
    table.begins("biz", "Never.")
    table.plays("biz")
    table.at(3, SessionReady("tech", 2))
    cue = Cue("tech", 3, "Biz: Now or never.\nIt is your turn.")
    assert of(table.ends("biz"), Cue) == [cue]


def test_a_note_is_in_the_next_digest():
    """An agent reads an app's note once, at its next turn."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.at(0, NoteGiven("biz", "Be\nbrief."))
    assert of(table.says("tech", "A."), Cue)[0].text == "Tech: A.\nNote: Be brief.\nIt is your turn."
    table.says("biz", "B.")
    assert of(table.says("tech", "C."), Cue)[0].text == "Tech: C.\nIt is your turn."


# --- prepared replies ------------------------------------------------------------------------------


def test_a_remark_that_nobody_granted_is_dropped_and_told():
    """A by-ear agent's prepared reply is denied at another's grant; its next cue says so, not what it was."""
    table = Table(plan(TECH, BIZ, evolve(LAW, hears=EAR.hears)))
    table.open()
    table.begins("tech")
    assert table.begins("law", "Objection!") == []
    table.plays("tech")
    assert of(table.ends("tech"), Drop) == [Drop("law", 1, "denied")]
    table.says("biz")
    cue = "1 remark of yours was not heard.\nIt is your turn."
    assert of(table.log[-1][2], Cue) == [Cue("law", 3, cue, 3)]


def test_a_prepared_reply_is_played_at_its_grant():
    """A prepared reply is heard at once at its grant, both of its parts in order."""
    table = Table(plan(TECH, evolve(LAW, hears=EAR.hears)))
    table.open()
    table.begins("tech")
    table.begins("law", "First.")
    table.begins("law", "Second.")
    table.plays("tech")
    answer = table.ends("tech")
    assert of(answer, Play, Drop) == [Play("law", 1, 2)]
    assert table.at(5, PlaybackFinished("law", 2, 1, 5, 1, "complete")) == [Play("law", 2, 2)]


def test_a_withdrawn_remark_is_forgotten():
    """An agent that hears more takes its prepared reply back, and with it its request."""
    table = Table(plan(TECH, evolve(LAW, hears=EAR.hears)))
    table.open()
    table.begins("tech")
    table.begins("law", "Objection!")
    assert len(table.meeting.floor_view.queue) == 1
    assert table.at(1, ReplyWithdrawn("law", 1, "interrupted")) == [Drop("law", 1, "withdrawn")]
    assert table.meeting.floor_view.queue == ()


def test_one_of_two_held_replies_is_withdrawn():
    """A prepared reply stays when another of the same agent is withdrawn."""
    table = Table(plan(TECH, evolve(LAW, hears=EAR.hears)))
    table.open()
    table.begins("tech")
    table.begins("law", "First.")
    table.begins("law", "Second.")
    assert table.at(1, ReplyWithdrawn("law", 2, "interrupted")) == [Drop("law", 2, "withdrawn")]
    assert table.meeting.floor_view.queue[0].words == "First."


def test_an_empty_remark_is_no_request():
    """An agent by ear that has nothing to say does not wait for the floor."""
    table = Table(plan(TECH, evolve(LAW, hears=EAR.hears)))
    table.open()
    table.begins("tech")
    table.at(1, ReplyStarted("law", 1))
    assert table.at(1, ReplySent("law", 1, 0.0)) == [Drop("law", 1, "withdrawn")]
    assert table.at(1, ReplySent("law", 1, 0.0)) == []


def test_a_text_hearer_that_answers_too_late_is_dropped():
    """A late answer to an old prompt is not heard in a later turn."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.at(20, Woke("think"))
    answer = table.begins("tech", "Late.")
    assert of(answer, Drop) == [Drop("tech", 1, "denied")]
    assert [report.code for report in of(answer, Report)] == ["stale"]


def test_an_agent_by_ear_that_answers_too_late_asks_for_the_floor():
    """A late answer of an agent by ear is held, with a request for the floor."""
    table = Table(plan(SOUND, BIZ))
    table.open()
    table.at(20, Woke("think"))
    assert table.begins("tech", "Late.") == []
    assert table.meeting.floor_view.queue[0].is_prepared
    assert table.meeting.floor_view.queue[0].words == "Late."


# --- its end ---------------------------------------------------------------------------------------


def test_a_silent_holder_loses_the_floor():
    """A holder that says nothing within the time to think loses the floor until another was heard."""
    table = Table(plan(TECH, BIZ))
    table.open()
    answer = table.at(20, Woke("think"))
    assert of(answer, EndTurn) == [EndTurn("tech", 1, "timeout")]
    assert table.grants() == ["tech", "biz"]


def test_the_think_deadline_is_over_once_a_reply_has_begun():
    """A late timer does not cut a reply that has begun."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.begins("tech")
    assert table.at(20, Woke("think")) == []


def test_the_hold_limit_cuts_a_turn():
    """A turn at its hold limit is cut, and its agent reads where in its next cue."""
    table = Table(plan(TECH, BIZ, floor=FloorRules(hold=HoldRules(max_s=10, warn_s=8))))
    table.open()
    table.begins("tech", "One two three four five six seven eight nine ten", 20.0)
    table.plays("tech")
    assert table.at(8, Woke("warn")) == [Noted("hold-warning", "tech")]
    answer = table.at(10, Woke("hold"))
    assert answer[:2] == [StopPlayout("tech", 1), EndTurn("tech", 1, "hold-limit")]
    assert of(answer, Cue)[0].text == "Tech (interrupted): One two three four five\nIt is your turn."
    table.at(10.02, PlaybackFinished("tech", 1, 1, 10.02, 10.02, "cut"))
    text = of(table.says("biz", "Ok."), Cue)[0].text
    assert text.splitlines() == [
        "Biz: Ok.",
        "Note: Your last turn was long. Please be shorter.",
        'You were cut off after: "One two three four five"',
        "It is your turn.",
    ]


def test_a_stalled_reply_ends_its_turn():
    """A reply whose sound stops coming is reported, and its turn ends with what was heard."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.begins("tech", "Half of it.", 4.0)
    table.plays("tech")
    answer = table.at(2, PlaybackFinished("tech", 1, 1, 2, 2, "stalled"))
    assert answer[:2] == [Noted("stalled", "tech"), EndTurn("tech", 1, "finished")]


def test_a_turn_that_was_cut_elsewhere_is_interrupted():
    """A cut that the brain did not order ends the turn as well."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.begins("tech")
    table.plays("tech")
    answer = table.at(1, PlaybackFinished("tech", 1, 1, 1, 1, "cut"))
    assert of(answer, StopPlayout, EndTurn) == [EndTurn("tech", 1, "interrupted")]


def test_an_old_turns_sound_does_not_end_a_new_one():
    """`PlaybackFinished` of another turn or reply is stale."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.says("tech")
    table.begins("biz")
    assert table.at(3, PlaybackFinished("tech", 1, 1, 3, 1, "complete")) == []
    assert table.at(3, PlaybackFinished("biz", 1, 1, 3, 1, "complete")) == []
    assert table.at(3, PlaybackStarted("biz", 2, 7, 3)) == []
    assert table.meeting.holder == "biz"


def test_an_empty_reply_yields_the_floor():
    """An agent that has nothing to say passes; when all have passed the floor stays free."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.at(1, ReplyStarted("tech", 1))
    answer = table.at(1, ReplySent("tech", 1, 0.0))
    assert answer[:2] == [Drop("tech", 1, "withdrawn"), EndTurn("tech", 1, "yielded")]
    assert table.at(1, PlaybackFinished("tech", 1, 1, 1, 0, "complete")) == []
    table.at(2, ReplyStarted("biz", 1))
    assert table.at(2, PlaybackFinished("biz", 2, 1, 2, 0, "complete")) == [EndTurn("biz", 2, "yielded")]
    assert table.meeting.holder is None


def test_an_empty_follow_up_is_left_out():
    """A second reply without sound, while the first is played, is dropped and not waited for."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.begins("tech")
    table.plays("tech")
    table.at(1, ReplyStarted("tech", 2))
    assert table.at(1, ReplySent("tech", 2, 0.0)) == [Drop("tech", 2, "withdrawn")]
    assert of(table.ends("tech"), EndTurn) == [EndTurn("tech", 1, "finished")]


def test_a_follow_up_is_heard_in_the_same_turn():
    """A text hearer's next reply goes on where the first ended; an old one's end is not the turn's."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.begins("tech", "One.")
    table.plays("tech")
    table.begins("tech", "Two.")
    assert table.at(2, PlaybackFinished("tech", 1, 1, 2, 2, "complete")) == [Play("tech", 2, 1)]
    table.plays("tech")
    table.ends("tech")
    assert table.meeting.turns[0].heard == "One. Two."


def test_a_remark_of_the_holder_by_ear_is_not_its_turn():
    """A second reply of a holder by ear is held, and asks for the floor anew."""
    table = Table(plan(SOUND, BIZ))
    table.open()
    table.begins("tech")
    table.plays("tech")
    assert table.begins("tech", "And another thing.") == []
    assert [waiting.participant for waiting in table.meeting.floor_view.queue] == ["tech"]


def test_a_withdrawn_reply_ends_its_turn():
    """An agent that stops in the middle was interrupted; what was to follow is dropped."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.begins("tech")
    table.plays("tech")
    table.begins("tech")
    answer = table.at(1, ReplyWithdrawn("tech", 1, "interrupted"))
    expected = [StopPlayout("tech", 1), Drop("tech", 2, "ended"), EndTurn("tech", 1, "interrupted")]
    assert answer[:3] == expected


def test_an_overflowing_reply_is_reported():
    """A reply with more unheard sound than may be held is reported, and its turn ends."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.begins("tech")
    answer = table.at(1, ReplyWithdrawn("tech", 1, "overflow"))
    assert of(answer, EndTurn) == [EndTurn("tech", 1, "interrupted")]
    assert table.reports() == ["overflow"]


def test_a_cue_that_cuts_off_an_unheard_answer_is_waited_for():
    """The injected cue itself counts as speech at the agent's ear; the answer to it still comes."""
    table = Table(plan(SOUND, BIZ))
    table.open()
    table.begins("tech")
    assert table.at(1, ReplyWithdrawn("tech", 1, "interrupted")) == [Drop("tech", 1, "withdrawn")]
    assert table.timers["think"] == 1 + table.plan.floor.think_s
    assert table.begins("tech") == [Play("tech", 2, 1)]


def test_an_unknown_reply_cannot_be_withdrawn():
    """A withdrawal of a reply that never was is noted as stale."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.at(1, ReplyWithdrawn("biz", 5, "lost"))
    assert table.reports() == ["stale"]


# --- refusals --------------------------------------------------------------------------------------


def test_a_refused_cue_is_given_again_three_times():
    """A refused cue is sent again after 0.5, 1 and 2 seconds; then the turn ends."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.says("tech", "Listen.")
    cue = table.commands(Cue)[-1]
    for at, wait in ((2.0, 0.5), (2.5, 1.0), (3.5, 2.0)):
        table.at(at, InjectionRefused("biz", 2, "busy"))
        assert table.log[-1][2] == [WakeAt("retry", at + wait)]
        assert table.at(at + wait, Woke("retry")) == [cue]
    answer = table.at(6, InjectionRefused("biz", 2, "busy"))
    assert of(answer, EndTurn) == [EndTurn("biz", 2, "timeout")]
    assert table.reports() == ["injection-refused"]
    table.says("tech", "Again.")
    assert table.commands(Cue)[-1].text == "Tech: Listen.\nTech: Again.\nIt is your turn."


def test_a_refusal_that_is_over_is_stale():
    """A late refusal changes nothing: of an old turn, of no turn, or after the reply began."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.at(1, InjectionRefused("tech", 5, "busy"))
    table.at(1, InjectionRefused("biz", 1, "busy"))
    table.begins("tech")
    table.at(1, InjectionRefused("tech", 1, "busy"))
    assert table.reports() == ["stale"] * 3


# --- lost sessions ---------------------------------------------------------------------------------


def test_a_lost_turn_is_taken_again_once():
    """The holder that lost its session has the next turn when it is back, and is told where it was cut."""
    table = Table(plan(TECH, BIZ, LAW))
    table.open()
    table.begins("tech", "One two three four five six", 6.0)
    table.plays("tech")
    answer = table.at(3, SessionLost("tech", 1, "1006", 0.2))
    assert answer[:2] == [StopPlayout("tech", 1), EndTurn("tech", 1, "lost")]
    table.at(3.2, SessionReady("tech", 2))
    answer = table.says("biz", "Hm.")
    assert of(answer, GrantFloor)[0].to == "tech"
    text = 'Biz: Hm.\nYou were cut off after: "One two three"\nIt is your turn.'
    assert of(answer, Cue) == [Cue("tech", 3, text)]
    table.at(6, SessionLost("tech", 2, "1006", 0.2))
    table.at(6.2, SessionReady("tech", 3))
    assert table.meeting.floor_view.queue == ()


def test_a_reply_lost_before_its_session_is_lost_counts_once():
    """A lost session ends its turn once, whether the reply or the session is reported first."""
    table = Table(plan(TECH))
    table.open()
    table.begins("tech")
    table.plays("tech")
    answer = table.at(1, ReplyWithdrawn("tech", 1, "lost"))
    assert of(answer, EndTurn, GrantFloor) == [EndTurn("tech", 1, "lost")]
    assert table.at(1, SessionLost("tech", 1, "1006", 1.0)) == []
    answer = table.at(2, SessionReady("tech", 2))
    assert of(answer, Cue) == [Cue("tech", 2, "You were cut off.\nIt is your turn.")]
    assert table.grants() == ["tech", "tech"]


def test_words_of_the_app_are_said_anew_after_a_loss():
    """A lost `Speak` is spoken again from its start."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.at(0, SayAsked("biz", "Dear all."))
    table.says("tech")
    table.at(3, SessionLost("biz", 1, "1006", 0.2))
    table.at(4, SessionReady("biz", 2))
    assert of(table.says("tech"), Speak) == [Speak("biz", 4, "Dear all.")]


def test_a_lost_agent_by_ear_is_cued_at_once_when_it_is_back():
    """An agent by ear is cued at once in a new session, which has heard nothing yet."""
    table = Table(plan(SOUND, BIZ))
    table.open()
    table.at(3, SessionLost("tech", 1, "1006", 0.2))
    table.at(4, SessionReady("tech", 2))
    assert of(table.says("biz", "Hm."), Cue) == [Cue("tech", 3, "You were cut off.\nIt is your turn.")]


def test_an_observers_answer_is_dropped():
    """A reply of an observer, or of an agent without a session, is not heard."""
    table = Table(moderated(CHAIR, TECH, evolve(BIZ, role=LAW.role)))
    table.open()
    table.at(0, SessionLost("biz", 1, "gone", 1.0))
    assert table.at(1, ReplyStarted("biz", 1)) == [Drop("biz", 1, "denied")]
    table.at(1, ReplyStarted("biz", 1))
    assert table.reports() == ["stale"]


def test_words_of_an_unknown_reply_are_not_kept():
    """Words of a reply that never began are kept nowhere, and change nothing."""
    table = Table(plan(TECH, BIZ))
    table.open()
    assert table.at(1, SentenceSaid("biz", 9, "?", 0.0)) == []


def test_an_agents_event_of_a_person_is_stale():
    """An agent's event about a person is stale."""
    table = Table(plan(TECH, GUEST))
    table.open()
    answer = table.at(1.0, ReplyStarted("dana", 1))
    assert [type(each) for each in answer] == [Report]
    assert table.reports() == ["stale"]


def test_a_backchannel_of_an_agents_own_is_no_remark_that_it_is_told_of():
    """An agent's own backchannel is not played, and its agent is not told that it was unheard."""
    table = Table(plan(BIZ, SOUND))
    table.open()
    table.begins("biz", "A story.", 5.0)
    table.plays("biz")
    answer = table.at(1.0, ReplyStarted("tech", 1, is_backchannel=True))
    assert [(each.code, each.participant) for each in answer if isinstance(each, Report)] == [
        ("backchannel", "tech")
    ]
    table._reply["tech"] = 1
    table.at(4.0, WordsHeard("tech", "A story."))
    table.ends("biz", 1.0)
    assert table.meeting.holder == "tech"
    assert [cue.to for cue in table.commands(Cue)] == ["biz"]


def test_nothing_to_say_is_no_remark_that_was_not_heard():
    """An agent with nothing to say is not told of an unheard remark."""
    table = Table(plan(TECH, SOUND_BIZ))
    table.open()
    table.begins("tech", "", 0.0)
    table.begins("biz", "", 0.0)
    table.says("biz")
    table.begins("tech", "A long one.", 5.0)
    table.plays("tech")
    table.begins("biz", "", 0.0)
    table.ends("tech", 5.0)
    assert not any("not heard" in cue.text for cue in table.commands(Cue))


def test_a_reply_that_failed_is_of_the_turn_that_it_names():
    """A failure of an older turn, or of an agent that was not prompted, ends no current turn."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.says("tech")
    table.says("biz")
    assert table.meeting.holder == "tech"
    for event in (ReplyFailed("tech", 1, "FAILED_TO_THINK"), ReplyFailed("biz", 2, "FAILED_TO_THINK")):
        answer = table.at(table.now + 0.1, event)
        assert [(each.code, each.participant) for each in answer] == [("stale", event.participant)]
    assert table.meeting.holder == "tech"


def test_an_answer_by_ear_that_failed_ends_its_turn():
    """A failed answer of an agent by ear ends its turn, unless it is heard already."""
    for is_heard in (False, True):
        table = Table(plan(BIZ, SOUND))
        table.open()
        table.says("biz")
        assert table.meeting.holder == "tech"
        if is_heard:
            table.begins("tech", "A long one.", 5.0)
            table.plays("tech")
        answer = table.at(table.now + 0.5, ReplyFailed("tech", 2, "FAILED_TO_THINK"))
        assert [each.code for each in of(answer, Report)] == ["reply-failed"]
        assert [each.cause for each in of(answer, EndTurn)] == ([] if is_heard else ["failed"])


def test_an_agent_that_is_about_to_answer_is_not_waited_for_twice():
    """An agent by ear that has heard words on the free floor is not cued at its grant for silence."""
    hands = FloorRules(policy="queue", otherwise="queue")
    for has_heard in (False, True):
        table = Table(plan(BIZ, SOUND, floor=hands))
        table.open()
        table.at(0.5, GrantAsked("biz"))
        table.says("biz")
        if has_heard:
            table.at(table.now + 0.1, WordsHeard("tech", "Well."))
        table.at(table.now + 0.2, GrantAsked("tech"))
        assert table.meeting.holder == "tech"
        assert ("ear" in table.timers) is not has_heard


def test_an_agent_that_comes_back_to_the_table_is_not_told_of_what_it_took_with_it():
    """An agent that left and came back is not told of a remark that it held before."""
    table = Table(plan(BIZ, SOUND))
    table.open()
    table.begins("biz", "A story.", 5.0)
    table.plays("biz")
    table.begins("tech", "A remark.")
    table.at(1.0, Left("tech"))
    table.at(2.0, Joined(SOUND))
    table.at(2.5, SessionReady("tech", 2))
    table.ends("biz", 3.0)
    assert table.meeting.holder == "tech"
    assert not any("not heard" in cue.text for cue in table.commands(Cue))
