"""Two people who speak at once: who goes first, and who is heard next."""

import pytest
from playbook import Noted

from trialogue.brain.meeting import Brain
from trialogue.model.commands import EndTurn, GrantFloor, Report
from trialogue.model.events import (
    EarHeard,
    EarReady,
    FloorRequested,
    MeetingStarted,
    PlaybackFinished,
    PlaybackStarted,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
)
from trialogue.model.participants import Role
from trialogue.testing.casts import opening, person, plan, reply
from trialogue.testing.playbooks import Player


def table(*people, **rules):
    """A meeting in which tech has just been heard, and dana has the floor; everybody's ear is ready."""
    wanted = plan("tech", *people, **rules)
    player = Player(Brain(wanted), wakes=True)
    ears = [(0.0, EarReady(each.name, 1)) for each in people]
    heard = [
        *reply(1.0, "tech", 1, "One two three.", length_s=2.0),
        (1.1, PlaybackStarted("tech", 1, 1, 1.1)),
        (3.1, PlaybackFinished("tech", 1, 1, 3.1, 2.0, "complete")),
    ]
    for at, event in (*opening(wanted), *ears, *heard):
        player.tell(at, event)
    return player


def of(player, kind, since=3.2):
    """The commands of a class that were decided since a moment."""
    return [c for at, _, commands in player.log if at >= since for c in commands if isinstance(c, kind)]


DANA, EVE = person("dana"), person("eve")
CHAIR = person("eve", role=Role.CHAIR)


@pytest.mark.parametrize("apart", [0.2, 0.3])
def test_of_two_who_start_at_once_the_chair_goes_first(apart):
    """Of two people who start at once the chair goes first, and the other is next."""
    player = table(DANA, CHAIR)
    player.tell(3.3, SpeechStarted("dana", 3.2))
    player.tell(3.7, SpeechStarted("eve", 3.2 + apart))
    assert of(player, Report)[0] == Noted("collision", "dana", "eve goes first")
    assert of(player, EndTurn) == [EndTurn("dana", 2, "interrupted")]
    assert [grant.to for grant in of(player, GrantFloor)] == ["eve"]
    player.tell(3.9, SpeechStopped("dana", 3.8))
    player.tell(6.0, SpeechStopped("eve", 5.8))
    player.tell(6.1, EarHeard("eve", 1, 1, "I think we should go on.", 3.4, 5.8, "final"))
    assert [grant.to for grant in of(player, GrantFloor)] == ["eve", "dana"]


def test_of_two_who_start_at_once_the_holder_goes_on():
    """Of two people who start at once the holder goes on, and the other is next."""
    player = table(DANA, EVE)
    player.tell(3.3, SpeechStarted("dana", 3.2))
    player.tell(3.5, SpeechStarted("eve", 3.4))
    assert of(player, Report) == [Noted("collision", "eve", "dana goes first")]
    assert of(player, EndTurn) == []
    player.tell(3.9, SpeechStopped("eve", 3.7))
    player.tell(6.0, SpeechStopped("dana", 5.8))
    player.tell(6.1, EarHeard("dana", 1, 1, "I think we should go on.", 3.2, 5.8, "final"))
    assert [grant.to for grant in of(player, GrantFloor)] == ["eve"]


def test_a_person_who_starts_later_collides_with_nobody():
    """A chair that speaks into another's turn does not take it."""
    player = table(DANA, CHAIR)
    player.tell(3.3, SpeechStarted("dana", 3.2))
    player.tell(3.8, SpeechStarted("eve", 3.6))
    assert of(player, Report, since=3.7) == []
    assert of(player, EndTurn) == []


def test_a_person_who_pauses_is_not_collided_with():
    """A person who speaks up in a holder's pause makes no collision."""
    player = table(DANA, CHAIR)
    player.tell(3.3, SpeechStarted("dana", 3.2))
    player.tell(3.45, SpeechStopped("dana", 3.35))
    player.tell(3.5, SpeechStarted("eve", 3.4))
    assert of(player, Report) == []
    assert of(player, EndTurn) == []


def test_two_on_a_free_floor():
    """Of two people who begin within 0.3 s, the first has the floor, and the other is next."""
    player = table(DANA, EVE)
    player.tell(3.3, SpeechStarted("dana", 3.2))
    player.tell(5.0, SpeechStopped("dana", 4.9))
    player.tell(5.1, EarHeard("dana", 1, 1, "So much for that.", 3.2, 4.9, "final"))
    assert [grant.to for grant in of(player, GrantFloor)] == ["eve"]


def early(seed, *begins):
    """Dana and eve speak from these places on, before the first agent is ready and the meeting opens."""
    player = Player(Brain(plan("tech", DANA, EVE, seed=seed)), wakes=True)
    player.tell(0.0, MeetingStarted())
    for name, at in zip(("dana", "eve"), begins, strict=True):
        player.tell(at, SpeechStarted(name, at))
    player.tell(2.0, SessionReady("tech", 1))
    return player


