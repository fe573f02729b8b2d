"""What a model said is looked up where the sound is known, and is what it would say where it is not."""

import random
from hashlib import blake2b

import pytest

from trialogue.speech.detection_cache import BLOCK, Recalling
from trialogue.speech.store import Store


class Model:
    """Its answer depends on every window since it forgot."""

    def __init__(self):
        self.state = b""
        self.asked = 0

    def of(self, window):
        self.asked += 1
        self.state = blake2b(self.state + window, digest_size=16).digest()
        return int.from_bytes(self.state[:6], "big") / 2**48

    def forget(self):
        self.state = b""

    def memory(self):
        return self.state

    def remember(self, memory):
        self.state = memory


class Asked:
    """A model that looks answers up, and what was run for it."""

    def __init__(self, store):
        self.models = []
        self.recalling = Recalling(self._opened, "test-1", store)

    def _opened(self):
        self.models.append(Model())
        return self.models[-1]

    def answers(self, stream):
        return answers(self.recalling, stream)

    @property
    def runs(self):
        return sum(model.asked for model in self.models)


def answers(model, stream):
    """What is said of windows, None to forget."""
    told = []
    for window in stream:
        if window is None:
            model.forget()
        else:
            told.append(model.of(window))
    return told


def windows(count, seed=0):
    chance = random.Random(seed)
    return [chance.randbytes(64) for _ in range(count)]


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


@pytest.mark.parametrize("count", [1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5])
def test_known_sound_is_not_detected_again(store, tmp_path, count):
    """Known sound has the same edges in another stream or process, and no model is opened."""
    stream = [*windows(count), None]
    assert Asked(store).answers(stream) == answers(Model(), stream)
    again = Asked(Store(tmp_path))
    assert again.answers(stream) == answers(Model(), stream)
    assert not again.models


@pytest.mark.parametrize("at", [0, 1, BLOCK - 1, BLOCK, BLOCK + 7, 3 * BLOCK])
def test_sound_that_goes_on_otherwise_is_run_from_there(store, at):
    """Sound that begins like a known one and goes on otherwise has its own edges from there."""
    known = windows(3 * BLOCK + 5)
    Asked(store).answers([*known, None])
    stream = [*known[:at], *windows(40, seed=1)]
    asked = Asked(store)
    assert asked.answers(stream) == answers(Model(), stream)
    assert asked.runs <= BLOCK + 40


def test_the_same_windows_behind_others_are_other_sound(store):
    """The same windows after other sound are not taken from the cache."""
    first, second = windows(10), windows(10, seed=1)
    stream = [*first, None, *second, None, *first, *second, None, None, *second]
    for _ in range(2):
        assert Asked(store).answers(stream) == answers(Model(), stream)


def test_random_streams(store):
    """Streams of sentences in any order, cut anywhere, have the same edges with and without the cache."""
    chance = random.Random(3)
    sentences = [windows(chance.randint(1, 90), seed) for seed in range(6)]
    for _ in range(60):
        stream = []
        for _ in range(chance.randint(1, 5)):
            sentence = chance.choice(sentences)
            stream += sentence[: chance.randint(1, len(sentence))]
            stream += [None] * chance.randint(0, 2)
        assert Asked(store).answers(stream) == answers(Model(), stream)


def test_another_engine_answers_for_itself(store):
    """A cached detection of one engine is not used for another."""
    Asked(store).answers([*windows(5), None])
    other = []
    recalling = Recalling(lambda: other.append(1) or Model(), "test-2", store)
    recalling.of(windows(5)[0])
    assert other


def test_silero_takes_its_memory_up_again():
    """Silero gives the same answers after its memory was saved and restored."""
    detection = pytest.importorskip("trialogue.speech.detection")
    pytest.importorskip("onnxruntime")
    stream = [random.Random(seed).randbytes(2 * detection.WINDOW) for seed in range(12)]
    one, other = detection.opened(), detection.opened()
    for window in stream[:6]:
        one.of(window)
    other.remember(one.memory())
    assert [one.of(window) for window in stream[6:]] == [other.of(window) for window in stream[6:]]
