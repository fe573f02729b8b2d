"""Speech whose source falls silent in the middle: muted, gone or asleep, beside a turn and in one."""

import pytest

from trialogue.brain.meeting import Brain
from trialogue.model.commands import Attribute, Cue, EndTurn, GrantFloor
from trialogue.model.events import (
    EarHeard,
    EarReady,
    Left,
    MeetingStarted,
    MuteAsked,
    PlaybackFinished,
    PlaybackStarted,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    TextTyped,
    VoiceFell,
)
from trialogue.model.plan import InterruptRules
from trialogue.testing.casts import opening, person, plan, reply
from trialogue.testing.playbooks import Player

OVERLAP = InterruptRules(overlap_s=5.0)


def heard(*cast, **rules):
    """A meeting in which tech is heard from 1.1 to 21.1 s, and dana's ear is ready."""
    wanted = plan("tech", *(cast or ("biz",)), person("dana"), **rules)
    player = Player(Brain(wanted), wakes=True)
    start = [*opening(wanted), (0.0, EarReady("dana", 1))]
    for at, event in (*start, *reply(1.0, "tech", 1, "One two three.", length_s=20.0)):
        player.tell(at, event)
    player.tell(1.1, PlaybackStarted("tech", 1, 1, 1.1))
    return player


def of(decided, kind):
    return [each for each in decided if isinstance(each, kind)]


def over(player):
    """Tech's reply is over."""
    return player.tell(21.1, PlaybackFinished("tech", 1, 1, 21.1, 20.0, "complete"))


@pytest.mark.parametrize("gone", [MuteAsked("dana", muted=True), Left("dana")])
@pytest.mark.parametrize(
    ("rules", "until", "kind"), [(InterruptRules(), 3.5, "backchannel"), (OVERLAP, 5.5, "overlap")]
)
def test_words_beside_a_turn_stand_as_what_they_were(gone, rules, until, kind):
    """Words beside a turn are a backchannel or an allowed overlap, and uncertain until they are final."""
    player = heard(interrupt=rules)
    player.tell(3.1, SpeechStarted("dana", 3.0))
    player.tell(3.4, EarHeard("dana", 1, 1, "Oh yes", 3.0, 3.4, "interim"))
    assert of(player.tell(until, gone), Attribute) == [
        Attribute("dana", 1, "Oh yes", is_certain=False, beside=kind, begin_s=3.0, end_s=until)
    ]


def test_only_an_overlap_is_told_to_who_reads():
    """A word of assent goes into nobody's digest, also where its speaker was muted over it."""
    for rules, until, told in ((InterruptRules(), 3.5, False), (OVERLAP, 5.5, True)):
        player = heard(interrupt=rules)
        player.tell(3.1, SpeechStarted("dana", 3.0))
        player.tell(3.4, EarHeard("dana", 1, 1, "Oh yes", 3.0, 3.4, "interim"))
        player.tell(until, MuteAsked("dana", muted=True))
        (cue,) = of(over(player), Cue)
        assert (cue.to, "Dana (at the same time) (uncertain): Oh yes" in cue.text) == ("biz", told)


@pytest.mark.parametrize(
    ("rules", "until", "kind"), [(InterruptRules(), 3.6, "backchannel"), (OVERLAP, 5.5, "overlap")]
)
def test_speech_without_words_is_kept_as_what_it_was(rules, until, kind):
    """Speech that a mute cuts before any words is kept as an unclear backchannel or overlap."""
    player = heard(interrupt=rules)
    player.tell(3.1, SpeechStarted("dana", 3.0))
    player.tell(until, MuteAsked("dana", muted=True))
    player.wait(20.0)
    (said,) = player.brain.utterances()
    assert (said.heard, said.beside, said.start_s, said.end_s) == ("(unclear)", kind, 3.0, until)


def test_words_of_other_speech_wait_on():
    """A mute settles the words of the speech that it cuts, and not those of earlier speech."""
    player = heard()
    player.tell(3.1, SpeechStarted("dana", 3.0))
    player.tell(3.3, EarHeard("dana", 1, 1, "Hm", 3.0, 3.2, "interim"))
    player.tell(3.45, VoiceFell("dana", 3.35))
    player.tell(3.6, SpeechStopped("dana", 3.35))
    player.tell(5.1, SpeechStarted("dana", 5.0))
    player.tell(5.4, EarHeard("dana", 1, 2, "Yes", 5.0, 5.4, "interim"))
    muted = of(player.tell(5.5, MuteAsked("dana", muted=True)), Attribute)
    assert [(each.text, each.begin_s) for each in muted] == [("Yes", 5.0)]
    player.wait(12.0)
    assert [(each.text, each.begin_s) for each in player.decided(Attribute)] == [("Yes", 5.0), ("Hm", 3.0)]


