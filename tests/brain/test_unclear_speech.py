"""Speech that nobody could make words of stands in the transcript, wherever it was."""

import pytest

from trialogue.brain.meeting import Brain
from trialogue.model.commands import GrantFloor, Report, WakeAt
from trialogue.model.events import (
    EarHeard,
    EarReady,
    Left,
    MeetingStarted,
    MuteAsked,
    PlaybackFinished,
    PlaybackStarted,
    ProcessSuspended,
    RevokeAsked,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    StopAsked,
    TextTyped,
    VoiceFell,
)
from trialogue.model.text import UNCLEAR
from trialogue.testing.casts import opening, person, plan, reply
from trialogue.testing.playbooks import Player


def said(player, by):
    """What stands in the transcript of somebody, with where it begins, in that order."""
    return sorted((each.start_s, each.heard) for each in player.brain.utterances() if each.participant == by)


def test_words_of_the_second_of_two_stretches_leave_the_first_unclear():
    """Of two short backchannels, the one that the ear has no words of is unclear."""
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
    """Speech before the opening that has no words is in the transcript as unclear."""
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
    """A stop of the process does not count for the limit on silence, and the silence before it does."""
    made = plan("tech", person("dana"), policy="queue", silence_s=30.0)
    player = Player(Brain(made))
    for at, event in opening(made):
        player.tell(at, event)
    before = [each.at for each in player.decided(WakeAt) if each.timer == "limit-silence"]
    player.tell(before[-1] + 50.0 - 20.0, ProcessSuspended(50.0, 50.0))
    after = [each.at for each in player.decided(WakeAt) if each.timer == "limit-silence"]
    assert after[-1] == before[-1] + 50.0


def beside_a_story(*events, by=("dana",), until=None):
    """Tech tells a story of 20 s, from 1.1 s on; this happens beside it."""
    made = plan("tech", "biz", *map(person, by), policy="round-robin")
    player = Player(Brain(made), wakes=True)
    story = [
        *reply(1.0, "tech", 1, "A long story.", length_s=20.0),
        (1.1, PlaybackStarted("tech", 1, 1, 1.1)),
    ]
    for at, event in [*opening(made), *((0.5, EarReady(name, 1)) for name in by), *story, *events]:
        player.tell(at, event)
    if until is not None:
        player.wait(until)
    return player


ASSENT = [
    (3.1, SpeechStarted("dana", 3.0)),
    (3.5, VoiceFell("dana", 3.4)),
    (3.8, SpeechStopped("dana", 3.4)),
]


def test_words_of_the_first_of_two_stretches_stand_where_they_were_said():
    """Words that come during later speech are shown at the time of their own."""
    player = beside_a_story(
        *ASSENT,
        (4.0, SpeechStarted("dana", 3.9)),
        (4.1, EarHeard("dana", 1, 1, "Yes.", 3.0, 3.4, "final")),
        (4.4, VoiceFell("dana", 4.3)),
        (4.7, SpeechStopped("dana", 4.3)),
        until=12.0,
    )
    assert said(player, "dana") == [(3.0, "Yes."), (3.9, UNCLEAR)]


def test_words_that_are_final_in_mid_speech_stand_when_it_is_over():
    """Words that are final before their speech ends are in the transcript, and nothing is unclear."""
    player = beside_a_story(
        (3.1, SpeechStarted("dana", 3.0)),
        (3.3, EarHeard("dana", 1, 1, "Yes.", 3.0, 3.3, "final")),
        (3.6, VoiceFell("dana", 3.5)),
        (3.9, SpeechStopped("dana", 3.5)),
        until=12.0,
    )
    assert said(player, "dana") == [(3.0, "Yes.")]


def test_words_of_two_utterances_make_one_interruption():
    """Two utterances of two words each interrupt together, and both are in the turn in order."""
    player = beside_a_story(
        (3.1, SpeechStarted("dana", 3.0)),
        (3.4, EarHeard("dana", 1, 1, "Wait now.", 3.0, 3.3, "final")),
        (3.6, EarHeard("dana", 1, 2, "I object.", 3.3, 3.6, "final")),
    )
    assert [grant.to for grant in player.decided(GrantFloor)][-1] == "dana"
    player.tell(3.8, VoiceFell("dana", 3.7))
    player.tell(4.1, SpeechStopped("dana", 3.7))
    player.wait(12.0)
    assert said(player, "dana") == [(3.0, "Wait now. I object.")]


def test_a_person_who_leaves_leaves_no_speech_untold():
    """Speech without words of a person who leaves is in the transcript at once, as unclear."""
    player = beside_a_story(*ASSENT, (4.5, Left("dana")))
    assert said(player, "dana") == [(3.0, UNCLEAR)]


