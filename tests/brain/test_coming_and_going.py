"""Who is at the table is state: joining, leaving, being revoked."""

import pytest
from playbook import Noted

from trialogue.brain.course import incoming_requests
from trialogue.brain.course.cost import Meter
from trialogue.brain.meeting import Brain
from trialogue.brain.owners import Owners
from trialogue.model.commands import Cue, Drop, EndTurn, GrantFloor, SetHearing, StopPlayout
from trialogue.model.events import (
    FloorRequested,
    GrantAsked,
    Joined,
    Left,
    LineTaken,
    MeetingStarted,
    PlaybackStarted,
    RevokeAsked,
    SessionReady,
    SpeechStarted,
    WordsHeard,
)
from trialogue.model.memory import ContextMessage
from trialogue.model.participants import Price, Role
from trialogue.testing.casts import agent, observer, opening, person, plan, played, reply
from trialogue.testing.playbooks import Player


def begun(*cast, **rules):
    wanted = plan(*cast, **rules)
    player = Player(Brain(wanted), wakes=True)
    for at, event in opening(wanted):
        player.tell(at, event)
    return player


def holders(player):
    return [grant.to for grant in player.decided(GrantFloor)]


def test_a_participant_who_joins_is_at_the_table():
    """A participant who joins gets its turn, and others read its label and that it has joined."""
    player = begun("tech")
    player.tell(1.0, Joined(agent("law", title="Lawyer")))
    player.tell(1.0, SessionReady("law", 1))
    for at, event in (*reply(1.1, "tech", 1, "Well."), *played(1.2, "tech", 1, turn=1)):
        player.tell(at, event)
    assert holders(player) == ["tech", "law"]
    for at, event in (*reply(4.0, "law", 1, "I agree."), *played(4.1, "law", 1, turn=2)):
        player.tell(at, event)
    cue = player.decided(Cue)[-1]
    assert cue.text.split("\n") == [
        "Lawyer: I agree.",
        "Note: Lawyer has joined the meeting.",
        "It is your turn.",
    ]


def test_a_participant_who_is_there_cannot_join_again():
    """A second join is noted as stale, and the participant keeps its place."""
    player = begun("tech")
    assert player.tell(1.0, Joined(agent("tech"))) == [Noted("stale", "tech")]


def test_a_participant_who_leaves_holds_and_waits_for_nothing():
    """A participant who leaves ends its turn as `left`, and its hand cannot go up again."""
    player = begun("tech", "biz")
    for at, event in reply(1.0, "tech", 1, length_s=9.0):
        player.tell(at, event)
    player.tell(1.1, PlaybackStarted("tech", 1, 1, 1.1))
    answer = player.tell(2.0, Left("tech"))
    assert answer[:3] == [
        StopPlayout("tech", 1),
        EndTurn("tech", 1, "left"),
        GrantFloor("biz", 2, "next in order", 92.0),
    ]
    assert not [each for each in answer if isinstance(each, Drop)]
    player.tell(3.0, FloorRequested("tech"))
    assert player.brain.floor_view.queue == ()
    assert "tech" not in player.brain.floor_view.present


def test_a_person_that_leaves_speaks_no_more():
    """A person who left is not heard, and can speak and take the floor again after coming back."""
    player = begun(person("dana"), "tech", policy="queue", otherwise="queue")
    player.tell(1.0, SpeechStarted("dana", 1.0))
    player.wait(2.0)
    assert player.brain.audible == ("dana",)
    left = player.tell(3.0, Left("dana"))
    assert EndTurn("dana", 1, "left") in left
    assert SetHearing((), ("dana",)) in left, "its source gives nothing any more"
    assert player.brain.audible == ()
    assert player.tell(4.0, SpeechStarted("dana", 4.0))[0].code == "stale"
    assert SetHearing((), ()) in player.tell(5.0, Joined(person("dana")))
    player.tell(6.0, SpeechStarted("dana", 6.0))
    player.wait(7.0)
    assert player.brain.holder == "dana"


