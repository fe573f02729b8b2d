"""Which words stand for which speech: of several utterances and stretches, and where some of it has none."""

import pytest

from trialogue.brain.meeting import Brain
from trialogue.model.commands import Attribute, Cue, EndTurn, GrantFloor, Report
from trialogue.model.events import (
    EarHeard,
    EarReady,
    GrantAsked,
    MuteAsked,
    PlaybackFinished,
    PlaybackStarted,
    SpeechStarted,
    SpeechStopped,
    StopAsked,
    TextTyped,
    VoiceFell,
    VoiceRose,
)
from trialogue.model.plan import InterruptRules
from trialogue.model.text import UNCLEAR
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
    """A turn of spoken and typed words has both, and nothing unclear."""
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
    """A turn of typed words ends when a cough in it is over, without further waiting."""
    player = in_a_turn(
        (1.0, TextTyped("dana", "I type a long line that takes a while to be read.")),
        (2.0, SpeechStarted("dana", 1.9)),
        (2.2, SpeechStopped("dana", 2.0)),
    )
    ends = [(at, each) for at, _, commands in player.log for each in commands if isinstance(each, EndTurn)]
    assert ends[0][1] == EndTurn("dana", 1, "finished")
    assert ends[0][0] < 6.0


def test_more_words_than_speech_can_hold_do_not_stand_at_the_end_of_a_turn():
    """Unsettled words that are too many for their speech are left out, and it is unclear."""
    player = in_a_turn(
        (1.1, SpeechStarted("dana", 1.0)),
        (1.6, SpeechStopped("dana", 1.5)),
        (1.6, EarHeard("dana", 1, 1, MANY, 1.0, 1.5, "interim")),
    )
    assert said(player) == [(1.0, UNCLEAR)]


def test_words_that_were_not_believed_are_not_believed_later():
    """Final words that were too many for their speech stay left out, however long it becomes."""
    player = in_a_turn(
        (1.1, SpeechStarted("dana", 1.0)),
        (1.2, EarHeard("dana", 1, 1, MANY, 1.0, 1.2, "final")),
        (6.1, SpeechStopped("dana", 6.0)),
    )
    assert said(player) == [(1.0, UNCLEAR)]
    assert "words came that its speech was too short to hold" in [
        each.text for each in player.decided(Report)
    ]


@pytest.mark.parametrize(
    ("stops", "places", "ends"),
    [(1.5, (0.5, 1.0), [1.75]), (1.625, (0.5, 1.0), []), (1.75, (0.0, 0.0), [1.75])],
)
def test_a_little_speech_behind_what_the_ear_called_the_end_is_of_that_turn(stops, places, ends):
    """Half a second of speech after an ear's end of turn does not keep the turn open."""
    player = in_a_turn(
        (0.5, SpeechStarted("dana", 0.5)),
        (1.25, EarHeard("dana", 1, 1, "That is all.", *places, "final")),
        (1.75, SpeechStopped("dana", stops)),
        until=1.75,
    )
    found = [at for at, _, commands in player.log for each in commands if isinstance(each, EndTurn)]
    assert found == ends


@pytest.mark.parametrize("before", [SpeechStarted("dana", 0.5), MuteAsked("dana", muted=True)])
def test_speech_that_cannot_begin_is_stale(before):
    """A begin of speech is stale for a person who speaks already or is muted."""
    player = in_a_turn((0.5, before), until=0.6)
    spoke = player.brain.audible
    assert [
        each.code for each in player.tell(1.0, SpeechStarted("dana", 1.0)) if isinstance(each, Report)
    ] == ["stale"]
    assert player.brain.audible == spoke


def test_an_ear_that_makes_nothing_out_so_far_ends_no_turn():
    """An ear's empty words end a turn when they are final, and only that person's own."""
    player = in_a_turn(
        (0.5, SpeechStarted("dana", 0.5)),
        (1.6, SpeechStopped("dana", 1.5)),
        (1.7, EarHeard("dana", 1, 1, "", 0.5, 1.5, "interim")),
        until=1.7,
    )
    assert player.decided(EndTurn) == []
    player.tell(1.8, EarHeard("dana", 1, 1, "", 0.5, 1.5, "final"))
    assert len(player.decided(EndTurn)) == 1
    assert player.tell(1.9, EarHeard("dana", 1, 2, "", 1.5, 1.6, "final")) == []


