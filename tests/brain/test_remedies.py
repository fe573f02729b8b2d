"""Choices, remedies and folds, each by itself: what they go by, and what they leave alone."""

from __future__ import annotations

from random import Random

import pytest
from attrs import evolve
from playbook import BIZ, CHAIR, EAR, GUEST, LAW, TECH, Table, moderated, of, opened, plan, quick, timers

from trialogue.brain.course.cost import Meter
from trialogue.brain.floor.policies import POLICIES, sound
from trialogue.brain.floor.view import Collect, FloorView, Named, Next, Nobody, TurnTaken, Wait, Waiting
from trialogue.brain.restarts import RestartRules, Restarts
from trialogue.brain.triggers import Speaking, Trigger, Triggers
from trialogue.brain.words.context import context_of
from trialogue.brain.words.transcript import Script, Transcript
from trialogue.model.commands import Attribute, Cue, Drop, EndMeeting, EndTurn, GrantFloor, Play, Prepare
from trialogue.model.events import (
    FloorRequested,
    GrantAsked,
    InjectionRefused,
    MeetingStarted,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    ReplySent,
    ReplyStarted,
    SentenceSaid,
    SessionFailed,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    ToolRequested,
    Woke,
)
from trialogue.model.memory import ContextMessage
from trialogue.model.participants import Price
from trialogue.model.plan import AgendaItem, FloorRules, ShareRules, SilenceStep
from trialogue.model.records import Record

HANDS = FloorRules(policy="queue", otherwise="queue")


# --- policies ---------------------------------------------------------------------------------------------


def taken(number, name):
    """A turn that was heard."""
    return TurnTaken(number, name, "finished", "agenda", "Well.", number, number + 1.0, 1.0)


OWNED = FloorView(
    plan(TECH, BIZ),
    now=9.0,
    free_since=9.0,
    present=("tech", "biz"),
    item=AgendaItem("one", "One", owner="tech"),
    turns=(taken(1, "tech"), taken(2, "biz")),
)
WANTS = (Waiting("tech", 0, 8.0, is_prepared=False),)


@pytest.mark.parametrize(
    ("view", "decided"),
    [
        (OWNED, Nobody("owner-has-spoken")),
        (evolve(OWNED, queue=WANTS), Next("tech", "the owner of the point wants it")),
        (evolve(OWNED, queue=WANTS, turns=OWNED.turns[:1]), Nobody("owner-has-spoken")),
        (evolve(OWNED, present=("biz",)), Nobody("owner-away")),
        (evolve(OWNED, item_since=2.0), Next("tech", "the point is its own")),
        (evolve(OWNED, item_since=1.0), Nobody("owner-has-spoken")),
    ],
)
def test_an_owner_speaks_first_and_then_by_turns(view, decided):
    """To its own point, since that was taken; again when it wants to and another has spoken."""
    assert POLICIES["agenda"].choose(view) == decided


def test_a_floor_that_was_handed_to_somebody_away():
    """Is told apart from one that was handed to nobody."""
    view = evolve(OWNED, present=("biz",), named=Named("tech", "", "biz"))
    assert POLICIES["hand-off"].choose(view) == Nobody("named-away")
    assert POLICIES["hand-off"].choose(evolve(view, named=None)) == Nobody("nobody-named")


HAND = Named("biz", "", "tech")
BOTH = (Waiting("tech", 0, 9.0, is_prepared=True), Waiting("biz", 0, 9.0, is_prepared=True))
STARTED = "the first to start"
FREE = FloorView(plan(TECH, BIZ, LAW), now=9.25, free_since=9.0, present=("tech", "biz", "law"))
SAID = evolve(FREE, now=20.0, turns=(taken(1, "biz"), taken(2, "tech")))


