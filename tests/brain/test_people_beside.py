"""People who speak beside a turn: playbooks, event by event, of all that is decided."""

import pytest
from playbook import Noted

from trialogue.brain.interruptions import SpeechSort, beside_people, classify_speech
from trialogue.brain.meeting import Brain
from trialogue.model.commands import (
    Attribute,
    Cue,
    DuckPlayout,
    EndTurn,
    GrantFloor,
    PausePlayout,
    Play,
    ResumePlayout,
    StopPlayout,
    UnduckPlayout,
)
from trialogue.model.events import (
    EarHeard,
    EarReady,
    MeetingStarted,
    MuteAsked,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackStarted,
    ReplyStarted,
    ReplyWithdrawn,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    VoiceFell,
    VoiceRose,
    Woke,
)
from trialogue.model.plan import InterruptRules, WhileUnsure
from trialogue.testing.casts import agent, opening, person, plan, reply
from trialogue.testing.playbooks import Player, play

SAID = "One two three. Four five six. Seven eight nine."
DUCK, UNDUCK = DuckPlayout("tech", 1, -12.0), UnduckPlayout("tech", 1)


def open_brain(*people, **rules):
    """A meeting in which tech has been heard since 1.1 s, with people whose ears are ready."""
    people = people or ("dana",)
    wanted = plan("tech", "biz", *map(person, people), **rules)
    brain = Brain(wanted)
    ears = [(0.0, EarReady(name, 1)) for name in people]
    heard = [*reply(1.0, "tech", 1, SAID, length_s=10.0), (1.1, PlaybackStarted("tech", 1, 1, 1.1))]
    for at, event in (*opening(wanted), *ears, *heard):
        brain.handle(event, at)
    return brain


def note(code, *holds, who="dana"):
    return Noted(code, who, *holds)


PASSED = note("backchannel")
CUT = note("interruption", "tech")


def test_a_backchannel_leaves_no_hole():
    """A person's backchannel makes the agent softer for a moment, and takes neither floor nor turn."""
    play(
        open_brain(),
        [
            (3.0, SpeechStarted("dana", 3.0), [DUCK]),
            (3.6, VoiceFell("dana", 3.5), []),
            (3.7, SpeechStopped("dana", 3.5), [PASSED, UNDUCK]),
            (
                3.8,
                EarHeard("dana", 1, 1, "Mm-hm.", 3.0, 3.5, "final"),
                [Attribute("dana", 1, "Mm-hm.", True, "backchannel", 3.0, 3.5)],
            ),
            (
                11.1,
                PlaybackFinished("tech", 1, 1, 11.1, 10.0, "complete"),
                [
                    EndTurn("tech", 1, "finished"),
                    GrantFloor("biz", 2, "next in order", 101.1),
                    Cue("biz", 2, f"Tech: {SAID}\nIt is your turn.", 2),
                ],
            ),
        ],
        wakes=True,
    )


def test_its_length_is_the_speechs_own():
    """Speech of 0.7 s is a backchannel even when its end is reported late."""
    play(
        open_brain(),
        [
            (3.0, SpeechStarted("dana", 3.0), [DUCK]),
            (3.8, VoiceFell("dana", 3.7), []),
            (4.4, SpeechStopped("dana", 3.7), [PASSED, UNDUCK]),
        ],
        wakes=True,
    )


def test_a_person_who_speaks_on_interrupts():
    """A person who speaks on for longer than a backchannel cuts the turn, and with words ends it for good."""
    question = "Wait, I have a question."
    play(
        open_brain(),
        [
            (3.0, SpeechStarted("dana", 3.0), [DUCK]),
            (
                4.0,
                Woke("judge"),
                [
                    CUT,
                    PausePlayout("tech", 1),
                    EndTurn("tech", 1, "interrupted"),
                    GrantFloor("dana", 2, "interrupts", 94.0),
                ],
            ),
            (4.02, PlaybackPaused("tech", 1, 1, 4.0, 2.9), []),
            (5.7, SpeechStopped("dana", 5.5), []),
            (
                5.8,
                EarHeard("dana", 1, 1, question, 3.0, 5.5, "final"),
                [
                    StopPlayout("tech", 1),
                    Attribute("dana", 2, question, True),
                    EndTurn("dana", 2, "finished"),
                    GrantFloor("biz", 3, "next in order", 95.8),
                    Cue("biz", 3, f"Tech (interrupted): One two\nDana: {question}\nIt is your turn.", 2),
                ],
            ),
        ],
        wakes=True,
    )


