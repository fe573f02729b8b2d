"""How a person's turn ends, and what becomes of words that come early, late or not at all."""

import pytest
from playbook import Noted

from trialogue.brain.meeting import Brain
from trialogue.model.commands import Attribute, Cue, EndTurn, GrantFloor, Report
from trialogue.model.events import (
    EarHeard,
    EarReady,
    EchoNoticed,
    GrantAsked,
    Left,
    MeetingStarted,
    PlaybackFinished,
    PlaybackStarted,
    SpeechStarted,
    SpeechStopped,
    TextTyped,
    VoiceFell,
)
from trialogue.model.plan import InterruptRules
from trialogue.testing.casts import chair, opening, person, plan, reply
from trialogue.testing.playbooks import Player


def brain(*cast, **rules):
    """A meeting that is open, in which dana's ear is ready."""
    wanted = plan(*(cast or ("tech", person("dana"))), **rules)
    player = Player(Brain(wanted), wakes=True)
    for at, event in (*opening(wanted), (0.0, EarReady("dana", 1))):
        player.tell(at, event)
    return player


def speaking(**rules):
    """Dana has the floor since 3.1 s, and speaks since 3.2."""
    player = brain(**rules)
    heard = [
        *reply(1.0, "tech", 1, "One two three.", length_s=2.0),
        (1.1, PlaybackStarted("tech", 1, 1, 1.1)),
        (3.1, PlaybackFinished("tech", 1, 1, 3.1, 2.0, "complete")),
        (3.3, SpeechStarted("dana", 3.2)),
    ]
    for at, event in heard:
        player.tell(at, event)
    return player


def beside(**rules):
    """Tech has been heard since 1.1 s, for ten seconds."""
    player = brain(**rules)
    for at, event in reply(1.0, "tech", 1, "One two three. Four five six.", length_s=10.0):
        player.tell(at, event)
    player.tell(1.1, PlaybackStarted("tech", 1, 1, 1.1))
    return player


def words(text, begin_s, end_s, stage="final", utterance=1):
    return EarHeard("dana", 1, utterance, text, begin_s, end_s, stage)


def ended(player):
    """When a turn of dana's ended, and why."""
    return [
        (at, command.cause)
        for at, _, commands in player.log
        for command in commands
        if isinstance(command, EndTurn) and command.participant == "dana"
    ]


OVER = EndTurn("dana", 2, "finished")


def test_an_ear_that_was_sooner_ends_the_turn_with_its_speech():
    """An ear's end of turn just before the speech ends makes the turn end with the speech."""
    player = speaking()
    player.tell(5.3, words("So much for that.", 3.2, 5.2))
    assert OVER in player.tell(5.7, SpeechStopped("dana", 5.5))


def test_an_ear_that_was_much_sooner_ends_a_sentence_only():
    """An ear's end of turn long before the speech ends is no end: the turn ends by its hang."""
    player = speaking()
    player.tell(5.3, words("So much for that.", 3.2, 5.2))
    assert OVER not in player.tell(6.2, SpeechStopped("dana", 6.0))
    player.wait(20.0)
    assert ended(player) == [(7.2, "finished")]


def test_an_ear_that_makes_nothing_out_ends_the_turn_too():
    """A turn for which an ear finds no words ends at once, as unclear."""
    player = speaking()
    player.tell(5.2, SpeechStopped("dana", 5.0))
    decided = player.tell(5.4, words("", 3.2, 5.0))
    assert decided[:3] == [
        Attribute("dana", 2, "(unclear)", is_certain=False),
        Noted("unclear", "dana"),
        OVER,
    ]


def test_an_ear_that_makes_nothing_out_waits_for_the_voice():
    """An ear's end of turn without words ends the turn with the speech, and not before."""
    player = speaking()
    assert player.tell(4.9, words("", 3.2, 4.8)) == []
    assert OVER in player.tell(5.2, SpeechStopped("dana", 5.0))


