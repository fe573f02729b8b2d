"""People's seats by themselves: which speech there was, whose it is, and which words belong to it."""

from __future__ import annotations

import pytest

from trialogue.brain.seats.people import NEAR_S, People, SpeechStretch, Words, are_believed


def seated(*speech, has_ear=True):
    """Dana, who spoke from and to these places; the last goes on where its end is None."""
    people = People()
    people.seat("dana", has_ear=has_ear)
    for begin, end in speech:
        people.begins("dana", begin)
        if end is not None:
            people.stops("dana", end)
    return people


def home(people, begin_s, end_s, now=20.0):
    """Where the stretches begin in which words of these places were said."""
    return [each.begin_s for each in people.home("dana", Words("yes", begin_s, end_s), now)]


@pytest.mark.parametrize(
    ("begin_s", "end_s", "found"),
    [
        (3.0, 4.0, [3.0]),
        (2.0, 3.0, [3.0]),
        (4.0, 5.0, [3.0]),
        (3.5, 8.5, [3.0, 8.0]),
        (2.0, 2.5, [3.0]),
        (2.0, 2.4, [3.0]),
        (2.0, 2.3, []),
        (4.5, 5.0, [3.0]),
        (4.6, 5.0, [3.0]),
        (4.7, 5.0, []),
        (9.5, 9.9, [8.0]),
        (9.7, 9.9, []),
    ],
)
def test_words_are_at_home_where_speech_was_detected(begin_s, end_s, found):
    """Words belong to the speech that they touch, or else to speech within 0.6 s."""
    assert home(seated((3.0, 4.0), (8.0, 9.0)), begin_s, end_s) == found


def test_words_near_other_speech_belong_to_their_own():
    """Words belong to the speech that was detected at their time before any speech that is near."""
    assert home(seated((3.0, 4.0), (4.3, 5.0)), 4.5, 4.8) == [4.3]


def test_speech_that_goes_on_holds_words_until_now_and_a_little_more():
    """Words after the begin of open speech belong to it, up to a little after now."""
    people = seated((3.0, None))
    assert home(people, 4.0, 5.0, now=5.0) == [3.0]
    assert home(people, 9.0, 9.5, now=5.0) == [3.0]
    assert home(people, 1.0, 2.0, now=5.0) == []


@pytest.mark.parametrize(
    ("now", "found"),
    [(2.9, []), (3.0, [3.0]), (3.5, [3.0]), (10.0, [3.0]), (10.1, []), (12.0, [12.0]), (19.0, [12.0])],
)
def test_words_without_places_are_of_the_last_speech(now, found):
    """Words without times belong to the last speech, if it ended at most 6 s before."""
    assert home(seated((3.0, 4.0), (12.0, 13.0)), 0.0, 0.0, now=now) == found


@pytest.mark.parametrize(
    ("words", "length", "believed"), [(1, 0.0, True), (2, 0.0, False), (7, 1.0, True), (8, 1.0, False)]
)
def test_speech_holds_six_words_a_second_and_one_more(words, length, believed):
    """The bound on believed words counts all stretches of an utterance together."""
    stretches = [SpeechStretch(1.0, 1.0 + length / 2), SpeechStretch(5.0, 5.0 + length / 2)]
    assert are_believed("word " * words, stretches, 9.0) == believed


def test_speech_that_goes_on_is_as_long_as_it_is_so_far():
    """The length of open speech is its time until now, and never negative."""
    assert SpeechStretch(2.0).length(5.0) == 3.0
    assert SpeechStretch(2.0, 4.0).length(9.0) == 2.0
    assert SpeechStretch(2.0).length(1.0) == 0.0


def test_speech_is_known_until_its_voice_fell():
    """Open speech counts until its voice fell, or else until now; a voice that rises again goes on."""
    people = seated((3.0, None))
    assert people.spoken_until("dana", 5.0) == 5.0
    people.falls("dana", 4.5)
    assert (people.has_fallen("dana"), people.spoken_until("dana", 5.0)) == (True, 4.5)
    people.rises("dana")
    assert (people.has_fallen("dana"), people.spoken_until("dana", 5.0)) == (False, 5.0)
    people.falls("dana", 6.0)
    people.stops("dana", 5.5)
    assert (people.has_fallen("dana"), people.spoken_until("dana", 9.0)) == (False, 5.5)
    people.falls("dana", 6.0)
    people.begins("dana", 7.0)
    assert not people.has_fallen("dana")


def test_speech_that_is_told_to_end_before_it_began_lasted_for_no_time():
    """Contradicting times of a detector make no negative length."""
    assert seated((3.0, 2.0)).current("dana").end_s == 3.0


@pytest.mark.parametrize("fell", [None, 4.0])
def test_a_source_that_begins_anew_has_stopped(fell):
    """A person whose source begins anew has stopped to speak, and keeps its typed words."""
    people = seated((3.0, None))
    people.types("dana", "hello")
    people.bar("dana")
    if fell is not None:
        people.falls("dana", fell)
    ended = people.reset("dana", 5.0, keeps_typed=True)
    assert ended.end_s == (fell or 5.0)
    assert (people.is_speaking("dana"), people.was_cut("dana"), people.is_barred("dana")) == (
        False,
        True,
        False,
    )
    assert people.has_typed("dana")
    assert people.reset("dana", 6.0, keeps_typed=False) is None
    assert not people.has_typed("dana")
    people.begins("dana", 7.0)
    assert not people.was_cut("dana")


def test_typed_words_are_taken_once():
    """Typed words are taken once each, in the order of typing."""
    people = seated()
    people.types("dana", "one")
    people.types("dana", "two")
    assert people.take_typed("dana") == ["one", "two"]
    assert people.take_typed("dana") == []


