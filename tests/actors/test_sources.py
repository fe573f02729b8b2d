"""People's sound: buffered, bounded, on the meeting's clock, with the places where they speak."""

from array import array

import pytest

from trialogue.actors.router import AudioGrid, Router
from trialogue.actors.sources import KEPT_S, AudioSource, FeedStatistics, JitterBuffer
from trialogue.model.commands import Hearing, SetHearing
from trialogue.model.events import SpeechStarted, SpeechStopped
from trialogue.testing.engines import Threshold

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


def router_with(feed, *, hang_ms=100):
    events = []
    router = Router(AudioGrid(RATE), ("dana", "ada"), events.append)
    router.seat(AudioSource("dana", feed, Threshold(hang_ms), sample_rate=RATE, post=events.append))
    sink = Ticks()
    router.record(sink)
    return router, sink, events


def test_a_buffer_gathers_before_it_gives():
    """Nothing flows before the lead is there; then it flows until it runs dry, and gathers anew."""
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
    """What waits is bounded; what was forgotten is counted in samples."""
    buffer = JitterBuffer(RATE)
    buffer.push(tone(FRAME, 1))
    buffer.push(tone(round(KEPT_S * RATE), 2))
    assert buffer.pull(FRAME) == tone(FRAME, 2)
    assert buffer.statistics().dropped == FRAME
    assert repr(buffer) == f"<JitterBuffer: {round(KEPT_S * RATE) - FRAME} samples waiting, {FRAME} dropped>"


def test_half_a_sample_is_refused():
    """A stream that lost a byte would be noise for ever."""
    with pytest.raises(ValueError, match="3 bytes"):
        JitterBuffer(RATE).push(b"abc")


def test_a_last_short_frame_is_padded():
    """Whoever stops in mid-frame is silent for its rest."""
    buffer = JitterBuffer(RATE)
    buffer.push(tone(2 * FRAME + 5))
    assert [buffer.pull(FRAME) for _ in range(3)][-1] == tone(5).ljust(2 * FRAME, b"\0")


def test_speech_has_a_place_on_the_meetings_clock():
    """Edges are told where they are in the recording, not when they were noticed."""
    silence = bytes(2 * FRAME)
    router, sink, events = router_with(Take(silence, silence, tone(FRAME), tone(FRAME)))
    for _ in range(12):
        router.tick()
    assert events == [SpeechStarted("dana", 0.04), SpeechStopped("dana", 0.08)]
    assert [position for position, sounding in sink.frames if any(sounding.get("dana", b""))] == [640, 960]
    assert repr(router.source("dana")) == "<AudioSource dana: silent>"


def test_a_person_is_heard_as_the_table_says():
    """People go to ears, sinks and the mix as mouths do."""
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
    """Only people have sources."""
    router, _, _ = router_with(Take())
    with pytest.raises(KeyError):
        router.source("ada")
