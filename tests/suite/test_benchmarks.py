"""The benchmark suite's own rules: turns, ratios, targets, peers that are missing, and what is kept."""

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs"))
import measured  # noqa: E402 - it lies beside the pages


def suite(name):
    """A module of the suite, loaded as `python -m tests.benchmarks` does."""
    import importlib

    sys.path.insert(0, str(ROOT))
    try:
        return importlib.import_module(f"tests.benchmarks.{name}")
    finally:
        sys.path.remove(str(ROOT))


MEASURING = suite("measuring")
SUITE = suite("suite")
Ask, Figure, Goal, NotRun, Row = (
    getattr(MEASURING, name) for name in ("Ask", "Figure", "Goal", "NotRun", "Row")
)


def asked(order, name, value):
    """A contender that notes when it was asked."""

    def run():
        order.append(name)
        return value

    return run


def test_contenders_take_turns():
    """Every second round goes backwards, so that a machine that slows down is slower for both."""
    order, said = [], []
    runs = {"trialogue": asked(order, "trialogue", 2.0), "peer": asked(order, "peer", 4.0)}
    found = Ask(said.append).alternate(3, runs)
    assert order == ["trialogue", "peer", "peer", "trialogue", "trialogue", "peer"]
    assert found == {"trialogue": (2.0, 2.0, 2.0), "peer": (4.0, 4.0, 4.0)}
    assert said[0] == "round 1 of 3: trialogue"


def test_a_peer_that_cannot_run_is_left_out():
    """Its reason is kept, and the others are measured."""

    def fails():
        raise NotRun("it is not there")

    ask = Ask(lambda _: None)
    assert ask.alternate(2, {"trialogue": lambda: 1.0, "peer": fails}) == {"trialogue": (1.0, 1.0)}
    assert ask.missing == {"peer": "it is not there"}


def test_ratios_are_taken_within_a_round():
    """A drift that both had is in neither ratio."""
    figure = Figure("a frame", "µs", {"trialogue": (1.0, 10.0), "peer": (2.0, 20.0)})
    assert MEASURING.ratios(figure, "peer") == (0.5, 0.5)


@pytest.mark.parametrize(
    ("goal", "reached"),
    [
        (None, None),
        (Goal(at_most=3.0), True),
        (Goal(at_most=1.0), False),
        (Goal(at_least=3.0), False),
        (Goal(at_most=0.5, beside="peer"), True),
        (Goal(at_most=0.4, beside="peer"), False),
    ],
    ids=["none", "at-most", "above", "below", "ratio", "ratio-above"],
)
def test_targets_are_of_the_median(goal, reached):
    """Of the figure itself, or of its ratio to a peer."""
    figure = Figure("a frame", "µs", {"trialogue": (2.0, 2.0, 9.0), "peer": (4.0, 4.0, 9.0)}, goal)
    assert MEASURING.is_reached(figure) is reached


def test_the_page_shows_the_kept_figures(tmp_path, monkeypatch, capsys):
    """A row's file holds its figures, and its part of the page shows them with the verdict."""
    values = {"trialogue": (2.0, 3.0, 4.0), "peer": (4.0, 6.0, 8.0)}
    figure = Figure("a frame", "µs", values, Goal(at_most=0.4, beside="peer"))
    SUITE.run(Row("frames", "Frames.", lambda _: iter((figure,))), is_quick=False, out=tmp_path)
    assert json.loads((tmp_path / "frames.json").read_text())["figures"][0]["values"]["peer"] == [4, 6, 8]
    monkeypatch.setattr(measured, "MEASURED", tmp_path)
    shown = measured.part("frames")
    assert "| a frame | trialogue | 3 µs | 2 to 4 |  | ≤ 0.4 of peer | no |" in shown
    assert "|  | peer | 6 µs | 4 to 8 | 0.5 (0.5 to 0.5) |  |  |" in shown
    assert measured.picture("frames").count("<rect") == 3
    assert "a frame: trialogue 3 µs (2 to 4); peer 6 µs (4 to 8)" in capsys.readouterr().out


def test_zero_and_negative_figures_have_no_ratio():
    """Nothing lost beside nothing lost, memory that shrank: the page leaves the ratio out."""
    for ours in (0.0, -3.0):
        assert SUITE.judged(Figure("lost", "", {"trialogue": (ours,), "peer": (0.0,)}))["ratios"] == {}
    assert SUITE.judged(Figure("kept", "", {"trialogue": (1.0,), "peer": (2.0,)}))["ratios"] == {
        "peer": (0.5,)
    }


def test_a_row_that_cannot_run_says_why(tmp_path):
    """And what it had measured before is kept."""

    def measure(_):
        yield Figure("first", "", {"trialogue": (1.0,)})
        raise NotRun("there is no browser")

    kept = SUITE.run(Row("page", "A page.", measure), is_quick=False, out=tmp_path)
    assert kept["not_run"] == "there is no browser"
    assert [each["title"] for each in kept["figures"]] == ["first"]


def test_rows_have_names_of_their_own():
    """Each module that is listed has rows, and no two rows share a name."""
    names = [row.name for module in SUITE.MODULES for row in suite(module).ROWS]
    assert len(names) == len(set(names)) == len(SUITE.rows()) > 15


@pytest.mark.long  # it reads the whole brain, mutant by mutant
def test_mutants_without_effect_are_in_the_source():
    """The script refuses to begin where one of its list is not: a line was written otherwise since."""
    mutation = suite("mutation")
    modules = {key[0].partition(":")[0] for key in mutation.EQUIVALENT}
    every = [mutant for name in modules for mutant in mutation.mutants_of(mutation.PACKAGE / name)]
    assert [
        each for name in {name.partition("/")[0] for name in modules} for each in mutation.gone(name, every)
    ] == []
