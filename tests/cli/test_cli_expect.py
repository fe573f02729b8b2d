"""`trialogue expect`, and what `trialogue run` says of expectations."""

import json
import re

import pytest

from trialogue.cli import main
from trialogue.cli.run import RunOptions, hold

MET = "expect: {in_order: [{participant: ann, event: heard}, {said: {by: bob, match: works}}]}\n"
UNMET = {
    "behaviour": ("at_end: [{said: {by: bob, number: 9}}]", 1),
    "timing": ("always: [{response-latency: {max: 1ms}}]", 6),
    "infrastructure": ("in_order: [{participant: bob, event: rejoined}]", 7),
}


@pytest.fixture
def written(small):
    """Writes the small meeting with these expectations."""

    def write(expect):
        small.write_text(f"{small.read_text()}expect: {{{expect}}}\n")
        return small

    return write


def test_a_meeting_that_meets_them_ends_well(small, hold_it, tmp_path, capsys):
    """A run that meets its expectations says so in its line and its result."""
    small.write_text(small.read_text() + MET)
    assert hold(small, RunOptions(out=tmp_path / "run", shown="line"), hold_it) == 0
    assert capsys.readouterr().out.endswith("; 2 expectations, all met\n")
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert (result["expectations"]["checked"], result["expectations"]["misses"]) == (2, [])


@pytest.mark.parametrize("kind", UNMET)
def test_each_kind_of_miss_has_its_exit_code(kind, written, hold_it, tmp_path, capsys):
    """An unmet expectation is in the summary, with the exit code of its kind, and in `expect`."""
    expect, code = UNMET[kind]
    out = tmp_path / "run"
    assert hold(written(expect), RunOptions(out=out), hold_it) == code
    shown = " ".join(capsys.readouterr().out.split())
    assert f"0 of 1 expectation met; 1 miss: 1 of {kind}" in shown
    assert main(["expect", str(out), "--json"]) == code
    said = json.loads(capsys.readouterr().out)
    assert [each["kind"] for each in said["misses"]] == [kind]
    assert said["misses"] == json.loads((out / "result.json").read_text())["expectations"]["misses"]


def test_the_gravest_kind_decides(written, hold_it, tmp_path, capsys):
    """The exit code of several misses is that of behaviour, before infrastructure, before timing."""
    expect = ", ".join(
        [UNMET["timing"][0], UNMET["infrastructure"][0], UNMET["behaviour"][0]],
    )
    assert hold(written(expect), RunOptions(out=tmp_path / "run"), hold_it) == 1


def test_another_scenario_is_asked_of_an_old_run(run_folder, small, capsys):
    """`expect` with another scenario checks its expectations, and shows the records around a miss."""
    small.write_text(small.read_text() + "expect: {never: [{said: {by: bob, match: fast}}]}\n")
    assert main(["expect", str(run_folder), str(small)]) == 1
    shown = capsys.readouterr().out
    assert f"expect.never[0] ({small}:{len(small.read_text().splitlines())}), behaviour" in shown
    assert "PlaybackFinished bob turn 2" in shown


@pytest.mark.parametrize(
    "expect",
    [
        "never: [{said: {by: bob, match: works}}]",
        "at_end: [{said: {by: bob, match: works}}]",
        "at_end: [{words: {max: 1}}]",
        "always: [{when: {said: {by: bob, match: works}}, then: {participant: ann, event: granted}}]",
    ],
)
def test_words_are_not_looked_for_where_they_are_masked(expect, run_folder, written, tmp_path, capsys):
    """A redacted journal is not said to lack words that were said: what is about words is not judged."""
    assert main(["journal", "redact", str(run_folder), str(tmp_path / "red.jsonl")]) == 0
    capsys.readouterr()
    assert main(["expect", str(tmp_path / "red.jsonl"), str(written(expect))]) == 7
    assert capsys.readouterr().out == (
        "1 expectation not judged: the journal is redacted, so its words are missing\n"
    )


