"""Engines are found by name, load late, and say what is missing."""

import importlib.util
import subprocess
import sys
from types import SimpleNamespace

import pytest

from trialogue.errors import SetupError
from trialogue.speech import limit_threads, wheels
from trialogue.speech.engines import Engines, open_engines
from trialogue.speech.local import _Once
from trialogue.speech.ports import Recognized
from trialogue.speech.store import Store

MODULE = """
from trialogue.speech.engines import Engines
from trialogue.speech.ports import Recognized

class Ears:
    def recognize(self, pcm):
        return Recognized("heard")

def engines():
    return Engines(Ears(), None, None, "ears-1", "none")

def something_else():
    return "ears"
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package that offers engines, as pip would leave it."""
    (tmp_path / "toy_ears.py").write_text(MODULE)
    info = tmp_path / "toy_ears-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-ears\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[trialogue.engines]\ntoy = toy_ears:engines\nodd = toy_ears:something_else\n"
        "gone = toy_eras:engines\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("toy_ears", None)


def test_a_users_engines_are_found_by_name(installed):
    """Engines of an entry point are found by name, and have a cache like our own."""
    store = Store()
    engines = open_engines("toy", store=store)
    assert engines.recognizer.recognize(b"12") == Recognized("heard", duration_s=1 / 16_000)
    assert engines.recognizer.recognize(b"12") == Recognized("heard", duration_s=1 / 16_000)
    assert (store.statistics.hits, store.statistics.misses) == (1, 1)
    assert engines.warm() is None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("toi", ("'toi'", "gone, local, odd, toy")),
        (
            "gone",
            ("'gone'", "ModuleNotFoundError: No module named 'toy_eras'"),
        ),
        (
            "odd",
            ("'odd'", "toy_ears:something_else", "trialogue.speech.engines.Engines"),
        ),
    ],
)
def test_engines_that_cannot_be_had(installed, name, told):
    """The error for engines that cannot be loaded is one line with their name and what there is."""
    with pytest.raises(SetupError) as caught:
        open_engines(name, store=Store())
    assert [each for each in told if each not in str(caught.value)] == []
    assert "\n" not in str(caught.value)


def test_a_missing_wheel_is_said_before_anything_starts(monkeypatch):
    """The line names the packages and the command that installs them."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in {"hibari", "ctranslate2"} else find(name)
    )
    with pytest.raises(SetupError) as caught:
        open_engines(store=Store())
    assert str(caught.value) == "local speech needs ctranslate2, hibari: pip install 'trialogue[local]'"


def test_nobody_hears_that_onnxruntime_runs(tmp_path):
    """Loading a model leaves no file of onnxruntime's telemetry in the home directory."""
    code = "from trialogue.speech.detection import open_silero; open_silero()"
    subprocess.run([sys.executable, "-c", code], env={"HOME": str(tmp_path)}, check=True)
    assert list(tmp_path.rglob("*")) == []


def test_weights_are_checked(tmp_path):
    """Missing or changed weights are refused with their name."""
    weights = tmp_path / "model.bin"
    with pytest.raises(SetupError, match=r"cannot read the weights model\.bin: No such file"):
        wheels.verified(weights, "00")
    weights.write_bytes(b"abc")
    with pytest.raises(SetupError, match=r"model\.bin have an unexpected digest \(sha256 ba7816bf8f01\)"):
        wheels.verified(weights, "00")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert wheels.verified(weights, known) == weights


def test_a_hibari_of_another_version_is_refused(monkeypatch):
    """Another version of hibari than the pinned one is refused."""
    from trialogue.speech.synthesis import open_hibari

    monkeypatch.setitem(sys.modules, "hibari", SimpleNamespace(__version__="9.9"))
    with pytest.raises(SetupError, match=r"needs hibari-tts 0\.2\.1, found 9\.9"):
        open_hibari()


def test_opening_engines_loads_nothing_heavy():
    """Starting a program does not load numpy or a runtime before speech is needed."""
    script = (
        "import sys; from trialogue.speech.engines import open_engines;"
        "from trialogue.speech.store import Store;"
        "heavy = {'numpy', 'soxr', 'onnxruntime', 'ctranslate2', 'hibari'};"
        "before = heavy & set(sys.modules); open_engines(store=Store()); after = heavy & set(sys.modules);"
        "assert (before, after) == (set(), {'numpy'}), (before, after)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_threads_are_limited_unless_the_operator_has_said_otherwise(monkeypatch):
    """The operator's own limit on threads is kept."""
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    limit_threads()
    import os

    assert (os.environ["OMP_NUM_THREADS"], os.environ["OPENBLAS_NUM_THREADS"]) == ("4", "1")


def test_a_value_is_made_once_and_a_failure_is_tried_again():
    """A missing file that is put in place is found by the next call."""
    made = iter([SetupError("not yet"), "engine"])

    def make():
        answer = next(made)
        if isinstance(answer, SetupError):
            raise answer
        return answer

    once = _Once(make)
    with pytest.raises(SetupError):
        once.value()
    assert [once.value(), once.value()] == ["engine", "engine"]


def test_engines_are_a_value():
    """Two sets of engines with the same parts are equal."""
    assert Engines(None, None, None, "a", "b") == Engines(None, None, None, "a", "b")


@pytest.mark.parametrize(
    "fault", [RuntimeError("Cannot load the vocabulary"), OSError(24, "Too many open files")]
)
def test_weights_that_do_not_load_are_no_fault_of_ours(fault):
    """Damaged weights are one clear line, in the library's words."""
    with (
        pytest.raises(SetupError, match="cannot load the recognizer: "),
        wheels.loading("the recognizer"),
    ):
        raise fault


def test_a_process_has_its_engines_once(installed):
    """Opening the engines twice loads them once; each caller has its own memory."""
    one, two = (open_engines("toy", store=Store()) for _ in range(2))
    assert one.warm is two.warm
    assert one.recognizer._recognizer is two.recognizer._recognizer


@pytest.mark.real
def test_a_second_meeting_opens_with_the_weights_of_the_first(tmp_path):
    """A second meeting of a process opens in under 0.1 s of the processor."""
    import time
    from pathlib import Path

    import trio

    from trialogue import open_meeting

    scenario = Path(__file__).parents[2] / "scenarios" / "smallest.yaml"

    async def opened(out):
        began = time.process_time()
        async with open_meeting(scenario, out=out) as meeting:
            took_s = time.process_time() - began
            meeting.stop("enough")
            await meeting.finished()
        return took_s

    async def main():
        await opened(tmp_path / "first")
        return min([await opened(tmp_path / name) for name in ("second", "third")])

    assert trio.run(main) < 0.1
