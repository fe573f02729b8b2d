"""Microphone and speaker, on devices that a test moves by hand."""

import sys
import threading
from types import SimpleNamespace

import pytest
import trio
from fake_devices import FakeDriver

from trialogue.actors.mixing import mix
from trialogue.devices.driver import PortAudio, open_driver
from trialogue.devices.microphone import AGAIN_S, LOST_S, Microphone
from trialogue.devices.speaker import Speaker
from trialogue.errors import SetupError
from trialogue.model.events import ServiceWarned

FRAME = b"\1\0" * 4
RING_BLOCKS, RING_FRAMES, LEAD_FRAMES = 50, 25, 3  # of 20 ms each


def microphone(driver, pushed, warned=None):
    warned = [] if warned is None else warned
    return Microphone("dana", driver, pushed.append, sample_rate=200, samples=4, post=warned.append)


def speaker(driver, without=()):
    return Speaker(driver, sample_rate=200, samples=4, without=without, mix=mix)


async def test_sound_comes_from_the_drivers_thread(nursery):
    """A block that another thread hands over is pushed in the loop, in order."""
    driver, pushed = FakeDriver(), []
    await nursery.start(microphone(driver, pushed).run, 0.0)
    await trio.testing.wait_all_tasks_blocked()

    def play():
        for number in range(5):
            driver.inputs[0].call(bytes([number] * 8))

    thread = threading.Thread(target=play)
    thread.start()
    await trio.to_thread.run_sync(thread.join)
    await trio.testing.wait_all_tasks_blocked()
    assert pushed == [bytes([number] * 8) for number in range(5)]
    nursery.cancel_scope.cancel()


async def test_a_loop_that_is_late_loses_the_oldest(nursery):
    """A busy program loses old sound of the microphone instead of memory."""
    driver, pushed = FakeDriver(), []
    await nursery.start(microphone(driver, pushed).run, 0.0)
    await trio.testing.wait_all_tasks_blocked()
    for number in range(RING_BLOCKS + 3):
        driver.inputs[0].call(bytes([number] * 8))
    await trio.testing.wait_all_tasks_blocked()
    assert [pcm[0] for pcm in pushed] == list(range(3, RING_BLOCKS + 3))
    nursery.cancel_scope.cancel()


async def test_a_lost_microphone_is_opened_again(nursery, autojump_clock):
    """A device without sound is closed, told of, and tried anew."""
    driver, warned = FakeDriver(), []
    actor = microphone(driver, [], warned)
    await nursery.start(actor.run, 0.0)
    await trio.sleep(LOST_S + AGAIN_S + 0.1)
    assert [stream.is_closed for stream in driver.inputs] == [True, False]
    assert [(event.participant, event.code) for event in warned] == [("dana", "microphone-lost")]
    assert isinstance(warned[0], ServiceWarned)
    assert repr(actor) == "<Microphone dana: open>"
    nursery.cancel_scope.cancel()
    await trio.testing.wait_all_tasks_blocked()


async def test_a_microphone_that_cannot_be_opened_is_tried_again(nursery, autojump_clock):
    """A person who plugs the microphone in later is heard."""
    driver, warned = FakeDriver("microphone"), []
    await nursery.start(microphone(driver, [], warned).run, 0.0)
    await trio.sleep(AGAIN_S / 2)
    driver.missing = ""
    await trio.sleep(AGAIN_S)
    assert warned[0].text == "no microphone can be used"
    assert driver.inputs[0].is_started
    nursery.cancel_scope.cancel()


async def test_a_meeting_that_is_over_does_not_trouble_the_driver(nursery):
    """A callback after the end does nothing: its thread must not see an exception."""
    driver = FakeDriver()
    taken = []

    async def main():
        async with trio.open_nursery() as inner:
            await inner.start(microphone(driver, taken).run, 0.0)
            await trio.testing.wait_all_tasks_blocked()
            inner.cancel_scope.cancel()

    await trio.to_thread.run_sync(lambda: trio.run(main))
    driver.inputs[0].call(FRAME)
    assert driver.inputs[0].is_closed
    assert taken == []


def test_the_speaker_plays_the_others():
    """Mix-minus: whoever sits before it is not in it."""
    actor = speaker(FakeDriver(), without=["dana"])
    for _ in range(LEAD_FRAMES):
        actor.frame(0, {"dana": b"\7\0" * 4, "ada": FRAME, "ben": FRAME})
    assert actor._fill(4) == b"\2\0" * 4


