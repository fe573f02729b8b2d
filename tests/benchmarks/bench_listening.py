"""Listen to a meeting: levels, clipping, overlap, alignment, and the word error rate of what is recorded.

    python tests/benchmarks/bench_listening.py [RUN ...]

Without a run it holds `scenarios/edge-cache.yaml` under the virtual clock first. The word error rate is
that of the embedded recognizer over each turn's recording against the words the agent was given to say,
both normalised (case, punctuation, numerals as they are read). Synthetic voices of one family are easy
to recognize: the figure says that nothing is cut or garbled, not how people would fare.
"""

from __future__ import annotations

import re
import sys
import tempfile
import wave
from pathlib import Path

import jiwer
import numpy as np
import soxr

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
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def main() -> None:
    """Print one table a run."""
    runs = [Path(argument) for argument in sys.argv[1:]]
    if not runs:
        folder = Path(tempfile.mkdtemp()) / "edge-cache"
        run_meeting(SCENARIO, overrides=Overrides(clock=Clock.VIRTUAL), out=folder)
        runs = [folder]
    for run in runs:
        listen(run)


def listen(run: Path) -> None:
    """Measure every participant's recording of one run."""
    reading = read(run / "journal.jsonl")
    records = list(reading)
    spoken = [utterance for utterance in utterances(records) if utterance.heard]
    recognizer = open_engines().recognizer
    print(f"{run}: {len(spoken)} turns, {records[-1].at:.1f} s")
    print(f"{'':12}{'turns':>6}{'words':>7}{'WER':>8}{'peak':>8}{'RMS':>9}{'clipped':>9}{'F0':>8}{'late':>9}")
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
        wer = jiwer.wer(said, heard)
        voiced = samples[np.abs(samples) > 200].astype(np.float64)
        rms = 20 * np.log10(np.sqrt(np.mean(voiced**2)) / 32768)
        peak = np.abs(samples.astype(np.int32)).max() / 32768
        clipped = int(np.sum(np.abs(samples.astype(np.int32)) >= 32767))
        words = sum(len(text.split()) for text in said)
        print(
            f"{name:12}{len(said):6}{words:7}{wer:8.1%}{peak:8.2f}{rms:6.1f} dB{clipped:9}"
            f"{pitch(samples, rate):5.0f} Hz{worst_offset(records, name, samples, rate):6.1f} ms"
        )
    voices = np.asarray(sounding)
    print(f"overlap: {np.mean(voices > 1):.2%} of samples; silence {np.mean(voices == 0):.0%}")


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


if __name__ == "__main__":
    main()
