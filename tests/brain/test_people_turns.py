"""Turns of people: how they take the floor, how their turns end, and where their words go."""

from trialogue.brain.meeting import Brain
from trialogue.model.commands import Attribute, EndTurn, GrantFloor, Report
from trialogue.model.events import (
    EarFailed,
    EarHeard,
    EarReady,
    FloorRequested,
    MeetingResumed,
    ProcessSuspended,
    RevokeAsked,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    TextTyped,
    VoiceFell,
    Woke,
)
from trialogue.model.plan import HoldRules, SilenceRules
from trialogue.testing.casts import opening, person, plan, spoken
from trialogue.testing.playbooks import Player, play


def waiting(*people, ears=True, **rules):
    """A meeting of people beside an agent that waits: nobody is asked to speak."""
    names = people or ("dana",)
    patient = SilenceRules(4.0, ())
    rules = {"policy": "queue", "otherwise": "queue", "silence": patient, "silence_s": 300.0, **rules}
    wanted = plan(*map(person, names), "tech", **rules)
    player = Player(Brain(wanted), wakes=True)
    for at, event in (*opening(wanted), *((0.0, EarReady(name, 1)) for name in names if ears)):
        player.tell(at, event)
    return player


def granted(player):
    return [grant.to for grant in player.decided(GrantFloor)]


def test_a_person_who_speaks_has_a_free_floor_and_its_ear_ends_the_turn():
    """A person gets the free floor once it surely speaks, and the ear's end of turn ends it."""
    brain = waiting().brain
    play(
        brain,
        [
            (1.0, SpeechStarted("dana", 1.0), []),
            (1.3, Woke("begin"), [GrantFloor("dana", 1, "speaks already", 91.3)]),
            (3.2, SpeechStopped("dana", 3.0), []),
            (
                3.3,
                EarHeard("dana", 1, 1, "Good morning to you.", 1.0, 3.0, "final"),
                [Attribute("dana", 1, "Good morning to you.", True), EndTurn("dana", 1, "finished")],
            ),
        ],
        wakes=True,
    )


def test_words_that_are_typed_in_a_turn_that_is_cut_wait_with_a_hand():
    """Words that a person types while it speaks are read after it, also where its turn was taken away."""
    player = waiting()
    for at, event in (
        (1.0, SpeechStarted("dana", 1.0)),
        (3.0, TextTyped("dana", "See the link.")),
        (4.0, RevokeAsked("dana")),
        (5.0, SpeechStopped("dana", 4.9)),
        (6.0, FloorRequested("tech")),
    ):
        player.tell(at, event)
    player.wait(30.0)
    assert [words.text for words in player.decided(Attribute)][-1] == "See the link."


def test_a_noise_takes_no_turn_and_has_no_words():
    """A noise of 0.13 s takes no turn, and words that an ear made of it are in no transcript."""
    player = waiting()
    player.tell(1.0, SpeechStarted("dana", 1.0))
    player.tell(1.23, VoiceFell("dana", 1.13))
    player.tell(1.4, SpeechStopped("dana", 1.13))
    answer = player.tell(1.6, EarHeard("dana", 1, 1, "Thank you.", 1.0, 1.1, "final"))
    assert [report.code for report in answer] == ["unclear"]
    assert granted(player) == []
    assert player.brain.utterances() == ()


def test_words_without_speech_are_noted_and_nothing_else():
    """Words that an ear made of no speech take no turn, and reach nobody."""
    player = waiting()
    answer = player.tell(9.0, EarHeard("dana", 1, 1, "Thank you.", 1.0, 1.5, "final"))
    assert [report.code for report in answer] == ["unclear"]
    assert (granted(player), player.brain.utterances()) == ([], ())


def test_a_short_word_takes_a_free_floor_behind_its_speech():
    """`No.` in a quarter of a second is speech, once words of it have come."""
    player = waiting()
    player.tell(1.0, SpeechStarted("dana", 1.0))
    player.tell(1.29, VoiceFell("dana", 1.25))
    player.tell(1.4, SpeechStopped("dana", 1.25))
    player.tell(1.6, EarHeard("dana", 1, 1, "No.", 1.0, 1.2, "final"))
    assert granted(player) == ["dana"]
    assert player.decided(EndTurn) == [EndTurn("dana", 1, "finished")]
    assert [each.heard for each in player.brain.utterances()] == ["No."]


