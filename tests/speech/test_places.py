"""Where a voice begins, falls, rises and ends in the sound, with a detector that knows it late."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.speech.places import BACK_S, FELL_S, STILL_S, VoicePlaces
from trialogue.speech.ports import HEARING_RATE, EdgeKind, SpeechEdge

RATE = 24_000
TICK = RATE // 50
STARTED, STOPPED = EdgeKind.STARTED, EdgeKind.STOPPED


class Late:
    """A detector that notices each edge at a moment of its own: (kind, place, noticed), in seconds."""

    def __init__(self, *edges):
        self.edges = [
            (kind, round(at * HEARING_RATE), round(told * HEARING_RATE)) for kind, at, told in edges
        ]
        self.heard = 0

    def feed(self, pcm):
        self.heard += len(pcm) // 2
        told = [edge for edge in self.edges if edge[2] <= self.heard]
        self.edges = self.edges[len(told) :]
        return [SpeechEdge(kind, at) for kind, at, _ in told]


def room(seconds, level=30.0, seed=1):
    """The noise of a room: dark, as fans and streets are."""
    white = np.random.default_rng(seed).standard_normal(round(seconds * RATE))
    return level * np.convolve(white, 0.9 ** np.arange(40), "same") * np.sqrt(1 - 0.81)


def voice(sound, begin_s, end_s, level=3000.0):
    """Somebody's voice over what there is, from one moment to another."""
    first, last = round(begin_s * RATE), round(end_s * RATE)
    moments = np.arange(last - first) / RATE
    sound[first:last] += level * sum(np.sin(2 * np.pi * hertz * moments) for hertz in (150, 450, 1800)) / 3
    return sound


