"""People's sound: buffered, bounded, on the meeting's clock, with the places where they speak."""

from array import array
from functools import partial

import pytest
import trio

from trialogue.actors.router import AudioGrid, Router
from trialogue.actors.sources import FELL_MS, HANG_S, KEPT_S, AudioSource, FeedStatistics, JitterBuffer
from trialogue.model.commands import Hearing, SetHearing
from trialogue.model.events import ProcessSuspended, SpeechStarted, SpeechStopped, VoiceFell, VoiceRose
from trialogue.testing import Threshold

RATE = 16_000
FRAME = RATE // 50


def tone(samples, value=1000):
    return array("h", [value] * samples).tobytes()


class Take:
    """A feed that gives prepared frames, then silence."""

    def __init__(self, *frames):
        self.frames = list(frames)

    def pull(self, samples):
        return self.frames.pop(0) if self.frames else None


class Ticks:
    """A sink that keeps what it is given."""

    def __init__(self):
        self.frames = []

    def frame(self, position, sounding):
        self.frames.append((position, dict(sounding)))


def router_with(feed):
    events = []
    router = Router(AudioGrid(RATE), ("dana", "ada"), events.append)
    source = AudioSource("dana", feed, partial(Threshold, FELL_MS), sample_rate=RATE, post=events.append)
    router.seat(source)
    sink = Ticks()
    router.record(sink)
    return router, sink, events


def test_a_buffer_gathers_before_it_gives():
    """A person's sound flows once enough of it waits, and is gathered anew after it ran dry."""
    buffer = JitterBuffer(RATE)
    buffer.push(tone(FRAME))
    assert buffer.pull(FRAME) is None
    buffer.push(tone(FRAME))
    assert [buffer.pull(FRAME), buffer.pull(FRAME)] == [tone(FRAME)] * 2
    assert buffer.pull(FRAME) is None
    buffer.push(tone(FRAME))
    assert buffer.pull(FRAME) is None
    assert buffer.statistics() == FeedStatistics(waiting=FRAME, dropped=0, starved=1)


def test_a_full_buffer_drops_its_oldest():
    """A full buffer drops its oldest sound, and counts the dropped samples."""
    buffer = JitterBuffer(RATE)
    buffer.push(tone(FRAME, 1))
    buffer.push(tone(round(KEPT_S * RATE), 2))
    assert buffer.pull(FRAME) == tone(FRAME, 2)
    assert buffer.statistics().dropped == FRAME
    assert repr(buffer) == f"<JitterBuffer: {round(KEPT_S * RATE) - FRAME} samples waiting, {FRAME} dropped>"


@pytest.mark.parametrize("ppm", [2_000, -2_000])
def test_a_microphones_clock_does_not_make_it_late(ppm):
    """Sound that comes too fast or too slow is evened out where it is quiet; what is said is whole."""
    buffer = JitterBuffer(RATE)
    due, pushed, pulled, waiting = 0.0, 0, 0, []
    for tick in range(20_000):
        due += 1 + ppm / 1e6
        while due >= 1:
            due -= 1
            speaks = pushed % 200 < 150
            buffer.push(tone(FRAME, 1000 if speaks else 3))
            pushed += 1
        pulled += buffer.pull(FRAME) == tone(FRAME)
        if tick > 400:
            waiting.append(buffer.statistics().waiting)
    assert max(waiting) <= 5 * FRAME
    assert buffer.statistics().starved <= 1
    assert pulled == pytest.approx(pushed * 0.75, abs=160)


def test_half_a_sample_is_refused():
    """Sound with half a sample is refused, instead of being noise from there on."""
    with pytest.raises(ValueError, match="3 bytes"):
        JitterBuffer(RATE).push(b"abc")


def test_a_last_short_frame_is_padded():
    """A person's sound that stops within a frame is filled up with silence."""
    buffer = JitterBuffer(RATE)
    buffer.push(tone(2 * FRAME + 5))
    assert [buffer.pull(FRAME) for _ in range(3)][-1] == tone(5).ljust(2 * FRAME, b"\0")


def ticked(router, count):
    for _ in range(count):
        router.tick()


def test_speech_has_a_place_on_the_meetings_clock():
    """Speech has the times at which it is in the recording, not those at which it was noticed."""
    silence = bytes(2 * FRAME)
    router, sink, events = router_with(Take(silence, silence, tone(FRAME), tone(FRAME)))
    ticked(router, 40)
    assert events == [SpeechStarted("dana", 0.04), VoiceFell("dana", 0.08), SpeechStopped("dana", 0.08)]
    assert [position for position, sounding in sink.frames if any(sounding.get("dana", b""))] == [640, 960]
    assert repr(router.source("dana")) == "<AudioSource dana: silent>"


def test_a_voice_that_fell_is_told_within_a_tenth_of_a_second():
    """The fall of a person's voice is reported within a tenth of a second."""
    router, _, events = router_with(Take(tone(FRAME), tone(FRAME)))
    fell_at = None
    while fell_at is None:
        router.tick()
        fell_at = router.position / RATE if VoiceFell("dana", 0.04) in events else None
    assert fell_at - 0.04 <= 0.1
    while not isinstance(events[-1], SpeechStopped):
        router.tick()
    assert router.position / RATE - 0.04 == pytest.approx(HANG_S)


