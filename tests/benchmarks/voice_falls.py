"""How late it is told that a voice has fallen, in a room whose noise is 15 dB below it.

    python tests/benchmarks/voice_falls.py [VOICE ...]

Twelve texts of people at a table, in each voice that is named, or in all of them: the time from where the
sound ends to where the source would tell so, a tick of 20 ms being the grain. Exits with 1 where one fall is
told later than `TOLD_S`.
"""

from __future__ import annotations

import sys

import numpy as np
from people_at_the_table import ASSENT, CUTS, NOISE_DB, RATE, speech

from trialogue.actors.sources import FELL_MS
from trialogue.speech.engines import Engines, open_engines
from trialogue.speech.places import VoicePlaces
from trialogue.speech.ports import EdgeKind

TICK = RATE // 50
LEVEL_DB = -26.0
BEFORE_S, BEHIND_S = 3.0, 2.0
TOLD_S = 0.1
VOICES = ("heart", "ada", "cleo", "eve", "gwen", "iris", "kit", "ben", "dan", "finn", "hugo", "jack")


def in_room(sound: np.ndarray, seed: int) -> np.ndarray:
    """A sound with a room's noise around it and beneath it, darker than white."""
    size = round((BEFORE_S + BEHIND_S) * RATE) + len(sound)
    white = np.random.default_rng(seed).standard_normal(size)
    dark = np.convolve(white, 0.9 ** np.arange(100))[:size] * np.sqrt(1 - 0.81)
    heard = dark * 10 ** ((LEVEL_DB + NOISE_DB) / 20)
    heard[round(BEFORE_S * RATE) :][: len(sound)] += sound
    return heard


def told_s(engines: Engines, heard: np.ndarray) -> float:
    """When the last fall of a voice was told, in seconds of the sound."""
    pcm = np.clip(heard * 32_767, -32_768, 32_767).astype("<i2").tobytes()
    places, told = VoicePlaces(engines.open_detector(FELL_MS), RATE), float("inf")
    for at in range(0, len(heard), TICK):
        for edge in places.feed(pcm[2 * at : 2 * (at + TICK)]):
            told = (at + TICK) / RATE if edge.kind is EdgeKind.STOPPED else told
    return told


def main(voices: tuple[str, ...]) -> int:
    """Print the latest falls and their spread; 1 where one was told too late."""
    engines, late = open_engines(), []
    for place, voice in enumerate(voices):
        for number, text in enumerate((*ASSENT, *CUTS)):
            sound = speech(text, voice, LEVEL_DB)
            end_s = BEFORE_S + len(sound) / RATE
            late.append((told_s(engines, in_room(sound, 100 * place + number)) - end_s, voice, text))
    for each, voice, text in sorted(late)[-5:]:
        print(f"{each:6.3f} s  {voice}: {text}")
    found = np.array([each for each, _, _ in late])
    quarters = np.percentile(found, (50, 75, 100))
    middle, most, latest = quarters
    print(f"{len(found)} falls: median {middle:.3f}, three of four {most:.3f}, latest {latest:.3f} s")
    return 1 if latest > TOLD_S else 0


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:]) or VOICES))
