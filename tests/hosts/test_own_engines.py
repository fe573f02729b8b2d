"""The engines of the documentation, each named by the entry point of an installed package.

Where faster-whisper is installed it hears for itself, on the weights of the extra `local`. Else, as piper and
a hosted service always do, a stand-in with exactly the calls that the example makes takes its place.
"""

import importlib.util
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from hosted_examples import EXAMPLES, example

from trialogue import Clock, Edges, Overrides, Scenario, open_engines, run_meeting
from trialogue.model.events import WordsHeard
from trialogue.speech import engines as opening
from trialogue.speech.store import Store
from trialogue.testing import murmuring_engines

CAST = {"ann": {"lines": ["Good morning."]}, "bob": {"lines": ["I agree."], "hears": "audio"}}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Installs an example as a package with an entry point, as pip would leave it."""

    def install(name, module):
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[trialogue.engines]\n{name} = {module}:engines\n")
        (tmp_path / f"{module}.py").write_text((EXAMPLES / f"{module}.py").read_text(encoding="utf-8"))
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setattr(opening, "_local", murmuring_engines)
        monkeypatch.delitem(sys.modules, module, raising=False)

    return install


def in_their_place(monkeypatch, name, **parts):
    """A module with these names, for whoever imports it."""
    module = ModuleType(name)
    vars(module).update(parts)
    monkeypatch.setitem(sys.modules, name, module)


class WhisperModel:
    """The calls of faster-whisper that the example makes."""

    def __init__(self, model_size_or_path, *, device, compute_type, cpu_threads):
        assert (device, compute_type, cpu_threads) == ("cpu", "int8", 1)

    def transcribe(self, audio, *, language, beam_size, without_timestamps):
        assert (language, beam_size, without_timestamps) == ("en", 1, True)
        assert audio.dtype == np.float32
        said = SimpleNamespace(text=" Good morning.", no_speech_prob=0.01, avg_logprob=-0.2)
        return iter([said]), SimpleNamespace(language="en")


def test_faster_whisper_by_its_entry_point(package, monkeypatch):
    """Whoever hears by it gets the words, and its name is in the keys of the memory."""
    in_their_place(monkeypatch, "faster_whisper", WhisperModel=WhisperModel)
    monkeypatch.setattr("importlib.metadata.version", lambda _: "1.2.1")
    package("whisper", "own_ear")
    engines = open_engines("whisper", store=Store())
    assert engines.recognizer_id == "faster-whisper-1.2.1-tiny.en-int8"
    heard = engines.recognizer.recognize(bytes(32_000))
    assert (heard.text, heard.duration_s, heard.mean_logprob) == ("Good morning.", 1.0, -0.2)


@pytest.mark.real
@pytest.mark.skipif(
    importlib.util.find_spec("faster_whisper") is None,
    reason="faster-whisper is not installed; .ci/examples runs the example with it",
)
def test_faster_whisper_itself_hears_a_voice():
    """The adapter's example recognizes what a voice of ours says."""
    from trialogue.speech.resample import Resampler

    local = open_engines("local", store=Store())
    said = b"".join(each.pcm for each in local.synthesizer.synthesize("The budget is set.", "ben"))
    resampler = Resampler(24_000, 16_000)
    heard = example("own_ear").engines().recognizer.recognize(resampler.feed(said) + resampler.flush())
    assert heard.text == "The budget is set."


class Hosted(BaseHTTPRequestHandler):
    """A recognizer somewhere else."""

    def do_POST(self):
        sound = self.rfile.read(int(self.headers["content-length"]))
        assert self.headers["authorization"] == "Bearer k123"
        body = json.dumps({"text": "Good morning." if len(sound) > 10_000 else ""}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def hosted(monkeypatch):
    """Such a service on this machine."""
    server = HTTPServer(("127.0.0.1", 0), Hosted)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("EAR_URL", f"http://127.0.0.1:{server.server_port}/listen")
    monkeypatch.setenv("EAR_KEY", "k123")
    yield
    server.shutdown()
    thread.join(10)
    server.server_close()


def test_a_hosted_service_hears_in_a_meeting(package, hosted, tmp_path):
    """Its words are those that an agent by ear answers."""
    package("hosted", "hosted_ear")
    heard = []

    async def watch(meeting):
        meeting.on(WordsHeard, lambda event: heard.append(event.text))
        await meeting.finished()

    scenario = Scenario.build("ear", CAST, run={"limits": {"turns": 2}})
    edges = Edges(engines=open_engines("hosted", store=Store()))
    virtual = Overrides(clock=Clock.VIRTUAL)
    ended = run_meeting(scenario, overrides=virtual, edges=edges, watch=watch, out=tmp_path / "run")
    assert ended.result.reason == "limit-turns"
    assert heard == ["Good morning."]


class PiperVoice:
    """The calls of piper that the example makes."""

    @staticmethod
    def load(model_path):
        assert model_path == "voices/en_US-x.onnx"
        return PiperVoice()

    def synthesize(self, text):
        yield SimpleNamespace(audio_int16_bytes=b"\1\0" * 22_050, sample_rate=22_050)


def test_piper_speaks_by_its_entry_point(package, monkeypatch):
    """At the rate of its voice, with a pause behind each sentence, and nothing for what has no letters."""
    in_their_place(monkeypatch, "piper", PiperVoice=PiperVoice)
    monkeypatch.setenv("PIPER_VOICE", "voices/en_US-x.onnx")
    package("piper", "piper_voice")
    engines = open_engines("piper", store=Store())
    (spoken,) = engines.synthesizer.synthesize("Good morning.", "ben")
    assert (spoken.sample_rate, round(spoken.duration_s, 2)) == (22_050, 1.2)
    assert [*engines.synthesizer.synthesize("...", "ben")] == []
