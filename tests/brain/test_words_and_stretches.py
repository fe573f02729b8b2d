"""Which words stand for which speech: of several utterances and stretches, and where some of it has none."""

import pytest

from trialogue.brain.meeting import Brain
from trialogue.model.commands import Attribute, Cue, EndTurn, Report
from trialogue.model.events import (
    EarHeard,
    EarReady,
    GrantAsked,
    PlaybackFinished,
    PlaybackStarted,
    SpeechStarted,
    SpeechStopped,
    TextTyped,
)
from trialogue.model.plan import InterruptRules
from trialogue.model.transcript import UNCLEAR
from trialogue.testing.casts import opening, person, plan, reply
from trialogue.testing.playbooks import Player

MANY = "one two three four five six seven eight nine ten"


def beside_a_story(*events, until=12.0, **rules):
    """Tech tells a story of 20 s, from 1.1 s on; this happens beside it."""
    made = plan("tech", "biz", person("dana"), policy="round-robin", **rules)
    player = Player(Brain(made), wakes=True)
    story = [
        *reply(1.0, "tech", 1, "A long story.", length_s=20.0),
        (1.1, PlaybackStarted("tech", 1, 1, 1.1)),
    ]
    for at, event in [*opening(made), (0.5, EarReady("dana", 1)), *story, *events]:
        player.tell(at, event)
    player.wait(until)
    return player


def in_a_turn(*events, until=20.0):
    """Dana has the floor from the beginning, by the app's wish; this happens."""
    made = plan(person("dana"), "tech", policy="queue", silence_s=500.0)
    player = Player(Brain(made), wakes=True)
    for at, event in [*opening(made), (0.0, EarReady("dana", 1)), (0.0, GrantAsked("dana")), *events]:
        player.tell(at, event)
    player.wait(until)
    return player


def said(player):
    """What stands in the transcript of dana, with where it begins, in that order."""
    return sorted(
        (each.start_s, each.heard) for each in player.brain.utterances() if each.participant == "dana"
    )


# --- in a turn of one's own ---------------------------------------------------------------------------------


def test_words_and_typed_words_of_one_turn_leave_nothing_unclear():
    """What was spoken has its words, what was typed has its own: both stand, and nothing else."""
    player = in_a_turn(
        (1.1, SpeechStarted("dana", 1.0)),
        (2.6, SpeechStopped("dana", 2.5)),
        (2.6, EarHeard("dana", 1, 1, "Hello there.", 1.0, 2.5, "interim")),
        (2.7, TextTyped("dana", "I type.")),
        (2.9, EarHeard("dana", 1, 1, "Hello there.", 1.0, 2.5, "final")),
    )
    whole = " ".join(text for _, text in said(player))
    assert UNCLEAR not in whole
    assert "Hello there." in whole
    assert "I type." in whole


def test_a_cough_while_typed_words_are_read_is_no_noise_without_a_turn():
    """The turn has words already: it ends when the cough is over, and its person is not waited for."""
    player = in_a_turn(
        (1.0, TextTyped("dana", "I type a long line that takes a while to be read.")),
        (2.0, SpeechStarted("dana", 1.9)),
        (2.2, SpeechStopped("dana", 2.0)),
    )
    ends = [(at, each) for at, _, commands in player.log for each in commands if isinstance(each, EndTurn)]
    assert ends[0][1] == EndTurn("dana", 1, "finished")
    assert ends[0][0] < 6.0


def test_more_words_than_speech_can_hold_do_not_stand_at_the_end_of_a_turn():
    """They were never final, and are not believed: the speech is unclear."""
    player = in_a_turn(
        (1.1, SpeechStarted("dana", 1.0)),
        (1.6, SpeechStopped("dana", 1.5)),
        (1.6, EarHeard("dana", 1, 1, MANY, 1.0, 1.5, "interim")),
    )
    assert said(player) == [(1.0, UNCLEAR)]


def test_words_that_were_not_believed_are_not_believed_later():
    """They were final when too little had been spoken for them; what is spoken on does not make them true."""
    player = in_a_turn(
        (1.1, SpeechStarted("dana", 1.0)),
        (1.2, EarHeard("dana", 1, 1, MANY, 1.0, 1.2, "final")),
        (6.1, SpeechStopped("dana", 6.0)),
    )
    assert said(player) == [(1.0, UNCLEAR)]
    assert "words came that its speech was too short to hold" in [
        each.text for each in player.decided(Report)
    ]


# --- beside another's turn ----------------------------------------------------------------------------------

TWO = [
    (3.1, SpeechStarted("dana", 3.0)),
    (3.6, SpeechStopped("dana", 3.4)),
    (4.0, SpeechStarted("dana", 3.9)),
    (4.5, SpeechStopped("dana", 4.3)),
]


def test_words_stand_from_the_first_speech_that_has_none():
    """The second utterance was told to lie over both stretches; the first has its words already."""
    player = beside_a_story(
        *TWO,
        (4.6, EarHeard("dana", 1, 1, "Yes.", 3.0, 3.4, "final")),
        (4.7, EarHeard("dana", 1, 2, "Right then.", 3.3, 4.3, "final")),
    )
    assert said(player) == [(3.0, "Yes."), (3.9, "Right then.")]


def test_words_over_two_stretches_without_any_stand_from_the_first():
    """Nothing of either was told before."""
    player = beside_a_story(*TWO, (4.6, EarHeard("dana", 1, 1, "Yes, right.", 3.0, 4.3, "final")))
    assert said(player) == [(3.0, "Yes, right.")]


def test_words_of_later_speech_do_not_stand_for_earlier():
    """The first is unclear though something of the second is known by then, and stands where it was said."""
    player = beside_a_story(
        (3.1, SpeechStarted("dana", 3.0)),
        (3.6, SpeechStopped("dana", 3.4)),
        (6.1, SpeechStarted("dana", 6.0)),
        (6.6, SpeechStopped("dana", 6.4)),
        (6.7, EarHeard("dana", 1, 1, "Yes", 6.0, 6.4, "interim")),
    )
    assert said(player) == [(3.0, UNCLEAR), (6.0, "Yes")]


def test_words_that_are_not_believed_do_not_stand_beside_a_turn():
    """More of them than its speech can hold, and never final: it is unclear."""
    player = beside_a_story(
        (3.1, SpeechStarted("dana", 3.0)),
        (3.6, SpeechStopped("dana", 3.4)),
        (3.7, EarHeard("dana", 1, 1, MANY, 3.0, 3.4, "interim")),
    )
    assert said(player) == [(3.0, UNCLEAR)]


@pytest.mark.parametrize("stage", ["final", "interim", None])
def test_an_overlap_is_one_with_and_without_words(stage):
    """It stands as what it was, and whoever reads is told that it was at the same time."""
    words = () if stage is None else [(5.2, EarHeard("dana", 1, 1, "I do not know it so.", 3.0, 5.0, stage))]
    player = beside_a_story(
        (3.1, SpeechStarted("dana", 3.0)),
        (5.1, SpeechStopped("dana", 5.0)),
        *words,
        (21.1, PlaybackFinished("tech", 1, 1, 21.1, 20.0, "complete")),
        interrupt=InterruptRules(overlap_s=5.0),
    )
    found = player.decided(Attribute)
    assert [(each.beside, each.begin_s, each.end_s) for each in found] == [("overlap", 3.0, 5.0)]
    assert found[0].is_certain == (stage == "final")
    told = "\n".join(cue.text for cue in player.decided(Cue) if cue.to == "biz")
    assert UNCLEAR in told if stage is None else "Dana (at the same time)" in told