def test_a_turn_owns_speech_since_its_place():
    """A turn takes over a person's speech from its begin on, but none that an earlier turn owns."""
    people = seated((1.0, 2.0), (3.0, 4.0), (5.0, None))
    people.own("dana", 1, 1.0, 2.0)
    people.put_beside("dana", 2)
    for stretch in people.stretches_of("dana", 1):
        assert stretch.beside in {0, 2}
    later = seated((1.0, 2.0), (3.0, 4.0), (5.0, None))
    later.put_beside("dana", 7)
    later.own("dana", 9, 3.0, 6.0)
    assert [(each.begin_s, each.beside) for each in later.stretches_of("dana", 9)] == [(3.0, 0), (5.0, 0)]
    assert [each.begin_s for each in later.stretches_of("dana", 0)] == [1.0]


def test_speech_that_goes_on_from_one_turn_into_the_next_is_both():
    """Speech across two turns ends for the first where it begins for the second."""
    people = seated((3.0, None))
    people.own("dana", 1, 3.0, 3.5)
    people.own("dana", 2, 8.0, 8.0)
    first, second = (people.stretches_of("dana", turn) for turn in (1, 2))
    assert [(each.begin_s, each.end_s) for each in first] == [(3.0, 8.0)]
    assert [(each.begin_s, each.end_s) for each in second] == [(8.0, None)]
    people.stops("dana", 9.0)
    people.own("dana", 3, 9.5, 9.5)
    assert people.stretches_of("dana", 3) == []


def test_a_person_who_takes_the_floor_by_speaking_takes_it_once():
    """A person's claim to the floor is used up by the turn that it began."""
    people = seated((3.0, 4.0), (6.0, None))
    people.claim("dana", 7.0)
    assert people.take_claim("dana") == 6.0
    assert people.take_claim("dana") is None
    silent = seated()
    silent.claim("dana", 7.0)
    assert silent.take_claim("dana") == 7.0


def test_a_person_who_was_barred_may_speak_once_another_was_heard_or_it_has_paused():
    """A barred person may take the floor again after a pause or another's turn."""
    people = seated((3.0, None))
    people.seat("eve", has_ear=False)
    people.bar("dana")
    people.lift_bars(but="dana")
    assert (people.is_barred("dana"), people.is_barred("eve")) == (True, False)
    people.lift_bars(but="eve")
    assert not people.is_barred("dana")
    people.bar("dana")
    people.stops("dana", 4.0)
    assert not people.is_barred("dana")


def test_speech_without_words_is_told_of_until_it_has_some():
    """Speech without words is listed as unclear until its words come."""
    people = seated((1.0, 2.0), (3.0, 4.0), (5.0, 6.0), (7.0, None))
    stretches = list(people.stretches_of("dana", 0))
    assert people.unworded() == []
    people.place(stretches[0], 4, "overlap")
    stretches[1].turn = 3
    stretches[2].kind = "backchannel"
    stretches[3].beside = 4
    assert [each.begin_s for _, each in people.unworded()] == [1.0, 3.0, 5.0]
    people.word(stretches[:3], Words("yes", 3.2, 3.4))
    assert [each.begin_s for _, each in people.unworded()] == [1.0, 5.0]
    people.word(stretches[:1], Words("yes", 30.0, 31.0))
    people.word(stretches[2:3])
    assert people.unworded() == []


@pytest.mark.parametrize("has_ear", [True, False])
def test_an_ear_is_awaited_then_ready_then_lost_then_ready(has_ear):
    """An ear moves from awaited to ready, lost and ready again; reports of old sessions change nothing."""
    people = seated(has_ear=has_ear)
    assert (people.has_ear("dana"), people.awaits_ear("dana")) == (False, has_ear)
    assert people.ear_ready("dana", 2)
    assert (people.has_ear("dana"), people.awaits_ear("dana")) == (True, False)
    assert not people.ear_lost("dana", 1)
    assert (people.is_of("dana", 1), people.is_of("dana", 2), people.is_of("dana", 3)) == (False, True, True)
    assert people.ear_lost("dana", 2)
    assert (people.has_ear("dana"), people.awaits_ear("dana")) == (False, True)
    assert people.ear_ready("dana", 3)
    assert people.ear_failed("dana")
    assert not people.ear_ready("dana", 4)
    assert (people.has_ear("dana"), people.awaits_ear("dana")) == (False, False)


def test_nobody_knows_anything_of_strangers():
    """An unknown name neither speaks, nor types, nor waits for an ear."""
    people = seated()
    asked = people.is_speaking, people.has_typed, people.awaits_ear
    assert [ask("eve") for ask in asked] == [False] * 3
    assert not people.is_speaking("dana")


def test_a_person_who_began_first_comes_first():
    """Of people who speak, the earliest comes first; of equal ones, by name."""
    people = seated((3.0, None))
    for name, begin in (("eve", 2.0), ("adam", 3.0), ("carl", None)):
        people.seat(name, has_ear=True)
        if begin is not None:
            people.begins(name, begin)
    assert people.speaking() == ("eve", "adam", "dana")


def test_words_at_the_very_edges_of_speech_are_within_it():
    """Words at the very edge of a stretch of speech belong to it."""
    assert home(seated((1.5, 2.5), (3.0, 4.0)), 2.0, 3.0) == [1.5, 3.0]
    assert home(seated((1.5, 2.5), (3.0, 4.0)), 2.5, 3.5) == [1.5, 3.0]
    assert 1.6 - NEAR_S == 1.0
    assert home(seated((0.5, 1.0)), 1.6, 2.0) == [0.5]
