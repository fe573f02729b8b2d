"""Agents that hear sound: when they are left to answer by themselves, and when they are cued."""

import pytest
from playbook import Noted

from trialogue.brain.meeting import Brain
from trialogue.model.commands import Cue, Drop, EndTurn, GrantFloor, Play, Speak
from trialogue.model.events import (
    FloorRequested,
    GrantAsked,
    PlaybackFinished,
    PlaybackStarted,
    ReplyStarted,
    SayAsked,
    SessionLost,
    SessionReady,
    WordsHeard,
)
from trialogue.testing.casts import agent, opening, plan, played, reply
from trialogue.testing.playbooks import Player


def table():
    """Tech has been heard from 1.1 to 3.1 s, and biz has the floor."""
    wanted = plan(agent("tech", by_ear=True), agent("biz", by_ear=True))
    player = Player(Brain(wanted), wakes=True)
    heard = [
        *reply(1.0, "tech", 1, "One two three.", length_s=2.0),
        (1.1, PlaybackStarted("tech", 1, 1, 1.1)),
        (3.1, PlaybackFinished("tech", 1, 1, 3.1, 2.0, "complete")),
    ]
    for at, event in (*opening(wanted), *heard):
        player.tell(at, event)
    return player


def cues(player, to="biz"):
    """When an agent was cued."""
    return [
        round(at, 2) for at, _, commands in player.log for c in commands if isinstance(c, Cue) and c.to == to
    ]


def test_an_agent_that_heard_nothing_yet_is_waited_for_and_then_cued():
    """An agent by ear that has heard no words of the last turn is cued a few seconds later."""
    player = table()
    player.wait(20.0)
    assert cues(player) == [9.1]


def test_an_agent_that_hears_words_behind_its_grant_answers_by_itself():
    """An agent by ear that hears words after its grant is not cued for them."""
    player = table()
    player.tell(3.3, WordsHeard("biz", "three"))
    player.wait(10.0)
    assert cues(player) == []


def test_a_reply_that_came_is_not_cued_for():
    """An agent that has begun its own answer is not asked for another one."""
    player = table()
    for at, event in reply(3.3, "biz", 1, "I see.", length_s=9.0):
        player.tell(at, event)
    player.tell(3.4, PlaybackStarted("biz", 2, 1, 3.4))
    player.wait(12.0)
    assert cues(player) == []


@pytest.mark.parametrize("by_ear", [True, False])
def test_a_short_remark_takes_no_turn(by_ear):
    """An agent's own backchannel is dropped and noted; it is not held for later."""
    wanted = plan(agent("tech", by_ear=by_ear), agent("biz", by_ear=by_ear))
    player = Player(Brain(wanted), wakes=True)
    for at, event in (*opening(wanted), *reply(1.0, "tech", 1, "One two three.", length_s=6.0)):
        player.tell(at, event)
    player.tell(1.1, PlaybackStarted("tech", 1, 1, 1.1))
    decided = player.tell(2.0, ReplyStarted("biz", 1, is_backchannel=True))
    assert decided == [
        Drop("biz", 1, "denied"),
        Noted("backchannel", "biz"),
    ]
    assert player.brain.floor_view.queue == ()
    player.tell(7.1, PlaybackFinished("tech", 1, 1, 7.1, 6.0, "complete"))
    assert Play("biz", 1, 2) not in player.decided(Play)


def test_a_holder_that_only_nods_is_asked_to_speak():
    """An agent that answers with backchannels only is cued after `floor.ear`, instead of 20 s of silence."""
    player = table()
    player.tell(3.3, WordsHeard("biz", "three"))
    player.tell(3.5, ReplyStarted("biz", 1, is_backchannel=True))
    player.tell(4.5, ReplyStarted("biz", 2, is_backchannel=True))
    player.wait(20.0)
    assert cues(player) == [9.5]


def remarked():
    """Tech, cued in its turn 3, says something of its own first; its wire says what a reply answers."""
    wanted = plan(agent("tech", by_ear=True), agent("biz", by_ear=True))
    player = Player(Brain(wanted), wakes=True)
    for at, event in opening(wanted):
        player.tell(at, event)
    book = [
        (1.0, ReplyStarted("tech", 1, player.decided(Cue)[0].prompt)),
        *played(1.1, "tech", 1, turn=1),
        (3.2, ReplyStarted("biz", 1)),
        (3.3, GrantAsked("tech", "the price")),
        *played(3.3, "biz", 1, turn=2),
        (5.4, ReplyStarted("tech", 2)),
        *played(5.5, "tech", 2, turn=3),
    ]
    for at, event in book:
        player.tell(at, event)
    return player


def test_an_answer_to_a_cue_is_waited_for_behind_a_remark_of_the_holders_own():
    """The remark and the answer to the cue are both heard, in one turn."""
    player = remarked()
    assert (player.brain.holder, player.brain.turn) == ("tech", 3)
    assert player.tell(8.0, ReplyStarted("tech", 3, player.decided(Cue)[1].prompt)) == [Play("tech", 3, 3)]
    for at, event in played(8.1, "tech", 3, turn=3):
        player.tell(at, event)
    assert player.decided(EndTurn)[-1] == EndTurn("tech", 3, "finished")


