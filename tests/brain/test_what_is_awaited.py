"""Patterns beside words at a turn's end for which a meeting waits: its end, and what a point is done by."""

from trialogue.brain.meeting import Brain
from trialogue.model.commands import Attribute, EndMeeting, MoveAgenda
from trialogue.model.events import (
    EarHeard,
    EarReady,
    FloorRequestCancelled,
    FloorRequested,
    SpeechStarted,
    SpeechStopped,
)
from trialogue.model.expectations import Happening, SeatPattern, Trigger
from trialogue.model.plan import AgendaItem
from trialogue.testing.casts import opening, person, plan, played, reply
from trialogue.testing.playbooks import Player

HAND = Trigger(SeatPattern("law", Happening.HAND))
DANA = Trigger(SeatPattern("dana", Happening.HEARD))


def begun(**rules):
    """An open meeting of three agents."""
    wanted = plan("tech", "biz", "law", policy="round-robin", **rules)
    player = Player(Brain(wanted), wakes=True)
    for at, event in opening(wanted):
        player.tell(at, event)
    return player


def says(player, by, number):
    """A whole turn of two seconds: what is decided at its end."""
    at = player.now + 0.1
    for when, event in reply(at, by, number):
        player.tell(when, event)
    *_, (end, over) = [*played(at, by, number, turn=player.brain.turn)]
    player.tell(at, played(at, by, number, turn=player.brain.turn)[0][1])
    return [each for each in player.tell(end, over) if isinstance(each, MoveAgenda | EndMeeting)]


def test_a_person_whose_speech_ends_the_meeting_is_heard_out():
    """The first sound of a person that the plan waits for ends the meeting after that person's turn."""
    wanted = plan("tech", person("dana"), policy="queue", otherwise="queue", end=(DANA,))
    player = Player(Brain(wanted), wakes=True)
    for at, event in (
        *opening(wanted),
        (0.0, EarReady("dana", 1)),
        (1.0, SpeechStarted("dana", 1.0)),
        (3.0, SpeechStopped("dana", 2.9)),
        (3.1, EarHeard("dana", 1, 1, "Then we are done.", 1.0, 2.9, "final")),
    ):
        player.tell(at, event)
    assert [words.text for words in player.decided(Attribute)] == ["Then we are done."]
    assert player.decided(EndMeeting) == [EndMeeting("happened")]


def test_an_awaited_event_ends_the_meeting_after_the_current_turn():
    """A raised hand that the plan waits for ends the meeting after the current turn."""
    player = begun(end=(HAND,))
    assert says(player, "tech", 1) == []
    player.tell(player.now + 0.1, FloorRequested("biz"))
    player.tell(player.now + 0.1, FloorRequested("law"))
    assert says(player, "biz", 1) == [EndMeeting("happened")]


def test_a_points_awaited_event_counts_from_its_beginning():
    """An event that ended one point of the agenda does not end the next one as well."""
    points = tuple(AgendaItem(each, each, done_when=HAND) for each in ("one", "two"))
    player = begun(agenda=points, end_with_agenda=False)
    player.tell(0.1, FloorRequested("law"))
    assert says(player, "tech", 1) == [MoveAgenda("two", "done")]
    player.tell(player.now, FloorRequestCancelled("law"))
    assert says(player, "biz", 1) == []
    player.tell(player.now + 0.1, FloorRequested("law"))
    assert says(player, "law", 1) == [MoveAgenda(None, "done")]


def test_the_meetings_awaited_event_counts_across_the_agenda():
    """The second raised hand of a meeting counts as second, though a point ended in between."""
    second = Trigger(SeatPattern("law", Happening.HAND), nth=2)
    points = (AgendaItem("one", "one", time_s=1.0),)
    player = begun(agenda=points, end=(second,), end_with_agenda=False)
    player.tell(0.1, FloorRequested("law"))
    player.tell(0.2, FloorRequestCancelled("law"))
    assert says(player, "tech", 1) == [MoveAgenda(None, "time")]
    player.tell(player.now + 0.1, FloorRequested("law"))
    assert says(player, "biz", 1) == [EndMeeting("happened")]
