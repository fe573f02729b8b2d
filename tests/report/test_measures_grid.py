"""Measures of time against an independent way of reckoning: the RTTM laid on a grid of milliseconds."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.model.events import PlaybackFinished, PlaybackStarted, SpeechStarted, SpeechStopped, Woke
from trialogue.model.participants import Kind, Participant
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.report import measures, rttm
from trialogue.report.stretches import Stretch

NAMES = ("ada", "ben", "cleo", "dana")
PLAN = MeetingPlan(
    "grid", tuple(Participant(name, kind=Kind.HUMAN if name == "dana" else Kind.AGENT) for name in NAMES)
)
LENGTH_MS = 20_000

# Whole milliseconds, so that the grid is exact.
STRETCHES = st.lists(
    st.tuples(st.sampled_from(NAMES), st.integers(0, LENGTH_MS - 3000), st.integers(1, 3000)), max_size=12
)


def grid_of(text):
    """Rows of milliseconds, one a speaker, from RTTM (NIST RT-09)."""
    grid = np.zeros((len(NAMES), LENGTH_MS), bool)
    for line in text.splitlines():
        fields = line.split()
        start, length = round(float(fields[3]) * 1000), round(float(fields[4]) * 1000)
        grid[NAMES.index(fields[7]), start : start + length] = True
    return grid


def events_of(number, name, start_s, end_s):
    if name == "dana":
        return [(start_s, SpeechStarted(name, start_s)), (end_s, SpeechStopped(name, end_s))]
    return [
        (start_s, PlaybackStarted(name, number, number, start_s)),
        (end_s, PlaybackFinished(name, number, number, end_s, end_s - start_s, "complete")),
    ]


def meeting_of(stretches):
    """The records of these stretches, and their RTTM; a person's own stretches do not overlap."""
    facts, said, last_ms = [], [], 0
    for number, (name, start_ms, length_ms) in enumerate(sorted(stretches, key=lambda each: each[1]), 1):
        if name == "dana":
            if start_ms <= last_ms:
                continue
            last_ms = start_ms + length_ms
        start_s, end_s = start_ms / 1000, (start_ms + length_ms) / 1000
        said.append(Stretch(name, number, start_s, end_s))
        facts += events_of(number, name, start_s, end_s)
    facts.sort(key=lambda fact: fact[0])
    facts.append((LENGTH_MS / 1000, Woke("end")))
    records = [Record(seq, at, event, ()) for seq, (at, event) in enumerate(facts, 1)]
    return records, grid_of(rttm(PLAN, said))


def runs(row):
    """The stretches of a row: where each begins and ends."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(np.int8), [0]])))
    return list(zip(edges[::2], edges[1::2], strict=True))


@given(STRETCHES)
def test_speech_and_overlap_are_those_of_the_grid(stretches):
    """Shares, silence and overlap equal an independent count over short steps of time."""
    records, grid = meeting_of(stretches)
    measured = measures(PLAN, records)
    voices = grid.sum(axis=0)
    spoken = [each.spoken_s * 1000 for each in measured.participants]
    assert spoken == pytest.approx(grid.sum(axis=1).tolist(), abs=0.01)
    assert measured.timing.silence_share == pytest.approx((voices == 0).mean(), abs=1e-6)
    if voices.any():
        assert measured.timing.overlap.ratio == pytest.approx(
            (voices >= 2).sum() / (voices >= 1).sum(), abs=1e-6
        )
        assert [each.share for each in measured.participants] == pytest.approx(
            (grid.sum(axis=1) / grid.sum()).tolist(), abs=1e-6
        )


@given(STRETCHES)
def test_overlaps_of_pairs_are_those_of_the_grid(stretches):
    """The time of overlap is that of an independent count over all pairs of speakers."""
    records, grid = meeting_of(stretches)
    overlap = measures(PLAN, records).timing.overlap
    together = sum((grid[one] & grid[other]).sum() for one, other in combinations(range(len(NAMES)), 2))
    assert (overlap.within_s + overlap.between_s) * 1000 == pytest.approx(together, abs=0.01)


@given(STRETCHES)
def test_silences_are_those_of_the_grid(stretches):
    """Each silence counts as exactly one of pause, gap and lapse."""
    records, grid = meeting_of(stretches)
    found = measures(PLAN, records).timing.silences
    voices = grid.any(axis=0)
    inner = (
        [run for run in runs(~voices) if run[0] > 0 and run[1] < runs(voices)[-1][1]] if voices.any() else []
    )
    assert found.pauses.n + found.gaps.n + found.lapses.n == len(inner)
    # Nobody is ever granted the floor here, so that every long silence is a lapse.
    assert found.lapses.n == sum(end - start >= 2000 for start, end in inner)


@given(STRETCHES)
def test_interruptions_are_those_of_the_grid(stretches):
    """Interruptions and backchannels are those of an independent count."""
    records, grid = meeting_of(stretches)
    found = measures(PLAN, records).interruptions
    rows = [runs(row) for row in grid]
    tried = succeeded = 0
    small: dict[tuple[int, int], list[bool]] = {}
    for one, other in ((a, b) for a in range(len(NAMES)) for b in range(len(NAMES)) if a != b):
        for start, end in rows[one]:
            for begun, silent in rows[other]:
                if begun < start < silent:
                    is_judged = silent > end or (NAMES[one] == "dana" and NAMES[other] != "dana")
                    is_small = is_judged and end - start <= 800
                    small.setdefault((one, start), []).append(is_small)
                    tried += not is_small
                    succeeded += not is_small and silent <= end and silent - start <= 3000
    backchannels = sum(all(each) for each in small.values())  # one, however many it was said beside
    assert (found.tried, found.succeeded, found.backchannels) == (tried, succeeded, backchannels)
    assert found.failed == tried - succeeded == found.yielding.n - found.yielding.hits