def test_the_answer_to_a_cue_has_its_whole_time_behind_a_remark_of_the_holders_own():
    """An agent has its whole time to think, 20 s, from the end of a remark of its own on."""
    player = remarked()
    assert (player.brain.holder, player.brain.turn) == ("tech", 3)
    assert [(at, c.turn) for at, _, cs in player.log for c in cs if isinstance(c, EndTurn)] == [
        (3.1, 1),
        (5.3, 2),
    ]
    player.wait(40.0)
    given_up = [(at, c) for at, _, cs in player.log for c in cs if c == EndTurn("tech", 3, "timeout")]
    assert [at for at, _ in given_up] == [27.5]


def test_words_of_the_apps_that_no_service_says_are_given_up():
    """A meeting goes on after the time to think when a service never says the app's words."""
    wanted = plan(agent("tech", by_ear=True), agent("biz", by_ear=True))
    player = Player(Brain(wanted), wakes=True)
    for at, event in opening(wanted):
        player.tell(at, event)
    book = [(1.0, ReplyStarted("tech", 1)), *played(1.1, "tech", 1, turn=1), (3.2, ReplyStarted("biz", 1))]
    for at, event in (
        *book,
        (3.5, PlaybackStarted("biz", 2, 1, 3.5)),
        (4.0, SayAsked("biz", "A bell rings.")),
    ):
        player.tell(at, event)
    player.tell(5.5, PlaybackFinished("biz", 2, 1, 5.5, 2.0, "complete"))
    assert player.decided(Speak)[-1].text == "A bell rings."
    player.wait(30.0)
    assert [at for at, _, cs in player.log if EndTurn("biz", 2, "timeout") in cs] == [25.5]


@pytest.mark.parametrize(
    ("asked", "follows"), [((), "tech"), ((GrantAsked("biz"),), "biz")], ids=["said", "granted"]
)
def test_words_of_the_apps_that_were_said_in_a_turn_of_its_own_ask_for_no_other(asked, follows):
    """Words said behind a remark of its own give an agent no further turn; a grant by the app does."""
    player = table()
    for at, event in (
        (3.2, ReplyStarted("biz", 1)),
        (3.5, PlaybackStarted("biz", 2, 1, 3.5)),
        *((3.9, each) for each in asked),
        (4.0, SayAsked("biz", "A bell rings.")),
        (5.5, PlaybackFinished("biz", 2, 1, 5.5, 2.0, "complete")),
    ):
        player.tell(at, event)
    said = player.decided(Speak)[-1]
    player.tell(5.6, ReplyStarted("biz", 2, said.prompt))
    for at, event in played(5.7, "biz", 2, turn=2):
        player.tell(at, event)
    assert said.turn == 2
    assert [grant.to for grant in player.decided(GrantFloor)] == ["tech", "biz", follows]


def test_an_agent_that_heard_words_in_a_session_that_is_gone_does_not_answer_them():
    """An agent by ear that heard words in a lost session is cued in the next one."""
    wanted = plan(agent("tech", by_ear=True), agent("biz", by_ear=True), policy="queue", otherwise="queue")
    player = Player(Brain(wanted), wakes=True)
    book = [
        *opening(wanted),
        (0.5, FloorRequested("tech")),
        (1.0, ReplyStarted("tech", 1)),
        *played(1.1, "tech", 1, turn=1),
        (3.2, WordsHeard("biz", "three")),
        (3.3, SessionLost("biz", 1, "reset", 0.1)),
        (3.5, SessionReady("biz", 2)),
        (4.0, FloorRequested("biz")),
    ]
    for at, event in book:
        player.tell(at, event)
    player.wait(20.0)
    assert cues(player) == [10.0]


def test_an_answer_that_is_gone_with_its_session_wants_no_floor():
    """An agent's hand goes down when its session, and with it the reply that waited, is lost."""
    wanted = plan(agent("tech", by_ear=True), agent("biz", by_ear=True), policy="queue", otherwise="queue")
    player = Player(Brain(wanted), wakes=True)
    book = [*opening(wanted), (0.5, FloorRequested("tech")), *reply(1.0, "tech", 1, length_s=9.0)]
    for at, event in (*book, (1.1, PlaybackStarted("tech", 1, 1, 1.1)), *reply(2.0, "biz", 1, "I agree.")):
        player.tell(at, event)
    assert [each.participant for each in player.brain.floor_view.queue] == ["biz"]
    player.tell(3.0, SessionLost("biz", 1, "reset", 0.1))
    player.tell(3.5, SessionReady("biz", 2))
    assert player.brain.floor_view.queue == ()
    player.tell(10.1, PlaybackFinished("tech", 1, 1, 10.1, 9.0, "complete"))
    assert player.brain.holder is None