def test_the_end_of_a_meeting_leaves_no_speech_untold():
    """Speech beside the last turn is in the transcript, with the words known so far or as unclear."""
    player = beside_a_story(
        *ASSENT,
        (4.0, SpeechStarted("kim", 3.9)),
        (4.3, EarHeard("kim", 1, 1, "But", 3.9, 4.3, "interim")),
        (4.5, StopAsked("hung-up")),
        by=("dana", "kim"),
    )
    assert said(player, "dana") == [(3.0, UNCLEAR)]
    assert said(player, "kim") == [(3.9, "But")]


def test_a_mute_before_the_opening_leaves_no_speech_untold():
    """Speech that a mute cuts before the opening is in the transcript as unclear."""
    player = Player(Brain(plan("tech", person("dana"), policy="round-robin")), wakes=True)
    for at, event in [
        (0.0, MeetingStarted()),
        (0.5, SpeechStarted("dana", 0.4)),
        (1.0, MuteAsked("dana", muted=True)),
        (2.0, SessionReady("tech", 1)),
    ]:
        player.tell(at, event)
    player.wait(10.0)
    assert said(player, "dana") == [(0.4, UNCLEAR)]


def test_typed_words_outlive_a_sleep():
    """Typed words that wait for the floor are read after a sleep of the machine."""
    player = beside_a_story((3.0, TextTyped("dana", "I have a question.")), (4.0, ProcessSuspended(60.0)))
    player.wait(20.0)
    assert [text for _, text in said(player, "dana")] == ["I have a question."]


def cut_short(*events):
    """Dana's turn begins behind tech's; it speaks, and the app takes the floor from it 0.2 s later."""
    player = beside_a_story(
        (21.1, PlaybackFinished("tech", 1, 1, 21.1, 20.0, "complete")),
        *reply(22.0, "biz", 1, "Indeed.", length_s=1.0),
        (22.1, PlaybackStarted("biz", 2, 1, 22.1)),
        (23.1, PlaybackFinished("biz", 2, 1, 23.1, 1.0, "complete")),
        (25.1, SpeechStarted("dana", 25.0)),
        (25.2, RevokeAsked("dana")),
        *events,
    )
    player.wait(40.0)
    return player


def test_speech_that_continues_into_its_turn_is_not_lost():
    """Speech without words that goes on into its own turn is in the transcript as unclear."""
    player = cut_short((25.7, VoiceFell("dana", 25.6)), (26.0, SpeechStopped("dana", 25.6)))
    assert [text for _, text in said(player, "dana")] == [UNCLEAR]


def test_words_of_what_is_said_on_when_the_floor_is_taken_stand_in_its_turn():
    """Words of a person who speaks on after its turn are in that turn, and nothing is unclear."""
    player = cut_short(
        (25.7, VoiceFell("dana", 25.6)),
        (26.0, SpeechStopped("dana", 25.6)),
        (26.4, EarHeard("dana", 1, 1, "One moment.", 25.0, 25.6, "final")),
    )
    assert [text for _, text in said(player, "dana")] == ["One moment."]


def test_a_noise_that_goes_on_when_the_floor_is_taken_is_none():
    """A cough of 0.25 s is no speech, wherever its turn ended."""
    player = cut_short((25.3, VoiceFell("dana", 25.25)), (25.7, SpeechStopped("dana", 25.25)))
    assert said(player, "dana") == []


def test_speech_without_words_in_a_turn_of_typed_words_is_unclear():
    """A turn of speech without words and of typed words has both, the speech as unclear."""
    player = beside_a_story(
        (21.1, PlaybackFinished("tech", 1, 1, 21.1, 20.0, "complete")),
        *reply(22.0, "biz", 1, "Indeed.", length_s=1.0),
        (22.1, PlaybackStarted("biz", 2, 1, 22.1)),
        (23.1, PlaybackFinished("biz", 2, 1, 23.1, 1.0, "complete")),
        (25.1, SpeechStarted("dana", 25.0)),
        (28.1, VoiceFell("dana", 28.0)),
        (28.4, SpeechStopped("dana", 28.0)),
        (28.5, TextTyped("dana", "No sound?")),
        until=40.0,
    )
    assert [text for _, text in said(player, "dana")] == [f"No sound? {UNCLEAR}"]


