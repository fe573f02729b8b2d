"""The sound of an app both ways: sent at any pace and rate, heard without oneself, in one's own format."""

from array import array
from functools import partial
from itertools import cycle, product

import numpy as np
import pytest
import trio
from kept_cancellation import raise_kept

from trialogue import (
    AlreadyOver,
    AskedWrongly,
    AuthorFailed,
    Edges,
    Scenario,
    SpeechStarted,
    SpeechStopped,
    mix,
    open_meeting,
    run_virtual,
)
from trialogue.actors import app_sound
from trialogue.journal.reader import read
from trialogue.model.audio import AudioFormat
from trialogue.speech.formats import Decoder, encode
from trialogue.testing import murmuring_engines

EDGES = Edges(engines=murmuring_engines())
CAST = {
    "ada": {"lines": ["Good morning to all of you.", "I say no more."]},
    "dana": {"role": "human", "via": "app"},
}


def held(tmp_path, visit):
    """What `visit(meeting)` returns, beside a meeting of an agent and a person of the app's."""
    scenario = Scenario.build("sound", CAST, run={"frame": "20ms", "limits": {"time": "30s"}})

    async def main():
        async with open_meeting(scenario, out=tmp_path / "run", edges=EDGES) as meeting:
            return await visit(meeting)

    return run_virtual(main)


def tone(seconds, rate, loudness=8000):
    """A loud square wave of 200 Hz."""
    half = rate // 400
    return array("h", ([loudness] * half + [-loudness] * half) * round(seconds * 200)).tobytes()


def recorded(tmp_path, name):
    """What was recorded of one, as samples at 24 kHz."""
    return np.frombuffer((tmp_path / "run" / "audio" / f"{name}.wav").read_bytes()[44:], np.int16)


# --- what an app gives ------------------------------------------------------------------------------


def test_a_whole_file_is_paced(tmp_path):
    """A file that is sent at once is heard at its own pace, with every sample in order."""
    pcm = array("h", [1 + k % 30_000 for k in range(3 * 24_000)]).tobytes()

    async def visit(meeting):
        await trio.sleep(1)
        source = meeting.source("dana")
        began = meeting.now
        await source.send(pcm)
        sent = meeting.now
        await source.drain()
        drained = meeting.now
        meeting.stop("enough")
        await meeting.finished()
        return sent - began, drained - began, source.statistics().dropped

    sent_s, drained_s, dropped = held(tmp_path, visit)
    assert sent_s == pytest.approx(2.5, abs=0.05)
    assert drained_s == pytest.approx(3.0, abs=0.05)
    assert dropped == 0
    heard = recorded(tmp_path, "dana")
    start = int(np.argmax(heard != 0))
    assert heard[start : start + 3 * 24_000].tobytes() == pcm


ENCODINGS = ("linear16", "linear32", "mulaw", "alaw")
RATES = (8_000, 16_000, 48_000)


def each_encoding_at_a_rate():
    """Every encoding with every rate; all but the next rate in turn in the long tests."""
    daily = set(zip(ENCODINGS, cycle(RATES), strict=False))
    pairs = product(ENCODINGS, RATES)
    return [pytest.param(*each, marks=() if each in daily else pytest.mark.long) for each in pairs]


@pytest.mark.parametrize(("encoding", "rate"), each_encoding_at_a_rate())
def test_sound_of_any_rate_is_resampled(tmp_path, rate, encoding):
    """An app's sound of any rate keeps its length, and its speech is noticed."""
    sound = encode(tone(2, rate), encoding)

    async def visit(meeting):
        source = meeting.source("dana", sample_rate=rate, encoding=encoding)
        for begin in range(0, len(sound), 1_000):
            await source.send(sound[begin : begin + 1_000])
        await source.drain()
        await trio.sleep(1)
        meeting.stop("enough")
        return await meeting.finished()

    result = held(tmp_path, visit)
    loud = np.abs(recorded(tmp_path, "dana")) > 100
    assert loud.sum() / 24_000 == pytest.approx(2, abs=0.2)
    events = [record.event for record in read(result.folder / "journal.jsonl")]
    assert any(isinstance(event, SpeechStarted) for event in events)
    assert any(isinstance(event, SpeechStopped) for event in events)