def test_words_make_it_known_sooner():
    """Speech with more words than a backchannel has cuts the turn at once, and for good."""
    play(
        open_brain(),
        [
            (3.0, SpeechStarted("dana", 3.0), [DUCK]),
            (3.6, EarHeard("dana", 1, 1, "No that is", 3.0, 3.5, "interim"), []),
            (
                3.7,
                EarHeard("dana", 1, 1, "No that is not", 3.0, 3.6, "interim"),
                [
                    note("interruption", "tech", "more words"),
                    StopPlayout("tech", 1),
                    EndTurn("tech", 1, "interrupted"),
                    GrantFloor("dana", 2, "interrupts", 93.7),
                ],
            ),
        ],
        wakes=True,
    )


def test_a_long_cough_gives_the_turn_back():
    """A turn that was cut by a long sound without words goes on from the cut."""
    unclear = [
        Attribute("dana", 2, "(unclear)", False),
        note("unclear"),
        EndTurn("dana", 2, "finished"),
    ]
    goes_on = [
        note("false-interruption", who="tech"),
        GrantFloor("tech", 3, "goes on: nothing was said", 96.0),
        Play("tech", 1, 3),
    ]
    brain = open_brain()
    play(
        brain,
        [
            (3.0, SpeechStarted("dana", 3.0), [DUCK]),
            (
                4.0,
                Woke("judge"),
                [
                    CUT,
                    PausePlayout("tech", 1),
                    EndTurn("tech", 1, "interrupted"),
                    GrantFloor("dana", 2, "interrupts", 94.0),
                ],
            ),
            (4.02, PlaybackPaused("tech", 1, 1, 4.0, 2.9), []),
            (4.7, SpeechStopped("dana", 4.5), []),
            (6.0, Woke("words"), [*unclear, *goes_on]),
            (6.1, PlaybackStarted("tech", 3, 1, 6.1), []),
            (
                13.2,
                PlaybackFinished("tech", 3, 1, 13.2, 10.0, "complete"),
                [
                    EndTurn("tech", 3, "finished"),
                    GrantFloor("biz", 4, "next in order", 103.2),
                    Cue(
                        "biz",
                        4,
                        "Tech (interrupted): One two\nDana: (unclear)\n"
                        "Tech: three. Four five six. Seven eight nine.\nIt is your turn.",
                        2,
                    ),
                ],
            ),
        ],
        wakes=True,
    )
    assert [each.heard for each in brain.utterances()] == [
        "One two",
        "(unclear)",
        "three. Four five six. Seven eight nine.",
    ]


def test_two_who_pause_agents():
    """With `pause` a turn is silent during unsure speech, and goes on at once after a backchannel."""
    play(
        open_brain(interrupt=InterruptRules(while_unsure=WhileUnsure.PAUSE)),
        [
            (3.0, SpeechStarted("dana", 3.0), [PausePlayout("tech", 1)]),
            (3.02, PlaybackPaused("tech", 1, 1, 3.0, 1.9), []),
            (3.7, SpeechStopped("dana", 3.5), [PASSED, ResumePlayout("tech", 1)]),
        ],
        wakes=True,
    )


def test_under_talk_nothing_changes_while_it_is_unsure():
    """With `while_unsure: talk` an agent keeps its volume beside a person's voice."""
    play(
        open_brain(interrupt=InterruptRules(while_unsure=WhileUnsure.TALK)),
        [(3.0, SpeechStarted("dana", 3.0), []), (3.7, SpeechStopped("dana", 3.5), [PASSED])],
        wakes=True,
    )