def test_words_that_are_settled_stand_before_those_that_are_not():
    """The transcript of a turn is in order although its second utterance became final first."""
    player = in_a_turn(
        (0.5, SpeechStarted("dana", 0.5)),
        (1.5, EarHeard("dana", 1, 1, "I think", 0.5, 1.4, "interim")),
        (2.5, EarHeard("dana", 1, 2, "hello there.", 1.5, 2.4, "final")),
        (2.6, EarHeard("dana", 1, 1, "I thought so,", 0.5, 1.4, "final")),
        (3.1, SpeechStopped("dana", 3.0)),
    )
    assert [(each.text, each.is_certain) for each in player.decided(Attribute)] == [
        ("hello there.", True),
        ("I thought so,", True),
    ]


def test_a_short_word_counts_as_long_as_it_is():
    """A word of a quarter of a second counts with its length, and is no noise."""
    player = in_a_turn(
        (0.5, SpeechStarted("dana", 0.5)),
        (0.8, SpeechStopped("dana", 0.75)),
        (1.0, EarHeard("dana", 1, 1, "Yes.", 0.5, 0.75, "final")),
    )
    assert [(each.heard, each.spoken_s) for each in player.brain.turns][:1] == [("Yes.", 0.25)]


def test_a_cough_in_a_turn_of_ones_own_is_waited_behind():
    """A person who coughs in its turn keeps it, and is heard when it speaks."""
    player = in_a_turn(
        (0.5, SpeechStarted("dana", 0.5)),
        (0.8, SpeechStopped("dana", 0.7)),
        (5.0, SpeechStarted("dana", 4.9)),
        (7.1, SpeechStopped("dana", 7.0)),
        (7.2, EarHeard("dana", 1, 1, "Here I am.", 4.9, 7.0, "final")),
        until=7.2,
    )
    assert player.decided(EndTurn) == [EndTurn("dana", 1, "finished")]
    assert [text for _, text in said(player)] == ["Here I am."]


def test_nothing_typed_is_nothing():
    """Blank typed lines, and those of a muted person, are never read out."""
    player = in_a_turn((0.5, TextTyped("dana", "  \n")), until=1.0)
    assert player.decided(Attribute) == []
    player.tell(1.0, MuteAsked("dana", muted=True))
    assert player.tell(1.1, TextTyped("dana", "Hello?")) == []
    player.tell(2.0, MuteAsked("dana", muted=False))
    player.wait(60.0)
    assert player.decided(Attribute) == []


def test_how_long_a_person_may_hold_the_floor_counts_from_when_it_must_have_begun():
    """A person's hold limit is its time to begin and its time to speak together."""
    player = in_a_turn(until=0.0)
    rules = player.brain.plan.floor
    assert [each.hold_until for each in player.decided(GrantFloor)] == [rules.human_s + rules.hold.max_s]


# --- beside another's turn ----------------------------------------------------------------------------------

TWO = [
    (3.1, SpeechStarted("dana", 3.0)),
    (3.6, SpeechStopped("dana", 3.4)),
    (4.0, SpeechStarted("dana", 3.9)),
    (4.5, SpeechStopped("dana", 4.3)),
]


def test_words_stand_from_the_first_speech_that_has_none():
    """Words of a second utterance over two stretches are shown at the one that has none yet."""
    player = beside_a_story(
        *TWO,
        (4.6, EarHeard("dana", 1, 1, "Yes.", 3.0, 3.4, "final")),
        (4.7, EarHeard("dana", 1, 2, "Right then.", 3.3, 4.3, "final")),
    )
    assert said(player) == [(3.0, "Yes."), (3.9, "Right then.")]