def test_an_app_that_waits_to_send_is_told_of_the_end(tmp_path):
    """An app that waits to send sound gets an error at the meeting's end, and does not hang."""

    async def visit(meeting):
        source = meeting.source("dana")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(partial(stop_after, meeting, 1))
            with pytest.raises(AlreadyOver):
                await source.send(tone(60, 24_000))
        await meeting.finished()
        with pytest.raises(AlreadyOver):
            source.push(tone(0.02, 24_000))
        with pytest.raises(AlreadyOver):
            await source.send(tone(1, 24_000))
        with pytest.raises(AlreadyOver):
            meeting.source("dana")
        return repr(source)

    assert held(tmp_path, visit).startswith("<PersonSource dana: linear16 at 24000, 0.")


class Counting:
    """A source of an app's own."""

    def __init__(self, give):
        self.asked = []
        self.give = give

    def pull(self, samples):
        self.asked.append(samples)
        return self.give(samples)


def test_the_meeting_pulls_from_a_source_of_the_apps(tmp_path):
    """An app's source is asked for each tick's samples until it is taken away."""
    own = Counting(lambda samples: array("h", [500] * samples).tobytes())

    async def visit(meeting):
        meeting.pull_from("dana", own)
        await trio.sleep(1)
        meeting.pull_from("dana", None)
        await trio.sleep(1)
        meeting.stop("enough")
        await meeting.finished()

    held(tmp_path, visit)
    assert own.asked == [480] * len(own.asked)
    assert len(own.asked) == pytest.approx(50, abs=2)
    assert (recorded(tmp_path, "dana") == 500).sum() == 480 * len(own.asked)


@pytest.mark.parametrize(
    "wrong", [lambda _: b"abc", lambda _: "sound", lambda _: 1 / 0, lambda n: bytes(4 * n)]
)
def test_sound_of_a_source_is_checked(tmp_path, wrong):
    """A source that gives wrong sound is its author's error, with the participant's name."""

    async def visit(meeting):
        meeting.pull_from("dana", Counting(wrong))
        await meeting.finished()

    with pytest.raises(AuthorFailed, match="the source of dana"):
        held(tmp_path, visit)


# --- what an app takes ------------------------------------------------------------------------------


def test_a_person_hears_the_room_without_itself(tmp_path):
    """A person's ear gets the others as they were recorded, in the meeting's format."""

    async def visit(meeting):
        ear = meeting.ear("dana")
        meeting.pull_from("dana", Counting(lambda samples: array("h", [500] * samples).tobytes()))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(partial(stop_after, meeting, 4))
            heard = b"".join([frame async for frame in ear])
        return heard, ear.dropped

    heard, dropped = held(tmp_path, visit)
    ada = recorded(tmp_path, "ada").tobytes()
    assert dropped == 0
    assert len(heard) == pytest.approx(4 * 48_000, abs=4 * 960)
    assert ada[: len(heard)] == heard
    assert np.frombuffer(heard, np.int16).any()


async def stop_after(meeting, seconds):
    await trio.sleep(seconds)
    meeting.stop("enough")


@pytest.mark.parametrize(
    ("encoding", "rate", "sizes"),
    [
        ("linear16", 8_000, {320}),
        ("linear16", 11_025, {440, 442}),
        ("linear32", 8_000, {640}),
        ("mulaw", 8_000, {160}),  # A-law has no silence
    ],
)
def test_an_ear_has_a_rate_and_an_encoding_of_its_own(tmp_path, encoding, rate, sizes):
    """An app's ear gets sound as long and as loud as what was heard, in its own format."""

    async def visit(meeting):
        ear = meeting.ear("dana", sample_rate=rate, encoding=encoding)
        told = []
        async with trio.open_nursery() as nursery:
            nursery.start_soon(partial(stop_after, meeting, 4))
            told.extend([frame async for frame in ear])
        return told

    frames = held(tmp_path, visit)
    heard = np.frombuffer(Decoder(AudioFormat(encoding, rate)).decode(b"".join(frames)), np.int16)
    ada = recorded(tmp_path, "ada")
    assert {len(frame) for frame in frames} == sizes
    assert len(heard) / rate == pytest.approx(4, abs=0.15)
    assert np.abs(heard).mean() == pytest.approx(np.abs(ada).mean(), rel=0.2)


