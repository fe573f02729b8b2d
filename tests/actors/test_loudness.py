"""A turn beside which somebody speaks is heard more quietly, to the sample."""

import numpy as np
import pytest

from trialogue.actors.loudness import RAMP_S
from trialogue.actors.playout import Playout

RATE = 1000
"""Samples a second: a sample is a millisecond."""

RAMP = round(RAMP_S * RATE)
QUARTER_DB = 20 * np.log10(0.25)


def playing(frames=20, *, turn=1):
    playout = Playout("ada", RATE, lambda _: None)
    playout.open(1)
    playout.arrive(1, np.full(20 * frames, 8000, np.int16).tobytes())
    playout.finish(1)
    playout.play(1, turn)
    return playout


def heard(playout, position, samples=20):
    return np.frombuffer(playout.pull(samples, position), np.int16).tolist()


def test_ducking_is_a_ramp_of_samples():
    """An agent's sound gets softer within 20 ms, without a jump."""
    playout = playing()
    assert heard(playout, 0) == [8000] * 20
    playout.duck(1, QUARTER_DB)
    assert heard(playout, 20) == [8000 - 300 * k for k in range(1, RAMP + 1)]
    assert heard(playout, 40) == [2000] * 20


def test_unducking_goes_back_the_same_way():
    """The agent becomes loud again without a jump; afterwards its sound is unchanged."""
    playout = playing()
    playout.duck(1, QUARTER_DB)
    heard(playout, 0)
    playout.unduck(1)
    assert heard(playout, 20) == [2000 + 300 * k for k in range(1, RAMP + 1)]
    assert heard(playout, 40) == [8000] * 20


def test_a_ramp_turns_round_where_it_is():
    """A turn that is softened for a moment only comes back without a jump."""
    playout = playing()
    playout.duck(1, QUARTER_DB)
    assert heard(playout, 0, samples=10)[-1] == 5000
    playout.unduck(1)
    assert heard(playout, 10)[:2] == [5150, 5300]


def test_frames_do_not_change_the_bytes():
    """The same changes of loudness give the same sound for every length of tick."""

    def sound(samples):
        playout = playing()
        playout.duck(1, -12.0)
        return b"".join(playout.pull(samples, at) for at in range(0, 200, samples))

    assert sound(20) == sound(5) == sound(40)


def test_the_next_reply_of_a_turn_stays_ducked():
    """Loudness is the turn's, and a later turn begins at full loudness."""
    playout = playing(frames=1)
    playout.duck(1, QUARTER_DB)
    heard(playout, 0)
    for reply, turn, loud in ((2, 1, 2000), (3, 2, 8000)):
        playout.open(reply)
        playout.arrive(reply, np.full(20, 8000, np.int16).tobytes())
        playout.finish(reply)
        playout.play(reply, turn)
        assert heard(playout, 20 * reply) == [loud] * 20


@pytest.mark.parametrize("turn", [1, 3])
def test_another_turns_loudness_is_not_this_ones(turn):
    """An order about another turn's loudness does not change the current turn."""
    playout = playing(turn=2)
    playout.duck(turn, QUARTER_DB)
    assert heard(playout, 0) == [8000] * 20


def test_a_paused_turn_comes_back_as_loud_as_it_was():
    """A turn that is paused while it gets softer goes on from the same loudness."""
    playout = playing()
    playout.duck(1, QUARTER_DB)
    heard(playout, 0, samples=10)
    playout.pause(1, 10)
    assert playout.pull(20, 10) is None
    playout.resume(1)
    assert heard(playout, 30)[:2] == [4700, 4400]