def test_of_two_who_began_before_the_opening_the_first_goes_first():
    """Of two people who began at once before the opening, the first has the floor and the other is next."""
    player = early(1, 0.0, 0.3)
    assert [grant.to for grant in player.decided(GrantFloor)] == ["dana"]
    note = Noted("collision", "eve", "dana goes first")
    assert note in player.decided(Report)
    assert note not in early(1, 0.0, 0.4).decided(Report)


def test_of_two_who_began_at_the_same_moment_the_meeting_draws():
    """The seed decides, so neither of the two always wins."""
    first = [early(seed, 1.0, 1.0).decided(GrantFloor)[0].to for seed in range(12)]
    assert set(first) == {"dana", "eve"}
    assert first == [early(seed, 1.0, 1.0).decided(GrantFloor)[0].to for seed in range(12)]


def test_a_person_who_was_first_goes_first_with_a_hand_up_or_without():
    """Of two who start at once, the first has the floor unless the other has a hand of higher priority."""
    for event, first in (
        (FloorRequested("dana"), "dana"),
        (FloorRequested("eve"), "dana"),
        (FloorRequested("eve", 1), "eve"),
    ):
        player = Player(Brain(plan("tech", DANA, EVE)), wakes=True)
        for at, each in [
            (0.0, MeetingStarted()),
            (0.1, event),
            (0.2, SpeechStarted("dana", 0.2)),
            (0.3, SpeechStarted("eve", 0.3)),
            (2.0, SessionReady("tech", 1)),
        ]:
            player.tell(at, each)
        assert player.decided(GrantFloor)[0].to == first


def test_a_participant_who_had_to_give_way_to_the_chair_is_next_where_nobody_else_chooses():
    """Under `queue`, a person who gave way to the chair has the floor next."""
    player = table(DANA, CHAIR, policy="queue", otherwise="queue")
    player.tell(3.3, SpeechStarted("dana", 3.2))
    player.tell(3.7, SpeechStarted("eve", 3.4))
    player.tell(3.9, SpeechStopped("dana", 3.8))
    player.tell(6.0, SpeechStopped("eve", 5.8))
    player.tell(6.1, EarHeard("eve", 1, 1, "I think we should go on.", 3.4, 5.8, "final"))
    assert [grant.to for grant in of(player, GrantFloor)][-2:] == ["eve", "dana"]


def test_of_two_who_start_within_just_the_bound_both_have_started():
    """People who begin exactly 0.3 s apart collide."""
    made = plan("tech", DANA, EVE, policy="queue", otherwise="queue")
    player = Player(Brain(made), wakes=True)
    for at, event in (*opening(made), (0.4, SpeechStarted("dana", 0.3)), (0.7, SpeechStarted("eve", 0.6))):
        player.tell(at, event)
    assert Noted("collision", "eve", "dana goes first") in player.decided(Report)


@pytest.mark.parametrize(("until", "code"), [(4.0, "backchannel"), (4.9, "overlap")])
def test_a_person_who_gave_way_has_spoken_beside_the_turn(until, code):
    """Speech of a person who gave way is kept as a backchannel or an overlap."""
    made = plan("tech", DANA, EVE, policy="queue", otherwise="queue")
    player = Player(Brain(made), wakes=True)
    start = [*opening(made), (0.0, EarReady("dana", 1)), (0.0, EarReady("eve", 1))]
    for at, event in (*start, (3.4, SpeechStarted("dana", 3.3)), (3.55, SpeechStarted("eve", 3.5))):
        player.tell(at, event)
    player.tell(until + 0.2, SpeechStopped("eve", until))
    assert of(player, Report)[-1].code == code
    player.tell(until + 0.4, EarHeard("eve", 1, 1, "Well", 3.5, until, "final"))
    (said,) = (each for each in player.brain.utterances() if each.participant == "eve")
    assert (said.heard, said.beside, said.turn) == ("Well", code, 1)


def test_equal_starts_are_drawn_by_the_meetings_number():
    """Between two equal starts the draw of that turn decides, which policies see, too."""
    for seed in range(12):
        made = plan("tech", DANA, EVE, person("zoe"), seed=seed)
        player = Player(Brain(made), wakes=True)
        player.tell(0.0, MeetingStarted())
        for name in ("dana", "eve", "zoe"):
            player.tell(1.0, SpeechStarted(name, 1.0))
        drawn = int(player.brain.floor_view.draw * 3)
        player.tell(2.0, SessionReady("tech", 1))
        assert player.decided(GrantFloor)[0].to == ("dana", "eve", "zoe")[drawn]
