"""Sound without speech: what one murmur says, the other hears."""

from __future__ import annotations

import random

import pytest

from trialogue.speech.murmur import HEAR_RATE, SPEAK_RATE, Murmur, Threshold
from trialogue.speech.resample import Resampler


def heard(murmur: Murmur, text: str) -> str:
    """What comes of a text that is spoken, resampled and recognized."""
    pcm = b"".join(spoken.pcm for spoken in murmur.synthesize(text, "any"))
    resampler = Resampler(SPEAK_RATE, HEAR_RATE)
    return murmur.recognize(resampler.feed(pcm) + resampler.flush()).text


def test_murmured_words_are_recognized() -> None:
    """The test engine recognizes the sentences that it spoke, also a second time."""
    murmur = Murmur()
    assert heard(murmur, "Good morning. How are you?") == "Good morning. How are you?"
    assert heard(murmur, "How are you?") == "How are you?"


def test_any_number_of_sentences_can_be_said() -> None:
    """The test engine speaks any number of sentences in bounded memory."""
    murmur = Murmur()
    for number in range(9_000):
        list(murmur.synthesize(f"x{number}", "any"))
    assert heard(murmur, "The newest of all.") == "The newest of all."
    assert heard(murmur, "x8999") == "x8999"
    assert len(murmur._numbers) == len(murmur._texts) == 4_000


def test_sound_that_nobody_murmured_is_no_words() -> None:
    """The test engine recognizes nothing in noise, silence or half a sample."""
    murmur = Murmur()
    list(murmur.synthesize("Hello.", "any"))
    noise = b"".join((n * 7919 % 3000).to_bytes(2, "little", signed=True) for n in range(HEAR_RATE))
    for pcm in (noise, bytes(2 * HEAR_RATE), b"\x01", b""):
        assert murmur.recognize(pcm).text == ""


def test_edges_of_loud_and_low_samples() -> None:
    """The test engine finds speech from its first block to its last, whatever the sign of its samples."""
    for loud in (b"\x00\x10", b"\x00\xf0"):
        detector = Threshold(100)
        edges = detector.feed(bytes(640) + loud * 320 + bytes(640 * 6))
        assert [edge.at for edge in edges] == [320, 640]


@pytest.mark.parametrize("hang_ms", [0, 60, 200])
def test_edges_are_the_same_however_the_sound_is_cut(hang_ms: int) -> None:
    """Speech begins and ends at the same places, whether sound comes by the block or all at once."""
    block, chance = 640, random.Random(hang_ms)
    sound = b"".join(chance.choice([b"\x00\x10", *[b"\x00\x00"] * 4]) * 320 for _ in range(400))
    fine, coarse = Threshold(hang_ms), Threshold(hang_ms)
    finely = [edge for at in range(0, len(sound), block) for edge in fine.feed(sound[at : at + block])]
    coarsely = [
        edge for at in range(0, len(sound), 5 * block) for edge in coarse.feed(sound[at : at + 5 * block])
    ]
    assert coarsely == finely
    assert len(finely) > 10