def edges(detector, sound, cuts=None):
    """Each edge: its kind, its place and when it was told, in seconds."""
    places, told, at = VoicePlaces(detector, RATE), [], 0
    pcm = np.clip(sound, -32_768, 32_767).astype("<i2").tobytes()
    for size in cuts or [TICK] * (len(sound) // TICK + 1):
        piece = pcm[2 * at : 2 * (at + size)]
        at += size
        told += [(edge.kind, edge.at / RATE, at / RATE) for edge in places.feed(piece)]
    return told


def near(seconds):
    """A place that is known to 20 ms."""
    return pytest.approx(seconds, abs=0.02)


def test_a_voice_begins_where_it_comes_out_of_the_room():
    """A voice has its true begin with a detector that is a tenth of a second late."""
    sound = voice(room(3.0), 1.5, 2.5)
    found = edges(Late((STARTED, 1.6, 1.7)), sound)
    assert found[0] == (STARTED, near(1.5), near(1.72))


def test_a_soft_voice_begins_where_it_comes_out_of_the_room():
    """A soft voice has its true begin with a detector that is a quarter of a second late."""
    sound = voice(room(3.0), 1.5, 2.5, level=300.0)
    assert edges(Late((STARTED, 1.76, 1.86)), sound)[0][1] == near(1.5)


def test_a_detector_that_is_early_is_put_right():
    """A voice has its true begin with a detector that is early."""
    sound = voice(room(3.0), 1.53, 2.5)
    assert edges(Late((STARTED, 1.5, 1.6)), sound)[0][:2] == (STARTED, near(1.53))


def test_a_long_noise_before_a_voice_is_no_beginning():
    """A noise that goes over into a voice is not all voice."""
    sound = voice(room(4.0), 2.0, 3.5)
    assert edges(Late((STARTED, 2.4, 2.5)), sound)[0][1] == near(2.4 - BACK_S)


def test_a_breath_is_no_beginning():
    """A breath before a voice does not make its begin earlier."""
    sound = voice(voice(room(3.0, level=0.5), 1.3, 1.5, level=60.0), 1.5, 2.5)
    assert edges(Late((STARTED, 1.55, 1.65)), sound)[0][1] == near(1.5)


def test_a_knock_before_a_voice_is_no_beginning():
    """A knock before a voice does not make its begin earlier."""
    sound = voice(voice(room(3.0), 1.38, 1.42), 1.5, 2.5)
    assert edges(Late((STARTED, 1.52, 1.65)), sound)[0][1] == near(1.5)


def test_a_fall_is_told_before_the_detector_knows():
    """The fall of a voice is reported within a tenth of a second, before the detector knows."""
    sound = voice(room(3.0), 1.5, 2.1)
    found = edges(Late((STARTED, 1.5, 1.6), (STOPPED, 2.2, 2.3)), sound)
    assert [each[:2] for each in found] == [(STARTED, near(1.5)), (STOPPED, near(2.1))]
    assert found[1][2] - 2.1 <= 0.1


def test_a_detector_that_remembers_a_voice_for_long_does_not_make_it_rise():
    """A voice that fell stays fallen although the detector notices it late."""
    sound = voice(room(3.0), 1.5, 2.1)
    found = edges(Late((STARTED, 1.5, 1.6), (STOPPED, 2.3, 2.43)), sound)
    assert [each[:2] for each in found] == [(STARTED, near(1.5)), (STOPPED, near(2.1))]


def test_an_end_that_the_detector_told_first_is_where_the_sound_ended():
    """A voice has its true end with a detector that reports early and places late."""
    sound = voice(room(3.0), 1.5, 2.1)
    found = edges(Late((STARTED, 1.5, 1.6), (STOPPED, 2.14, 2.15)), sound)
    assert found[1][:2] == (STOPPED, near(2.1))


def test_a_voice_that_comes_out_of_the_room_again_has_risen():
    """A pause that the detector missed is reported with its fall and its rise."""
    sound = voice(voice(room(3.5), 1.5, 2.0), 2.15, 3.0)
    found = edges(Late((STARTED, 1.5, 1.6)), sound)
    assert [each[:2] for each in found[:3]] == [
        (STARTED, near(1.5)),
        (STOPPED, near(2.0)),
        (STARTED, near(2.15)),
    ]
    assert found[2][2] - 2.15 <= 0.06


def test_a_stop_consonant_is_no_fall():
    """A closure shorter than `FELL_S` within a word is not reported as a fall."""
    sound = voice(voice(room(3.5), 1.5, 2.0), 2.0 + FELL_S - 0.02, 3.5)
    assert len(edges(Late((STARTED, 1.5, 1.6)), sound)) == 1


def test_a_voice_that_is_still_heard_has_not_fallen():
    """A voice that the detector still hears has risen again, though it is no louder than the room."""
    sound = voice(room(4.0), 1.5, 2.0)
    found = edges(Late((STARTED, 1.5, 1.6), (STOPPED, 3.0, 3.1)), sound)
    assert [each[:2] for each in found] == [
        (STARTED, near(1.5)),
        (STOPPED, near(2.0)),
        (STARTED, near(2.0)),
        (STOPPED, 3.0),
    ]
    assert 0 <= found[2][2] - 2.0 - STILL_S <= 0.03


@pytest.mark.parametrize(
    ("sound", "why"),
    [
        (voice(room(2.0), 0.0, 1.5), "before it there was no room to be heard"),
        (voice(room(4.0), 1.0, 2.5, level=60.0), "it never comes out of the room clearly"),
    ],
)
def test_without_levels_the_detectors_places_stand(sound, why):
    """Speech that does not stand out of the room has the detector's own places."""
    told = [(STARTED, 1.2, 1.3), (STOPPED, 1.55, 1.6)]
    assert [each[:2] for each in edges(Late(*told), sound)] == [(STARTED, 1.2), (STOPPED, 1.55)], why


def test_nothing_is_a_voice_that_the_detector_does_not_hear():
    """Loud noise without speech has no place of a voice."""
    assert edges(Late(), voice(room(3.0), 1.0, 2.0)) == []


def test_the_room_is_what_was_heard_while_nobody_spoke():
    """A second voice after a short pause stands out of the same room as the first."""
    sound = voice(voice(room(4.0), 1.5, 2.2), 2.5, 3.2)
    found = edges(
        Late((STARTED, 1.5, 1.6), (STOPPED, 2.3, 2.36), (STARTED, 2.6, 2.7), (STOPPED, 3.3, 3.4)), sound
    )
    assert [each[1] for each in found] == [near(1.5), near(2.2), near(2.5), near(3.2)]


SPOKEN = voice(voice(room(3.0), 1.0, 1.7), 2.0, 2.5)


@given(st.lists(st.integers(0, RATE // 10), min_size=60, max_size=60))
def test_where_the_sound_is_cut_makes_no_difference(sizes):
    """The places of a voice do not depend on how the sound is cut."""
    told = [(STARTED, 1.1, 1.2), (STOPPED, 1.8, 1.9), (STARTED, 2.05, 2.2), (STOPPED, 2.6, 2.7)]
    places = [each[:2] for each in edges(Late(*told), SPOKEN)]
    again = [each[:2] for each in edges(Late(*told), SPOKEN, sizes + [TICK] * 150)]
    assert [kind for kind, _ in again] == [kind for kind, _ in places]
    assert [at for _, at in again] == [near(at) for _, at in places]


@given(
    st.lists(st.floats(0.01, 0.6), min_size=2, max_size=12),
    st.lists(st.tuples(st.floats(0, 2.9), st.floats(0, 0.8)), max_size=5),
)
def test_edges_alternate_and_go_forward(gaps, voices):
    """Starts and stops of speech alternate and go forward, whatever the detector says."""
    sound = room(3.0)
    for begin, length in voices:
        voice(sound, begin, min(3.0, begin + length))
    at, told = 0.0, []
    for number, gap in enumerate(gaps):
        at += gap
        told.append(((STARTED, STOPPED)[number % 2], at, at + 0.1))
    found = edges(Late(*told), sound)
    assert [kind for kind, _, _ in found] == [(STARTED, STOPPED)[n % 2] for n in range(len(found))]
    assert all(one[1] <= other[1] for one, other in pairwise(found))
    assert all(place <= told for _, place, told in found)