def test_words_that_change_no_more_are_waited_for():
    """A turn whose words stay unsettled ends a second after its hang, with those words as uncertain."""
    player = speaking()
    player.tell(4.0, words("So much for", 3.2, 3.9, "interim"))
    player.tell(5.2, SpeechStopped("dana", 5.0))
    player.wait(20.0)
    assert ended(player) == [(pytest.approx(7.2), "finished")]
    assert Attribute("dana", 2, "So much for", is_certain=False) in player.decided(Attribute)


def test_a_person_who_types_while_it_speaks_is_read():
    """A turn of speech and typed words lasts until the typed words have been read."""
    player = speaking()
    player.tell(3.6, TextTyped("dana", "one two three four five six seven eight"))
    player.tell(5.2, SpeechStopped("dana", 5.0))
    player.wait(20.0)
    assert ended(player) == [(pytest.approx(8.2), "finished")]


def test_the_end_of_speech_that_had_not_begun_is_nothing():
    """An end of speech without its beginning is stale."""
    player = beside()
    assert [type(c) for c in player.tell(2.0, SpeechStopped("dana", 1.9))] == [Report]
    assert [type(c) for c in player.tell(2.1, VoiceFell("dana", 2.0))] == [Report]


def test_speech_ends_once():
    """An end that is told twice is stale the second time."""
    player = beside()
    player.tell(3.1, SpeechStarted("dana", 3.0))
    player.tell(3.7, SpeechStopped("dana", 3.5))
    assert [each.code for each in player.tell(3.8, SpeechStopped("dana", 3.5))] == ["stale"]


def test_three_words_are_no_more_than_a_backchannel_has():
    """Three words beside a turn do not interrupt by themselves; speaking on does."""
    player = beside()
    player.tell(3.1, SpeechStarted("dana", 3.0))
    assert player.tell(3.6, words("No that is", 3.0, 3.5, "interim")) == []
    player.wait(4.0)
    assert Noted("interruption", "dana", "tech") in player.decided(Report)


def test_words_without_places_are_of_the_last_speech():
    """Words without times belong to the last speech, and earlier speech stays unclear."""
    player = beside()
    for begin_s in (3.0, 4.0):
        player.tell(begin_s + 0.1, SpeechStarted("dana", begin_s))
        player.tell(begin_s + 0.7, SpeechStopped("dana", begin_s + 0.5))
    player.tell(5.0, words("Yes.", 0.0, 0.0))
    player.wait(10.0)
    assert [(each.text, each.begin_s) for each in player.decided(Attribute)] == [
        ("Yes.", 4.0),
        ("(unclear)", 3.0),
    ]


def test_an_echo_is_told_to_whoever_can_mend_it():
    """A microphone that hears its loudspeaker is reported as a warning, and is no speech."""
    player = beside()
    decided = player.tell(3.0, EchoNoticed("dana", 2.9))
    assert decided == [Noted("echo", "dana", level="warning")]


def test_an_agent_has_no_ear_of_this_kind():
    """An ear's report about an agent is noted as stale, and changes nothing."""
    player = beside()
    assert [each.code for each in player.tell(3.0, EarReady("tech", 1))] == ["stale"]


def test_nothing_happens_before_the_start_and_it_starts_once():
    """Events before a meeting's start, and a second start, are stale."""
    made = Brain(plan("tech", person("dana")))
    assert [each.code for each in made.handle(SpeechStarted("dana", 0.0), 0.0)] == ["stale"]
    player = beside()
    assert [each.code for each in player.tell(3.0, MeetingStarted())] == ["stale"]
    assert [each.to for each in player.decided(GrantFloor)] == ["tech"]


def test_a_person_who_has_left_does_not_speak():
    """Speech that is reported of a person who has left takes no floor."""
    player = brain("tech", "biz", person("dana"))
    player.tell(0.5, Left("dana"))
    assert [type(c) for c in player.tell(0.6, SpeechStarted("dana", 0.5))] == [Report]
    player.wait(3.0)
    assert {grant.to for grant in player.decided(GrantFloor)} == {"tech"}