@pytest.mark.parametrize(
    ("view", "decided"),
    [
        (evolve(SAID, named=HAND), Next("biz", "the last speaker handed it over")),
        (
            evolve(SAID, named=HAND, present=("tech",)),
            Next("tech", "nobody else starts: the speaker may go on"),
        ),
        (evolve(SAID, turns=(evolve(taken(1, "tech"), heard="Biz?"),)), Next("biz", "selected by name")),
        (evolve(SAID, turns=(*SAID.turns, taken(3, "tech"))), Nobody("nobody-starts")),
        (
            evolve(SAID, turns=(evolve(taken(1, "tech"), heard="Law?"),), present=("tech", "biz")),
            Next("tech", "nobody else starts: the speaker may go on"),
        ),
        (evolve(FREE, queue=BOTH), Wait(9.3, "another may have started too")),
        (evolve(FREE, queue=BOTH, present=("tech", "biz")), Next("tech", STARTED)),
        (evolve(FREE, queue=BOTH, now=9.5, draw=0.49), Next("tech", STARTED)),
        (evolve(FREE, queue=BOTH, now=9.5, draw=0.5), Next("biz", STARTED)),
    ],
)
def test_selected_or_first_or_the_same_again(view, decided):
    """In this order; where two start at one moment a draw decides, once nobody else can have started."""
    decision = POLICIES["free"].choose(view)
    if isinstance(decision, Wait):
        decision = evolve(decision, until=round(decision.until, 6))
    assert decision == decided


def test_whoever_starts_a_little_later_may_still_come_first():
    """A higher priority counts where the start is three tenths of a second later, and not behind that."""
    for late, first in ((0.25, "biz"), (0.3, "biz"), (0.5, "tech")):
        queue = (Waiting("biz", 1, late, is_prepared=True), Waiting("tech", 0, 0.0, is_prepared=True))
        assert POLICIES["free"].choose(evolve(FREE, now=9.5, queue=queue)) == Next(first, STARTED)


def test_people_prepare_nothing():
    """A policy that has all prepare is not asked to where no agent is there."""
    view = FloorView(plan(GUEST, TECH), now=1.0, free_since=0.0, present=("dana",), away=("tech",))
    assert sound(Collect("all prepare"), view) == Nobody("all-away")
    assert sound(Collect("all prepare"), evolve(view, present=("dana", "tech"))) == Collect("all prepare")


def test_each_turn_has_a_draw_of_its_own():
    """It follows from the meeting's seed and the number of the turn to come."""
    table = opened(TECH, BIZ, seed=7)
    for turn in (2, 3):
        assert table.meeting.floor_view.draw == Random(f"7/turn/{turn}").random()
        table.says(table.meeting.holder)


def test_a_choice_without_the_dominant_may_find_nobody():
    """Then it stands, and nobody is told that another came first."""
    rules = FloorRules(policy="addressed", otherwise="queue", share=ShareRules(in_a_row=1))
    table = opened(TECH, BIZ, floor=rules)
    table.at(0, GrantAsked("tech"))
    table.begins("tech", "Well.")
    table.plays("tech")
    table.at(0, FloorRequested("tech"))
    table.ends("tech")
    assert (table.grants(), table.reports()) == (["tech", "tech"], [])


# --- silence ----------------------------------------------------------------------------------------------


def test_the_ladder_waits_from_the_end_of_the_last_turn():
    """Whatever happens in between."""
    table = opened(TECH, BIZ, floor=HANDS)
    table.at(1, GrantAsked("tech"))
    table.says("tech")
    assert timers(table, "ladder") == [7.0]
    table.at(5, SessionReady("biz", 2))
    assert timers(table, "ladder") == [7.0]


def test_the_end_is_the_last_rung():
    """Nobody is granted the floor of a meeting that is over."""
    rules = evolve(quick(SilenceStep.END, SilenceStep.NEXT_SPEAKER), policy="queue", otherwise="queue")
    table = opened(TECH, BIZ, floor=rules)
    assert of(table.at(4, Woke("ladder")), EndMeeting, GrantFloor) == [EndMeeting("silence")]


