"""Edges of speech from probabilities, without a model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.speech.detection import WINDOW, Hysteresis, SileroDetector
from trialogue.speech.ports import EdgeKind, SpeechEdge

SILENT = bytes(2 * WINDOW)
STARTED, STOPPED = EdgeKind.STARTED, EdgeKind.STOPPED


def loud(level):
    """A window that the scripted model reads as the probability level/100."""
    return bytes([level, 0]) * WINDOW


class Scripted:
    """Reads the probability out of the samples."""

    def __init__(self):
        self.runs = 0
        self.forgot = 0

    def of(self, window):
        self.runs += 1
        return window[0] / 100

    def forget(self):
        self.forgot += 1


def edges(probabilities, hang_windows=3):
    """Return (window noticed in, kind, window it lies at) of every edge."""
    hysteresis, noticed = Hysteresis(hang_windows * WINDOW), []
    for index, probability in enumerate(probabilities):
        edge = hysteresis.feed(probability, index * WINDOW)
        if edge is not None:
            noticed.append((index, edge.kind, edge.at // WINDOW))
    return noticed


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        ([0.4] * 9, []),
        ([0, 0.9, 0, 0.9, 0], []),
        ([0, 0.5, 0.5], [(2, STARTED, 1)]),
        ([0.9, 0.9, 0.4, 0.4, 0.4, 0.4], [(1, STARTED, 0)]),
        ([0.9, 0.9, 0.3, 0.3, 0.3], [(1, STARTED, 0), (4, STOPPED, 2)]),
        ([0.9, 0.9, 0.3, 0.4, 0.4], [(1, STARTED, 0), (4, STOPPED, 2)]),
        ([0.9, 0.9, 0.3, 0.3, 0.5, 0.3, 0.3, 0.3], [(1, STARTED, 0), (7, STOPPED, 5)]),
        ([0.9, 0.9, 0.1, 0.1, 0.1, 0.9, 0.1], [(1, STARTED, 0), (4, STOPPED, 2), (5, STARTED, 5)]),
        ([0.9, 0.9, *[0.1] * 18, 0.9, 0.1], [(1, STARTED, 0), (4, STOPPED, 2), (20, STARTED, 20)]),
        ([0.9, 0.9, *[0.1] * 19, 0.9, 0.1], [(1, STARTED, 0), (4, STOPPED, 2)]),
    ],
)
def test_when_edges_are_noticed_and_where_they_lie(probabilities, expected):
    """Speech starts at two windows of 0.5 or one of 0.6, and ends where it fell below 0.35."""
    assert edges(probabilities) == expected


@given(st.lists(st.floats(0, 1), max_size=80))
def test_edges_alternate_and_go_forward(probabilities):
    """Starts and stops of speech alternate, each later than the one before."""
    found = edges(probabilities)
    assert [kind for _, kind, _ in found] == [STARTED, STOPPED] * (len(found) // 2) + [STARTED] * (
        len(found) % 2
    )
    places = [at for _, _, at in found]
    assert places == sorted(set(places))


@given(st.lists(st.integers(0, 5_000), max_size=12))
def test_where_the_stream_is_cut_makes_no_difference(sizes):
    """Bytes short of a window wait; positions count samples since the beginning."""
    pcm = SILENT * 3 + loud(90) * 4 + SILENT * 6 + loud(90) * 2 + loud(10) * 8
    detector, found, at = SileroDetector(Scripted(), hang_ms=96), [], 0
    for size in [*sizes, len(pcm)]:
        found += detector.feed(pcm[at : at + size])
        at += size
    assert found == [
        SpeechEdge(STARTED, 3 * WINDOW),
        SpeechEdge(STOPPED, 7 * WINDOW),
        SpeechEdge(STARTED, 13 * WINDOW),
        SpeechEdge(STOPPED, 15 * WINDOW),
    ]


def test_digital_silence_costs_no_model_run_while_nobody_speaks():
    """The model rests in silence, and works through a pause inside speech and its hang."""
    model = Scripted()
    detector = SileroDetector(model, hang_ms=96)
    detector.feed(SILENT * 1_000)
    assert model.runs == 0
    detector.feed(loud(90) * 2 + SILENT * 3)
    assert (model.runs, model.forgot) == (5, 0)
    detector.feed(SILENT * 100)
    assert (model.runs, model.forgot) == (5, 1)


@given(st.integers(0, 3_000), st.lists(st.integers(0, 5_000), max_size=12))
def test_a_sentence_behind_silence_is_cut_into_the_same_windows_wherever_it_lies(before, sizes):
    """A sentence after silence gives the same windows and edges wherever it is in the stream."""
    sentence = loud(90) * 4 + loud(1)[: WINDOW // 2] + SILENT * 6

    class Noting(Scripted):
        def of(self, window):
            windows.append(window)
            return super().of(window)

    windows: list[bytes] = []
    detector, found, at = SileroDetector(Noting(), hang_ms=96), [], 0
    pcm = bytes(2 * before) + sentence + bytes(2 * before) + SILENT + sentence
    for size in [*sizes, len(pcm)]:
        found += detector.feed(pcm[at : at + size])
        at += size
    half = len(windows) // 2
    assert windows[:half] == windows[half:]
    first, ended, again, _ = (edge.at for edge in found)
    assert (first, ended - first, again) == (before, 4 * WINDOW, 2 * before + len(SILENT + sentence) // 2)


def test_the_hang_is_800_ms_unless_said_otherwise():
    """Speech counts as ended after 25 silent windows of 32 ms."""
    detector = SileroDetector(Scripted())
    assert detector.feed(loud(90) * 2 + SILENT * 24) == [SpeechEdge(STARTED, 0)]
    assert detector.feed(SILENT) == [SpeechEdge(STOPPED, 2 * WINDOW)]