def test_an_allowed_overlap_is_none_of_it():
    """Speech that is shorter than the allowed overlap cuts nobody, and is reported as an overlap."""
    play(
        open_brain(interrupt=InterruptRules(overlap_s=3.0)),
        [
            (3.0, SpeechStarted("dana", 3.0), [DUCK]),
            (5.3, VoiceFell("dana", 5.2), [UNDUCK]),
            (5.5, SpeechStopped("dana", 5.2), [note("overlap")]),
        ],
        wakes=True,
    )


def test_a_voice_that_rises_again_is_judged_again():
    """A short pause inside a remark counts as part of it."""
    player = Player(open_brain(), wakes=True)
    player.tell(3.0, SpeechStarted("dana", 3.0))
    player.tell(3.5, VoiceFell("dana", 3.4))
    assert player.wait(5.0) == []
    assert player.tell(5.0, VoiceRose("dana", 4.9))[0] == CUT


def test_silence_is_not_counted_while_somebody_is_heard():
    """Time in which an agent or a person is heard does not count as silence."""
    player = Player(open_brain(silence_s=5.0, time_s=None), wakes=True)
    player.tell(3.0, SpeechStarted("dana", 3.0))
    player.tell(3.7, SpeechStopped("dana", 3.5))
    assert [step[1] for step in player.wait(11.0)] == [Woke("unclear")]
    player.tell(11.0, SpeechStarted("dana", 11.0))
    assert [type(step[1]) for step in player.wait(50.0) if step[2]] == [Woke]
    assert player.decided(EndTurn) == [EndTurn("tech", 1, "interrupted")]
    assert player.brain.audible == ("tech", "dana")


def test_a_muted_person_is_none():
    """Muting a person during unsure speech makes the agent loud again."""
    player = Player(open_brain(), wakes=True)
    player.tell(3.0, SpeechStarted("dana", 3.0))
    assert player.tell(3.4, MuteAsked("dana", muted=True))[0] == UNDUCK
    assert player.tell(3.42, SpeechStopped("dana", 3.4)) == [], "its source says so, too"
    assert player.wait(6.0) == []


def test_two_people_are_judged_each_by_itself():
    """A person's backchannel does not end another's interruption: each is classified by its own length."""
    player = Player(open_brain("dana", "erin"), wakes=True)
    player.tell(3.0, SpeechStarted("erin", 3.0))
    player.tell(3.5, SpeechStarted("dana", 3.5))
    assert player.tell(3.6, SpeechStopped("erin", 3.4)) == [note("backchannel", who="erin")]
    (step,) = (step for step in player.wait(5.0) if step[2])
    assert step[2][0] == CUT


@pytest.mark.parametrize(
    ("length", "words", "is_over", "found"),
    [
        (0.5, 0, False, SpeechSort.UNSURE),
        (0.8, 3, True, SpeechSort.BACKCHANNEL),
        (0.81, 0, True, SpeechSort.INTERRUPTION),
        (0.5, 4, False, SpeechSort.INTERRUPTION),
    ],
)
def test_the_verdict(length, words, is_over, found):
    """Speech at each side of the limits of length and words is classified as documented."""
    rules = InterruptRules()
    assert classify_speech(length, words, rules, is_over=is_over) is found
    beside = classify_speech(length, words, beside_people(rules), is_over=is_over)
    assert beside is (SpeechSort.OVERLAP if found is SpeechSort.INTERRUPTION else found)


def test_words_that_never_settled_stand_beside_the_turn():
    """Words that a lost ear had not settled are kept beside the turn."""
    player = Player(open_brain(), wakes=True)
    player.tell(3.0, SpeechStarted("dana", 3.0))
    player.tell(3.4, EarHeard("dana", 1, 1, "Oh yes", 3.0, 3.3, "interim"))
    player.tell(3.7, SpeechStopped("dana", 3.5))
    player.wait(9.0)
    assert player.decided(Attribute) == [Attribute("dana", 1, "Oh yes", False, "backchannel", 3.0, 3.5)]


