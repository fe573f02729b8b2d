"""What is left when something is over: timers, queues, seats, calls and words that must not come back."""

from __future__ import annotations

import pytest
from attrs import evolve
from playbook import BIZ, CHAIR, EAR, GUEST, LAW, TECH, Table, moderated, of, opened, plan, timers

from trialogue.brain.replies import Replies
from trialogue.model.commands import (
    AnswerTool,
    CancelTool,
    Cue,
    Drop,
    EndMeeting,
    EndTurn,
    GrantFloor,
    MoveAgenda,
    Play,
    Report,
    RollOver,
    RunTool,
    Speak,
)
from trialogue.model.events import (
    FloorRequestCancelled,
    FloorRequested,
    GrantAsked,
    InjectionRefused,
    MeetingResumed,
    MeetingStarted,
    ReplyFailed,
    ReplyStarted,
    SayAsked,
    SessionEnding,
    SessionFailed,
    SessionLost,
    SessionReady,
    SpeechStarted,
    ToolFinished,
    ToolRequested,
    Woke,
    WordsHeard,
)
from trialogue.model.participants import OnFailure, Price
from trialogue.model.plan import (
    AgendaItem,
    Filler,
    FloorRules,
    HoldRules,
    Limits,
    Said,
    ToolRules,
)

SOUND = evolve(TECH, hears=EAR.hears)
ORDER = ToolRequested("tech", 1, "c1", "order", '{"id": 7}')
HANDS = FloorRules(policy="queue", otherwise="queue")


# --- the opening ------------------------------------------------------------------------------------------


def test_the_floor_is_free_from_the_opening_on():
    """The ladder's first rung is counted from there, and nobody is waited for any more."""
    table = Table(plan(TECH, floor=HANDS))
    table.at(0, MeetingStarted())
    assert timers(table, "ready", "ladder") == [30.0, None]
    table.at(3, SessionReady("tech", 1))
    assert timers(table, "ready", "ladder", "limit-silence") == [None, 7.0, 503.0]


# --- turns ------------------------------------------------------------------------------------------------


def test_a_grant_ends_the_waits_for_one():
    """Neither the ladder nor a policy's wait comes in the middle of a turn."""
    table = opened(TECH, BIZ, floor=HANDS)
    assert timers(table, "ladder") == [4.0]
    table.at(1, FloorRequested("tech"))
    assert timers(table, "silence", "think", "hold", "warn") == [None, 21.0, 91.0, None]
    waiting = Table(moderated(CHAIR, TECH))
    waiting.open()
    waiting.says("mod", "Well.")
    assert timers(waiting, "choose") == [8.0]
    waiting.at(3, GrantAsked("tech"))
    assert timers(waiting, "choose") == [None]


def test_each_kind_of_holder_has_its_own_time_to_begin():
    """A person ten seconds, one that greets six; a long turn is told of when the plan says so."""
    assert timers(opened(GUEST, TECH), "think") == [10.0]
    assert timers(opened(evolve(TECH, greets=True), BIZ), "ear") == [6.0]
    warned = opened(TECH, BIZ, floor=FloorRules(hold=HoldRules(90.0, warn_s=30.0)))
    assert timers(warned, "warn", "hold") == [30.0, 90.0]


def test_who_greets_does_so_once():
    """At its next turn it is cued as everybody is."""
    table = opened(evolve(TECH, greets=True), BIZ)
    table.says("tech", "Hello, I am Tech.")
    assert of(table.says("biz"), Cue) == [Cue("tech", 3, "Biz: Well.\nIt is your turn.")]


def test_words_elsewhere_do_not_end_the_wait_for_a_greeting():
    """An agent that hears text may listen to people beside; its greeting is no answer to them."""
    table = opened(evolve(TECH, greets=True), GUEST)
    table.at(1, WordsHeard("tech", "Hm."))
    assert timers(table, "ear") == [6.0]