def test_the_app_takes_the_floor_from_its_holder():
    """The app takes the floor from its holder alone, and a person who speaks on does not get it back."""
    player = begun(person("dana"), "tech", policy="queue", otherwise="queue")
    assert player.tell(0.5, RevokeAsked("tech"))[0].code == "stale"
    player.tell(1.0, SpeechStarted("dana", 1.0))
    player.wait(2.0)
    assert EndTurn("dana", 1, "interrupted") in player.tell(3.0, RevokeAsked("dana"))
    player.tell(3.5, FloorRequested("tech"))
    assert holders(player) == ["dana", "tech"]


def test_a_participant_who_joins_stands_last_in_an_order_that_is_written():
    """A later participant comes last in `round-robin` and `scripted`; an observer has no place."""
    player = begun("tech", "biz", policy="round-robin", order=("biz", "tech"))
    player.tell(1.0, Joined(agent("law")))
    player.tell(1.0, Joined(agent("ear", role=Role.OBSERVER)))
    player.tell(1.0, SessionReady("law", 1))
    assert player.brain.floor_view.plan.floor.order == ("biz", "tech", "law")
    assert player.brain.plan.floor.order == ("biz", "tech"), "the plan is that of the start"
    for turn, name in enumerate(("biz", "tech", "law", "biz"), 1):
        number = 1 + sum(each == name for each in holders(player)[:-1])
        for at, event in (
            *reply(2.0 * turn, name, number, f"That is remark {turn}."),
            *played(2.0 * turn + 0.1, name, number, turn=turn, length_s=1.0),
        ):
            player.tell(at, event)
    assert holders(player) == ["biz", "tech", "law", "biz", "tech"]


def test_another_seat_of_a_name_has_neither_its_lines_nor_its_memory():
    """An agent that comes back unchanged has its lines and memory; another of that name has not."""
    player = begun("tech", "biz")
    player.tell(1.0, LineTaken("tech", 1, 0))
    for at, event in (*reply(1.0, "tech", 1, "Well."), *played(1.1, "tech", 1, turn=1)):
        player.tell(at, event)
    assert player.brain.script_stand("tech").given == (0,)
    assert player.brain.context("tech")
    player.tell(5.0, Left("tech"))
    player.tell(6.0, Joined(agent("tech")))
    assert player.brain.script_stand("tech").given == (0,)
    assert player.brain.context("tech")
    player.tell(7.0, Left("tech"))
    player.tell(8.0, Joined(agent("tech"), '{"lines": ["Hello."]}'))
    assert player.brain.script_stand("tech").given == ()
    assert player.brain.context("tech") == ()


def test_a_participant_who_joins_costs_what_its_service_costs():
    """The sum counts a later participant's sessions at their price, until it leaves."""
    meter = Meter(plan("tech"))
    law = agent("law", price=Price("a model", usd_a_minute=0.6))
    for at, event in ((1.0, Joined(law)), (10.0, SessionReady("law", 1)), (20.0, Left("law"))):
        meter.take(event, at)
    (spent,) = meter.cost(60.0).participants
    assert (spent.name, spent.seconds, spent.usd) == ("law", 10.0, pytest.approx(0.1))


def test_who_is_here_is_known():
    """The participants at the table are listed in the order of their coming, without those who left."""
    player = begun("tech", "biz")
    player.tell(1.0, Joined(agent("law")))
    player.tell(2.0, Left("tech"))
    assert player.brain.here() == ("biz", "law")


def test_who_comes_and_who_goes_is_news_to_the_others_only():
    """An agent's cue says that another has joined or left, and nothing of its own joining."""
    player = begun("tech", "biz")
    player.tell(0.5, Joined(agent("law")))
    player.tell(0.5, SessionReady("law", 1))
    player.tell(0.6, Left("biz"))
    for at, event in (*reply(1.0, "tech", 1, "Well."), *played(1.1, "tech", 1, turn=1)):
        player.tell(at, event)
    first = player.decided(Cue)[-1]
    assert (first.to, first.text.split("\n")) == (
        "law",
        ["Tech: Well.", "Note: Biz has left the meeting.", "It is your turn."],
    )


