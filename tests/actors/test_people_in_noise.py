"""People in rooms that are never silent: where their speech is told to be, with real voices and detector."""

from functools import partial
from itertools import cycle, product

import numpy as np
import pytest

from trialogue.actors.sources import FELL_MS, AudioSource, JitterBuffer
from trialogue.devices.clips import ClipPlayer
from trialogue.model.events import SpeechStarted, SpeechStopped, VoiceFell

pytestmark = pytest.mark.real

RATE = 24_000
TICK = RATE // 50
NOISE_DB = -15.0
LEAD_S, REST_S = 2.0, 1.0
ASSENT = ("Yes.", "Right.", "I see.", "Okay.", "Sure.", "Exactly.")
LEVELS = (-20.0, -32.0)
SOFT_END = "Hold on, that is not what we agreed upon last week."
CUTS = (
    "Wait a moment, I have a question.",
    "Sorry, but who is going to pay for that?",
    "Excuse me, what about us?",
)


def said(engines, text, voice, level_db):
    """A text without silence around it, at a level (RMS, dB below full scale)."""
    spoken = b"".join(each.pcm for each in engines.synthesizer.synthesize(text, voice))
    sound = np.frombuffer(spoken, "<i2") / 32_768
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    sound = sound[loud[0] : loud[-1]]
    return sound * 10 ** (level_db / 20) / np.sqrt(np.mean(sound**2))


def in_room(sound, level_db, seed):
    """Speech in the noise of a room, with some of that before and behind it; linear16."""
    size = round((LEAD_S + REST_S) * RATE) + len(sound)
    white = np.random.default_rng(seed).standard_normal(size)
    dark = np.convolve(white, 0.9 ** np.arange(60), "same") * np.sqrt(1 - 0.81)
    heard = dark * 10 ** ((level_db + NOISE_DB) / 20)
    heard[round(LEAD_S * RATE) :][: len(sound)] += sound
    return (np.clip(heard, -1, 1) * 32_767).astype("<i2").tobytes()


class Pushed:
    """A microphone or an app: a frame comes before each is wanted, and the first ones gather."""

    def __init__(self, pcm):
        self.buffer, self.pcm = JitterBuffer(RATE), pcm

    def pull(self, samples):
        piece, self.pcm = self.pcm[: 2 * samples], self.pcm[2 * samples :]
        self.buffer.push(piece)
        return self.buffer.pull(samples)


def clip(pcm):
    """A recording that plays from the first frame on."""
    player = ClipPlayer([pcm])
    player.play(0)
    return player


def told(engines, feed, seconds):
    """What a source tells: each event with the moment, in seconds of the meeting."""
    events, now = [], 0.0
    source = AudioSource(
        "dana",
        feed,
        partial(engines.open_detector, FELL_MS),
        sample_rate=RATE,
        post=lambda event: events.append((now, event)),
    )
    for tick in range(round(seconds * 50)):
        now = (tick + 1) / 50
        source.pull(TICK, tick * TICK, is_muted=False)
    return events


def of(events, kind):
    """When and where events of a class were told."""
    return [(at, event.position_s) for at, event in events if isinstance(event, kind)]


def each_at_a_level():
    """Every assent at every level; all but the next level in turn in the long tests."""
    daily = set(zip(ASSENT, cycle(LEVELS), strict=False))
    return [
        pytest.param(*each, marks=() if each in daily else pytest.mark.long)
        for each in product(ASSENT, LEVELS)
    ]


@pytest.mark.parametrize(("text", "level_db"), each_at_a_level())
def test_assent_is_as_long_as_it_is(engines, text, level_db):
    """A short backchannel in a room's noise has its true begin and its fall within a tenth of a second."""
    sound = said(engines, text, "hugo", level_db)
    end_s = LEAD_S + len(sound) / RATE
    events = told(engines, clip(in_room(sound, level_db, len(text))), end_s + REST_S)
    ((_, begin_s),) = of(events, SpeechStarted)
    told_s, fell_s = of(events, VoiceFell)[-1]
    assert begin_s == pytest.approx(LEAD_S, abs=0.06)
    assert end_s - 0.15 <= fell_s <= end_s + 0.03
    assert told_s - end_s <= 0.1
    assert len(of(events, SpeechStopped)) == 1


@pytest.mark.parametrize("voice", ["hugo", "jack", "kit", "finn"])
def test_a_voice_that_ends_softly_is_told_to_have_fallen(engines, voice):
    """The fall of a voice that ends softly is reported within a tenth of a second."""
    sound = said(engines, SOFT_END, voice, -26.0)
    end_s = LEAD_S + len(sound) / RATE
    events = told(engines, clip(in_room(sound, -26.0, 1)), end_s + REST_S)
    assert of(events, VoiceFell)[-1][0] - end_s <= 0.1


@pytest.mark.parametrize("level_db", [-20.0, -32.0])
@pytest.mark.parametrize("text", CUTS)
def test_a_cut_begins_where_it_is_heard(engines, text, level_db):
    """An interruption in a room's noise begins within 60 ms of its true begin, and is reported in 0.24 s."""
    sound = said(engines, text, "iris", level_db)
    events = told(engines, clip(in_room(sound, level_db, len(text))), LEAD_S + 1.0)
    told_s, begin_s = of(events, SpeechStarted)[0]
    assert begin_s == pytest.approx(LEAD_S, abs=0.06)
    assert told_s - LEAD_S <= 0.24


@pytest.mark.parametrize("level_db", [-20.0, -32.0])
@pytest.mark.parametrize("voice", ["hugo", "iris"])
@pytest.mark.parametrize("text", CUTS)
def test_a_comma_ends_no_speech(engines, text, voice, level_db):
    """A sentence with a comma in a room's noise is one speech."""
    sound = said(engines, text, voice, level_db)
    events = told(engines, clip(in_room(sound, level_db, len(text))), LEAD_S + len(sound) / RATE + REST_S)
    assert len(of(events, SpeechStarted)) == 1
    assert len(of(events, SpeechStopped)) == 1


def test_a_microphone_is_heard_as_a_clip_is(engines):
    """Speech from a microphone has the same length as from a recording."""
    sound = said(engines, ASSENT[2], "iris", -32.0)
    pcm = in_room(sound, -32.0, 1)
    lengths = []
    for feed in (Pushed(pcm), clip(pcm)):
        events = told(engines, feed, LEAD_S + len(sound) / RATE + REST_S)
        ((_, begin_s),), ((_, end_s),) = of(events, SpeechStarted), of(events, SpeechStopped)
        assert LEAD_S - 0.02 <= begin_s <= LEAD_S + 0.1
        lengths.append(end_s - begin_s)
    assert lengths[0] == pytest.approx(lengths[1], abs=0.04)


@pytest.mark.parametrize("level_db", [-20.0, -32.0])
def test_a_room_alone_is_nobody(engines, level_db):
    """A room's noise and bangs are not taken for speech."""
    pcm = np.frombuffer(in_room(np.zeros(7 * RATE), level_db, 3), "<i2").astype(float)
    for at in (3.0, 5.0, 5.2, 7.0):
        bang = np.random.default_rng(round(at * 10)).standard_normal(RATE // 5)
        pcm[round(at * RATE) :][: len(bang)] += 4000 * bang * np.exp(-np.arange(len(bang)) / (0.02 * RATE))
    pcm = np.clip(pcm, -32_768, 32_767).astype("<i2").tobytes()
    assert told(engines, clip(pcm), 10.0) == []