def test_a_name_by_tool_is_used_up_by_the_turn_it_made():
    """After the named one's turn the chair names the next one anew."""
    table = Table(moderated(CHAIR, TECH, BIZ))
    table.open()
    table.at(0, ToolRequested("mod", 1, "c1", "give_floor", '{"to": "biz"}'))
    for _ in range(3):
        table.says(table.meeting.holder, "Well.")
    assert table.grants() == ["mod", "biz", "mod"]
    assert table.meeting.holder is None


def test_a_denied_remark_leaves_no_request():
    """Its agent is not granted the floor later for words that are gone."""
    table = opened(BIZ, SOUND, LAW, floor=HANDS)
    table.at(0, FloorRequested("biz"))
    table.begins("tech", "Aha.")
    table.at(0.5, GrantAsked("law"))
    table.says("biz")
    assert Drop("tech", 1, "denied") in table.commands(Drop)
    assert table.meeting.holder == "law"
    table.says("law")
    assert (table.meeting.holder, table.meeting.floor_view.queue) == (None, ())


def test_a_reply_that_is_known_is_not_played_again():
    """Its second beginning is stale: the turn ends when it was heard once."""
    table = opened(TECH, BIZ)
    table.begins("tech")
    assert [command.code for command in table.at(0.5, ReplyStarted("tech", 1))] == ["stale"]
    table.plays("tech")
    assert of(table.ends("tech"), EndTurn) == [EndTurn("tech", 1, "finished")]
    assert table.commands(Play) == [Play("tech", 1, 1)]


def test_an_answer_to_an_old_question_asks_for_nothing():
    """It is dropped, and no hand is up for it."""
    table = opened(TECH, BIZ, LAW)
    table.at(20, Woke("think"))
    assert table.at(21, ReplyStarted("tech", 1)) == [
        Drop("tech", 1, "denied"),
        Report("stale", "a reply came too late for its turn", "tech"),
    ]
    assert table.meeting.floor_view.queue == ()


def test_a_short_sound_without_words_is_no_silence():
    """Half a second was heard."""
    table = opened(TECH, BIZ)
    table.says("tech", "", 0.5)
    table.begins("biz", "", 0.5)
    table.ends("biz", 0.5)
    assert [(taken.was_silent, taken.cause) for taken in table.meeting.turns] == [(False, "finished")] * 2


def test_words_are_not_put_into_a_persons_mouth():
    """Such a wish is told to be none."""
    table = opened(TECH, GUEST)
    assert table.at(1, SayAsked("dana", "I agree.")) == [
        Report("stale", "words were put into a person's mouth", "dana")
    ]
    assert table.meeting.floor_view.queue == ()


def test_replies_leave_nothing_behind():
    """Words are personal: those of a reply that is taken or discarded are gone."""
    replies = Replies()
    for reply in (1, 2):
        replies.hold("tech", reply)
        replies.add_words("tech", reply, "Aha.")
    replies.discard("tech", 1)
    assert replies.take("tech") == [2]
    assert replies._words == {}


def test_a_name_by_tool_waits_for_the_one_who_gave_it():
    """A chair that names somebody beside another's turn has its own turn before that; then it is used up."""
    table = Table(moderated(CHAIR, TECH, BIZ))
    table.open()
    table.says("mod", "Tech?")
    table.at(table.now, ToolRequested("mod", 1, "c1", "give_floor", '{"to": "biz"}'))
    table.says("tech")
    table.says("mod", "Well.")
    assert (table.meeting.holder, table.meeting.floor_view.named) == ("biz", None)


def test_what_a_chair_asks_is_asked_behind_a_greeting():
    """An agent that was ready with words of its own has not answered it yet."""
    table = Table(moderated(CHAIR, TECH, BIZ))
    table.open()
    table.begins("biz", "I am Biz.")
    table.at(0, ToolRequested("mod", 1, "c1", "give_floor", '{"to": "biz", "about": "the price"}'))
    table.begins("mod", "", 0.0)
    table.plays("biz")
    (cue,) = of(table.ends("biz"), Cue)
    assert (cue.to, cue.text.splitlines()[-1]) == ("biz", 'It is your turn. You are asked: "the price"')


