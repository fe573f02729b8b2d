"""The local engines themselves: what is said is heard, and voices differ."""

import threading
import time

import jiwer
import numpy as np
import pytest

from trialogue.speech.detection import Silero, SileroDetector, _shared, open_silero
from trialogue.speech.engines import open_engines
from trialogue.speech.ports import EdgeKind
from trialogue.speech.resample import Resampler
from trialogue.speech.store import Store

pytestmark = pytest.mark.real

SENTENCES = (
    "We have two options, and neither of them is cheap.",
    "Could you tell us what the latency looks like on the old machines?",
    "Thank you all for coming, and have a good afternoon.",
)
PITCH = {"heart": 1.0, "cleo": 1.2, "eve": 0.88, "dan": 0.48}


def said(engines, text, voice):
    """Return `text` as samples at 16 kHz."""
    resampler = Resampler(24_000, 16_000)
    pcm = b"".join(resampler.feed(spoken.pcm) for spoken in engines.synthesizer.synthesize(text, voice))
    return np.frombuffer(pcm + resampler.flush(), "<i2")


def plain(text):
    return jiwer.Compose([jiwer.ToLowerCase(), jiwer.RemovePunctuation(), jiwer.Strip()])(text)


def fundamental(samples):
    """Return the median pitch in Hz of the voiced frames, by autocorrelation."""
    found = []
    for start in range(0, len(samples) - 1_024, 512):
        frame = samples[start : start + 1_024].astype(float)
        if frame.std() < 1_000:
            continue
        power = np.abs(np.fft.rfft(frame - frame.mean(), 4_096)) ** 2
        lags = np.fft.irfft(power)[:240]
        lag = 45 + int(lags[45:].argmax())
        if lags[lag] > 0.6 * lags[0]:
            found.append(16_000 / lag)
    return float(np.median(found))


def test_spoken_sentences_are_recognized(engines):
    """Spoken sentences in four voices are recognized with fewer than 5 % of the words wrong."""
    heard = {
        (voice, text): engines.recognizer.recognize(said(engines, text, voice).tobytes())
        for voice in PITCH
        for text in SENTENCES
    }
    rate = jiwer.wer([plain(text) for _, text in heard], [plain(words.text) for words in heard.values()])
    assert rate < 0.05
    assert max(words.no_speech for words in heard.values()) < 0.3


def test_telephone_quality_is_understood(engines):
    """A voice that has been through 8 kHz mu-law keeps its words."""
    from trialogue.speech.formats import decode, encode

    down, up = Resampler(16_000, 8_000), Resampler(8_000, 16_000)
    narrow = encode(down.feed(said(engines, SENTENCES[0], "ben").tobytes()) + down.flush(), "mulaw")
    wide = up.feed(decode(narrow, "mulaw")) + up.flush()
    assert plain(engines.recognizer.recognize(wide).text) == plain(SENTENCES[0])


def test_voices_differ_in_pitch(engines):
    """The named voices can be told apart by their pitch."""
    pitch = {voice: fundamental(said(engines, SENTENCES[0], voice)) for voice in PITCH}
    trained = pitch["heart"]
    assert 150 < trained < 240
    assert {voice: hertz / trained for voice, hertz in pitch.items()} == pytest.approx(PITCH, rel=0.12)


def test_noise_and_tones_are_no_words(engines):
    """Noise and tones are recognized as no words."""
    chance = np.random.default_rng(0)
    noise = (chance.standard_normal(48_000) * 400).astype("<i2")
    tone = (6_000 * np.sin(2 * np.pi * 440 * np.arange(48_000) / 16_000)).astype("<i2")
    assert [engines.recognizer.recognize(sound.tobytes()).text for sound in (noise, tone)] == ["", ""]


def test_speech_is_found_where_it_is_and_silence_may_be_skipped(engines):
    """Resting in digital silence moves no edge by more than a window, and edges frame the sound."""
    pauses = [bytes(2 * int(16_000 * seconds)) for seconds in (1.0, 1.3, 2.2, 3.0)]
    spoken = [said(engines, text, voice) for text, voice in zip(SENTENCES, PITCH, strict=False)]
    stream, sounds = pauses[0], []
    for samples, pause in zip(spoken, pauses[1:], strict=True):
        audible = np.flatnonzero(np.abs(samples.astype(int)) > 300) + len(stream) // 2
        sounds += [audible[0], audible[-1]]
        stream += samples.tobytes() + pause
    resting, tireless = open_silero(), Untiring(Silero(*_shared()))
    found, reference = resting.feed(stream), tireless.feed(stream)
    assert [edge.kind for edge in found] == [EdgeKind.STARTED, EdgeKind.STOPPED] * 3
    assert [edge.kind for edge in reference] == [edge.kind for edge in found]
    assert max(abs(a.at - b.at) for a, b in zip(found, reference, strict=True)) <= 512
    assert max(abs(edge.at - sound) for edge, sound in zip(found, sounds, strict=True)) <= 0.25 * 16_000


class Untiring(SileroDetector):
    """Runs the model on every window."""

    def _probability(self, window):
        return self._model.of(window)


@pytest.mark.parametrize(
    "text",
    [
        *(pytest.param(each, marks=pytest.mark.long) for each in ("9" * 40, "1," * 300, "x1y2z3" * 40)),
        "a" * 900,
        "C# & C++ at 3.5 GB/s, €7!",
    ],
)
def test_no_text_is_too_odd_to_be_said(engines, text):
    """Endless numbers and words are spoken in bounded time."""
    assert sum(len(spoken.pcm) for spoken in engines.synthesizer.synthesize(text, "ben")) > 24_000


def test_the_same_words_are_the_same_bytes_on_another_day():
    """Two sets of engines speak the same words in the same bytes."""
    one, two = (open_engines(store=Store()).synthesizer for _ in range(2))
    assert list(one.synthesize(SENTENCES[1], "finn")) == list(two.synthesize(SENTENCES[1], "finn"))


def test_engines_let_other_threads_work(engines):
    """A thread that recognizes speech does not keep others from running."""
    audio, done, beats = said(engines, " ".join(SENTENCES), "gwen").tobytes(), threading.Event(), 0
    thread = threading.Thread(target=lambda: (engines.recognizer.recognize(audio), done.set()))
    thread.start()
    while not done.is_set():
        time.sleep(0.001)
        beats += 1
    thread.join()
    assert beats > 20


def test_all_weights_load_at_once(monkeypatch):
    """`warm` leaves nothing for the first utterance to load."""
    engines = open_engines(store=Store())
    engines.warm()
    for module in ("detection", "recognition", "synthesis"):
        monkeypatch.setattr(f"trialogue.speech.{module}.require", None)
        monkeypatch.setattr(f"trialogue.speech.{module}.verified", None)
    monkeypatch.setattr("hibari.g2p.G2P", None)
    (spoken,) = engines.synthesizer.synthesize("Yes.", "ada")
    assert engines.open_detector().feed(spoken.pcm) is not None
    assert engines.recognizer.recognize(spoken.pcm).duration_s > 0
