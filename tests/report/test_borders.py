"""Floor transfers by the paper's rule: by hand, on a grid of milliseconds, and on meetings of people."""

from pathlib import Path
from statistics import mean, median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.report.measures.borders import Border, borders
from trialogue.report.rttm import read_rttm
from trialogue.report.stretches import Stretch, time_with

AMI = Path(__file__).with_name("ami")
NAMES = ("ada", "ben", "cleo")
LENGTH_MS = 6000


def said(name, start_s, end_s):
    return Stretch(name, None, start_s, end_s)


def test_a_backchannel_within_is_no_transfer():
    """Speech that begins and ends within another's leaves the floor where it is."""
    heard = (said("ada", 0.0, 5.0), said("ben", 2.0, 2.5), said("ben", 5.2, 7.0))
    assert borders(heard) == (
        Border("ada", "ada", 2.0, 0.5, "overlap"),
        Border("ada", "ben", 5.0, pytest.approx(0.2), "silence"),
    )
    assert [each.is_transfer for each in borders(heard)] == [False, True]


def test_overlap_counts_below_zero():
    """A speaker who begins before the other has ended makes a negative transfer."""
    (border,) = borders((said("ada", 0.0, 3.0), said("ben", 2.0, 5.0)))
    assert border.is_transfer
    assert border.offset_s == -1.0


def test_silence_and_overlap_mixed_are_left_out():
    """Two who begin together after a silence make no transfer: how long it took is not known."""
    heard = (said("ada", 0.0, 1.0), said("ben", 2.0, 3.0), said("cleo", 2.0, 4.0))
    (border,) = borders(heard)
    assert border.between == "mixed"
    assert not border.is_transfer


def test_touching_stretches_of_one_speaker_are_one():
    """A speaker's adjoining stretches are no transfer and no pause."""
    assert borders((said("ada", 0.0, 1.0), said("ada", 1.0, 2.0))) == ()


def test_nothing_lies_between_nothing():
    """A meeting without speech, or with one empty stretch, has no transfers."""
    assert borders(()) == ()
    assert borders((said("ada", 1.0, 1.0),)) == ()


@given(
    st.lists(
        st.tuples(st.sampled_from(NAMES), st.integers(0, LENGTH_MS - 1000), st.integers(1, 1000)), max_size=10
    )
)
def test_borders_are_those_of_the_grid(stretches):
    """Transfers, pauses and overlaps are those of an independent count of milliseconds."""
    grid = np.zeros((len(NAMES), LENGTH_MS), bool)
    for name, start, length in stretches:
        grid[NAMES.index(name), start : start + length] = True
    wanted, alone, between = [], None, []
    for column in range(LENGTH_MS):
        here = frozenset(np.flatnonzero(grid[:, column]))
        if len(here) == 1:
            if alone is not None and (between or alone != here):
                wanted.append((NAMES[min(alone)], NAMES[min(here)], len(between), kind(between)))
            alone, between = here, []
        else:
            between.append(len(here) > 1)
    heard = tuple(said(name, start / 1000, (start + length) / 1000) for name, start, length in stretches)
    found = [(each.before, each.after, round(each.length_s * 1000), each.between) for each in borders(heard)]
    assert found == wanted


def kind(between):
    if not between:
        return "nothing"
    return "mixed" if len(set(between)) == 2 else "overlap" if between[0] else "silence"


@pytest.mark.parametrize(
    ("name", "n", "middle", "average", "overlaps", "pauses", "within", "ratio"),
    [
        ("ES2011a", 106, 0.045, 0.575, 0.481, 38, 49, 0.1509),
        ("IB4001", 278, 0.305, 0.574, 0.360, 64, 146, 0.1820),
        ("IS1008a", 91, 0.360, 0.664, 0.253, 36, 41, 0.0403),
    ],
)
def test_meetings_of_people_come_out_as_reckoned_elsewhere(
    name, n, middle, average, overlaps, pauses, within, ratio
):
    """Three meetings of the AMI corpus have the figures of an independent program."""
    heard = read_rttm((AMI / f"{name}.rttm").read_text("utf-8"))
    found = borders(heard)
    offsets = [each.offset_s for each in found if each.is_transfer]
    own = [each.between for each in found if each.before == each.after]
    assert len(offsets) == n
    assert median(offsets) == pytest.approx(middle, abs=0.001)
    assert mean(offsets) == pytest.approx(average, abs=0.001)
    assert sum(each < 0 for each in offsets) / n == pytest.approx(overlaps, abs=0.001)
    assert (own.count("silence"), own.count("overlap")) == (pauses, within)
    one, _ = time_with(heard)
    assert (sum(each.length_s for each in heard) - one) / one == pytest.approx(ratio, abs=0.0001)


def test_a_line_that_is_none_is_told_with_its_number():
    """The error for an invalid line of a corpus gives the line's number."""
    with pytest.raises(ValueError, match="line 2 is not an RTTM SPEAKER line"):
        read_rttm("SPEAKER x 1 0.0 1.0 <NA> <NA> ada <NA> <NA>\nSPEAKER x 1 zero\n")
    with pytest.raises(ValueError, match="line 1 has invalid times"):
        read_rttm("SPEAKER x 1 0.0 -1.0 <NA> <NA> ada <NA> <NA>\n")


def test_recordings_that_share_a_file_are_not_mixed_into_one_meeting():
    """Each recording of a corpus has its own times, so speakers of two would seem to overlap."""
    line = "SPEAKER {} 1 0.0 1.0 <NA> <NA> ada <NA> <NA>\n"
    assert len(read_rttm(line.format("x") * 2)) == 2
    with pytest.raises(ValueError, match="it has 3 recordings, such as x and y: write a file for each"):
        read_rttm("".join(map(line.format, "xyxz")))


def test_fields_may_be_separated_by_tabs():
    """The format wants white space between its fields, not only blanks."""
    assert read_rttm("SPEAKER\tx\t1\t0.5\t1.0\t<NA>\t<NA>\tada\t<NA>\t<NA>\n") == (
        Stretch("ada", None, 0.5, 1.5),
    )