def test_nothing_is_kept_for_who_is_never_told_anything():
    """Observers and people read no digests: who comes and goes for hours takes no memory for them."""
    o = Owners(plan("tech", observer("watch"), person("dana")))
    for number in range(3):
        incoming_requests.take(o, Joined(agent(f"guest{number}")))
    assert [len(o.inboxes.of(name).notes) for name in ("tech", "watch", "dana")] == [3, 0, 0]


def test_a_stale_join_changes_nothing():
    """A participant at the table that is announced again keeps its label, session and place."""
    player = begun("tech", "biz")
    player.tell(0.5, Joined(agent("biz", title="Another")))
    assert player.brain.floor_view.present == ("tech", "biz")
    for at, event in (*reply(1.0, "tech", 1, "Well."), *played(1.1, "tech", 1, turn=1)):
        player.tell(at, event)
    assert player.decided(Cue)[-1].text == "Tech: Well.\nIt is your turn."


def test_a_hand_of_a_person_goes_with_it():
    """A person who leaves and comes back has no hand up, and no grant asked for by the app."""
    for wish in (FloorRequested("dana"), GrantAsked("dana", "the price")):
        player = begun("tech", person("dana"), policy="queue", otherwise="queue")
        player.tell(0.2, FloorRequested("tech"))
        for at, event in (*reply(1.0, "tech", 1, length_s=9.0), (1.1, PlaybackStarted("tech", 1, 1, 1.1))):
            player.tell(at, event)
        player.tell(2.0, wish)
        assert [each.participant for each in player.brain.floor_view.queue] == ["dana"]
        player.tell(3.0, Left("dana"))
        player.tell(4.0, Joined(person("dana")))
        assert player.brain.floor_view.queue == ()


def test_a_participant_who_leaves_is_not_heard_any_more():
    """An agent that leaves in the middle of its reply is silent from that moment on."""
    player = begun("tech", "biz")
    for at, event in (*reply(1.0, "tech", 1, length_s=9.0), (1.1, PlaybackStarted("tech", 1, 1, 1.1))):
        player.tell(at, event)
    assert player.brain.audible == ("tech",)
    player.tell(2.0, Left("tech"))
    assert player.brain.audible == ()


def test_sound_that_began_as_it_was_stopped_is_over_with_its_seat():
    """An agent that leaves is not counted as heard, though the end of its sound is never reported."""
    player = begun("tech", "biz")
    for at, event in reply(1.0, "tech", 1, length_s=9.0):
        player.tell(at, event)
    player.tell(1.1, RevokeAsked("tech"))
    player.tell(1.15, PlaybackStarted("tech", 1, 1, 1.1))
    assert player.brain.audible == ("tech",)
    player.tell(2.0, Left("tech"))
    assert player.brain.audible == ()


@pytest.mark.parametrize("who", [agent("law"), person("dana")])
def test_the_opening_waits_for_nobody_who_has_left(who):
    """A meeting opens when the last agent that it waited for leaves."""
    player = Player(Brain(plan("tech", who)), wakes=True)
    player.tell(0.0, MeetingStarted())
    player.tell(1.0, SessionReady("tech", 1))
    if who.name == "law":
        assert holders(player) == []
    player.tell(2.0, Left(who.name))
    assert holders(player) == ["tech"]


def test_a_participant_who_joins_to_hear_remembers_what_it_heard():
    """An agent by ear that joins has what it heard in its memory; an agent that reads has not."""
    player = begun("tech")
    player.tell(1.0, Joined(agent("law", by_ear=True)))
    player.tell(1.0, SessionReady("law", 1))
    player.tell(2.0, WordsHeard("law", "Well."))
    assert player.brain.context("law") == (ContextMessage("user", "Well."),)
    player.tell(3.0, Left("law"))
    player.tell(4.0, Joined(agent("law")))
    player.tell(4.0, SessionReady("law", 2))
    player.tell(5.0, WordsHeard("law", "Echo."))
    assert player.brain.context("law") == (ContextMessage("user", "Well."),)