def test_words_that_come_behind_typed_ones_are_not_unclear():
    """Late words of speech replace its `(unclear)` in a turn with typed words."""
    player = beside_a_story(
        (21.1, PlaybackFinished("tech", 1, 1, 21.1, 20.0, "complete")),
        *reply(22.0, "biz", 1, "Indeed.", length_s=1.0),
        (22.1, PlaybackStarted("biz", 2, 1, 22.1)),
        (23.1, PlaybackFinished("biz", 2, 1, 23.1, 1.0, "complete")),
        (25.1, SpeechStarted("dana", 25.0)),
        (28.1, VoiceFell("dana", 28.0)),
        (28.4, SpeechStopped("dana", 28.0)),
        (28.5, TextTyped("dana", "No sound?")),
        (30.0, EarHeard("dana", 1, 1, "Do you hear me?", 25.0, 28.0, "final")),
        until=40.0,
    )
    assert [text for _, text in said(player, "dana")] == ["No sound? Do you hear me?"]


def test_speech_that_was_over_when_it_got_the_floor_stands_where_it_was():
    """Speech that was over at its grant has its own time and length in the transcript."""
    player = beside_a_story(
        (20.9, SpeechStarted("dana", 20.8)),
        (21.1, PlaybackFinished("tech", 1, 1, 21.1, 20.0, "complete")),
        (23.9, VoiceFell("dana", 23.8)),
        (24.2, SpeechStopped("dana", 23.8)),
        (24.5, EarHeard("dana", 1, 1, "That is not so at all.", 20.8, 23.8, "final")),
    )
    (said_it,) = [each for each in player.brain.utterances() if each.participant == "dana"]
    assert (said_it.start_s, said_it.end_s, said_it.beside) == (20.8, 23.8, "")
    assert player.brain.turns[-1].spoken_s == pytest.approx(3.0)


def test_words_of_three_stretches_stand_from_the_first_that_has_none():
    """Words of one utterance over two backchannels and a cough are shown from the first of them."""
    player = beside_a_story(
        *ASSENT,
        (4.6, SpeechStarted("dana", 4.5)),
        (5.0, VoiceFell("dana", 4.9)),
        (5.3, SpeechStopped("dana", 4.9)),
        (6.1, SpeechStarted("dana", 6.0)),
        (6.5, VoiceFell("dana", 6.4)),
        (6.8, SpeechStopped("dana", 6.4)),
        (7.0, EarHeard("dana", 1, 1, "Yes. Right.", 3.0, 6.4, "final")),
        until=15.0,
    )
    (words,) = [each for each in player.brain.utterances() if each.participant == "dana"]
    assert (words.start_s, words.end_s, words.heard) == (3.0, 6.4, "Yes. Right.")


def test_words_of_an_assent_before_make_no_interruption_of_the_next():
    """Two backchannels in one utterance do not interrupt: each is judged by its own words."""
    player = beside_a_story(
        (3.1, SpeechStarted("dana", 3.0)),
        (3.3, EarHeard("dana", 1, 1, "Oh yes.", 3.0, 3.3, "interim")),
        (3.5, VoiceFell("dana", 3.4)),
        (3.8, SpeechStopped("dana", 3.4)),
        (4.1, SpeechStarted("dana", 4.0)),
        (4.3, EarHeard("dana", 1, 1, "Oh yes. Quite right.", 3.0, 4.3, "interim")),
        (4.5, VoiceFell("dana", 4.4)),
        (4.8, SpeechStopped("dana", 4.4)),
        (5.0, EarHeard("dana", 1, 1, "Oh yes. Quite right.", 3.0, 4.4, "final")),
        until=12.0,
    )
    assert [report.code for report in player.decided(Report)] == ["backchannel", "backchannel"]
    assert [grant.to for grant in player.decided(GrantFloor)] == ["tech"]


def test_last_words_that_come_behind_the_end_stand_where_they_were_said():
    """Words that come after a meeting's end replace what was unclear or not final."""
    player = beside_a_story(
        *ASSENT,
        (4.0, SpeechStarted("kim", 3.9)),
        (4.4, EarHeard("kim", 1, 1, "But", 3.9, 4.3, "interim")),
        (5.2, StopAsked("hung-up")),
        (5.3, EarHeard("dana", 1, 1, "Yes.", 3.0, 3.4, "final")),
        (5.4, EarHeard("kim", 1, 1, "But it rains.", 3.9, 5.2, "final")),
        by=("dana", "kim"),
    )
    assert said(player, "dana") == [(3.0, "Yes.")]
    assert [text for _, text in said(player, "kim")] == ["But it rains."]


def test_nothing_but_last_words_is_decided_behind_the_end():
    """Speech, typed words and unsettled words after a meeting's end change nothing."""
    player = beside_a_story(*ASSENT, (4.5, StopAsked("hung-up")))
    assert player.tell(4.6, EarHeard("dana", 1, 1, "Yes.", 3.0, 3.4, "interim")) == []
    assert player.tell(4.7, SpeechStarted("dana", 4.7)) == []
    assert player.tell(4.8, TextTyped("dana", "Hello?")) == []
