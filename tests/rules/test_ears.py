"""Whose words an ear made out that hears agents and people in one stream."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from playbook import BIZ, EAR, GUEST, TECH, Table, plan

from trialogue.model.commands import Attribute, EndTurn, ResumePlayout
from trialogue.model.events import (
    PlaybackFinished,
    PlaybackPaused,
    PlaybackResumed,
    SentenceSaid,
    SpeechStarted,
    SpeechStopped,
    Woke,
    WordsHeard,
)
from trialogue.model.participants import Hears
from trialogue.rules.ears import LONGEST, Words, behind

BY_EAR = evolve(TECH, hears=Hears.AUDIO)
SAID = "The delay is what our customers feel. It costs us one cart in nine."


def words(table):
    """What was taken to be people's so far."""
    return [(each.participant, each.text, each.is_certain) for each in table.commands(Attribute)]


def cut_in(*cast):
    """Tech has been heard for four of seven seconds when Dana speaks beside it."""
    table = Table(plan(*(cast or (BY_EAR, EAR, GUEST))))
    table.open()
    table.now = 1.0
    table.begins("tech", SAID, 7.0)
    table.plays("tech")
    table.at(5, SpeechStarted("dana", 4.9))
    table.at(5, PlaybackPaused("tech", 1, 1, 5.0, 4.0))
    return table


@pytest.mark.parametrize(
    ("heard", "left"),
    [
        ("The delay is what our customers feel. It stop there, please.", "stop there, please."),
        ("the delays what are customers feel it cost stop there please", "stop there please"),
        ("is what our customers feel. It costs And what of Europe?", "And what of Europe?"),
        ("The delay is what our custom- what our customers want", "what our customers want"),
        ("The delay is what our customers feel.", ""),
    ],
)
def test_known_words_are_taken_off_the_beginning(heard, left):
    """Missed, mistaken and shortened words among them; what comes behind is the rest."""
    assert behind(SAID, heard) == Words(left)


@pytest.mark.parametrize(
    ("heard", "is_certain"),
    [
        ("And what about Europe?", True),
        ("The price is another thing altogether.", True),
        ("And what of Europe, where we have the most of our customers and no machine at all?", False),
    ],
)
def test_words_that_are_nobody_elses_stay(heard, is_certain):
    """Uncertain only where the text is long enough to hold what was known as well."""
    assert behind(SAID, heard) == Words(heard, is_certain)


def test_nothing_known_leaves_all():
    """An ear that heard no agent since its last words heard a person alone."""
    assert behind("", "And what of Europe?") == Words("And what of Europe?")


def test_long_speech_is_compared_by_its_end():
    """What is older than the limit is not looked at."""
    spoken = " ".join(f"word{number}" for number in range(2 * LONGEST))
    tail = " ".join(spoken.split()[-20:])
    assert behind(spoken, f"{tail} stop there") == Words("stop there")


WORDS = st.lists(
    st.sampled_from(
        [
            "the",
            "a",
            "cache",
            "price",
            "is",
            "at",
            "edge",
            "customers",
            "custom",
            "europe",
            "now",
            "9",
            "-",
            "...",
        ]
    ),
    max_size=12,
)


@given(WORDS, WORDS, st.integers(0, 5))
def test_what_is_left_is_the_end_of_what_was_heard(known, heard, unsure):
    """Whatever was known, words are taken off the beginning alone, and none is changed."""
    left = behind(" ".join(known), " ".join(heard), unsure=min(unsure, len(known))).text.split()
    assert left == heard[len(heard) - len(left) :]


@given(
    WORDS.filter(lambda words: len(words) >= 3), st.lists(st.sampled_from(["stop", "who", "ja"]), max_size=6)
)
def test_other_words_are_left_whole(known, others):
    """Of a text that is all that was known and then other words, exactly these are left."""
    assert behind(" ".join(known), " ".join([*known, *others])) == Words(" ".join(others))


def test_the_words_of_who_was_cut_off_are_not_the_persons():
    """The ear makes one text of both; the person's turn has its own words, and they are certain."""
    table = cut_in()
    table.at(6, Woke("barge:1"))
    table.at(7, SpeechStopped("dana", 7.0))
    table.at(8.2, WordsHeard("mod", "The delay is what our customers feel. It Stop, I did not ask that."))
    assert words(table) == [("dana", "Stop, I did not ask that.", True)]


def test_a_backchannel_behind_an_agents_words_is_none_less():
    """Two words do not take the floor, however many the ear heard before them."""
    table = cut_in()
    table.at(5.5, SpeechStopped("dana", 5.5))
    answer = table.at(6.4, WordsHeard("mod", "The delay is what our customers feel yes indeed"))
    assert [each for each in answer if isinstance(each, EndTurn)] == []
    assert ResumePlayout("tech", 1) in answer
    assert table.reports() == ["backchannel", "false-interruption"]