def test_a_turn_that_filled_a_silence_may_be_refused_later():
    """Only the filling words are not worth another try, and they have been heard."""
    rules = (ToolRules("order", filler=Filler(2.0, "One moment.")),)
    table = opened(BIZ, TECH, tools=rules)
    table.begins("tech", "I am Tech.")
    table.at(0, GrantAsked("tech", "the price"))
    table.says("biz")
    table.plays("tech")
    table.at(table.now, ORDER)
    assert of(table.ends("tech"), EndTurn, Speak) == [Speak("tech", 2, "One moment.", "queue")]
    table.begins("tech", "One moment.")
    table.plays("tech")
    table.at(table.now, ToolFinished("tech", "c1", "succeeded", "sent"))
    table.ends("tech")
    table.begins("tech", "It is sent.")
    table.plays("tech")
    assert of(table.ends("tech"), Cue) != []
    table.at(table.now, InjectionRefused("tech", 2, "busy"))
    assert timers(table, "retry") == [table.now + 0.5]


def test_a_turn_behind_its_limit_is_cut_where_somebody_cuts_in_or_it_has_ended():
    """Its sentence is waited for only while it alone is heard."""
    for speaks, length in ((True, 33.0), (False, 30.0)):
        table = opened(TECH, BIZ, GUEST, floor=FloorRules(hold=HoldRules(30.0)))
        table.begins("tech", "A long one.", length)
        table.plays("tech")
        if speaks:
            table.at(29.5, SpeechStarted("dana", 29.5))
        assert of(table.at(30, Woke("hold")), EndTurn) == [EndTurn("tech", 1, "hold-limit")]


# --- those that start at once -----------------------------------------------------------------------------

EARS = (SOUND, evolve(BIZ, hears=EAR.hears), evolve(LAW, hears=EAR.hears))
FREE = FloorRules(policy="free", otherwise="queue")


@pytest.mark.parametrize(("late", "collide"), [(0.3, True), (0.31, False)])
def test_whoever_started_with_the_first_is_next(late, collide):
    """Its words are gone, but its hand stays up."""
    table = opened(*EARS, floor=FREE)
    table.at(0, ReplyStarted("tech", 1))
    table.at(late, ReplyStarted("biz", 1))
    if table.meeting.holder is None:
        table.at(0.31, Woke("choose"))
    assert table.meeting.holder == "tech"
    assert ("collision" in table.reports()) is collide
    waiting = [waiting.participant for waiting in table.meeting.floor_view.queue]
    assert waiting == (["biz"] if collide else [])
    assert bool(of(table.at(1, FloorRequestCancelled("biz")), Report)) is not collide


def test_whoever_is_selected_collides_with_nobody():
    """It did not start; and an agent that reads did not start with anybody: it greets."""
    table = opened(*EARS, floor=FREE)
    table.at(0, GrantAsked("tech"))
    table.begins("tech", "What do you say, Law?")
    table.plays("tech")
    table.at(1, ReplyStarted("biz", 1))
    table.now = 0
    table.ends("tech")
    assert (table.meeting.holder, table.reports()) == ("law", [])
    greeted = opened(SOUND, BIZ, floor=FREE)
    greeted.at(0, ReplyStarted("biz", 1))
    greeted.at(0, ReplyStarted("tech", 1))
    assert (greeted.meeting.holder, greeted.reports()) == ("biz", [])


# --- the agenda, the end ----------------------------------------------------------------------------------


def boxed(*items, **more):
    """A meeting with these points, whose chair is not the next of the order."""
    rules = FloorRules(order=("tech", "biz", "mod"))
    return opened(CHAIR, TECH, BIZ, agenda=items, floor=rules, **more)


def test_a_box_is_counted_from_its_points_beginning():
    """And is forgotten with it."""
    one = AgendaItem("one", "One", time_s=60.0, warn_s=10.0, done_when=Said("Next"))
    two = evolve(one, id="two", title="Two", time_s=40.0)
    table = boxed(one, two, AgendaItem("three", "Three"))
    assert timers(table, "box") == [50.0]
    table.says("tech", "Next point.", 8.0)
    assert timers(table, "box") == [38.0]
    table.says("biz", "Next point.", 2.0)
    assert timers(table, "box") == [None]


