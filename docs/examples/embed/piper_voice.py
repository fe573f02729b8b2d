"""Voices of piper: `pip install piper-tts`, which is GPL-3.0-or-later, and a voice with its own licence.

Its entry point is `piper = "piper_voice:engines"`; `PIPER_VOICE` names the voice's file (`.onnx`).
"""

import os
from functools import cache
from pathlib import Path

from attrs import evolve
from piper import PiperVoice

from trialogue import open_engines
from trialogue.speech.ports import Spoken


@cache
def voice():
    """The weights, loaded once in a process."""
    return PiperVoice.load(os.environ["PIPER_VOICE"])


class Piper:
    """Text to speech; it uses one voice for all voice names of trialogue."""

    def synthesize(self, text, voice_name):
        """Yield sound, a sentence at a time: linear16, mono, at the rate of the voice."""
        if not any(each.isalpha() for each in text):
            return
        for chunk in voice().synthesize(text):
            pause = bytes(2 * (chunk.sample_rate // 5))
            yield Spoken(text, chunk.audio_int16_bytes + pause, chunk.sample_rate)


def engines():
    """Piper's voice, with trialogue's own ear and detector."""
    name = Path(os.environ["PIPER_VOICE"]).name
    return evolve(open_engines("local"), synthesizer=Piper(), synthesizer_id=f"piper-{name}", warm=voice)
