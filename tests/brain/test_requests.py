"""The floor's machine of requests (RFC 8855)."""

import pytest

from trialogue.brain.floor.requests import TRANSITIONS, Act, Floor, Request, RequestState
from trialogue.brain.floor.view import Waiting
from trialogue.errors import LocalProtocolError


@pytest.mark.parametrize("state", RequestState)
@pytest.mark.parametrize("act", Act)
def test_a_request_moves_by_its_table_only(state, act):
    """A step that is not in the table of a request's states is an error, and changes nothing."""
    request = Request("tech", 0.0, state=state)
    if (state, act) in TRANSITIONS:
        request.take(act)
        assert request.state is TRANSITIONS[state, act]
    else:
        with pytest.raises(
            LocalProtocolError, match=f"a request that is {state.value} cannot take {act.value}"
        ):
            request.take(act)
        assert request.state is state


def test_the_table_of_requests():
    """A floor request moves by the states of RFC 8855, section 5.2.5, and its ends are final."""
    ends = {"released", "revoked", "denied", "cancelled"}
    assert {old.value for old, _ in TRANSITIONS} == {"pending", "accepted", "granted"}
    assert {state.value for state in RequestState} - {old.value for old, _ in TRANSITIONS} == ends


def test_the_queue_is_by_priority_then_first_come():
    """A participant that asks twice waits once, at the place of its priority."""
    floor = Floor()
    for name, priority in (("a", 0), ("b", 1), ("c", 0), ("a", 1), ("b", 0)):
        floor.request(name, 0.0, priority)
    assert [request.participant for request in floor.waiting()] == ["a", "b", "c"]


def test_one_holder_at_a_time():
    """A second grant, or an end without a holder, is an error of the caller."""
    floor = Floor()
    with pytest.raises(LocalProtocolError, match="nobody holds"):
        floor.end("finished")
    assert floor.grant("a", 1.0) == 1
    with pytest.raises(LocalProtocolError, match="held in turn 1"):
        floor.grant("b", 1.0)
    granted = floor.granted
    floor.end("yielded")
    assert granted is not None
    assert granted.state is RequestState.RELEASED
    assert floor.grant("a", 2.0) == 2
    granted = floor.granted
    floor.end("timeout")
    assert granted is not None
    assert granted.state is RequestState.REVOKED


def test_requests_end_in_their_own_ways():
    """A denied or cancelled request is forgotten, and the end of an unknown one changes nothing."""
    floor = Floor()
    denied, cancelled = floor.request("a", 0.0), floor.request("b", 0.0)
    floor.deny("a")
    floor.cancel("b")
    floor.cancel("b")
    assert (denied.state, cancelled.state) == (RequestState.DENIED, RequestState.CANCELLED)
    assert floor.waiting() == ()


def test_the_floor_knows_its_invariants():
    """A broken invariant of the floor is an error that names it."""
    floor = Floor()
    floor.grant("a", 0.0)
    floor.request("b", 0.0)
    floor.check(frozenset())
    for gone in ("a", "b"):
        with pytest.raises(LocalProtocolError, match="has left"):
            floor.check(frozenset({gone}))
    floor.request("b", 0.0).state = RequestState.DENIED
    with pytest.raises(LocalProtocolError, match="in the queue is denied"):
        floor.check(frozenset())
    floor.request("b", 0.0).state = RequestState.ACCEPTED
    floor.request("b", 0.0).participant = "c"
    with pytest.raises(LocalProtocolError, match="in the queue is accepted"):
        floor.check(frozenset())
    assert floor.granted is not None
    floor.granted.state = RequestState.REVOKED
    with pytest.raises(LocalProtocolError, match="holder's request is revoked"):
        floor.check(frozenset())


def test_lost_turns_are_taken_again_by_nobody_but_the_one_that_was_named():
    """After a name by the chair, lost turns of others are forgotten, while hands and grants stand."""
    floor = Floor()
    for name in ("named", "lost", "raised"):
        floor.retake(name, 1.0)
    floor.raise_hand("raised", 2.0)
    floor.ask_first("asked", 3.0)
    floor.request("ready", 4.0)
    floor.drop_retakes(but="named")
    waiting = {each.participant: (each.first, each.retakes) for each in floor.waiting()}
    assert waiting == {
        "named": (True, True),
        "raised": (False, False),
        "asked": (True, False),
        "ready": (False, False),
    }


def test_an_unstated_urgency_is_half_of_the_highest():
    """A bid without an urgency counts as 5 of 10."""
    floor = Floor()
    for name, urgency in (("more", 6), ("silent", None), ("less", 4)):
        floor.raise_hand(name, 1.0)
        floor.bid(name, urgency, None)
    asked = sorted(floor.waiting(), key=lambda request: -request.urgency)
    assert [each.participant for each in asked] == ["more", "silent", "less"]
    assert Waiting("silent", 0, 1.0, is_prepared=False).urgency == floor.request("silent", 1.0).urgency


def test_a_bid_changes_what_it_says_and_nothing_else():
    """A bid that gives only an urgency keeps its topic, and one that gives a topic its urgency."""
    floor = Floor()
    floor.raise_hand("a", 1.0)
    for urgency, wants, then in (
        (7, "costs", (7, "costs")),
        (None, "time", (7, "time")),
        (2, None, (2, "time")),
    ):
        floor.bid("a", urgency, wants)
        request = floor.request_of("a")
        assert (request.urgency, request.wants) == then