def test_without_an_ear_a_turn_ends_by_the_detector():
    """A person without an ear ends its turn `hang` after its speech, and is in the transcript as unclear."""
    player = waiting(ears=False)
    player.tell(1.0, SpeechStarted("dana", 1.0))
    player.tell(3.2, SpeechStopped("dana", 3.0))
    (step,) = (step for step in player.wait(10.0) if step[2])
    assert (step[0], step[2][0]) == (4.2, Attribute("dana", 1, "(unclear)", is_certain=False))
    assert player.brain.utterances()[0].heard == "(unclear)"


def test_words_on_their_way_are_waited_for():
    """A turn's words are waited for four seconds after the hang; later ones are added as uncertain."""
    player = waiting()
    player.tell(1.0, SpeechStarted("dana", 1.0))
    player.tell(3.2, SpeechStopped("dana", 3.0))
    assert [step[0] for step in player.wait(20.0) if step[2]] == [8.2]
    player.tell(21.0, EarHeard("dana", 1, 1, "Late words.", 1.0, 3.0, "final"))
    assert player.decided(Attribute)[-1] == Attribute("dana", 1, "Late words.", is_certain=False)
    assert player.brain.utterances()[0].heard == "Late words."


def test_a_person_who_types_takes_the_time_that_reading_takes():
    """A typed turn lasts a quarter of a second for each word, in the transcript, too."""
    player = waiting()
    player.tell(2.0, TextTyped("dana", "one two three four five six seven eight"))
    assert player.brain.audible == ("dana",)
    player.wait(10.0)
    (said,) = player.brain.utterances()
    assert (said.start_s, said.end_s, said.was_cut) == (2.0, 4.0, False)
    assert player.decided(EndTurn) == [EndTurn("dana", 1, "finished")]


def test_two_who_start_at_once_collide():
    """The first starter has the floor, the other is first in the queue; both keep their words."""
    player = waiting("dana", "erin")
    player.tell(1.0, SpeechStarted("dana", 1.0))
    player.tell(1.2, SpeechStarted("erin", 1.2))
    player.tell(3.0, SpeechStopped("erin", 2.9))
    player.tell(3.1, EarHeard("erin", 1, 1, "I would like to say something.", 1.2, 2.9, "final"))
    player.tell(4.0, SpeechStopped("dana", 3.9))
    player.tell(4.1, EarHeard("dana", 1, 1, "We should begin with the price, I think.", 1.0, 3.9, "final"))
    assert [report.code for report in player.decided(Report)][:1] == ["collision"]
    assert granted(player) == ["dana", "erin"]
    heard = {(each.participant, each.beside): each.heard for each in player.brain.utterances()}
    assert heard == {
        ("dana", ""): "We should begin with the price, I think.",
        ("erin", "overlap"): "I would like to say something.",
    }


def test_a_person_who_says_nothing_has_its_own_time_to_begin():
    """A person has `floor.human` to begin; `hold.max` counts from its first word, while somebody waits."""
    player = waiting("dana", "erin", human_s=120.0)
    player.tell(0.0, FloorRequested("dana"))
    assert granted(player) == ["dana"]
    assert player.wait(119.0) == []
    player.tell(119.0, SpeechStarted("dana", 119.0))
    assert player.wait(300.0) == []
    player.tell(300.0, FloorRequested("erin"))
    assert player.decided(EndTurn) == [EndTurn("dana", 1, "hold-limit")]
    assert granted(player) == ["dana", "erin"]


def test_a_person_who_was_held_too_long_pauses_before_it_speaks_again():
    """A person over the hold limit takes no floor until it has paused."""
    player = waiting("dana", "erin")
    player.tell(1.0, SpeechStarted("dana", 1.0))
    player.tell(100.0, FloorRequested("erin"))
    assert granted(player) == ["dana", "erin"]
    player.wait(115.0)
    assert granted(player) == ["dana", "erin"]
    player.tell(116.0, SpeechStopped("dana", 115.8))
    player.tell(118.0, SpeechStarted("dana", 118.0))
    player.wait(119.0)
    assert granted(player) == ["dana", "erin", "dana"]


