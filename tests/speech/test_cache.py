"""The same question is answered once."""

from threading import Barrier, Event, Thread

import pytest

from trialogue.speech.cache import CachedRecognizer, CachedSynthesizer
from trialogue.speech.ports import Recognized, Spoken
from trialogue.speech.store import Store


class CountingRecognizer:
    def __init__(self):
        self.calls = 0

    def recognize(self, pcm):
        self.calls += 1
        return Recognized(f"{len(pcm)} bytes", 0.25, -0.5, 1.5)


class CountingSynthesizer:
    def __init__(self):
        self.calls = 0

    def synthesize(self, text, voice):
        self.calls += 1
        for sentence in text.split("|"):
            yield Spoken(f"{sentence} \N{SPEAKING HEAD IN SILHOUETTE}", (voice + sentence).encode(), 24_000)


def test_audio_is_recognized_once(tmp_path):
    """Equal sound is recognized once, also across processes, through the cache on disk."""
    counting = CountingRecognizer()
    first = CachedRecognizer(counting, "engine-1", Store(tmp_path))
    answer = first.recognize(b"1234")
    assert first.recognize(b"1234") == answer == Recognized("4 bytes", 0.25, -0.5, 2 / 16_000)
    assert CachedRecognizer(counting, "engine-1", Store(tmp_path)).recognize(b"1234") == answer
    assert counting.calls == 1


def test_another_engine_or_other_audio_is_another_question():
    """An engine never answers with another one's words."""
    counting, store = CountingRecognizer(), Store()
    CachedRecognizer(counting, "engine-1", store).recognize(b"1234")
    CachedRecognizer(counting, "engine-2", store).recognize(b"1234")
    CachedRecognizer(counting, "engine-1", store).recognize(b"1235")
    CachedRecognizer(counting, "engine-11", store).recognize(b"234")
    assert counting.calls == 4


@pytest.mark.parametrize("sound", [b"\0\1\2\3", b"\1\0\2\0", b"\1\0\0\0\0\2", b"\0\1"])
def test_the_silence_around_a_sound_is_no_part_of_the_question(sound):
    """Listeners who cut elsewhere share an answer, but for its duration; samples stay whole."""
    counting, heard = CountingRecognizer(), []
    recognize = counting.recognize
    counting.recognize = lambda pcm: heard.append(pcm) or recognize(pcm)
    cached = CachedRecognizer(counting, "engine-1", Store())
    answers = [
        cached.recognize(bytes(2 * before) + sound + bytes(2 * after)) for before, after in ((0, 0), (3, 1))
    ]
    assert heard == [sound]
    assert answers[0].text == answers[1].text
    assert answers[1].duration_s == answers[0].duration_s + 4 / 16_000


def test_silence_is_a_question_too():
    """Zeros of any length are one entry, each with its own duration."""
    cached = CachedRecognizer(CountingRecognizer(), "engine-1", Store())
    assert [cached.recognize(bytes(size)).duration_s for size in (0, 32_000)] == [0, 1]


def test_text_is_spoken_once_in_each_voice(tmp_path):
    """Sentence by sentence, the same as the engine said them."""
    counting = CountingSynthesizer()
    first = CachedSynthesizer(counting, "engine-1", Store(tmp_path))
    said = list(first.synthesize("one|two", "ben"))
    assert said == list(CountingSynthesizer().synthesize("one|two", "ben"))
    assert list(first.synthesize("one|two", "ben")) == said
    assert list(CachedSynthesizer(counting, "engine-1", Store(tmp_path)).synthesize("one|two", "ben")) == said
    assert counting.calls == 1
    assert list(first.synthesize("one|two", "dan")) != said


def test_an_incomplete_result_is_not_kept():
    """A synthesis that failed half-way is not replayed from the cache later."""
    counting = CountingSynthesizer()
    cached = CachedSynthesizer(counting, "engine-1", Store())
    sentences = cached.synthesize("one|two", "ben")
    next(sentences)
    sentences.close()
    assert len(list(cached.synthesize("one|two", "ben"))) == 2
    assert counting.calls == 2


def test_nothing_to_say_is_remembered_too():
    """A text that yields nothing is asked once."""
    counting = CountingSynthesizer()
    counting.synthesize = lambda *_: iter(())
    cached = CachedSynthesizer(counting, "engine-1", Store())
    assert list(cached.synthesize("***", "ben")) == []
    counting.synthesize = None
    assert list(cached.synthesize("***", "ben")) == []


def shared(recognizer, askers=4):
    """Ask the same from several threads at once; return the answers and exceptions."""
    cached, ready, answers = CachedRecognizer(recognizer, "engine-1", Store()), Barrier(askers), []

    def ask():
        ready.wait()
        try:
            answers.append(cached.recognize(b"1234"))
        except LookupError as fault:
            answers.append(str(fault))

    threads = [Thread(target=ask) for _ in range(askers)]
    for thread in threads:
        thread.start()
    recognizer.go.set()
    for thread in threads:
        thread.join()
    return answers


def test_listeners_at_the_same_time_share_one_answer():
    """Whether they come while the first is working or after it, the engine works once."""
    recognizer = CountingRecognizer()
    recognizer.go = Event()
    answer = recognizer.recognize
    recognizer.recognize = lambda pcm: recognizer.go.wait() and answer(pcm)
    assert shared(recognizer) == [Recognized("4 bytes", 0.25, -0.5, 2 / 16_000)] * 4
    assert recognizer.calls == 1


def test_a_failure_is_shared_and_not_remembered():
    """A failed recognition is raised to all who wait, and tried again later."""
    recognizer = CountingRecognizer()
    recognizer.go = Event()

    def fail(_pcm):
        recognizer.go.wait()
        raise LookupError("no ears")

    recognizer.recognize = fail
    assert shared(recognizer) == ["no ears"] * 4
    cached = CachedRecognizer(recognizer, "engine-1", Store())
    with pytest.raises(LookupError):
        cached.recognize(b"1")
    recognizer.recognize = lambda _: Recognized("now")
    assert cached.recognize(b"1") == Recognized("now")
