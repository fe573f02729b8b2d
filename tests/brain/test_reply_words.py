"""Where the words of a reply are in its sound."""

from __future__ import annotations

from trialogue.brain.words.spoken import SpokenScript


def test_a_reply_of_unknown_length_is_read_at_a_speakers_pace():
    """A reply of unknown length is taken to be spoken at fifteen characters a second."""
    script = SpokenScript()
    script.add("abcd " * 9, 2.0)  # 44 characters and a space: three seconds
    assert script.until(2.0 + 3.0) == " ".join(["abcd"] * 9)
    assert script.until(2.0 + 2.9) == " ".join(["abcd"] * 8)


def test_the_next_sentence_is_one_that_has_not_begun():
    """The next sentence of a reply is one that has not begun, and after the last one it is the end."""
    script = SpokenScript()
    script.add("One.", 0.0)
    script.add("Two.", 2.0)
    assert (script.next_sentence_s(1.9), script.next_sentence_s(2.0)) == (2.0, None)
    script.duration_s = 4.0
    assert script.next_sentence_s(2.0) == 4.0
