"""A microphone that hears its own loudspeaker: that is no speech, and what is said beside it is."""

from functools import cache, partial

import numpy as np
import pytest

from trialogue.actors.echo import CLEAN_S, DOUBT_S, EchoGuard, Hearsay
from trialogue.actors.mixing import mix
from trialogue.actors.router import AudioGrid, Router
from trialogue.actors.sources import FELL_MS, AudioSource
from trialogue.model.events import EchoNoticed, SpeechStarted, SpeechStopped
from trialogue.testing import Threshold

RATE = 24_000
FRAME = RATE // 50


@cache
def voice(seed, seconds):
    """Sound that is shaped as speech is: bands of noise that come and go a few times a second."""
    chance = np.random.default_rng(seed)
    count = round(seconds * RATE)
    at = np.arange(count) / RATE
    total = np.zeros(count)
    for low, high in zip(np.geomspace(150, 4000, 10)[:-1], np.geomspace(150, 4000, 10)[1:], strict=True):
        spectrum = np.fft.rfft(chance.standard_normal(count))
        hertz = np.fft.rfftfreq(count, 1 / RATE)
        spectrum[(hertz < low) | (hertz > high)] = 0
        steps = chance.uniform(0, 1, round(seconds * 5) + 2) ** 2
        total += np.fft.irfft(spectrum, count) * np.interp(at * 5, np.arange(len(steps)), steps)
    total *= 12_000 / np.abs(total).max()
    total.setflags(write=False)  # it is shared
    return total


def echo_of(sound, *, after=0.14, gain=0.3, noise=20):
    """What comes back from a loudspeaker: later, softer, coloured and with the room's tail and noise."""
    chance = np.random.default_rng(9)
    tail = chance.standard_normal(RATE // 4) * np.exp(-np.arange(RATE // 4) / (0.04 * RATE)) * 0.03
    tail[0] = 1.0
    later = np.concatenate([np.zeros(round(after * RATE)), sound])
    count = len(later) + len(tail)
    back = np.fft.irfft(np.fft.rfft(later, count) * np.fft.rfft(tail, count), count)[: len(sound)]
    return np.diff(back, prepend=0.0) * 2 * gain + chance.standard_normal(len(sound)) * noise


def frames(sound):
    whole = np.clip(sound, -32768, 32767).astype(np.int16).tobytes()
    return [whole[at : at + 2 * FRAME] for at in range(0, len(whole) - 2 * FRAME + 1, 2 * FRAME)]


def guard():
    return EchoGuard(RATE, FRAME, without=("dana",), mix=mix)


def classified(played, taken, watch=None):
    """What is made of each tick of a microphone, while a loudspeaker plays."""
    watch, before, found = watch or guard(), {}, []
    for out, back in zip(frames(played), frames(taken), strict=True):
        found.append(watch.classify(back, before))
        before = {"ada": out}
    return found


def share(found, wanted):
    return sum(each is wanted for each in found) / len(found)


@pytest.mark.parametrize("after", [0.06, 0.14, 0.4, 0.7])
@pytest.mark.parametrize("gain", [0.5, 0.05])
def test_an_echo_is_known_before_it_can_be_taken_for_speech(after, gain):
    """An echo of any lag and loudness is recognized within half a second, and stays one."""
    played = voice(1, 6.0)
    found = classified(played, echo_of(played, after=after, gain=gain))
    known = found.index(Hearsay.ECHO)
    assert known * 0.02 <= after + 0.5
    assert share(found[known:], Hearsay.ECHO) > 0.98


@pytest.mark.parametrize(
    "seed", [2, 3, *(pytest.param(each, marks=pytest.mark.long) for each in range(4, 8))]
)
def test_another_voice_is_no_echo(seed):
    """A person's own voice is never taken for the sound of the loudspeaker."""
    taken = voice(seed, 6.0) * 0.4
    assert Hearsay.ECHO not in classified(voice(1, 6.0), taken)


@pytest.mark.parametrize("seed", range(2, 6))
def test_a_person_who_speaks_through_an_echo_is_heard(seed):
    """A voice as loud as the echo is found within 200 ms."""
    played = voice(1, 8.0)
    taken = echo_of(played)
    begins = 5 * RATE
    taken[begins : begins + 2 * RATE] += voice(seed, 2.0) * 0.5
    found = classified(played, taken)
    during = found[250:350]
    assert Hearsay.OWN in during[:10]
    assert share(during, Hearsay.OWN) > 0.6


def test_headphones_leave_no_doubt():
    """A person with headphones is heard at once, once a second of playback has left no echo."""
    played = voice(1, 5.0)
    taken = np.random.default_rng(3).standard_normal(len(played)) * 20
    begins = round((CLEAN_S + 1.0) * RATE)
    taken[begins:] += voice(4, 5.0)[begins:] * 0.4
    assert set(classified(played, taken)[begins // FRAME :]) == {Hearsay.OWN}


def test_a_way_of_the_sound_that_is_gone_is_forgotten():
    """A person who puts headphones on is heard: nothing counts as echo any more."""
    played, watch = voice(1, 4.0), guard()
    assert Hearsay.ECHO in classified(played, echo_of(played), watch)[-50:]
    assert Hearsay.ECHO not in classified(voice(5, 8.0), voice(6, 8.0) * 0.1, watch)[-50:]


# --- at the table -------------------------------------------------------------------------------------------


class Loud:
    """A feed that gives prepared frames."""

    def __init__(self, sound):
        self.frames = frames(sound)

    def pull(self, samples):
        return self.frames.pop(0) if self.frames else None


def table(played, taken):
    """A meeting in which Ada is played to Dana: what is told of Dana's microphone, and when."""
    events = []
    router = Router(AudioGrid(RATE), ("ada",), lambda _: None)
    mouth = router.playouts["ada"]
    mouth.open(1)
    mouth.arrive(1, b"".join(frames(played)))
    mouth.finish(1)
    mouth.play(1, 1)

    def post(event):
        events.append((router.position / RATE, event))

    source = AudioSource(
        "dana", Loud(taken), partial(Threshold, FELL_MS), sample_rate=RATE, post=post, echo=guard()
    )
    router.seat(source)
    for _ in range(len(frames(played))):
        router.tick()
    return events


def test_speech_that_is_only_echo_is_none():
    """Speech that is only echo is reported once as echo, and takes no turn."""
    played = voice(1, 6.0)
    ((_, noticed),) = table(played, echo_of(played, noise=0.3))
    assert isinstance(noticed, EchoNoticed)
    assert noticed.position_s < 0.7


def test_in_doubt_a_beginning_is_believed_in_time():
    """A person who begins together with an agent is heard after a short doubt, from the true begin on."""
    played, taken = voice(1, 6.0), np.zeros(6 * RATE)
    taken[RATE // 10 : RATE // 10 + 2 * RATE] = voice(3, 2.0) * 0.4
    (told_at, started), *others = table(played, taken)
    assert started == SpeechStarted("dana", pytest.approx(0.1, abs=0.03))
    assert 0.3 <= told_at <= 0.1 + DOUBT_S + 0.1
    assert others[-1][1] == SpeechStopped("dana", pytest.approx(2.1, abs=0.1))
    assert not any(isinstance(event, EchoNoticed) for _, event in others)