def test_the_speaker_gathers_before_it_plays():
    """It is silent until the lead is there, and again when it has run dry."""
    actor = speaker(FakeDriver())
    actor.frame(0, {"ada": FRAME})
    assert actor._fill(4) == bytes(8)
    for _ in range(LEAD_FRAMES - 1):
        actor.frame(0, {"ada": FRAME})
    assert actor._fill(6) == b"\1\0" * 6
    assert actor._fill(8) == b"\1\0" * 6 + bytes(4)
    actor.frame(0, {"ada": FRAME})
    assert actor._fill(4) == bytes(8)


def test_a_slow_device_loses_the_oldest():
    """A slow loudspeaker loses old sound instead of falling behind without end."""
    actor = speaker(FakeDriver())
    for number in range(RING_FRAMES + 2):
        actor.frame(0, {"ada": bytes([number, 0] * 4)})
    assert actor._fill(4) == b"\2\0" * 4
    assert repr(actor) == f"<Speaker: {RING_FRAMES - 1} frames waiting, without >"


def test_the_bounds_of_devices_are_times():
    """A frame five times as long is no reason to be half a second late five times over."""
    long = Speaker(FakeDriver(), sample_rate=200, samples=20, without=(), mix=mix)
    assert long._ring.maxlen == 5
    ear = Microphone("dana", FakeDriver(), print, sample_rate=200, samples=20, post=print)
    assert ear._ring.maxlen == 10


@pytest.mark.parametrize("ppm", [2_000, -2_000])
def test_a_speakers_clock_does_not_make_it_late(ppm):
    """What drifts apart is taken back in silence: the ring neither fills nor runs dry."""
    actor = speaker(FakeDriver())
    played, due, words = [], 0.0, 0
    for tick in range(20_000):
        speaks = tick % 200 < 150
        words += speaks
        actor.frame(0, {"ada": FRAME} if speaks else {})
        due += 1 + ppm / 1e6
        while due >= 1:
            due -= 1
            played.append(actor._fill(4))
            assert len(actor._ring) <= 3 * LEAD_FRAMES
    assert played.count(FRAME) == pytest.approx(words, abs=LEAD_FRAMES + 2)
    assert sum(pcm.count(b"\1") for pcm in played) == pytest.approx(4 * words, abs=4 * (LEAD_FRAMES + 2))


async def test_the_speaker_is_closed_with_the_meeting(nursery):
    """Its stream lives as long as its actor."""
    driver = FakeDriver()
    async with trio.open_nursery() as inner:
        await inner.start(speaker(driver).run, 0.0)
        assert driver.outputs[0].is_started
        inner.cancel_scope.cancel()
    assert driver.outputs[0].is_closed
    nursery.cancel_scope.cancel()


class Library(SimpleNamespace):
    """sounddevice, as far as we use it."""

    class PortAudioError(Exception):
        pass

    def __init__(self, fault=None):
        super().__init__(opened=[], fault=fault)

    def check_input_settings(self, **settings):
        if self.fault:
            raise self.fault

    check_output_settings = check_input_settings

    def RawInputStream(self, **settings):  # noqa: N802 - its name
        self.check_input_settings()
        self.opened.append(settings)
        return SimpleNamespace(start=lambda: None, abort=lambda: None, close=lambda: None)

    RawOutputStream = RawInputStream


def test_portaudio_is_asked_for_linear16_mono():
    """Both streams are opened alike; callbacks hand over bytes and fill what they are given."""
    library = Library()
    driver, taken = PortAudio(library), []
    driver.check(24000)
    driver.open_input(24000, 480, taken.append).start()
    driver.open_output(24000, 480, lambda samples: b"\1\0" * samples).close()
    settings = {"samplerate": 24000, "blocksize": 480, "channels": 1, "dtype": "int16", "latency": "low"}
    callbacks = [opened.pop("callback") for opened in library.opened]
    assert library.opened == [settings, settings]
    callbacks[0](memoryview(FRAME), 4, None, None)
    assert taken == [FRAME]
    out = bytearray(8)
    callbacks[1](memoryview(out), 4, None, None)
    assert out == FRAME


def test_a_device_that_is_missing_is_one_line():
    """The error for a missing device is one line, not PortAudio's traceback."""
    driver = PortAudio(Library(Library.PortAudioError("Error querying device -1")))
    with pytest.raises(SetupError, match="cannot use a microphone: Error querying device -1"):
        driver.check(24000)
    with pytest.raises(SetupError, match="cannot use a speaker"):
        driver.open_output(24000, 480, bytes)


def test_a_package_that_is_missing_is_one_line(monkeypatch):
    """The error names the extra that has to be installed."""
    with pytest.raises(SetupError, match=r"pip install 'trialogue\[audio\]'"):
        open_driver("no_such_sounddevice")
    monkeypatch.setitem(sys.modules, "a_fake_sounddevice", Library())
    assert isinstance(open_driver("a_fake_sounddevice"), PortAudio)