def test_a_policy_that_waits_keeps_the_ladder_away():
    """Somebody has started: the floor is not silent while it is seen who else has."""
    by_ear = tuple(evolve(p, hears=EAR.hears) for p in (TECH, BIZ, LAW))
    table = opened(*by_ear, floor=FloorRules(policy="free", otherwise="queue"))
    table.at(2.5, Woke("choose"))
    assert timers(table, "ladder", "choose") == [4.0, None]
    table.at(3.0, ReplyStarted("tech", 1))
    assert timers(table, "ladder", "choose") == [None, 3.3]


def test_a_round_is_prepared_in_the_time_to_think():
    """The ladder is not climbed meanwhile; who is asked has heard it, and answers no older question."""
    table = Table(plan(GUEST, TECH, floor=FloorRules(policy="parallel-collect", otherwise="queue")))
    table.at(0, MeetingStarted())
    table.at(30, Woke("ready"))
    assert timers(table, "ladder") == [34.0]
    answer = table.at(31, SessionReady("tech", 1))
    assert of(answer, Prepare) == [Prepare("tech", "It is your turn.")]
    assert timers(table, "silence", "choose") == [None, 51.0]
    assert table.meeting.context("tech") == (ContextMessage("user", "It is your turn."),)


def test_one_answer_is_asked_for_in_a_round():
    """A second one is none of what was asked: it is dropped, and the first still waits."""
    table = opened(TECH, BIZ, floor=FloorRules(policy="parallel-collect", otherwise="queue"))
    assert table.at(1, ReplyStarted("tech", 1)) == []
    assert of(table.at(2, ReplyStarted("tech", 2)), Drop) == [Drop("tech", 2, "denied")]
    assert of(table.at(3, ReplyStarted("biz", 1)), Play) == [Play("tech", 1, 1)]


def test_a_refused_cue_takes_no_preparation_back():
    """What an agent was asked to prepare belongs to no turn."""
    records = [
        Record(1, 0.0, MeetingStarted(), (Prepare("tech", "Prepare."), Cue("tech", 1, "Go."))),
        Record(2, 1.0, InjectionRefused("tech", 1, "busy"), ()),
        Record(3, 2.0, ToolRequested("tech", 1, "c1", "search", "{}", ours=False), ()),
    ]
    assert context_of(plan(TECH, BIZ), "tech", records) == (ContextMessage("user", "Prepare."),)


# --- who hears, who is here, what it costs ----------------------------------------------------------------


def test_a_session_that_follows_on_another_costs_once():
    """Seconds are counted from each beginning to the next, without a gap and without an overlap."""
    meter = Meter(plan(evolve(TECH, price=Price("dear", usd_a_minute=0.6))))
    for session, at in ((1, 0.0), (2, 60.0)):
        meter.take(SessionReady("tech", session), at)
    assert round(meter.cost(120.0).usd, 6) == 1.2


def test_waits_grow_with_every_try():
    """The ceiling doubles: some wait of the sixth try is longer than any of the fifth may be."""
    sixth = []
    for seed in range(20):
        restarts = Restarts(seed, "tech")
        sixth.append([restarts.lost(1.0) or 0.0 for _ in range(6)][-1])
    assert 8.0 < max(sixth) <= 16.0


def test_a_session_that_lived_has_all_its_tries_again():
    """And a dial that failed has not lived at all, however little life it takes."""
    restarts = Restarts(7, "tech", RestartRules(alive_s=0.5))
    assert [restarts.lost(1.0) is None for _ in range(7)] == [False] * 6 + [True]
    restarts.ready(100.0)
    assert [restarts.lost(100.5) is None for _ in range(7)] == [False] * 6 + [True]