def test_a_voice_that_rises_again_is_the_same_speech():
    """A breath or a pause of 0.4 s within speech does not end it."""
    router, _, events = router_with(Take(tone(FRAME), *[None] * 20, tone(FRAME)))
    ticked(router, 60)
    assert events == [
        SpeechStarted("dana", 0.0),
        VoiceFell("dana", 0.02),
        VoiceRose("dana", 0.42),
        VoiceFell("dana", 0.44),
        SpeechStopped("dana", 0.44),
    ]


def test_a_muted_person_stops_speaking():
    """Speech ends where it was last heard, and is new speech once the person is heard again."""
    router, _, events = router_with(Take(*[tone(FRAME)] * 9))
    ticked(router, 3)
    router.set_hearing(SetHearing((), muted=("dana",)))
    ticked(router, 3)
    router.set_hearing(SetHearing(()))
    router.tick()
    assert events == [SpeechStarted("dana", 0.0), SpeechStopped("dana", 0.06), SpeechStarted("dana", 0.12)]


def test_a_voice_that_fell_before_the_mute_ends_where_it_fell():
    """A mute in the silence after a word does not make the word longer."""
    router, _, events = router_with(Take(tone(FRAME)))
    ticked(router, 8)
    router.set_hearing(SetHearing((), muted=("dana",)))
    router.tick()
    assert events == [SpeechStarted("dana", 0.0), VoiceFell("dana", 0.02), SpeechStopped("dana", 0.02)]


async def test_speech_ends_where_the_process_stood_still(autojump_clock):
    """A person's speech ends before a suspension of the process, and is new speech after it."""
    router, _, events = router_with(Take(*[tone(FRAME)] * 100))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(router.run, trio.current_time())
        await trio.sleep(0.05)
        autojump_clock.jump(10.0)
        await trio.sleep(0.05)
        nursery.cancel_scope.cancel()
    assert events == [
        SpeechStarted("dana", 0.0),
        SpeechStopped("dana", 0.06),
        ProcessSuspended(9.99, 10.0),
        SpeechStarted("dana", 10.06),
    ]


def test_a_machine_that_slept_ends_speech():
    """A sleep of the machine ends a person's speech, and its ear goes on in a new session."""
    told = []

    class Ear:
        def hear(self, pcm, samples, position):
            told.append(position)

        def interrupt(self):
            told.append("gap")

        def renew(self):
            told.append("new session")

    events = []
    router = Router(AudioGrid(RATE), ("dana",), events.append)
    feed = Take(*[tone(FRAME)] * 3)
    source = AudioSource(
        "dana", feed, partial(Threshold, FELL_MS), sample_rate=RATE, post=events.append, ear=Ear()
    )
    router.seat(source)
    ticked(router, 2)
    router.sleep()
    router.tick()
    assert told == [0, FRAME, "gap", "new session", 2 * FRAME]
    assert events == [SpeechStarted("dana", 0.0), SpeechStopped("dana", 0.04), SpeechStarted("dana", 0.04)]


def test_a_person_is_heard_as_the_table_says():
    """A person's sound goes to ears, sinks and the mix, as the hearing table says."""
    router, sink, _ = router_with(Take(tone(FRAME), tone(FRAME)))
    heard = []
    router.listen("ada", heard.append)
    router.tick()
    router.set_hearing(SetHearing((Hearing("ada", ("dana",)),)))
    router.tick()
    assert heard == [bytes(2 * FRAME), tone(FRAME)]
    assert [sounding for _, sounding in sink.frames] == [{"dana": tone(FRAME)}] * 2


def test_the_muted_are_heard_by_nobody():
    """Muted, a person is silent for ears, recordings and its own detector; its sound is used up."""
    router, sink, events = router_with(Take(*[tone(FRAME)] * 3))
    heard = []
    router.listen("ada", heard.append)
    table = (Hearing("ada", ("dana",)),)
    router.set_hearing(SetHearing(table, muted=("dana",)))
    router.tick()
    router.tick()
    assert (heard, events, sink.frames[0][1]) == ([bytes(2 * FRAME)] * 2, [], {})
    router.set_hearing(SetHearing(table))
    router.tick()
    assert heard[-1] == tone(FRAME)
    assert events == [SpeechStarted("dana", 0.04)]


def test_a_muted_mouth_plays_on_unheard():
    """Muting an agent changes what is heard, not what is said."""
    router, sink, events = router_with(Take())
    playout = router.playouts["ada"]
    playout.open(1)
    playout.arrive(1, tone(FRAME))
    playout.finish(1)
    playout.play(1, 1)
    router.set_hearing(SetHearing((), muted=("ada",)))
    router.tick()
    assert sink.frames[0][1] == {}
    assert [type(event).__name__ for event in events] == ["PlaybackStarted", "PlaybackFinished"]


def test_a_seat_without_a_source_is_an_error():
    """Giving sound for an agent is refused: only people have sources."""
    router, _, _ = router_with(Take())
    with pytest.raises(KeyError):
        router.source("ada")