def test_a_turn_moves_the_agenda_once():
    """Its words are looked at when it ends, and not with every event after."""
    items = tuple(AgendaItem(name, name, done_when=Said("Next")) for name in ("one", "two", "three"))
    table = boxed(*items)
    table.says("tech", "Next point.")
    for _ in range(3):
        table.at(table.now, WordsHeard("biz", "Hm."))
    assert [move.item for move in table.commands(MoveAgenda)] == ["one", "two"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"end": (Said("done"),), "agenda": (AgendaItem("a", "A", done_when=Said("done")),)}, "said"),
        ({"agenda": (AgendaItem("a", "A", done_when=Said("done")),)}, "agenda-done"),
        ({}, "limit-turns"),
    ],
)
def test_a_meeting_ends_once(more, reason):
    """By the first of all reasons that there are, and by no further one."""
    table = opened(TECH, BIZ, limits=Limits(turns=1), **more)
    assert of(table.says("tech", "We are done."), EndMeeting) == [EndMeeting(reason)]
    assert table.commands(EndMeeting) == [EndMeeting(reason)]


def test_a_limit_on_money_that_nobody_spends_wakes_nobody():
    """While no priced session is ready there is no moment at which it would be used up."""
    paid = evolve(TECH, price=Price("dear", usd_a_minute=0.6))
    table = opened(paid, BIZ, floor=FloorRules(think_s=300.0), limits=Limits(cost_usd=0.6, silence_s=300.0))
    assert timers(table, "limit-cost") == [60.0]
    table.at(30, SessionLost("tech", 1, "1006", 1.0))
    assert timers(table, "limit-cost") == [None]
    table.at(40, SessionReady("tech", 2))
    assert timers(table, "limit-cost") == [70.0]


# --- sessions ---------------------------------------------------------------------------------------------


def test_what_is_told_of_an_old_session_changes_nothing():
    """Neither its loss, nor that it is ready, nor that it comes to its end."""
    table = opened(TECH, BIZ)
    table.at(1, SessionReady("tech", 2))
    for event in (SessionLost("tech", 1, "gone", 0.1), SessionReady("tech", 1), SessionEnding("tech", 1)):
        assert [command.code for command in table.at(2, event)] == ["stale"]
    assert table.meeting.holder == "tech"
    table.at(3, SessionLost("tech", 2, "gone", 0.1))
    assert table.meeting.holder == "biz"
    assert [command.code for command in table.at(3, SessionReady("tech", 1))] == ["stale"]
    assert table.meeting.floor_view.queue == ()
    table.at(4, SessionReady("tech", 3))
    assert [waiting.participant for waiting in table.meeting.floor_view.queue] == ["tech"]
    table.says("biz")
    assert table.commands(RollOver) == []


def test_the_end_of_a_session_that_is_over_rolls_nobody_over():
    """It warns of an end that has come."""
    table = opened(TECH, BIZ)
    table.at(1, SessionReady("tech", 2))
    table.at(1, SessionEnding("tech", 1))
    table.says("tech")
    assert table.commands(RollOver) == []


def test_a_new_process_says_so():
    """Once, for people."""
    table = opened(TECH, BIZ)
    (report, *_) = of(table.at(1, MeetingResumed("0" * 64)), Report)
    assert report == Report("resumed", "the meeting goes on in a new process", None)


def test_a_new_session_may_greet():
    """What it says unasked is held, though its predecessor was cued."""
    table = opened(TECH, BIZ)
    table.says("tech")
    table.at(2, SessionLost("tech", 1, "gone", 0.1))
    table.at(3, SessionReady("tech", 2))
    assert table.at(3, ReplyStarted("tech", 2)) == []
    assert [(w.participant, w.is_prepared) for w in table.meeting.floor_view.queue] == [("tech", True)]


