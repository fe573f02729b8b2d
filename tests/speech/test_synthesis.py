"""Levels, pauses and voices, without the network."""

import numpy as np
import pytest

from trialogue.speech.ports import Spoken
from trialogue.speech.synthesis import SAMPLE_RATE, HibariSynthesizer, _parts, _stretched
from trialogue.speech.voices import VOICES, stand_ins, voice_for

PAUSE = round(0.15 * SAMPLE_RATE)


class ToyModel:
    """Phonemes are letters; the sound is half a second of silence, a hum, and silence again."""

    def __init__(self):
        self.sess = self
        self.asked = []

    def g2p(self, text):
        return text.lower()

    def ids(self, phonemes):
        return [0, *[ord(letter) for letter in phonemes if letter.isascii()], 0]

    def run(self, _names, inputs):
        self.asked.append((inputs["ids"].shape[1], float(inputs["speed"][0])))
        return [np.ones((1, 601, 4), np.float32)] * 5 + [np.full((1, 4), 200, np.float32)]

    def synth(self, *frames, rng):
        hum = 1.8 * np.sin(np.arange(12_000) * float(frames[-1][0]) * 2 * np.pi / SAMPLE_RATE)
        return np.concatenate([np.zeros(9_000), hum + rng.normal(0, 0.01, 12_000), np.zeros(12_000)]).astype(
            "f4"
        )


@pytest.fixture
def toy():
    return ToyModel()


@pytest.fixture
def synthesizer(toy):
    return HibariSynthesizer(toy, toy)


def samples(spoken):
    return np.frombuffer(spoken.pcm, "<i2").astype(int)


def test_text_is_spoken_sentence_by_sentence(synthesizer):
    """Each sentence of a text is spoken by itself, without markup."""
    spoken = list(synthesizer.synthesize("**Yes.** We can!", "ben"))
    assert [(part.text, part.sample_rate) for part in spoken] == [("Yes.", 24_000), ("We can!", 24_000)]


def test_the_first_sentence_does_not_wait_for_the_second(synthesizer, toy):
    """A sentence is synthesized when it is asked for, and not before."""
    sentences = synthesizer.synthesize("One. Two.", "ben")
    assert toy.asked == []
    next(sentences)
    assert len(toy.asked) == 1


@pytest.mark.parametrize("text", ["", " \n", "***", "...", "\N{HIRAGANA LETTER A}"])
def test_text_without_words_yields_nothing(synthesizer, text):
    """A text without words gives no sound and no error."""
    assert list(synthesizer.synthesize(text, "ben")) == []


def test_sound_is_levelled_cut_free_faded_and_followed_by_a_pause(synthesizer):
    """A spoken sentence has a peak of 0.7, no clicks, and 200 ms of silence after it."""
    (spoken,) = synthesizer.synthesize("Hello.", "heart")
    pcm = samples(spoken)
    audible = np.flatnonzero(np.abs(pcm) > 100)
    assert abs(np.abs(pcm).max() - 0.7 * 32_767) < 2
    assert audible[0] <= 0.031 * SAMPLE_RATE
    assert len(pcm) - audible[-1] == pytest.approx(0.2 * SAMPLE_RATE, abs=24)
    assert (pcm[-PAUSE:] == 0).all()
    assert spoken.duration_s == pytest.approx(0.5 + 0.03 + 0.2, abs=0.002)


def test_a_silent_sentence_is_a_pause(synthesizer, toy):
    """A sentence of which the network makes silence is not amplified."""
    toy.synth = lambda *_frames, rng: np.zeros(100, np.float32)
    (spoken,) = synthesizer.synthesize("Hm.", "heart")
    assert spoken == Spoken("Hm.", bytes(2 * PAUSE), SAMPLE_RATE)


def test_the_same_words_in_the_same_voice_are_the_same_bytes(toy):
    """A sentence in a voice has the same bytes, whatever was said before it."""
    one, two = HibariSynthesizer(toy, toy), HibariSynthesizer(toy, toy)
    first = [part.pcm for part in one.synthesize("Hi. Bye.", "ben")]
    assert [part.pcm for part in two.synthesize("Bye.", "ben")] == first[1:]
    assert first[0] != first[1]
    assert [part.pcm for part in one.synthesize("Hi.", "dan")] != first[:1]


def test_a_voice_is_pitch_formants_and_pace(synthesizer, toy):
    """A voice changes pitch and pace of what is spoken."""
    crossings = {}
    for name in ("heart", "dan", "cleo"):
        (spoken,) = synthesizer.synthesize("Ah.", name)
        middle = samples(spoken)[3_000:9_000]
        crossings[name] = int((np.diff(np.signbit(middle)) != 0).sum())
    assert crossings["dan"] < crossings["heart"] < crossings["cleo"]
    assert [pace for _, pace in toy.asked] == pytest.approx([1.0, 0.98, 1.05])


def test_formants_move_by_their_factor():
    """A voice's formants move by its factor."""
    envelope = np.zeros((601, 2), np.float32)
    envelope[300] = 1
    assert _stretched(envelope, 0.8)[:, 0].argmax() == 240
    assert _stretched(envelope, 1.2)[:, 0].argmax() == 360
    assert _stretched(envelope, 1) is envelope


@pytest.mark.parametrize("phonemes", ["a" * 5_000, "a " * 1_000, "abc, " * 300, "a"])
def test_long_sentences_are_spoken_in_parts(phonemes):
    """A long sentence is spoken in parts that the network can take, and none of it is lost."""
    parts = list(_parts(phonemes))
    assert "".join(parts) == phonemes
    assert max(map(len, parts)) <= 400


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("heart", "heart"),
        ("Ben", "ben"),
        ("aura-2-thalia-en", "heart"),
        ("aura-2-orion-en", "ben"),
        ("aura-2-luna-en", "cleo"),
        ("aura-asteria-en", "ada"),
    ],
)
def test_which_voice_a_name_means(model, name):
    """Our voices and Deepgram's voice names give the expected local voice."""
    assert voice_for(model).name == name


def test_voices_are_distinct_and_any_name_has_one():
    """Voices differ, and each name always has the same one."""
    assert len(VOICES) >= 10
    assert len({(voice.pitch, voice.formants) for voice in VOICES.values()}) == len(VOICES)
    assert set(stand_ins().local.values()) == set(VOICES)
    names = {voice_for(f"other-{number}").name for number in range(200)}
    assert names == set(VOICES)
    assert voice_for("aura-2-nobody-xx") is voice_for("aura-2-nobody-xx") is VOICES["iris"]