def test_words_before_the_opening_open_nothing():
    """Words of a person before the opening take no floor until the meeting is open."""
    player = Player(Brain(plan("tech", person("dana"))), wakes=True)
    player.tell(0.0, MeetingStarted())
    player.tell(0.0, EarReady("dana", 1))
    player.tell(1.0, SpeechStarted("dana", 1.0))
    player.tell(1.2, EarHeard("dana", 1, 1, "Hello", 1.0, 1.2, "interim"))
    player.wait(5.0)
    assert player.decided(GrantFloor) == []
    player.tell(6.0, SessionReady("tech", 1))
    assert player.decided(GrantFloor)[0].to == "dana"


def test_a_sound_too_short_for_speech_sets_no_timer():
    """No words are waited for after a sound that is too short to be speech."""
    player = Player(open_brain(), wakes=False)
    player.tell(3.0, SpeechStarted("dana", 3.0))
    stopped = player.tell(3.6, SpeechStopped("dana", 3.2))
    assert "unclear" not in [getattr(command, "timer", "") for command in stopped]


def test_a_voice_that_falls_at_the_bound_is_not_longer():
    """Speech exactly as long as a backchannel may be is one, whenever its end is reported."""
    player = Player(open_brain(), wakes=True)
    player.tell(3.0, SpeechStarted("dana", 3.0))
    assert player.tell(3.9, VoiceFell("dana", 3.8)) == []
    assert PASSED in player.tell(4.2, SpeechStopped("dana", 3.8))
    player = Player(open_brain(), wakes=True)
    player.tell(3.0, SpeechStarted("dana", 3.0))
    assert CUT in player.tell(3.9, VoiceFell("dana", 3.832))


def test_a_holder_between_two_replies_does_not_stay_soft():
    """An agent that is turned down for a person's sound is loud again before its next reply."""
    wanted = plan(agent("tech", by_ear=True), "biz", person("dana"), policy="round-robin")
    player = Player(Brain(wanted), wakes=True)
    for at, event in [*opening(wanted), (0.0, EarReady("dana", 1)), (1.0, ReplyStarted("tech", 1, 1))]:
        player.tell(at, event)
    assert DUCK in player.tell(1.1, SpeechStarted("dana", 1.0))
    player.tell(1.2, ReplyWithdrawn("tech", 1, "interrupted"))
    player.tell(1.4, VoiceFell("dana", 1.3))
    assert UNDUCK in player.tell(1.7, SpeechStopped("dana", 1.3))


def test_three_assents_that_the_ear_tells_as_one_cut_nobody():
    """Three short assents that an ear reports as one utterance interrupt nobody."""
    brain = open_brain()
    heard = EarHeard("dana", 1, 1, "Mm-hm yes right so yes", 3.0, 5.7, "interim")
    steps = [(3.0, SpeechStarted("dana", 3.0), [DUCK])]
    for begin, end in ((3.0, 3.5), (4.0, 4.6)):
        if begin > 3.0:
            steps.append((begin, SpeechStarted("dana", begin), [DUCK]))
        steps.append((end, VoiceFell("dana", end), []))
        steps.append((end + 0.3, SpeechStopped("dana", end), [PASSED, UNDUCK]))
    play(brain, [*steps, (5.1, SpeechStarted("dana", 5.1), [DUCK]), (5.7, heard, [])], wakes=True)


def test_words_that_are_told_with_the_speech_they_are_of_cut_at_once():
    """Four new words after a backchannel interrupt, though the ear reports all as one utterance."""
    brain = open_brain()
    play(
        brain,
        [
            (3.0, SpeechStarted("dana", 3.0), [DUCK]),
            (3.4, EarHeard("dana", 1, 1, "Yes", 3.0, 3.4, "interim"), []),
            (3.5, VoiceFell("dana", 3.5), []),
            (3.8, SpeechStopped("dana", 3.5), [PASSED, UNDUCK]),
            (4.0, SpeechStarted("dana", 4.0), [DUCK]),
            (
                4.6,
                EarHeard("dana", 1, 1, "Yes but that is wrong", 3.0, 4.6, "interim"),
                [
                    note("interruption", "tech", "more words"),
                    StopPlayout("tech", 1),
                    EndTurn("tech", 1, "interrupted"),
                    GrantFloor("dana", 2, "interrupts", 94.6),
                ],
            ),
        ],
        wakes=True,
    )