def test_an_ear_that_is_closed_hears_no_more(tmp_path):
    """An app's ear that is closed gets no new sound, and gives what it has kept."""

    async def visit(meeting):
        ear = meeting.ear()
        await trio.sleep(0.5)
        ear.close()
        await trio.sleep(0.5)
        return len([frame async for frame in ear])

    assert held(tmp_path, visit) == pytest.approx(25, abs=1)


def test_an_ear_that_is_too_slow_counts_what_it_lost(tmp_path, monkeypatch):
    """An app's ear that is too slow loses the oldest frames, and counts them."""
    monkeypatch.setattr(app_sound, "KEPT_S", 0.1)

    async def visit(meeting):
        ear = meeting.ear()
        await trio.sleep(1)
        meeting.stop("enough")
        await meeting.finished()
        return ear.dropped, len([frame async for frame in ear]), repr(ear)

    dropped, kept, shown = held(tmp_path, visit)
    assert kept == 5
    assert dropped == pytest.approx(45, abs=2)
    assert f"{dropped} frames dropped" in shown


class Keeping:
    """A sink of an app's own."""

    def __init__(self):
        self.ticks = []

    def frame(self, position, sounding):
        self.ticks.append((position, dict(sounding)))


def test_a_sink_gets_each_participants_sound(tmp_path):
    """A sink gets each participant's frames by name until it is ended."""
    sink = Keeping()

    async def visit(meeting):
        end = meeting.give_to(sink)
        meeting.pull_from("dana", Counting(lambda samples: array("h", [500] * samples).tobytes()))
        await trio.sleep(3)
        end()
        await trio.sleep(1)
        meeting.stop("enough")
        await meeting.finished()

    held(tmp_path, visit)
    assert len(sink.ticks) == pytest.approx(150, abs=2)
    assert {name for _, sounding in sink.ticks for name in sounding} == {"ada", "dana"}
    both = next(sounding for _, sounding in sink.ticks if len(sounding) == 2)
    mixed = np.frombuffer(mix(list(both.values())), np.int16)
    assert (mixed == np.frombuffer(both["ada"], np.int16) + np.int16(500)).all()


class Failing:
    """A sink that raises."""

    def __init__(self, failure):
        self.failure = failure

    def frame(self, position, sounding):
        raise self.failure


def test_a_cancellation_that_a_sink_kept_is_its_fault(tmp_path):
    """A sink that swallows a cancellation is reported to its author, and cancels nothing."""

    async def visit(meeting):
        with pytest.raises(trio.Cancelled) as kept:
            await raise_kept()
        meeting.give_to(Failing(kept.value))
        await meeting.finished()

    with pytest.raises(AuthorFailed, match=r"a sink raised trio\.Cancelled"):
        held(tmp_path, visit)
    assert read(tmp_path / "run" / "journal.jsonl").header


class Waiting:
    """Sink and source whose methods nothing would await."""

    async def frame(self, position, sounding):
        """Take sound, never."""

    async def pull(self, samples):
        """Give sound, never."""


WRONG = [
    lambda meeting: meeting.source("dana", sample_rate=1),
    lambda meeting: meeting.source("dana", sample_rate="8000"),
    lambda meeting: meeting.source("dana", encoding="mp3"),
    lambda meeting: meeting.source("dana", hears_loudspeaker=1),
    lambda meeting: meeting.source("ada"),
    lambda meeting: meeting.source("dana").push("sound"),
    lambda meeting: meeting.source("dana").push(b"abc"),
    lambda meeting: meeting.source("dana", encoding="linear32").push(b"ab"),
    lambda meeting: meeting.pull_from("dana", 5),
    lambda meeting: meeting.pull_from("ada", Counting(bytes)),
    lambda meeting: meeting.ear("nobody"),
    lambda meeting: meeting.ear("dana", encoding=None),
    lambda meeting: meeting.ear("dana", sample_rate=10**9),
    lambda meeting: meeting.give_to(print),
    lambda meeting: meeting.give_to(Waiting()),
    lambda meeting: meeting.pull_from("dana", Waiting()),
]


def test_wrong_questions_about_sound_are_refused(tmp_path):
    """The error names the wrong argument, in the call itself."""

    async def visit(meeting):
        for ask in WRONG:
            with pytest.raises(AskedWrongly) as caught:
                ask(meeting)
            assert caught.value.argument
        with pytest.raises(AskedWrongly):
            await meeting.source("dana").send(None)

    held(tmp_path, visit)
