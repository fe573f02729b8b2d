"""Numbers in what was said."""

import pytest

from trialogue.model.spoken_numbers import numbers_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Nine thousand to win back forty.", {9000, 40}),
        ("It is $40,000.", {40000}),
        ("40,000 or 9000?", {40000, 9000}),
        ("twelve hundred and fifty", {1250}),
        ("a hundred and five", {105}),
        ("an hour and a half", set()),
        ("twenty-nine, twenty nine", {29}),
        ("nineteen ninety", {19, 90}),
        ("one point five million, or 1.5 million", {1.5, 1_500_000}),
        ("two point oh five", {2.05}),
        ("three, four and five", {3, 4, 5}),
        ("Point taken. Hundreds came.", set()),
        ("a million two hundred thousand and one", {1_200_001}),
        ("zero", {0}),
        ("one thousand", {1000}),
        ("", set()),
    ],
)
def test_numbers_are_found_in_digits_and_in_words(text, found):
    """Each number once; what only sounds like one is none."""
    assert numbers_in(text) == found