@pytest.mark.parametrize("stage", ["interim", "final"])
def test_words_that_cut_in_are_words_of_the_turn_that_they_took(stage):
    """Words that interrupt are in the turn that they took, and in the next agent's cue."""
    player = beside()
    player.tell(3.1, SpeechStarted("dana", 3.0))
    player.tell(3.7, words("Wait, I have a question.", 3.0, 3.7, stage))
    player.tell(4.2, SpeechStopped("dana", 4.0))
    if stage == "interim":
        player.tell(4.3, words("Wait, I have a question.", 3.0, 4.0))
    player.wait(9.0)
    assert player.decided(Attribute) == [Attribute("dana", 2, "Wait, I have a question.", is_certain=True)]
    assert "Dana: Wait, I have a question." in player.decided(Cue)[-1].text


def test_final_words_that_cut_in_stand_at_once():
    """An interruption whose words are final is in the transcript without a wait."""
    player = beside()
    player.tell(3.1, SpeechStarted("dana", 3.0))
    decided = player.tell(3.7, words("Wait, I have a question.", 3.0, 3.7))
    assert Attribute("dana", 2, "Wait, I have a question.", is_certain=True) in decided


@pytest.mark.parametrize(("most", "kind"), [(3, "backchannel"), (1, "overlap")])
def test_words_behind_a_sound_too_short_for_a_turn(most, kind):
    """A short word on the free floor takes no turn, and is judged beside whoever has the floor by then."""
    rules = InterruptRules(backchannel_words=most)
    player = brain(chair("mod"), "tech", person("dana"), policy="moderated", interrupt=rules)
    for at, event in reply(1.0, "mod", 1, "Good morning.", length_s=1.0):
        player.tell(at, event)
    player.tell(1.1, PlaybackStarted("mod", 1, 1, 1.1))
    player.tell(2.1, PlaybackFinished("mod", 1, 1, 2.1, 1.0, "complete"))
    player.tell(2.3, SpeechStarted("dana", 2.2))
    player.tell(2.48, VoiceFell("dana", 2.45))
    player.tell(2.6, SpeechStopped("dana", 2.45))
    player.tell(2.7, GrantAsked("tech"))
    player.tell(2.9, words("Yes, yes.", 2.2, 2.45))
    assert [grant.to for grant in player.decided(GrantFloor)] == ["mod", "tech"]
    assert player.decided(Attribute) == [
        Attribute("dana", 2, "Yes, yes.", is_certain=True, beside=kind, begin_s=2.2, end_s=2.45)
    ]
    assert player.decided(Report)[-1].code == kind


@pytest.mark.parametrize(("begin_s", "end_s"), [(2.2, 2.5), (2.1, 2.4), (4.1, 4.3)])
def test_words_are_of_the_speech_that_is_near(begin_s, end_s):
    """An ear's times and a detector's differ by 0.6 s at most."""
    player = beside()
    player.tell(3.1, SpeechStarted("dana", 3.0))
    player.tell(3.7, SpeechStopped("dana", 3.5))
    player.tell(4.5, words("Yes.", begin_s, end_s))
    assert [each.text for each in player.decided(Attribute)] == ["Yes."]


@pytest.mark.parametrize(("begin_s", "end_s"), [(2.0, 2.3), (4.2, 4.4)])
def test_words_that_are_not_near_are_of_no_speech(begin_s, end_s):
    """Words far from any detected speech are noted, and are in no transcript."""
    player = beside()
    player.tell(3.1, SpeechStarted("dana", 3.0))
    player.tell(3.7, SpeechStopped("dana", 3.5))
    player.tell(4.5, words("Yes.", begin_s, end_s))
    assert player.decided(Attribute) == []
    assert player.decided(Report)[-1].code == "unclear"