def test_a_loss_is_made_good_again_once_the_last_one_is_over():
    """A turn lost twice is given up; the next one that is lost is taken again."""
    table = opened(TECH, BIZ)
    for session in (1, 2, 3):
        while table.meeting.holder != "tech":
            table.says(table.meeting.holder)
        table.at(table.now, SessionLost("tech", session, "gone", 0.1))
        table.at(table.now, SessionReady("tech", session + 1))
    again = [waiting.participant for waiting in table.meeting.floor_view.queue]
    reasons = [grant.reason for grant in table.commands(GrantFloor) if grant.to == "tech"]
    assert (reasons, again) == (["next in order", "asked for", "next in order"], ["tech"])


def test_a_seat_is_empty_until_its_fallback_is_there():
    """Nobody is granted the floor in between."""
    table = opened(evolve(TECH, on_failure=OnFailure.REPLACE), BIZ, LAW)
    table.at(1, SessionFailed("tech", "gave up"))
    assert table.meeting.floor_view.present == ("biz", "law")
    table.at(2, SessionReady("tech", 2))
    assert table.meeting.floor_view.present == ("tech", "biz", "law")


def rolling():
    """Tech's session is closed just now to go on in a new one; biz's comes to its end too."""
    table = opened(SOUND, BIZ, LAW)
    table.at(1, SessionEnding("tech", 1))
    table.at(1, SessionEnding("biz", 1))
    table.begins("tech")
    table.plays("tech")
    table.at(1.5, ReplyStarted("tech", 2))
    table.now = 0
    table.ends("tech")
    assert table.commands(RollOver) == [RollOver("tech", 1)]
    return table


def test_who_rolls_over_is_away_and_what_it_held_is_gone():
    """Its session is closed once; others wait with theirs until the new one is ready."""
    table = rolling()
    assert Drop("tech", 2, "withdrawn") in table.commands(Drop)
    assert (table.meeting.floor_view.present, table.meeting.holder) == (("biz", "law"), "biz")
    table.says("biz")
    table.says("law")
    assert table.commands(RollOver) == [RollOver("tech", 1)]


@pytest.mark.parametrize("event", [SessionLost("tech", 1, "gone", 9.0), SessionFailed("tech", "401")])
def test_a_roll_over_that_goes_wrong_is_not_waited_for(event):
    """Whatever became of it, the next session comes to its end too."""
    table = rolling()
    table.at(3, event)
    table.says("biz")
    assert table.commands(RollOver) == [RollOver("tech", 1), RollOver("biz", 1)]


def test_a_reply_that_failed_is_not_owed_any_more():
    """Neither by a turn whose tool has finished, nor by an ear that heard words."""
    table = opened(TECH, BIZ)
    table.begins("tech", "Let me see.")
    table.plays("tech")
    table.at(1, ToolRequested("tech", 1, "c1", "prices", "{}"))
    table.at(1, ToolFinished("tech", "c1", "succeeded", "0.08"))
    table.at(1, ReplyFailed("tech", 1, "FAILED_TO_THINK"))
    table.now = 0
    assert of(table.ends("tech"), EndTurn) == [EndTurn("tech", 1, "finished")]
    ear = Table(moderated(CHAIR, SOUND, BIZ))
    ear.open()
    ear.says("mod", "Well.")
    ear.at(3, WordsHeard("tech", "well"))
    ear.at(4, ReplyFailed("tech", 0, "FAILED_TO_THINK"))
    ear.at(8, Woke("choose"))
    assert (ear.meeting.holder, timers(ear, "ear")) == ("tech", [14.0])


# --- tools ------------------------------------------------------------------------------------------------


def shop(**rules):
    """Tech holds the floor and has a tool of these rules."""
    return opened(TECH, BIZ, tools=(ToolRules("order", **rules),))


def tools(commands):
    """The commands that concern tools."""
    return of(commands, AnswerTool, CancelTool, RunTool)


def test_a_session_that_is_over_calls_nothing():
    """What it wanted is not run."""
    table = shop()
    assert tools(table.at(1, evolve(ORDER, session=2))) == []


def test_calls_that_nothing_identifies_are_all_run():
    """However alike they are."""
    table = shop()
    table.at(1, ORDER)
    assert tools(table.at(1, evolve(ORDER, call_id="c2"))) == [RunTool("tech", "c2", "order", '{"id": 7}')]
    assert table.reports() == []