def test_words_over_two_stretches_without_any_stand_from_the_first():
    """Words that cover two stretches of speech are shown at the first one's time."""
    player = beside_a_story(*TWO, (4.6, EarHeard("dana", 1, 1, "Yes, right.", 3.0, 4.3, "final")))
    assert said(player) == [(3.0, "Yes, right.")]


def test_words_of_later_speech_do_not_stand_for_earlier():
    """Earlier speech stays unclear at its own time when words of later speech are known."""
    player = beside_a_story(
        (3.1, SpeechStarted("dana", 3.0)),
        (3.6, SpeechStopped("dana", 3.4)),
        (6.1, SpeechStarted("dana", 6.0)),
        (6.6, SpeechStopped("dana", 6.4)),
        (6.7, EarHeard("dana", 1, 1, "Yes", 6.0, 6.4, "interim")),
    )
    assert said(player) == [(3.0, UNCLEAR), (6.0, "Yes")]


def test_words_that_are_not_believed_do_not_stand_beside_a_turn():
    """Unsettled words beside a turn that are too many for their speech leave it unclear."""
    player = beside_a_story(
        (3.1, SpeechStarted("dana", 3.0)),
        (3.6, SpeechStopped("dana", 3.4)),
        (3.7, EarHeard("dana", 1, 1, MANY, 3.0, 3.4, "interim")),
    )
    assert said(player) == [(3.0, UNCLEAR)]


@pytest.mark.parametrize("stage", ["final", "interim", None])
def test_an_overlap_is_one_with_and_without_words(stage):
    """An overlap is kept with or without words, and agents read that it was at the same time."""
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


def test_final_words_stand_as_soon_as_their_speech_is_over():
    """Final words are in the transcript as soon as their speech is over."""
    player = beside_a_story(
        (3.1, SpeechStarted("dana", 3.0)),
        (3.3, EarHeard("dana", 1, 1, "Yes.", 3.0, 3.3, "final")),
        (3.9, SpeechStopped("dana", 3.5)),
        until=3.9,
    )
    assert said(player) == [(3.0, "Yes.")]


def test_a_voice_that_may_have_fallen_is_not_taken_to_go_on():
    """Speech of 0.75 s is a backchannel, though its fall is reported 0.17 s late."""
    player = beside_a_story(
        (3.1, SpeechStarted("dana", 3.0)),
        (3.9, EarHeard("dana", 1, 1, "Yes", 3.0, 3.7, "interim")),
        (3.92, VoiceFell("dana", 3.75)),
        (4.2, SpeechStopped("dana", 3.75)),
    )
    assert [each.code for each in player.decided(Report)] == ["backchannel"]


def at_the_end(*events, until=20.0):
    """Tech's turn ends at 3.1 s, with nobody to follow; this happens."""
    made = plan("tech", person("dana"), policy="queue", otherwise="queue", silence_s=500.0)
    player = Player(Brain(made), wakes=True)
    said = [
        (0.5, EarReady("dana", 1)),
        (0.5, GrantAsked("tech")),
        *reply(1.0, "tech", 1, "A word.", length_s=2.0),
    ]
    for at, event in [*opening(made), *said, (1.1, PlaybackStarted("tech", 1, 1, 1.1)), *events]:
        player.tell(at, event)
    player.wait(until)
    return player


ENDS = (3.1, PlaybackFinished("tech", 1, 1, 3.1, 2.0, "complete"))


def test_a_participant_who_speaks_on_behind_a_turn_has_the_floor():
    """A person who speaks on after a turn for longer than a backchannel has the floor."""
    player = at_the_end((3.05, SpeechStarted("dana", 3.0)), ENDS, until=5.0)
    granted = [
        (round(at, 3), each)
        for at, _, commands in player.log
        for each in commands
        if isinstance(each, GrantFloor)
    ]
    assert [(at, each.to, each.reason) for at, each in granted[1:]] == [(3.95, "dana", "speaks already")]


