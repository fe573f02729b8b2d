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
        ("one point five million, or 1.5 million", {1_500_000}),
        ("2.3 million, two point three million", {2_300_000}),
        ("two point oh five", {2.05}),
        ("three, four and five", {3, 4, 5}),
        ("Point taken. Hundreds came.", set()),
        ("a million two hundred thousand and one", {1_200_001}),
        ("zero", {0}),
        ("one thousand", {1000}),
        ("", set()),
        ("between five thousand and six thousand", {5000, 6000}),
        ("five thousand, six thousand", {5000, 6000}),
        ("five thousand six hundred", {5600}),
        ("five thousand and six hundred thousand", {5000, 600_000}),
        ("one hundred, two hundred", {100, 200}),
        ("between one hundred and two hundred", {100, 200}),
        ("a hundred and a thousand", {100, 1000}),
        ("five hundred six thousand", {506_000}),
        ("half a million, half an hour", {500_000}),
        ("two and a half", {2.5}),
        ("two and a half thousand; one and a half million", {2500, 1_500_000}),
        ("a million and a half", {1_500_000}),
        ("twenty, five", {20, 5}),
        ("3,5", {3, 5}),
        ("1,234,567.5", {1_234_567.5}),
        ("1234,567", {1234, 567}),
        ("5 hundred", {500}),
        ("m², ½, ①", set()),
    ],
)
def test_numbers_are_found_in_digits_and_in_words(text, found):
    """Each number once; what only sounds like one is none."""
    assert numbers_in(text) == found
