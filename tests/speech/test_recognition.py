"""What is done with Whisper's answers, without Whisper."""

from types import SimpleNamespace

import numpy as np
import pytest

from trialogue.speech.mel import log_mel
from trialogue.speech.ports import Recognized
from trialogue.speech.recognition import WhisperRecognizer, segments

RATE = 16_000


class ScriptedWhisper:
    """Answers each window from a list and keeps what it was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def generate(self, features, prompts, **options):
        self.asked.append((features.shape, prompts, options["max_length"]))
        return [self.answers.pop(0)]


def answer(*tokens, no_speech=0.05, logprob=-0.3):
    return SimpleNamespace(sequences=[list(tokens)], scores=[logprob], no_speech_prob=no_speech)


def recognizer(*answers):
    model = ScriptedWhisper(*answers)
    return WhisperRecognizer(model, SimpleNamespace(from_array=lambda array: array)), model


def noise(seconds, level=1_000):
    return (np.random.default_rng(0).standard_normal(int(seconds * RATE)) * level).astype("<i2")


def test_words_are_put_together_from_byte_pairs():
    """Recognized tokens become words with spaces, in any script."""
    whisper, _ = recognizer(answer("ĠHello", ",", "Ġcaf", "Ã©", "Ġ$", "5", "."))
    assert whisper.recognize(noise(2).tobytes()) == Recognized("Hello, café $5.", 0.05, -0.3, 2.0)


@pytest.mark.parametrize(
    "unsure",
    [
        answer("Ġyou", no_speech=0.97, logprob=-0.2),
        answer("ĠI", "'m", "Ġgoing", no_speech=0.2, logprob=-2.6),
        answer("Ġ.", "Ġ.", "Ġ."),
        answer(),
    ],
)
def test_invented_words_are_no_speech(unsure):
    """Improbable speech, improbable words and words without a letter all give an empty text."""
    whisper, _ = recognizer(unsure)
    assert whisper.recognize(noise(1).tobytes()).text == ""


@pytest.mark.parametrize("pcm", [b"", b"\x01", bytes(RATE), np.full(RATE, 9, "<i2").tobytes()])
def test_silence_is_answered_without_asking(pcm):
    """Silence, half a sample and a converter's noise need no model run."""
    whisper, model = recognizer()
    assert whisper.recognize(pcm) == Recognized("", 1.0, 0.0, len(pcm) // 2 / RATE)
    assert model.asked == []


@pytest.mark.parametrize(
    ("seconds", "frames"), [(0.5, 1_200), (8, 1_200), (9, 1_300), (20, 2_400), (26, 3_000)]
)
def test_the_window_ends_in_four_seconds_of_silence(seconds, frames):
    """A recognition takes its sound and four seconds of silence, from 12 s to the 30 s of Whisper."""
    whisper, model = recognizer(answer("Ġyes"))
    whisper.recognize(noise(seconds).tobytes())
    assert model.asked[0][:2] == ((1, 80, frames), [[50257, 50362]])


def test_the_length_of_an_answer_is_bounded_by_the_audio():
    """A recognition that repeats itself without end is cut at ten tokens a second and a few."""
    whisper, model = recognizer(answer("Ġyes"), answer("Ġyes"))
    whisper.recognize(noise(1).tobytes())
    whisper.recognize(noise(26).tobytes())
    assert [asked[2] for asked in model.asked] == [52, 448]


def test_long_audio_is_cut_where_it_is_quietest_and_joined():
    """A minute of speech is recognized in three parts that are split at its pauses."""
    audio = noise(60)
    audio[20 * RATE : 20 * RATE + 4_000] = 0
    audio[40 * RATE : 40 * RATE + 4_000] = 0
    parts = segments(audio)
    assert [round(len(part) / RATE, 1) for part in parts] == [20.1, 20.0, 19.9]
    whisper, _ = recognizer(
        answer("Ġone", "."), answer("Ġyou", no_speech=0.9), answer("Ġthree", ".", logprob=-0.5)
    )
    recognized = whisper.recognize(audio.tobytes())
    assert (recognized.text, recognized.no_speech, recognized.duration_s) == ("one. three.", 0.05, 60.0)
    assert recognized.mean_logprob == pytest.approx(-0.4, abs=0.001)


@pytest.mark.parametrize("seconds", [0, 1, 26, 26.01, 100])
def test_segments_lose_nothing_and_are_bounded(seconds):
    """Long audio is split into parts of at most 26 s that together are the whole."""
    audio = noise(seconds)
    parts = segments(audio)
    assert (np.concatenate(parts) == audio).all()
    assert max(map(len, parts)) <= 26 * RATE


def test_the_spectrogram_of_silence_and_of_a_tone():
    """Silence is the floor, -1.5; a tone stands two whole units above the floor in its own band."""
    assert log_mel(np.zeros(1_600, np.float32), 10) == pytest.approx(-1.5)
    tone = np.sin(2 * np.pi * 1_000 * np.arange(RATE) / RATE).astype(np.float32)
    frames = log_mel(tone, 100)
    assert frames.shape == (80, 100)
    assert frames[:, 50].argmax() == 26
    assert frames[:, 50].max() - frames[:, 50].min() == pytest.approx(2.0)