def test_a_participant_who_said_more_than_assent_behind_a_turn_has_had_the_floor():
    """Speech across a turn's end with more words than a backchannel is a turn of its own."""
    player = at_the_end(
        (3.05, SpeechStarted("dana", 3.0)),
        ENDS,
        (3.75, VoiceFell("dana", 3.7)),
        (3.76, EarHeard("dana", 1, 1, "I want to add something", 3.0, 3.7, "interim")),
        (4.0, SpeechStopped("dana", 3.7)),
        (4.1, EarHeard("dana", 1, 1, "I want to add something.", 3.0, 3.7, "final")),
    )
    assert [grant.to for grant in player.decided(GrantFloor)][:2] == ["tech", "dana"]
    assert [(each.turn, each.beside, each.heard) for each in player.brain.utterances()][1:2] == [
        (2, "", "I want to add something.")
    ]


def test_words_of_a_session_that_is_over_are_stale():
    """Words of an ear's old session are in no transcript once a new one has begun."""
    player = in_a_turn((0.2, EarReady("dana", 2)), (0.5, SpeechStarted("dana", 0.5)), until=1.4)
    told = player.tell(1.5, EarHeard("dana", 1, 1, "Hello there.", 0.5, 1.4, "final"))
    assert [each.code for each in told if isinstance(each, Report)] == ["stale"]
    player.tell(2.0, SpeechStopped("dana", 1.9))
    player.wait(20.0)
    assert said(player) == [(0.5, UNCLEAR)]


def test_a_voice_that_falls_without_speaking_is_stale():
    """A report of a voice that never rose is noted, and decides nothing."""
    player = in_a_turn(until=0.5)
    for event in (VoiceFell("dana", 0.9), VoiceRose("dana", 0.9)):
        assert [each.code for each in player.tell(1.0, event)] == ["stale"]


def test_words_of_two_remarks_are_no_interruption():
    """Two short backchannels in a row interrupt nobody, even before the first has its final words."""
    player = beside_a_story(
        (3.1, SpeechStarted("dana", 3.0)),
        (3.4, EarHeard("dana", 1, 1, "Yes right", 3.0, 3.4, "interim")),
        (3.6, SpeechStopped("dana", 3.4)),
        (4.6, SpeechStarted("dana", 4.5)),
        (4.9, EarHeard("dana", 1, 2, "Of course", 4.5, 4.9, "interim")),
        (5.1, SpeechStopped("dana", 4.9)),
    )
    assert [each.code for each in player.decided(Report)] == ["backchannel", "backchannel"]


def over(*events):
    """The meeting is stopped at 5.0 s; what is decided on what comes behind."""
    player = beside_a_story(*TWO, (5.0, StopAsked("done")), until=5.0)
    return [each for at, event in events for each in player.tell(at, event)], player


def test_last_words_stand_where_they_were_said():
    """Last words take the place of what was unclear when the meeting ended."""
    told, player = over((5.5, EarHeard("dana", 1, 1, "Yes, right.", 3.9, 4.3, "final")))
    assert [(each.begin_s, each.beside, each.is_certain) for each in told] == [(3.9, "backchannel", True)]
    assert said(player) == [(3.0, UNCLEAR), (3.9, "Yes, right.")]


@pytest.mark.parametrize(
    "words",
    [
        EarHeard("dana", 1, 1, MANY, 3.0, 3.4, "final"),
        EarHeard("dana", 1, 1, "Yes.", 3.0, 3.4, "interim"),
        EarHeard("dana", 0, 1, "Yes.", 3.0, 3.4, "final"),
        EarHeard("dana", 1, 1, "Yes.", 1.0, 1.5, "final"),
        EarHeard("zoe", 1, 1, "Yes.", 3.0, 3.4, "final"),
        EarHeard("tech", 1, 1, "Yes.", 3.0, 3.4, "final"),
    ],
)
def test_impossible_words_are_refused_after_the_meeting_too(words):
    """Words after a meeting's end that cannot be true are left out of the transcript."""
    told, _ = over((5.5, words))
    assert told == []
