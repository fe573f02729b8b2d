"""Hold `cut_in.yaml` in real time with real voices, and measure the cut from the recordings.

    python tests/benchmarks/cut_in.py [--virtual] [--by-ear]

With `--by-ear` it is `cut_in_by_ear.yaml`, in which an ear hears agents and the person in one stream: what
it made out, and what of it was taken to be the person's, is printed as well.

Prints when the clip's sound began, when its onset was detected and reported, and when the agent fell
silent in its own recording and in the mix; exits with 1 where that took more than 200 ms.
"""

import sys
import tempfile
import wave
from pathlib import Path

import numpy as np

from trialogue.journal.reader import read
from trialogue.meeting.run import run_meeting
from trialogue.model.commands import Attribute
from trialogue.model.events import SpeechStarted, WordsHeard
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.schema import Clock

LIMIT_S = 0.2


def samples(folder: Path, name: str) -> tuple[np.ndarray, int]:
    with wave.open(str(folder / "audio" / f"{name}.wav")) as wav:
        return np.frombuffer(wav.readframes(wav.getnframes()), np.int16).astype(int), wav.getframerate()


def silent_from(sound: np.ndarray, rate: int, at: float) -> float:
    """Where the last sound of the stretch around `at` ends: half a second of digital silence follows."""
    heard = np.flatnonzero(np.abs(sound[round(at * rate) :]) > 0)
    if not len(heard):
        return at
    breaks = np.flatnonzero(np.diff(heard) > rate // 2)
    return at + (heard[breaks[0]] if len(breaks) else heard[-1]) / rate


def print_words(folder: Path) -> None:
    for record in read(folder / "journal.jsonl"):
        if isinstance(record.event, WordsHeard):
            print(f"{record.at:8.3f} s  {record.event.participant} made out: {record.event.text}")
        for command in record.commands:
            if isinstance(command, Attribute):
                mark = "" if command.is_certain else " (uncertain)"
                print(f"            said by {command.participant}{mark}: {command.text}")


def main() -> int:
    name = "cut_in_by_ear.yaml" if "--by-ear" in sys.argv else "cut_in.yaml"
    clock = Clock.VIRTUAL if "--virtual" in sys.argv else Clock.REAL
    folder = Path(tempfile.mkdtemp()) / "run"
    run_meeting(Path(__file__).with_name(name), overrides=Overrides(clock=clock), out=folder)
    record = next(r for r in read(folder / "journal.jsonl") if isinstance(r.event, SpeechStarted))
    tech, rate = samples(folder, "tech")
    dana, _ = samples(folder, "dana")
    mix, _ = samples(folder, "mix")
    begun = np.flatnonzero(dana)[0] / rate
    silent = silent_from(tech, rate, record.at - 0.1)
    length = min(map(len, (mix, dana)))
    rest = silent_from((mix - 0)[:length] - dana[:length], rate, record.at - 0.1)
    print(f"the clip's first sound     {begun:8.3f} s")
    print(f"its onset, as placed       {record.event.position_s:8.3f} s")
    print(f"its onset, as reported     {record.at:8.3f} s  (+{record.at - begun:.3f} s after the sound)")
    print(f"the agent's last sound     {silent:8.3f} s  ({silent - record.at:+.3f} s after the report)")
    print(f"the mix without the clip   {rest:8.3f} s  ({rest - record.at:+.3f} s)")
    print_words(folder)
    print((folder / "transcript.md").read_text())
    return 0 if max(silent, rest) - record.at <= LIMIT_S else 1


if __name__ == "__main__":
    raise SystemExit(main())