def test_identifying_arguments_may_be_written_in_any_order():
    """What is within them is compared as JSON has it."""
    table = shop(identity=("id",))
    table.at(1, evolve(ORDER, arguments='{"id": {"a": 1, "b": 2}}'))
    assert tools(table.at(2, evolve(ORDER, call_id="c2", arguments='{"id": {"b": 2, "a": 1}}'))) == []
    assert table.commands(Report) == [Report("same-call", "order runs with these arguments already", "tech")]


def test_the_session_that_asked_last_is_answered():
    """A new session that asks for the same call again waits for its result."""
    table = shop()
    table.at(1, ORDER)
    table.at(2, SessionLost("tech", 1, "gone", 0.1))
    table.at(3, SessionReady("tech", 2))
    assert tools(table.at(4, evolve(ORDER, session=2))) == []
    assert tools(table.at(5, ToolFinished("tech", "c1", "succeeded", "sent"))) == [
        AnswerTool("tech", 2, "c1", "order", "sent")
    ]


def test_filling_words_have_their_time_and_no_second_try():
    """They come so long after the tool began; refused, they are let go."""
    table = shop(filler=Filler(2.0, "One moment."))
    table.at(1, ORDER)
    assert timers(table, "filler", "think") == [3.0, None]
    assert table.at(3, Woke("filler")) == [Speak("tech", 1, "One moment.", "queue")]
    table.at(3.1, InjectionRefused("tech", 1, "busy", 2))
    assert timers(table, "retry") == [None]
    table.at(4, ToolFinished("tech", "c1", "succeeded", "sent"))
    table.at(4.1, InjectionRefused("tech", 1, "busy", 1))
    assert timers(table, "retry") == [4.6]


# --- the chair cuts in ------------------------------------------------------------------------------------


def cut_in(chair):
    """The chair asks for the floor with the highest priority while tech speaks."""
    table = opened(TECH, chair, BIZ)
    table.begins("tech", "A long one.", 20.0)
    table.plays("tech")
    answer = table.at(5, ToolRequested("mod", 1, "c1", "request_floor", '{"priority": "highest"}'))
    return table, answer


def test_a_chair_that_cuts_in_speaks_at_once():
    """It is cued though it hears, for nobody asked it in sound; its turn ends with its words."""
    table, answer = cut_in(EAR)
    assert of(answer, Report, EndTurn, GrantFloor)[0] == Report(
        "interruption", "cuts off tech: the chair may", "mod"
    )
    assert [(grant.to, grant.reason) for grant in of(answer, GrantFloor)] == [("mod", "the chair interrupts")]
    assert of(answer, Cue)[0].to == "mod"
    assert of(table.says("mod", "Stop."), EndTurn) == [EndTurn("mod", 2, "finished")]


def test_a_chair_cuts_off_neither_itself_nor_nobody():
    """Then its hand is up, as anybody's; and it may take it down."""
    table = opened(CHAIR, TECH, floor=HANDS)
    ask = ToolRequested("mod", 1, "c1", "request_floor", '{"priority": "highest"}')
    answer = table.at(1, ask)
    assert [command.content for command in of(answer, AnswerTool)] == ["Your hand is up."]
    assert table.meeting.holder == "mod"
    answer = table.at(2, evolve(ask, call_id="c2"))
    assert [command.content for command in of(answer, AnswerTool)] == ["Your hand is up."]
    assert (table.meeting.holder, table.meeting.turn) == ("mod", 1)
    assert [waiting.participant for waiting in table.meeting.floor_view.queue] == ["mod"]


@pytest.mark.parametrize("arguments", ["{", "[7]", "", "[" * 100_000])
def test_a_hand_goes_up_whatever_was_written(arguments):
    """Arguments that cannot be read say nothing more."""
    table = opened(TECH, BIZ)
    answer = table.at(1, ToolRequested("biz", 1, "c1", "bid", arguments))
    assert [command.content for command in of(answer, AnswerTool)] == ["Your hand is up."]
    assert table.at(2, FloorRequestCancelled("biz")) == []
    assert table.meeting.floor_view.queue == ()
