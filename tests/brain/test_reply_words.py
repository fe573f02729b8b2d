"""Where the words of a reply are in its sound."""

from __future__ import annotations

from trialogue.brain.words.spoken import SpokenScript


def test_a_reply_of_unknown_length_is_read_at_a_speakers_pace():
    """Fifteen characters a second, the space behind the last word among them."""
    script = SpokenScript()
    script.add("abcd " * 9, 2.0)  # 44 characters and a space: three seconds
    assert script.until(2.0 + 3.0) == " ".join(["abcd"] * 9)
    assert script.until(2.0 + 2.9) == " ".join(["abcd"] * 8)


def test_the_next_sentence_is_one_that_has_not_begun():
    """At its very beginning a sentence is no longer the next one; behind the last there is the end."""
    script = SpokenScript()
    script.add("One.", 0.0)
    script.add("Two.", 2.0)
    assert (script.next_sentence_s(1.9), script.next_sentence_s(2.0)) == (2.0, None)
    script.duration_s = 4.0
    assert script.next_sentence_s(2.0) == 4.0
