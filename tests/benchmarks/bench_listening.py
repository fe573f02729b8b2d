"""Listen to a meeting: levels, clipping, overlap, alignment, and the words misheard of what is recorded.

Texts are normalised: case, punctuation, numerals as they are read.
"""

from __future__ import annotations

import re
import tempfile
import wave
from collections.abc import Iterator
from pathlib import Path

import jiwer
import numpy as np
import soxr

from tests.benchmarks.measuring import OURS, Ask, Figure, Row
from trialogue.brain.words.transcript import utterances
from trialogue.journal.reader import read
from trialogue.meeting.run import run_meeting
from trialogue.model.events import PlaybackFinished, PlaybackStarted
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.schema import Clock
from trialogue.speech.engines import open_engines

SCENARIO = Path(__file__).parents[2] / "scenarios" / "edge-cache.yaml"
ONES = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
]
FIGURES = (
    ("words misheard", "%"),
    ("loudness of what is voiced", "dB"),
    ("samples clipped", ""),
    ("pitch", "Hz"),
)
OFFSET = "an agent's sound farthest from where the journal has it"
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def measure(ask: Ask) -> Iterator[Figure]:
    """Hold a meeting under the virtual clock, and listen to every participant's recording."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text) / "run"
        ask.say(f"holding {SCENARIO.name}")
        run_meeting(SCENARIO, overrides=Overrides(clock=Clock.VIRTUAL), out=folder)
        yield from listened(folder)


def listened(run: Path) -> Iterator[Figure]:
    """What each participant's recording shows."""
    records = list(read(run / "journal.jsonl"))
    spoken = [utterance for utterance in utterances(records) if utterance.heard]
    recognizer = open_engines().recognizer
    played = {record.event.participant for record in records if isinstance(record.event, PlaybackStarted)}
    found: dict[str, tuple[float, ...]] = {}
    offsets: list[float] = []
    sounding = 0
    for name in dict.fromkeys(each.participant for each in spoken):
        rate, samples = samples_of(run / "audio" / f"{name}.wav")
        sounding = sounding + (np.abs(samples.astype(np.int32)) > 0).astype(np.int8)
        said, heard = [], []
        for each in spoken:
            if each.participant == name:
                piece = samples[round(each.start_s * rate) : round(each.end_s * rate)]
                pcm = soxr.resample(np.pad(piece, (rate // 5, rate // 2)), rate, 16_000).astype(np.int16)
                said.append(normal(each.heard))
                heard.append(normal(recognizer.recognize(pcm.tobytes()).text))
        voiced = samples[np.abs(samples) > 200].astype(np.float64)
        found[name] = (
            100 * jiwer.wer(said, heard),
            float(20 * np.log10(np.sqrt(np.mean(voiced**2)) / 32768)),
            int(np.sum(np.abs(samples.astype(np.int32)) >= 32767)),
            pitch(samples, rate),
        )
        if name in played:  # of a person the journal has what the ear made of the sound, not where it was put
            offsets.append(worst_offset(records, name, samples, rate))
    for place, (title, unit) in enumerate(FIGURES):
        yield Figure(
            title, unit, {OURS: tuple(each[place] for each in found.values())}, note="a value a participant"
        )
    yield Figure(OFFSET, "ms", {OURS: tuple(offsets)}, note="a value an agent")
    voices = np.asarray(sounding)
    yield Figure("samples with more than one voice", "%", {OURS: (100 * float(np.mean(voices > 1)),)})
    yield Figure("samples of silence", "%", {OURS: (100 * float(np.mean(voices == 0)),)})


def samples_of(path: Path) -> tuple[int, np.ndarray]:
    """Rate and samples of a mono file."""
    with wave.open(str(path)) as wav:
        return wav.getframerate(), np.frombuffer(wav.readframes(wav.getnframes()), np.int16)


def worst_offset(records: list, name: str, samples: np.ndarray, rate: int) -> float:
    """The largest distance, in ms, of a turn's first and last sample from where the journal has them.

    Digital silence at the edges of a synthesized sentence is speech time too, so only sound *outside* of
    the journal's stretches, and stretches without any sound within their first 250 ms, count.
    """
    inside = np.zeros(len(samples), bool)
    late = 0.0
    start = 0
    for record in records:
        event = record.event
        if isinstance(event, PlaybackStarted) and event.participant == name:
            start = round(event.position_s * rate)
        if isinstance(event, PlaybackFinished) and event.participant == name:
            end = round(event.position_s * rate)
            inside[start:end] = True
            sound = np.nonzero(samples[start:end])[0]
            if len(sound):
                late = max(late, 1000 * sound[0] / rate - 250)
    outside = np.nonzero((samples != 0) & ~inside)[0]
    return max(late, 1000 * len(outside) / rate)


def pitch(samples: np.ndarray, rate: int) -> float:
    """The median fundamental frequency of the loud frames, by autocorrelation between 60 and 400 Hz."""
    width = rate // 20
    found = []
    for start in range(0, len(samples) - width, width * 4):
        frame = samples[start : start + width].astype(np.float64)
        if np.abs(frame).max() < 3000:
            continue
        frame = frame - frame.mean()
        spectrum = np.fft.rfft(frame, 2 * width)
        correlation = np.fft.irfft(np.abs(spectrum) ** 2)[:width]
        low, high = rate // 400, rate // 60
        lag = low + int(np.argmax(correlation[low:high]))
        if correlation[lag] > 0.5 * correlation[0]:
            found.append(rate / lag)
    return float(np.median(found)) if found else 0.0


def normal(text: str) -> str:
    """Words as they are read: lower case, no punctuation, numerals and money in words."""
    text = re.sub(r"\$([\d,.]+)", r"\1 dollars", text.lower().replace("%", " percent"))
    text = re.sub(r"\d[\d,]*", lambda found: in_words(int(found.group().replace(",", ""))), text)
    text = text.replace("centre", "center").replace("-", " ").replace(" and ", " ")
    return " ".join(re.findall(r"[a-z']+", text))


def in_words(number: int) -> str:
    """A whole number below a million, in English."""
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number // 10 - 2] + (f" {ONES[number % 10]}" if number % 10 else "")
    if number < 1000:
        rest = f" {in_words(number % 100)}" if number % 100 else ""
        return f"{ONES[number // 100]} hundred{rest}"
    rest = f" {in_words(number % 1000)}" if number % 1000 else ""
    return f"{in_words(number // 1000)} thousand{rest}"


ROWS = (
    Row(
        "listening",
        "The recordings of a meeting under the virtual clock: levels, overlap, where sound is beside the "
        "journal, and the words that the embedded recognizer mishears of them.",
        measure,
        "Synthetic voices of one family are easy to recognize: it says that nothing is cut or garbled, not "
        "how people would fare.",
    ),
)
