"""The hearing table: who hears people, and who must not for now."""

from trialogue.brain.meeting import Brain
from trialogue.model.commands import SetHearing
from trialogue.model.events import (
    EarHeard,
    EarReady,
    MuteAsked,
    PlaybackFinished,
    PlaybackStarted,
    SpeechStarted,
    SpeechStopped,
)
from trialogue.testing.casts import agent, opening, person, plan, reply
from trialogue.testing.playbooks import Player


def table():
    """Two agents by ear and a person, in a meeting that is open: tech has the floor."""
    wanted = plan(agent("tech", by_ear=True), agent("biz", by_ear=True), person("dana"))
    player = Player(Brain(wanted), wakes=True)
    for at, event in (*opening(wanted), (0.0, EarReady("dana", 1))):
        player.tell(at, event)
    return player


def heard_by(player, listener):
    """Whom an agent hears by now."""
    rows = {row.listener: row.speakers for row in player.decided(SetHearing)[-1].table}
    return rows[listener]


def starts(player):
    for at, event in reply(1.0, "tech", 1, "One two three. Four five six.", length_s=6.0):
        player.tell(at, event)
    player.tell(1.1, PlaybackStarted("tech", 1, 1, 1.1))


def test_an_agent_that_has_the_floor_hears_no_people():
    """An agent by ear with the floor does not hear people, so that a cough does not silence it."""
    player = table()
    starts(player)
    assert heard_by(player, "tech") == ("biz",)
    assert heard_by(player, "biz") == ("tech", "dana")
    player.tell(7.1, PlaybackFinished("tech", 1, 1, 7.1, 6.0, "complete"))
    assert heard_by(player, "tech") == ("biz", "dana")


def test_an_agent_that_was_cut_off_hears_nothing_of_whoever_did_it():
    """An agent by ear does not hear the interruption that cut it off, and hears people again after it."""
    player = table()
    starts(player)
    player.tell(3.1, SpeechStarted("dana", 3.0))
    player.wait(4.5)
    assert heard_by(player, "tech") == ("biz",)
    assert heard_by(player, "biz") == ("tech", "dana")
    player.tell(6.0, SpeechStopped("dana", 5.8))
    player.tell(6.1, EarHeard("dana", 1, 1, "I have a question about all this.", 3.0, 5.8, "final"))
    player.wait(7.0)
    assert heard_by(player, "tech") == ("biz", "dana")


def test_an_agent_that_is_muted_is_heard_by_nobody():
    """A muted agent's sound reaches no participant, not even those that it was routed to."""
    player = table()
    starts(player)
    player.tell(2.0, MuteAsked("dana", muted=True))
    assert heard_by(player, "biz") == ("tech",)
    player.tell(2.5, MuteAsked("dana", muted=False))
    assert heard_by(player, "biz") == ("tech", "dana")
