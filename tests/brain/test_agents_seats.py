"""Agents' seats and replies by themselves: which session lives, which turn was lost, what is held."""

from __future__ import annotations

import pytest

from trialogue.brain.replies import Replies
from trialogue.brain.seats.agents import Agents


def seated(*names):
    """Agents that come to the table."""
    agents = Agents()
    for name in names or ("tech",):
        agents.seat(name)
    return agents


def test_a_session_is_ready_once():
    """A session of the same or an older number is stale, and one of a later number becomes the agent's."""
    agents = seated()
    assert [agents.ready("tech", session) for session in (2, 2, 1, 3)] == [True, False, False, True]
    assert (agents.session("tech"), agents.is_ready("tech")) == (3, True)
    assert (agents.is_live("tech", 3), agents.is_live("tech", 2)) == (True, False)


def test_a_session_that_was_lost_before_it_was_ready_may_be_ready_yet():
    """A session whose first dial failed can become ready under the same number."""
    agents = seated()
    assert agents.lost("tech", 1)
    assert not agents.is_ready("tech")
    assert agents.ready("tech", 1)


def test_a_loss_of_an_older_session_is_stale():
    """A late report about an earlier session does not end the current one."""
    agents = seated()
    agents.ready("tech", 2)
    assert not agents.lost("tech", 1)
    assert agents.is_ready("tech")
    assert agents.lost("tech", 2)


def test_an_agent_that_failed_has_failed_for_good():
    """An agent that failed gets no further session, and other agents stay ready."""
    agents = seated("tech", "biz")
    agents.ready("tech", 1)
    agents.failed("tech", refused=True)
    agents.ready("biz", 1)
    assert not agents.ready("tech", 2)
    assert (agents.gone(), agents.ready_ones()) == (frozenset({"tech"}), ("biz",))
    assert (agents.were_refused(("tech",)), agents.were_refused(("tech", "biz"))) == (True, False)


def test_all_are_settled_once_none_is_waited_for():
    """A meeting opens when every agent is ready or has failed; one that is lost is waited for."""
    agents = seated("tech", "biz")
    agents.ready("tech", 1)
    assert not agents.are_settled
    agents.failed("biz", refused=False)
    assert agents.are_settled
    agents.lost("tech", 1)
    assert not agents.are_settled


def test_only_a_session_that_lives_comes_to_its_end():
    """A live session that nears its end is closed on purpose, and the change is over with the next one."""
    agents = seated()
    assert not agents.ends_soon("tech", 1)
    agents.ready("tech", 1)
    assert not agents.ends_soon("tech", 2)
    assert agents.ends_soon("tech", 1)
    assert (agents.ending(), agents.rolling) == (("tech",), None)
    assert agents.roll_over("tech") == 1
    assert (agents.ending(), agents.rolling, agents.is_ready("tech")) == ((), "tech", False)
    agents.ready("tech", 2)
    assert agents.rolling is None


def test_a_fallback_takes_the_seat_once():
    """An agent that its fallback has replaced is known as replaced, and its old session is not ready."""
    agents = seated()
    agents.ready("tech", 1)
    assert not agents.was_replaced("tech")
    agents.replace("tech")
    assert (agents.was_replaced("tech"), agents.is_ready("tech")) == (True, False)


def test_a_lost_turn_is_taken_again_once():
    """A lost turn is repeated once, and again only after a turn was finished in between."""
    agents = seated()
    assert not agents.retake("tech")
    assert agents.lose_turn("tech")
    assert not agents.is_retaking("tech")
    assert agents.retake("tech")
    assert agents.is_retaking("tech")
    assert not agents.lose_turn("tech")
    assert not agents.retake("tech")
    assert agents.lose_turn("tech")
    agents.retake("tech")
    agents.retaken("tech")
    assert agents.lose_turn("tech")


def test_lost_turns_of_others_are_forgotten_when_somebody_is_named():
    """Once the chair names somebody, no older lost turn is repeated before it."""
    agents = seated("tech", "biz", "law")
    for name in ("tech", "biz", "law"):
        agents.lose_turn(name)
    agents.retake("law")
    agents.retake("biz")
    agents.forget_lost_turns(but="biz")
    assert [agents.is_retaking(name) for name in ("tech", "biz", "law")] == [False, True, False]
    assert not agents.retake("tech")


def test_an_agent_that_leaves_leaves_nothing():
    """An agent that leaves takes its session with it, and no turn waits to be repeated."""
    agents = seated()
    agents.ready("tech", 1)
    agents.ends_soon("tech", 1)
    agents.lose_turn("tech")
    agents.leave("tech")
    assert (agents.ready_ones(), agents.ending(), agents.retake("tech")) == ((), (), False)
    agents.seat("tech")
    agents.lose_turn("tech")
    agents.retake("tech")
    agents.leave("tech")
    assert not agents.is_retaking("tech")


def test_nobody_knows_anything_of_strangers():
    """An agent outside the meeting has no session that could be ready or lost."""
    agents = seated()
    assert (agents.session("eve"), agents.is_ready("eve"), agents.has_failed("eve")) == (0, False, False)
    assert not agents.ready("eve", 1)
    assert not agents.lost("eve", 1)


# --- replies ------------------------------------------------------------------------------------------------


def test_replies_begin_in_order():
    """A reply with an old number is not taken for a new one."""
    replies = Replies()
    assert [replies.begin("tech", number) for number in (1, 1, 3, 2, 4)] == [True, False, True, False, True]
    assert (replies.has_spoken("tech"), replies.has_spoken("biz")) == (True, False)


def test_a_heard_reply_means_that_earlier_ones_were_heard():
    """A late report about an earlier reply changes nothing."""
    replies = Replies()
    assert not replies.was_heard("tech", 1)
    replies.hear("tech", 3)
    replies.hear("tech", 2)
    assert [replies.was_heard("tech", number) for number in (2, 3, 4)] == [True, True, False]


def test_held_replies_are_taken_together():
    """Held replies are played in order, with their own words only."""
    replies = Replies()
    for number in (1, 2):
        replies.hold("tech", number)
    for number, text in ((1, "One."), (2, "Two."), (1, "And more."), (9, "Not held.")):
        replies.add_words("tech", number, text)
    assert (replies.holds("tech"), replies.holders()) == (True, ("tech",))
    assert replies.words("tech") == "One. And more. Two."
    assert replies.take("tech") == [1, 2]
    assert (replies.holds("tech"), replies.words("tech"), replies.take("tech")) == (False, "", [])


def test_one_held_reply_is_thrown_away():
    """A discarded reply leaves the words of the other held replies as they are."""
    replies = Replies()
    for number in (1, 2):
        replies.hold("tech", number)
        replies.add_words("tech", number, f"Number {number}.")
    assert not replies.discard("tech", 7)
    assert not replies.discard("biz", 1)
    assert replies.discard("tech", 1)
    assert (replies.words("tech"), replies.holds("tech")) == ("Number 2.", True)
    assert replies.discard("tech", 2)
    assert not replies.holds("tech")


@pytest.mark.parametrize(("over", "left"), [(("tech",), ["biz"]), (("tech", "biz"), []), ((), [])])
def test_whoever_is_about_to_answer(over, left):
    """An agent counts as answering until its reply begins, or is no longer expected."""
    replies = Replies()
    for name in ("tech", "biz"):
        replies.will_answer(name)
    replies.answers_no_more(*over)
    assert [name for name in ("tech", "biz") if replies.is_answering(name)] == left
    replies.will_answer("tech")
    replies.begin("tech", 1)
    assert not replies.is_answering("tech")
