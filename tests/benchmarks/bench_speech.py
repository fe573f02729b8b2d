"""What local speech costs, and how well it understands itself.

Run it by hand: `python tests/benchmarks/bench_speech.py`. Costs are CPU seconds on one thread for a second
of audio; errors are words misheard, in percent, of twenty sentences a voice, after capitals, punctuation
and hyphens are taken out. Voices and ears come from the same kind of models: people are harder to hear.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from trialogue.speech import limit_threads

limit_threads()  # before numpy loads

import jiwer  # noqa: E402 after limit_threads
import numpy as np  # noqa: E402 after limit_threads

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


def opened(name: str, load: Callable[[], object]) -> str:
    """Load an engine; return its line of the table."""
    watch = Stopwatch()
    with watch.running():
        load()
    return f"load {name:<12} {watch.wall_s:6.2f} s wall"


def spoken(synthesizer: HibariSynthesizer, voice: str, watch: Stopwatch) -> list[bytes]:
    """Return all sentences at 16 kHz."""
    clips: list[bytes] = []
    for sentence in SENTENCES:
        with watch.running():
            pcm = b"".join(part.pcm for part in synthesizer.synthesize(sentence, voice))
        resampler = Resampler(24_000, RATE)
        clips.append(resampler.feed(pcm) + resampler.flush())
    return clips


def measured(voice: str, synthesizer: HibariSynthesizer, recognizer: WhisperRecognizer) -> str:
    """Return the voice's line of the table."""
    speaking, hearing, noticing = Stopwatch(), Stopwatch(), Stopwatch()
    clips = spoken(synthesizer, voice, speaking)
    seconds = sum(map(len, clips)) / 2 / RATE
    with noticing.running():
        open_silero().feed(b"".join(clips))
    with hearing.running():
        heard = [recognizer.recognize(clip).text for clip in clips]
    noisy = [recognizer.recognize(noise(clip)).text for clip in clips]
    costs = "".join(f"{watch.cpu_s / seconds:11.4f}" for watch in (speaking, hearing, noticing))
    latency = hearing.wall_s / len(clips)
    return f"{voice:<8}{seconds:8.1f}{costs}{latency:11.3f}{errors(heard):9.2f}{errors(noisy):9.2f}"


def noise(clip: bytes) -> bytes:
    """Return the clip with white noise 15 dB below it."""
    samples = np.frombuffer(clip, "<i2").astype(float)
    level = samples.std() * 10 ** (-15 / 20)
    noisy = samples + np.random.default_rng(0).standard_normal(len(samples)) * level
    return np.clip(noisy, -32_768, 32_767).astype("<i2").tobytes()


def errors(heard: list[str]) -> float:
    """Return the word error rate in percent."""
    return 100 * jiwer.wer([PLAIN(sentence) for sentence in SENTENCES], [PLAIN(text) for text in heard])


def main() -> None:
    """Write the table."""
    out = sys.stdout
    for name, load in (("hibari", open_hibari), ("whisper", open_whisper), ("silero", open_silero)):
        out.write(opened(name, load) + "\n")
    synthesizer, recognizer = open_hibari(), open_whisper()
    out.write("\nvoice    audio s      speak       hear     notice  latency s  wrong %  at 15 dB\n")
    for voice in VOICES:
        out.write(measured(voice, synthesizer, recognizer) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