def test_speech_before_the_opening_is_not_lost_with_its_source():
    """Speech that a mute cut before the opening is in the transcript as unclear."""
    player = Player(Brain(plan("tech", person("dana"))), wakes=True)
    for at, event in ((0.0, MeetingStarted()), (0.0, EarReady("dana", 1)), (1.0, SpeechStarted("dana", 1.0))):
        player.tell(at, event)
    player.tell(3.0, MuteAsked("dana", muted=True))
    player.tell(5.0, SessionReady("tech", 1))
    player.wait(10.0)
    assert [(each.heard, each.start_s, each.end_s) for each in player.brain.utterances()] == [
        ("(unclear)", 1.0, 3.0)
    ]


# --- words that are not sure --------------------------------------------------------------------------------


def turn_of_dana(*stages):
    """Dana says one sentence a stage, in a turn of its own; biz reads it."""
    wanted = plan(person("dana"), "biz", "law")
    player = Player(Brain(wanted), wakes=True)
    for at, event in (*opening(wanted), (0.0, EarReady("dana", 1))):
        player.tell(at, event)
    player.tell(1.0, SpeechStarted("dana", 1.0))
    for number, stage in enumerate(stages, 1):
        begin = float(number)
        words = EarHeard("dana", 1, number, f"Sentence {number}.", begin, begin + 0.8, stage)
        player.tell(begin + 0.9, words)
    player.tell(len(stages) + 1.2, SpeechStopped("dana", len(stages) + 1.0))
    player.wait(20.0)
    return player


@pytest.mark.parametrize(
    ("stages", "mark"),
    [
        (("final",), ""),
        (("interim",), " (uncertain)"),
        (("final", "interim"), " (uncertain)"),
        (("interim", "final"), " (uncertain)"),
    ],
)
def test_a_turn_with_any_words_that_are_not_sure_is_told_so(stages, mark):
    """A turn with some uncertain words is marked so in digests, and a certain one is not."""
    player = turn_of_dana(*stages)
    assert [turn.cause for turn in player.brain.turns[:1]] == ["finished"]
    label, said = player.decided(Cue)[0].text.split("\n")[0].split(": ")
    assert label == f"Dana{mark}"
    assert sorted(said.split(".")) == sorted(player.brain.utterances()[0].heard.split("."))


def test_words_that_are_typed_at_once_are_read_at_once():
    """Words that are typed early in a meeting are read from the moment of typing."""
    wanted = plan(person("dana"), "biz", policy="queue", otherwise="queue")
    player = Player(Brain(wanted), wakes=True)
    for at, event in (*opening(wanted), (0.0, EarReady("dana", 1))):
        player.tell(at, event)
    typed = player.tell(0.25, TextTyped("dana", "one two three four"))
    assert of(typed, Attribute) == [
        Attribute("dana", 1, "one two three four", is_certain=True, begin_s=0.25, end_s=1.25)
    ]
    more = player.tell(0.5, TextTyped("dana", "and two"))
    assert of(more, Attribute) == [Attribute("dana", 1, "and two", is_certain=True, begin_s=1.25, end_s=1.75)]
    player.wait(5.0)
    assert [at for at, _, commands in player.log if of(commands, EndTurn)] == [1.75]


@pytest.mark.parametrize(("cut_at", "back_at"), [(2.5, 2.5)])
def test_a_person_who_cut_in_and_is_muted_gives_the_turn_back(cut_at, back_at):
    """A turn that a person cut without words goes on when that person is muted."""
    player = heard()
    player.tell(1.2, SpeechStarted("dana", 1.2))
    player.wait(2.4)
    assert [grant.to for grant in player.decided(GrantFloor)] == ["tech", "dana"]
    player.tell(cut_at, MuteAsked("dana", muted=True))
    player.wait(10.0)
    grants = [(at, each.to) for at, _, commands in player.log for each in of(commands, GrantFloor)]
    assert grants[2:] == [(back_at, "tech")]
