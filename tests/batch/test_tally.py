"""Rates with their intervals, spreads, baselines: what repeats come to."""

import json

import pytest
from batch_values import outcome

from trialogue.batch.figures import figures_of
from trialogue.batch.tally import baseline_of, interval, read_baseline, regressions, tallied


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        # Newcombe 1998, table I, method 3 (score without continuity correction)
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (0, 0, 0.0, 1.0),
    ],
)
def test_intervals_are_those_of_the_literature(hits, n, low, high):
    """The 95 % intervals equal published values to four places."""
    assert interval(hits, n) == pytest.approx((low, high), abs=5e-5)


def _repeats(values, failed=0, name="response p95"):
    return tallied(
        outcome(f"a-{index}", "a", code=int(index < failed), figures={name: value})
        for index, value in enumerate(values)
    )


def test_repeats_are_counted_by_their_meeting():
    """The table has one row for all repeats of a meeting, in the order of their first."""
    found = tallied([outcome("a", "a"), outcome("b", "b", code=1), outcome("a-2", "a", code=6)])
    assert [(each.group, each.runs, each.passed, each.rate) for each in found] == [
        ("a", 2, 1, 0.5),
        ("b", 1, 0, 0.0),
    ]


def test_the_turns_of_repeats_are_those_of_a_runs_own_summary():
    """A table of runs counts the turns that were heard or typed, and no grants that nobody used."""
    heard = [{"turns": 3, "typed": 0}, {"turns": 1, "typed": 2}, {"turns": 0}]
    measures = {"participants": heard, "causes": {"finished": 6, "timeout": 9}}
    assert figures_of({"measures": measures})["turns"] == 6
    assert "turns" not in figures_of({"measures": {"causes": {"finished": 6}}})
    assert "turns" not in figures_of({"measures": {"participants": []}})


def test_a_baseline_is_kept_and_read():
    """Figures written with `--save-baseline` are the ones that `--baseline` compares with."""
    found = _repeats([1.0, 2.0])
    kept = read_baseline(json.loads(json.dumps(baseline_of(found))))
    assert kept == {"a": found[0]}
    assert regressions(kept, found) == []


@pytest.mark.parametrize(
    "raw", [None, [], {}, {"trialogue": 1, "kind": "result"}, {"trialogue": 1, "kind": "baseline"}]
)
def test_an_invalid_baseline_is_refused(raw):
    """A file with any other content is one clear error."""
    with pytest.raises(ValueError, match="not a baseline"):
        read_baseline(raw)


@pytest.mark.parametrize(("passed", "runs"), [(5, 1), (-1, 1), (0, -1), (1, 10**40)])
def test_a_baseline_with_impossible_counts_is_refused(passed, runs):
    """A baseline with impossible counts is refused before any meeting runs."""
    raw = json.loads(json.dumps(baseline_of(_repeats([1.0]))))
    raw["meetings"][0] |= {"passed": passed, "runs": runs}
    with pytest.raises(ValueError, match="not a baseline"):
        read_baseline(raw)


@pytest.mark.parametrize(
    ("before", "now", "is_worse"),
    [
        ([1.0, 1.2, 1.1], [1.3, 1.4, 1.5], True),
        ([1.0, 1.2, 1.1], [1.15, 1.19, 1.6], False),  # within what was seen
        ([1.0, 1.0, 1.0], [1.05, 1.05, 1.05], False),  # beyond it, by less than a tenth
        ([1.0, 1.2, 1.1], [0.1, 0.2, 0.1], False),  # better
        ([0.0], [1.0], True),
    ],
)
def test_a_figure_is_worse_beyond_all_that_was_seen_and_by_a_tenth(before, now, is_worse):
    """Ordinary variation is no regression; a tenth beyond the worst seen is."""
    (old,) = _repeats(before)
    assert bool(regressions({"a": old}, _repeats(now))) is is_worse


def test_a_figure_that_is_only_shown_is_never_a_regression():
    """A longer meeting does not make a batch fail."""
    (old,) = _repeats([10.0], name="duration")
    assert regressions({"a": old}, _repeats([100.0], name="duration")) == []


@pytest.mark.parametrize(
    ("name", "before", "now", "told"),
    [
        ("silence", 0.106, 0.324, "32.4% (median), before 10.6%"),
        ("response p95", 0.02, 3.02, "3.02 s (median), before 0.020 s"),
        ("Gini", 0.16, 0.398, "0.398 (median), before 0.16"),
        ("cost", 1.0, 2.0, "2.00 USD (median), before 1.00 USD"),
    ],
    ids=["share", "seconds", "plain", "money"],
)
def test_a_worse_figure_is_told_in_its_unit(name, before, now, told):
    """A share in percent, though it is kept from 0 to 1."""
    (old,) = _repeats([before], name=name)
    assert [each.text for each in regressions({"a": old}, _repeats([now], name=name))] == [told]


def test_fewer_that_pass_are_worse():
    """Where everything passed, one failure is enough; else the intervals must part."""
    (whole,), (half,) = _repeats([1.0] * 20), _repeats([1.0] * 20, failed=10)
    assert [each.name for each in regressions({"a": whole}, _repeats([1.0] * 20, failed=1))] == ["pass rate"]
    assert regressions({"a": half}, _repeats([1.0] * 20, failed=12)) == []
    assert [each.text for each in regressions({"a": half}, _repeats([1.0] * 20, failed=20))] == [
        "0 of 20 passed, before 10 of 20"
    ]
