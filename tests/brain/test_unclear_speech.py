"""Speech that nobody could make words of stands in the transcript, wherever it was."""

from trialogue.brain.meeting import Brain
from trialogue.model.commands import WakeAt
from trialogue.model.events import (
    EarHeard,
    EarReady,
    MeetingStarted,
    PlaybackStarted,
    ProcessSuspended,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
)
from trialogue.model.transcript import UNCLEAR
from trialogue.testing.casts import opening, person, plan, reply
from trialogue.testing.playbooks import Player


def said(player, by):
    """What stands in the transcript of somebody, with where it begins, in that order."""
    return sorted((each.start_s, each.heard) for each in player.brain.utterances() if each.participant == by)


def test_words_of_the_second_of_two_stretches_leave_the_first_unclear():
    """Two assents within 0.6 s of each other, and the ear made words of the second only."""
    made = plan("tech", person("dana"), policy="round-robin")
    player = Player(Brain(made), wakes=True)
    for at, event in [
        *opening(made),
        (0.5, EarReady("dana", 1)),
        *reply(1.0, "tech", 1, "A long story.", length_s=20.0),
        (1.1, PlaybackStarted("tech", 1, 1, 1.1)),
        (3.1, SpeechStarted("dana", 3.0)),
        (3.8, SpeechStopped("dana", 3.4)),
        (4.1, SpeechStarted("dana", 3.9)),
        (4.7, SpeechStopped("dana", 4.3)),
        (4.9, EarHeard("dana", 1, 1, "Yes.", 3.9, 4.3, "final")),
    ]:
        player.tell(at, event)
    player.wait(12.0)
    assert said(player, "dana") == [(3.0, UNCLEAR), (3.9, "Yes.")]


def test_speech_before_the_opening_is_unclear():
    """Nobody has the floor yet, and no words of it come."""
    player = Player(Brain(plan("tech", person("dana"), policy="round-robin")), wakes=True)
    for at, event in [
        (0.0, MeetingStarted()),
        (0.5, SpeechStarted("dana", 0.4)),
        (1.4, SpeechStopped("dana", 1.0)),
        (2.0, SessionReady("tech", 1)),
    ]:
        player.tell(at, event)
    player.wait(10.0)
    assert said(player, "dana") == [(0.4, UNCLEAR)]


def test_a_sleep_moves_the_limit_of_silence():
    """What was quiet before it counts; the sleep itself does not."""
    made = plan("tech", person("dana"), policy="queue", silence_s=30.0)
    player = Player(Brain(made))
    for at, event in opening(made):
        player.tell(at, event)
    before = [each.at for each in player.decided(WakeAt) if each.timer == "limit-silence"]
    player.tell(before[-1] + 50.0 - 20.0, ProcessSuspended(50.0))
    after = [each.at for each in player.decided(WakeAt) if each.timer == "limit-silence"]
    assert after[-1] == before[-1] + 50.0
