"""What local speech costs, and how well it understands itself.

Errors are words misheard, in percent, of twenty sentences a voice, after capitals, punctuation and hyphens
are taken out. Voices and ears come from the same kind of models: people are harder to hear.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from trialogue.speech import limit_threads

limit_threads()  # before numpy loads

import jiwer  # noqa: E402 after limit_threads
import numpy as np  # noqa: E402 after limit_threads

from tests.benchmarks.measuring import OURS, Ask, Figure, Row  # noqa: E402 after limit_threads
from trialogue.speech.detection import open_silero  # noqa: E402 after limit_threads
from trialogue.speech.recognition import WhisperRecognizer, open_whisper  # noqa: E402 after limit_threads
from trialogue.speech.resample import Resampler  # noqa: E402 after limit_threads
from trialogue.speech.synthesis import HibariSynthesizer, open_hibari  # noqa: E402 after limit_threads
from trialogue.speech.voices import VOICES  # noqa: E402 after limit_threads

SENTENCES = """
Our budget for the quarter is almost spent, so we should decide today.
I would rather wait until the customer has seen the new design.
The database slowed down last night because nobody had cleared the cache.
Could you tell us what the latency looks like on the old machines?
Yes, I agree with that.
We have two options, and neither of them is cheap.
Let me check the numbers and come back to you in a minute.
The release is planned for Thursday, unless the tests fail again.
Security asked for a longer review, which pushes the date by a week.
That sounds reasonable, but who is going to pay for it?
Nobody told the support team that the price would change.
I think we should start small and measure everything.
The first point on the agenda is the state of the network.
Marketing wants a clear message before the end of the month.
Please send me the report when it is ready.
It takes about half an hour to restore a backup.
Thank you all for coming, and have a good afternoon.
We could move the meeting to Wednesday morning.
My concern is that the new service depends on a single supplier.
No, that is not what I meant.
""".strip().splitlines()

PLAIN = jiwer.Compose(
    [
        jiwer.ToLowerCase(),
        jiwer.SubstituteRegexes({"-": " "}),
        jiwer.RemovePunctuation(),
        jiwer.RemoveMultipleSpaces(),
        jiwer.Strip(),
    ]
)
RATE = 16_000


class Stopwatch:
    """CPU and wall seconds of what ran inside `running`."""

    def __init__(self) -> None:
        self.cpu_s = 0.0
        self.wall_s = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        cpu, wall = time.process_time(), time.perf_counter()
        yield
        self.cpu_s += time.process_time() - cpu
        self.wall_s += time.perf_counter() - wall


def spoken(sentences: list[str], synthesizer: HibariSynthesizer, voice: str, watch: Stopwatch) -> list[bytes]:
    """Return the sentences at 16 kHz."""
    clips: list[bytes] = []
    for sentence in sentences:
        with watch.running():
            pcm = b"".join(part.pcm for part in synthesizer.synthesize(sentence, voice))
        resampler = Resampler(24_000, RATE)
        clips.append(resampler.feed(pcm) + resampler.flush())
    return clips


def measured(
    voice: str, sentences: list[str], synthesizer: HibariSynthesizer, recognizer: WhisperRecognizer
) -> tuple[float, ...]:
    """What a voice costs to speak, to hear and to notice, how late it is heard, and the words misheard."""
    speaking, hearing, noticing = Stopwatch(), Stopwatch(), Stopwatch()
    clips = spoken(sentences, synthesizer, voice, speaking)
    seconds = sum(map(len, clips)) / 2 / RATE
    with noticing.running():
        open_silero().feed(b"".join(clips))
    with hearing.running():
        heard = [recognizer.recognize(clip).text for clip in clips]
    noisy = [recognizer.recognize(noise(clip)).text for clip in clips]
    costs = (1000 * watch.cpu_s / seconds for watch in (speaking, hearing, noticing))
    return *costs, hearing.wall_s / len(clips), errors(sentences, heard), errors(sentences, noisy)


def noise(clip: bytes) -> bytes:
    """Return the clip with white noise 15 dB below it."""
    samples = np.frombuffer(clip, "<i2").astype(float)
    level = samples.std() * 10 ** (-15 / 20)
    noisy = samples + np.random.default_rng(0).standard_normal(len(samples)) * level
    return np.clip(noisy, -32_768, 32_767).astype("<i2").tobytes()


def errors(sentences: list[str], heard: list[str]) -> float:
    """Return the word error rate in percent."""
    return 100 * jiwer.wer([PLAIN(sentence) for sentence in sentences], [PLAIN(text) for text in heard])


FIGURES = (
    ("to speak", "ms a second of sound"),
    ("to hear", "ms a second of sound"),
    ("to notice", "ms a second of sound"),
    ("until a sentence is heard", "s"),
    ("words misheard", "%"),
    ("words misheard, noise at 15 dB", "%"),
)


def measure(ask: Ask) -> Iterator[Figure]:
    """Load the engines, then speak and hear with every voice."""
    for name, load in (("voices", open_hibari), ("recognizer", open_whisper), ("detector", open_silero)):
        watch = Stopwatch()
        with watch.running():
            load()
        yield Figure(f"the {name}: loaded", "s", {OURS: (watch.cpu_s,)})
    synthesizer, recognizer = open_hibari(), open_whisper()
    found = []
    for voice in list(VOICES)[: 1 if ask.is_quick else None]:
        ask.say(voice)
        found.append(measured(voice, SENTENCES[: 2 if ask.is_quick else None], synthesizer, recognizer))
    for place, (title, unit) in enumerate(FIGURES):
        yield Figure(title, unit, {OURS: tuple(each[place] for each in found)}, note="a value a voice")


ROWS = (
    Row(
        "speech",
        "What the embedded voices, recognizer and detector take of a thread, and what they misunderstand.",
        measure,
        "The voices and the recognizer are models of one kind: people are harder to hear.",
    ),
)