def test_times_are_looked_at_in_a_redacted_journal(run_folder, written, tmp_path):
    """What is not about words can be checked in a copy without them."""
    assert main(["journal", "redact", str(run_folder), str(tmp_path / "red.jsonl")]) == 0
    scenario = written("always: [{response-latency: {max: 5s}}], at_end: [{turns: {total: {min: 2}}}]")
    assert main(["expect", str(tmp_path / "red.jsonl"), str(scenario)]) == 0


def test_a_run_without_expectations_says_so(run_folder, capsys):
    """`expect` of a run without expectations says so instead of succeeding."""
    assert main(["expect", str(run_folder)]) == 2
    assert "has no expectations" in capsys.readouterr().err


def test_the_page_opens_at_the_first_miss(written, hold_it, tmp_path, capsys):
    """The page of a run with an unmet expectation opens there, before any other failure."""
    from test_cli_page import data_of

    out = tmp_path / "run"
    hold(written(UNMET["behaviour"][0]), RunOptions(out=out, shown="line", html=True), hold_it)
    first = data_of(out / "report.html")["moments"][0]
    assert first["what"] == "failure"
    assert first["text"].startswith(
        "expected the number 9 said by bob at least once: 0 times; bob spoke once"
    )


def test_a_miss_of_another_version_leaves_the_page_as_it_is(run_folder, capsys):
    """A page is written although the result's expectations cannot be read."""
    result = json.loads((run_folder / "result.json").read_text())
    for expectations in ([], {"checked": "many"}, {"misses": 3}):
        (run_folder / "result.json").write_text(json.dumps({**result, "expectations": expectations}))
        assert main(["report", str(run_folder), "--html"]) == 0


def test_a_run_of_an_earlier_version_is_asked_as_it_is(run_folder, capsys):
    """`expect` of an earlier version's run notes a key without effect, and does not refuse it."""
    file = run_folder / "scenario.yaml"
    file.write_text(f"{file.read_text()}expect: {{at_end: [{{turns: {{min: 1}}, by: ann}}]}}\n")
    assert main(["expect", str(run_folder)]) == 0
    found = capsys.readouterr()
    assert found.out == "1 expectation, all met\n  met  at_end[0]  turns min 1: bob had 1 turn\n"
    assert "note: expect.at_end[0].by: has no effect beside turns" in found.err


def test_each_expectation_is_listed_with_what_it_found(run_folder, small, capsys):
    """`expect` lists each expectation, and each participant of a measure, with what it found."""
    expect = """
expect:
  always: [{response-latency: {each: [bob], max: 9s}}, {stop-latency: {max: 1ms}}]
  in_order: [{participant: ann, event: heard}, {said: {by: bob, match: nowhere}}, {said: {by: ann, match: x}}]
  never: [{said: {match: nowhere}}]
  at_end: [{said: {by: bob, match: fast}}]
"""
    small.write_text(small.read_text() + expect)
    assert main(["expect", str(run_folder), str(small)]) == 1
    first, *rows = capsys.readouterr().out.partition("\n\n")[0].splitlines()
    assert first == "4 of 7 expectations met, 1 measured nothing, 1 not reached; 1 miss: 1 of behaviour"
    told = [re.sub(r"[0-9]+[.][0-9]+", "0", re.sub(" {2,}", "  ", row)).strip() for row in rows]
    spoke = "bob spoke once, at 0 s"
    assert told == [
        "met  always[0]  response-latency max 9s of bob: 0 s at 0 s, the only one",
        "measured nothing  always[1]  stop-latency max 1ms: no values",
        "met  in_order[0]  ann heard: at 0 s",
        f"missed  in_order[1]  /nowhere/ said by bob: it did not come after ann heard (0 s); {spoke}",
        "not reached  in_order[2]  /x/ said by ann: expect.in_order[1] did not come",
        "met  never[0]  never /nowhere/ said: it never happened",
        "met  at_end[0]  /fast/ said by bob at least once: once, at 0 s",
    ]