def test_an_agents_words_alone_are_nobody_elses():
    """They may come while a person has begun to speak, and mean nothing for the floor."""
    table = cut_in()
    assert table.at(5.4, WordsHeard("mod", "The delay is what our customers feel.")) == []
    table.at(6, Woke("barge:1"))
    table.at(7, SpeechStopped("dana", 7.0))
    table.at(8, WordsHeard("mod", "Stop there."))
    assert words(table) == [("dana", "Stop there.", True)]


def test_what_one_text_covered_the_next_does_not():
    """A person may repeat what was said in an earlier text of the ear."""
    table = cut_in()
    table.at(6, Woke("barge:1"))
    table.at(6.5, SpeechStopped("dana", 6.5))
    table.at(7.5, WordsHeard("mod", "The delay is what our customers feel stop there"))
    table.at(7.6, SpeechStarted("dana", 7.6))
    table.at(9, SpeechStopped("dana", 9.0))
    table.at(10, WordsHeard("mod", "The delay is what our customers feel, you say."))
    assert [text for _, text, _ in words(table)] == [
        "stop there",
        "The delay is what our customers feel, you say.",
    ]


def test_a_person_who_begins_just_behind_an_agent_keeps_its_own_words():
    """The ear hears no end between the two, and listens on until the person's turn is over."""
    table = Table(plan(BY_EAR, EAR, GUEST))
    table.open()
    table.now = 1.0
    table.begins("tech", SAID, 7.0)
    table.plays("tech")
    table.at(7.9, SpeechStarted("dana", 7.9))
    table.at(7.9, PlaybackPaused("tech", 1, 1, 7.9, 6.9))
    table.at(8.0, PlaybackFinished("tech", 1, 1, 8.0, 7.0, "complete"))
    assert table.meeting.holder == "dana"
    table.at(9, SpeechStopped("dana", 9.0))
    table.at(10, WordsHeard("mod", f"{SAID} Is that all?"))
    assert words(table) == [("dana", "Is that all?", True)]


def test_words_of_the_next_agent_are_not_a_persons_late_ones():
    """An agent that answers a person is heard by the same ear within the person's four seconds."""
    table = Table(plan(GUEST, BY_EAR, EAR))
    table.open()
    table.at(0, SpeechStarted("dana", 0.0))
    table.at(2, SpeechStopped("dana", 2.0))
    table.at(2.9, WordsHeard("tech", "What does it cost?"))
    table.at(3.2, Woke("hang:1"))
    assert table.meeting.holder is not None
    holder = table.meeting.holder
    other = "mod" if holder == "tech" else "tech"
    table.begins(holder, "It costs nine thousand dollars.", 1.0)
    table.plays(holder)
    table.ends(holder, 1.0)
    table.at(5.2, WordsHeard(other, "It costs nine thousand dollars."))
    assert [text for _, text, _ in words(table)] == ["What does it cost?"]


def test_a_turn_that_was_paused_before_is_known_where_it_goes_on():
    """Words behind a pause are taken off like those before it."""
    table = cut_in()
    table.at(5.2, SpeechStopped("dana", 5.2))
    table.at(6.4, WordsHeard("mod", "The delay is what our customers feel it hm"))
    table.at(6.5, PlaybackResumed("tech", 1, 1, 6.5))
    table.at(7.5, SpeechStarted("dana", 7.4))
    table.at(7.5, PlaybackPaused("tech", 1, 1, 7.5, 5.0))
    table.at(8.5, Woke("barge:1"))
    table.at(9, SpeechStopped("dana", 9.0))
    table.at(10, WordsHeard("mod", "costs us one cart How do you know that?"))
    assert words(table) == [("dana", "How do you know that?", True)]


def test_an_ear_that_hears_people_alone_takes_nothing_off():
    """An agent that hears text listens to people only: what it made out is theirs, whoever said it before."""
    table = cut_in(TECH, BIZ, GUEST)
    table.at(6, Woke("barge:1"))
    table.at(7, SpeechStopped("dana", 7.0))
    table.at(8, WordsHeard("biz", "The delay is what our customers feel, you say."))
    assert words(table) == [("dana", "The delay is what our customers feel, you say.", True)]


def test_sentences_that_were_not_heard_by_far_are_not_known():
    """A person may well say what an agent had still to say."""
    table = Table(plan(BY_EAR, EAR, GUEST))
    table.open()
    table.now = 1.0
    table.begins("tech", "One.", 20.0)
    table.at(1.0, SentenceSaid("tech", 1, "We should ask the customers in Europe.", 15.0))
    table.plays("tech")
    table.at(3, SpeechStarted("dana", 3.0))
    table.at(3, PlaybackPaused("tech", 1, 1, 3.0, 2.0))
    table.at(4, Woke("barge:1"))
    table.at(5, SpeechStopped("dana", 5.0))
    table.at(6, WordsHeard("mod", "We should ask the customers in Europe."))
    assert [text for _, text, _ in words(table)] == ["We should ask the customers in Europe."]