# --- circles ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("raised", "waited"), [(2.0, True), (2.5, False)])
def test_who_has_waited_since_the_first_of_six_turns_comes_in(raised, waited):
    """Since that ended, at the latest."""
    table = opened(TECH, BIZ, LAW, floor=FloorRules(policy="addressed", otherwise="queue"))
    table.at(0, GrantAsked("tech"))
    for name, other in (("tech", "Biz"), ("biz", "Tech")) * 3:
        table.begins(name, f"At {table.now:.0f}: what of it, {other}?")
        table.plays(name)
        if table.meeting.turn == (1 if raised == 2.0 else 2):
            table.at(raised, FloorRequested("law"))
            table.now = 2.0 * (table.meeting.turn - 1)
        table.ends(name)
    assert ("livelock" in table.reports()) is waited


def test_the_chair_breaks_a_loop_though_another_is_next():
    """It is asked at once, also where it hears: nobody said so aloud."""
    rules = FloorRules(order=("tech", "biz", "mod"))
    table = opened(EAR, TECH, BIZ, floor=rules)
    table.at(0, GrantAsked("biz"))
    for text in ("Well.", "Thank you.", "Bye.", "Bye bye.", "Goodbye."):
        assert table.reports() == []
        table.says(table.meeting.holder, text)
    assert (table.reports(), table.meeting.holder) == (["politeness-loop"], "mod")
    assert of(table.log[-1][2], Cue)[0].text.endswith("Go on to something else, or end the meeting.")


def test_an_agent_is_deputy_before_a_person():
    """A person may not want to be."""
    table = opened(CHAIR, GUEST, TECH, floor=FloorRules(policy="moderated"))
    table.at(1, SessionFailed("mod", "401"))
    assert (table.meeting.floor_view.chair, table.reports()) == ("tech", ["participant-failed", "chair-dead"])


def test_a_chair_that_passes_is_not_dead():
    """It answers that it has nothing to say."""
    table = Table(moderated(CHAIR, TECH, BIZ))
    table.open()
    for _ in range(4):
        while table.meeting.holder != "mod":
            table.says(table.meeting.holder, f"At {table.now:.0f}.")
        table.begins("mod", "", 0.0)
    assert "chair-dead" not in table.reports()


# --- triggers ---------------------------------------------------------------------------------------------


def test_speech_counts_when_it_has_lasted_though_nobody_asked_meanwhile():
    """It goes off when its time has come after that, and not with its match."""
    fold = Triggers.of([Trigger(Speaking("tech", 3.0), after_s=2.0)])
    fold.take(Record(1, 2.0, PlaybackStarted("tech", 1, 1, 2.0), ()))
    fold.take(Record(2, 6.0, PlaybackFinished("tech", 1, 1, 6.0, 4.0, "complete"), ()))
    assert (fold.next_at, fold.due(6.0), fold.due(7.0)) == (7.0, [], [0])
    late = Triggers.of([Trigger(Speaking("tech", 3.0), after_s=2.0)])
    late.take(Record(1, 2.0, PlaybackStarted("tech", 1, 1, 2.0), ()))
    assert (late.due(6.0), late.due(7.0)) == ([], [0])


# --- the transcript ---------------------------------------------------------------------------------------


def playing(*events, until=9.0, length=8.0):
    """What was heard of a turn of ten words in which this happened."""
    fold = Transcript()
    fold.take_command(0.0, GrantFloor("tech", 1, "r", 90.0))
    fold.take_command(0.0, Play("tech", 1, 1))
    fold.take_event(SentenceSaid("tech", 1, "aaa bbb ccc ddd", 0.0))
    fold.take_event(ReplySent("tech", 1, length))
    for event in events:
        fold.take_event(event)
    fold.take_command(until, EndTurn("tech", 1, "interrupted"))
    return fold


BEGUN = PlaybackStarted("tech", 1, 1, 1.0)
PAUSED = PlaybackPaused("tech", 1, 1, 3.0, 2.0)