def test_nobody_speaks_behind_a_sleep():
    """A person's turn is lost over a sleep of the machine, and its next speech takes the floor again."""
    for gone in (ProcessSuspended(60.0), MeetingResumed("00")):
        player = waiting()
        player.tell(1.0, SpeechStarted("dana", 1.0))
        player.tell(3.0, gone)
        assert player.decided(EndTurn) == [EndTurn("dana", 1, "lost")]
        assert player.brain.audible == ()
        player.tell(4.0, SessionReady("tech", 2))
        player.tell(5.0, SpeechStarted("dana", 5.0))
        player.wait(6.0)
        assert granted(player) == ["dana", "dana"]
        player.tell(8.0, SpeechStopped("dana", 7.5))
        player.wait(20.0)
        assert (player.brain.utterances()[-1].start_s, player.brain.utterances()[-1].end_s) == (5.0, 7.5)


def test_an_ear_that_fails_leaves_the_person_at_the_table():
    """A person whose ear has failed still has turns, which the detector ends, and one failure is reported."""
    player = waiting()
    (report,) = player.tell(0.5, EarFailed("dana", "401 Unauthorized"))
    assert (report.code, report.participant, report.level) == ("ear-failed", "dana", "failure")
    for at, event in spoken(1.0, "dana", 2.0):
        player.tell(at, event)
    player.wait(9.0)
    assert player.decided(EndTurn) == [EndTurn("dana", 1, "finished")]


def test_a_person_who_speaks_on_past_its_limit_has_its_next_turn_by_that_speech():
    """A person who speaks on past its limit has the floor again by that speech, with the later words."""
    player = waiting("dana", "eve", hold=HoldRules(10.0))
    player.tell(1.0, SpeechStarted("dana", 1.0))
    player.tell(2.0, FloorRequested("eve"))
    player.wait(12.0)
    player.tell(12.1, SpeechStarted("eve", 12.1))
    player.tell(14.0, SpeechStopped("eve", 13.6))
    player.tell(14.1, EarHeard("eve", 1, 1, "I would like to speak now.", 12.1, 13.6, "final"))
    player.tell(20.0, SpeechStopped("dana", 19.6))
    player.tell(
        20.1,
        EarHeard("dana", 1, 1, "It began in a town by the sea, where nobody knew it.", 1.0, 19.6, "final"),
    )
    assert [(end.participant, end.cause) for end in player.decided(EndTurn)] == [
        ("dana", "hold-limit"),
        ("eve", "finished"),
        ("dana", "finished"),
    ]
    assert [(each.turn, each.participant) for each in player.decided(Attribute)][-1] == (3, "dana")


def test_words_of_speech_that_was_over_before_its_turn_have_their_place():
    """Words of speech that was over before its turn have the time of that speech."""
    player = waiting()
    player.tell(1.0, SpeechStarted("dana", 1.0))
    player.tell(1.29, VoiceFell("dana", 1.25))
    player.tell(1.4, SpeechStopped("dana", 1.25))
    player.tell(1.6, EarHeard("dana", 1, 1, "No.", 1.0, 1.2, "final"))
    assert player.decided(Attribute) == [
        Attribute("dana", 1, "No.", is_certain=True, begin_s=1.0, end_s=1.25)
    ]
    player.tell(3.0, SpeechStarted("dana", 3.0))
    player.tell(5.2, SpeechStopped("dana", 5.0))
    player.tell(5.3, EarHeard("dana", 1, 2, "Not at all.", 3.0, 5.0, "final"))
    assert player.decided(Attribute)[-1] == Attribute("dana", 2, "Not at all.", is_certain=True)


def test_a_person_who_speaks_on_behind_its_limit_is_unclear_once():
    """A person's speech across the hold limit that has no words is unclear in one turn, and reported once."""
    player = waiting("dana", "eve", hold=HoldRules(10.0))
    player.tell(1.0, SpeechStarted("dana", 1.0))
    player.tell(9.5, FloorRequested("eve"))
    player.wait(12.0)
    assert EndTurn("dana", 1, "hold-limit") in player.decided(EndTurn)
    player.tell(13.2, SpeechStopped("dana", 13.0))
    player.wait(30.0)
    assert [each.heard for each in player.brain.utterances()] == ["(unclear)"]
    assert [each.code for each in player.decided(Report)].count("unclear") == 1


def test_typing_holds_the_floor_no_longer_than_speaking():
    """A typed turn ends at the hold limit, counted from its begin, when somebody waits."""
    player = waiting("dana", "eve", hold=HoldRules(10.0))
    player.tell(2.0, TextTyped("dana", "word " * 60))
    player.tell(3.0, FloorRequested("eve"))
    player.wait(30.0)
    assert [at for at, _, cs in player.log if EndTurn("dana", 1, "hold-limit") in cs] == [12.0]
