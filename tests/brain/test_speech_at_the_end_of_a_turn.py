"""Speech of people that begins beside a turn and is judged when that is over, or before any."""

from playbook import Noted

from trialogue.brain.meeting import Brain
from trialogue.model.commands import DuckPlayout, GrantFloor, Report, UnduckPlayout
from trialogue.model.events import (
    EarHeard,
    EarReady,
    FloorRequested,
    MeetingStarted,
    PlaybackFinished,
    PlaybackStarted,
    SpeechStarted,
    SpeechStopped,
    VoiceFell,
    VoiceRose,
)
from trialogue.model.plan import InterruptRules
from trialogue.testing.casts import opening, person, plan, reply
from trialogue.testing.playbooks import Player

QUEUE = {"policy": "queue", "otherwise": "queue"}


def heard(**rules):
    """Tech asks for the floor and is heard from 1.1 to 21.1 s; dana and eve have ears."""
    wanted = plan("tech", person("dana"), person("eve"), **QUEUE, **rules)
    player = Player(Brain(wanted), wakes=True)
    start = [*opening(wanted), (0.0, EarReady("dana", 1)), (0.0, EarReady("eve", 1))]
    speech = reply(1.0, "tech", 1, "One two three.", length_s=20.0)
    for at, event in (*start, (0.5, FloorRequested("tech")), *speech):
        player.tell(at, event)
    player.tell(1.1, PlaybackStarted("tech", 1, 1, 1.1))
    return player


def of(decided, *kinds):
    return [each for each in decided if isinstance(each, kinds)]


def test_a_person_who_spoke_on_over_the_end_of_a_turn_has_spoken():
    """Speech that is longer than a backchannel and outlasts a turn is a turn of its own."""
    player = heard()
    player.tell(20.95, SpeechStarted("dana", 20.9))
    player.tell(21.1, PlaybackFinished("tech", 1, 1, 21.1, 20.0, "complete"))
    decided = player.tell(21.8, SpeechStopped("dana", 21.75))
    assert [(each.to, each.reason) for each in of(decided, GrantFloor)] == [("dana", "spoke")]
    player.tell(22.0, EarHeard("dana", 1, 1, "One moment.", 20.9, 21.7, "final"))
    said = player.brain.utterances()[-1]
    assert (said.participant, said.heard, said.beside) == ("dana", "One moment.", "")


def test_a_voice_that_goes_on_where_overlap_is_allowed_is_not_unsure_any_more():
    """An agent is loud again beside speech that is surely an allowed overlap."""
    player = heard(interrupt=InterruptRules(overlap_s=5.0))
    assert len(of(player.tell(3.1, SpeechStarted("dana", 3.0)), DuckPlayout)) == 1
    assert player.tell(3.4, VoiceFell("dana", 3.3)) == []
    assert player.tell(4.3, VoiceRose("dana", 4.25)) == [UnduckPlayout("tech", 1)]


def test_a_person_who_gives_way_to_a_holder_is_next():
    """Of two people who begin at once in one's turn, the holder goes on, and the other is next."""
    player = heard()
    player.tell(15.0, FloorRequested("dana"))
    player.tell(21.1, PlaybackFinished("tech", 1, 1, 21.1, 20.0, "complete"))
    player.tell(22.1, SpeechStarted("dana", 22.0))
    player.tell(22.3, SpeechStarted("eve", 22.2))
    note = Noted("collision", "eve", "dana goes first")
    assert player.decided(Report) == [note]
    player.tell(22.8, SpeechStopped("eve", 22.6))
    player.tell(25.0, SpeechStopped("dana", 24.8))
    player.tell(25.1, EarHeard("dana", 1, 1, "That is all I have to say.", 22.0, 24.7, "final"))
    assert [each.to for each in player.decided(GrantFloor)] == ["tech", "dana", "eve"]


def test_a_short_word_before_the_opening_stands_beside_no_turn():
    """A short word before the opening takes no floor, and is in the transcript as a backchannel."""
    player = Player(Brain(plan("tech", person("dana"))), wakes=True)
    for at, event in ((0.0, MeetingStarted()), (0.0, EarReady("dana", 1)), (1.0, SpeechStarted("dana", 1.0))):
        player.tell(at, event)
    player.tell(1.4, SpeechStopped("dana", 1.25))
    decided = player.tell(1.6, EarHeard("dana", 1, 1, "No.", 1.0, 1.2, "final"))
    assert [each.code for each in of(decided, Report)] == ["backchannel"]
    (said,) = player.brain.utterances()
    assert (said.heard, said.beside, said.turn) == ("No.", "backchannel", 0)
