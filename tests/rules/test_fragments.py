"""What is taken off a text as somebody else's words, and what is not: fragments at their limits."""

from __future__ import annotations

import pytest

from trialogue.rules.ears import Words, behind

LONG = "alpha bravo charlie delta echo foxtrot golf hotel"
FIVE = "that is all very wrong"
LONGER = f"{LONG} india juliett kilo lima"


@pytest.mark.parametrize(
    ("known", "heard", "left"),
    [
        ("", "no stop", Words("no stop")),
        (LONG, f"{LONG} no stop", Words("no stop")),
        (LONG, f"Uh, {LONG} no stop", Words("no stop")),
        (LONG, f"{LONG.replace('charlie ', '')} no stop", Words("no stop")),
        (LONG, f"{LONG.replace('charlie', 'indeed charlie')} no stop", Words("no stop")),
        # How many words have to agree.
        (LONG, "foxtrot golf hotel no stop", Words("no stop")),
        (LONG, "golf hotel no stop", Words("golf hotel no stop")),
        ("yes please", "yes please stop", Words("stop")),
        ("yes", "yes stop", Words("yes stop", is_certain=False)),
        # How many of the last known ones may be missing.
        (LONG, "alpha bravo charlie delta no stop now", Words("no stop now")),
        (LONGER, f"alpha bravo charlie delta {FIVE}", Words(f"alpha bravo charlie delta {FIVE}")),
        (LONGER, "delta echo foxtrot golf hotel no", Words("no")),
        (LONG, "alpha bravo charlie", Words("")),
        # More than half of what is covered has to agree.
        ("alpha bravo charlie", "one alpha two bravo charlie", Words("")),
        (
            "alpha bravo charlie",
            "one alpha two bravo three charlie",
            Words("one alpha two bravo three charlie", is_certain=False),
        ),
        (
            "alpha bravo charlie",
            "one two three alpha bravo charlie",
            Words("one two three alpha bravo charlie", is_certain=False),
        ),
        # What is too short to hold the known words is certainly none of them.
        ("alpha bravo charlie", "one two three", Words("one two three", is_certain=False)),
        ("alpha bravo charlie", "one two", Words("one two")),
    ],
)
def test_what_covers_the_known_words_is_theirs(known, heard, left):
    """The rest is the person's; it is uncertain where the known words could still be in it."""
    assert behind(known, heard) == left


@pytest.mark.parametrize(
    ("word", "is_alike"),
    [("decisions", True), ("Decisive", True), ("deci", True), ("dec", False), ("decider", False)],
)
def test_words_that_begin_alike_may_be_the_same(word, is_alike):
    """Two thirds of the longer one, and four letters at least; or one is all of the other that was heard."""
    expected = Words("no") if is_alike else Words(f"our {word} stand no", is_certain=False)
    assert behind("our decisions stand", f"our {word} stand no") == expected


def test_four_letters_of_six_are_enough():
    """A short word may have another ending."""
    assert behind("we waited here", "we waits here no") == Words("no")


def test_words_that_may_not_have_been_said_need_not_be_heard():
    """They are taken off where they were; a text is not uncertain for their sake."""
    assert behind("alpha bravo charlie delta", "alpha bravo no", unsure=2) == Words("no")
    assert behind("alpha bravo charlie", "one two three", unsure=3) == Words("one two three")
    assert behind("alpha bravo charlie", "one two three", unsure=2).is_certain is False


def test_words_behind_words_are_as_certain_as_the_least_of_them():
    """One after another."""
    assert Words("Yes,").then(Words("quite.")) == Words("Yes, quite.")
    assert Words("Yes,").then(Words("quite.", is_certain=False)) == Words("Yes, quite.", is_certain=False)