def test_a_turn_that_is_cut_while_it_is_paused_ended_with_the_pause():
    """Nothing was heard since; one that had gone on again was heard until the cut."""
    (cut,) = playing(BEGUN, PAUSED).utterances()
    assert (cut.end_s, cut.heard) == (3.0, "aaa")
    (on,) = playing(BEGUN, PAUSED, PlaybackResumed("tech", 1, 1, 5.0)).utterances()
    assert (on.end_s, on.heard) == (9.0, "aaa bbb ccc")


def test_pauses_of_what_is_over_change_nothing():
    """They come late; the end has said how much was heard."""
    done = PlaybackFinished("tech", 1, 1, 5.0, 4.0, "cut")
    late = (PlaybackPaused("tech", 1, 1, 6.0, 1.0), PlaybackResumed("tech", 1, 1, 7.0))
    fold = playing(BEGUN, done, *late)
    assert (fold.heard(1), fold.spoken_s(1)) == ("aaa bbb", 4.0)
    stranger = PlaybackResumed("tech", 1, 9, 7.0)
    assert playing(BEGUN, done, stranger).heard(1) == "aaa bbb"


def test_a_reply_of_which_nothing_was_played_was_not_heard():
    """Though it is called complete; half a second that was played was."""
    nothing = PlaybackFinished("tech", 1, 1, 5.0, 0.0, "complete")
    assert playing(nothing).utterances() == ()
    assert playing(BEGUN, nothing).heard(1) == ""
    assert playing(BEGUN, PlaybackPaused("tech", 1, 1, 1.5, 0.5)).spoken_s(1) == 0.5
    assert Transcript().heard_by(1, 9.0) == ""
    (short,) = playing(PlaybackFinished("tech", 1, 1, 5.0, 0.5, "complete")).utterances()
    assert (short.start_s, short.heard) == (4.5, "aaa bbb ccc ddd")


def test_words_behind_the_end_of_their_sound_were_heard_with_it():
    """A reply that was played to its end was heard whole, wherever its words were said to be."""
    script = Script()
    script.add("Now.", 0.0)
    script.add("Later.", 5.0)
    script.duration_s = 3.0
    assert (script.until(3.0), script.until(2.9)) == ("Now. Later.", "")


def test_each_sentence_ends_where_the_next_begins():
    """Of three as of two."""
    script = Script()
    for place, text in enumerate(("aa bb", "cc dd", "ee ff")):
        script.add(text, 2.0 * place)
    script.duration_s = 6.0
    said = ["", "aa", "aa bb", "aa bb cc", "aa bb cc dd", "aa bb cc dd ee", "aa bb cc dd ee ff"]
    assert [script.until(at) for at in (0.75, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0)] == said


def person(*steps):
    """What was heard of dana, who speaks for these stretches in one turn, after some noise before it."""
    fold = Transcript()
    fold.take_event(SpeechStarted("dana", 0.5))
    fold.take_event(SpeechStopped("dana", 0.75))
    fold.take_command(1.0, GrantFloor("dana", 1, "r", 90.0))
    for start, end in steps:
        fold.take_event(SpeechStarted("dana", start))
        fold.take_event(SpeechStopped("dana", end))
    fold.take_command(10.0, Attribute("dana", 1, "Good morning.", is_certain=True))
    fold.take_command(10.0, EndTurn("dana", 1, "finished"))
    return fold


def test_a_persons_turn_is_all_its_stretches_and_no_other():
    """Neither what it said before its turn, nor behind it."""
    fold = person((2.0, 3.0), (5.0, 6.5))
    (said,) = fold.utterances()
    assert (said.start_s, said.end_s, fold.spoken_s(1)) == (2.0, 6.5, 2.5)
    fold.take_event(SpeechStarted("dana", 20.0))
    fold.take_event(SpeechStopped("dana", 25.0))
    assert fold.utterances() == (said,)
    (odd,) = person((2.0, 1.75)).utterances()
    assert (odd.start_s, odd.end_s) == (2.0, 2.0), "no stretch ends before it began"
    (typed,) = person().utterances()
    assert (typed.start_s, typed.end_s) == (10.0, 10.0)
