"""Which recognized words are believed."""

import pytest

from trialogue.speech.believing import believable, most_words
from trialogue.speech.ports import Recognized


@pytest.mark.parametrize(
    ("text", "no_speech", "speech_s", "believed"),
    [
        ("Yes.", 0.05, 0.25, "Yes."),
        ("Mm-hm.", 0.1, 0.3, "Mm-hm."),
        ("Thank you.", 0.05, 0.7, "Thank you."),
        ("Thank you.", 0.05, 0.13, ""),
        ("Thank you.", 0.5, 0.9, ""),
        ("you", 0.1, 0.2, ""),
        ("Thanks for watching!", 0.3, 2.0, ""),
        ("I will see you in the next one.", 0.1, 0.13, ""),
        ("One two three four five six seven eight", 0.0, 1.0, "One two three four five six seven"),
        (" ".join(["be"] * 40), 0.0, 1.0, ""),
        ("Hello there.", 0.0, 0.0, ""),
        ("", 0.9, 1.0, ""),
    ],
)
def test_words_are_believed_for_as_much_speech_as_there_was(text, no_speech, speech_s, believed):
    """Recognized words are cut to what the speech can hold, and those of a knock are dropped."""
    assert believable(Recognized(text, no_speech=no_speech), speech_s) == believed


def test_the_bound_is_six_a_second_and_one():
    """Speech is believed to hold six words a second and one more."""
    assert [most_words(s) for s in (0.0, 0.13, 0.5, 1.0)] == [1, 1, 4, 7]
