"""Outcomes for other programs: JUnit XML, GitHub's annotations, JSON, and an estimate before."""

import re
import resource
from xml.etree import ElementTree as ET

import orjson
import pytest
from attrs import evolve, frozen
from batch_values import MURMURING, SMALL, outcome, written

from trialogue.batch.annotations import github_lines
from trialogue.batch.estimate import Estimate, estimate
from trialogue.batch.holding import Loaded, hold_job
from trialogue.batch.jobs import BatchRequest, Job
from trialogue.batch.junit import junit
from trialogue.batch.outcomes import Unmet
from trialogue.batch.tally import Regression, baseline_of, tallied
from trialogue.cli import batch, main
from trialogue.cli.batch import BatchOptions, hold_batch
from trialogue.cli.endings import INTERRUPTED
from trialogue.cli.view_batch import table
from trialogue.cli.view_lines import plain
from trialogue.errors import JournalError, SetupError
from trialogue.model.participants import Participant, Price
from trialogue.model.plan import Limits, MeetingPlan

MISS = Unmet("expect.never[0]", 12, "timing", "expected 5 %, \x1b[31m<5 words>\nhappened 8 %")


def test_junit_tells_failures_by_kind_and_errors_by_code():
    """The JUnit file has a suite for each file, and stays valid whatever characters were said."""
    xml = junit([outcome("a", "a"), outcome("b", "b", code=6, unmet=(MISS,)), outcome("c", "b", code=3)])
    root = ET.fromstring(xml)
    counts = [(s.get("name"), s.get("tests"), s.get("failures"), s.get("errors")) for s in root]
    assert counts == [("a", "1", "0", "0"), ("b", "2", "1", "1")]
    failure, error = root.find(".//failure"), root.find(".//error")
    assert (failure.get("type"), "<5 words>" in failure.get("message")) == ("timing", True)
    assert "/x/b.yaml:12: expect.never[0]" in failure.text
    assert error.get("type") == "exit-3"


def test_junit_fails_for_what_got_worse():
    """A batch that got worse than its baseline has a failed case for each worse figure, in its suite."""
    worse = [Regression("b", "pass rate", "1 of 2 passed"), Regression("b", "response p95", "2s")]
    root = ET.fromstring(junit([outcome("a", "a"), outcome("b", "b"), outcome("c", "b", code=3)], worse))
    counts = [(s.get("name"), s.get("tests"), s.get("failures"), s.get("errors")) for s in root]
    assert counts == [("a", "1", "0", "0"), ("b", "4", "2", "1")]
    cases = [case for case in root.iter("testcase") if case.find("failure") is not None]
    assert [case.get("name") for case in cases] == ["b: pass rate", "b: response p95"]
    assert cases[1].find("failure").attrib == {"type": "worse", "message": "response p95 got worse: 2s"}


def test_annotations_are_escaped():
    """One line each; timing warns, the rest are errors."""
    told = list(
        github_lines(
            [outcome(), outcome("b", "b", code=6, unmet=(MISS,)), outcome("c", "c", code=3)],
            [Regression("a", "response p95", "2s")],
        )
    )
    assert len(told) == 3
    assert told[0].startswith("::warning file=/x/b.yaml,line=12,title=b%3A expect.never[0] (timing)::")
    assert "expected 5 %25" in told[0]
    assert all("\n" not in each and "\x1b" not in each for each in told)
    assert told[1].startswith("::error file=/x/c.yaml,line=1,title=c%3A held::")
    assert told[2] == "::error title=a%3A response p95 got worse::2s"


def test_what_measured_nothing_is_skipped_and_noticed():
    """An expectation that measured nothing is a skipped case with its reason, and its meeting has passed."""
    empty = Unmet(
        "expect.at_end[1]", 9, "measured-nothing", "stop-latency max 1s: there was nothing to measure"
    )
    found = [evolve(outcome("a", "a"), empty=(empty,))]
    (suite,) = ET.fromstring(junit(found))
    assert [suite.get(each) for each in ("tests", "failures", "errors", "skipped")] == ["2", "0", "0", "1"]
    skipped = suite.find("testcase[@name='a: expect.at_end[1]']/skipped")
    assert skipped.get("message") == f"measured nothing: {empty.text}"
    (line,) = github_lines(found)
    assert line.startswith(
        "::notice file=/x/a.yaml,line=9,title=a%3A expect.at_end[1] (measured nothing)::stop"
    )
    *_, total = table(tallied(found), found, [])
    assert plain(total).endswith("; 1 expectation measured nothing")


def test_an_estimate_is_an_upper_bound():
    """Limits of money hold, what has no price is named, what has no limit of time is counted."""
    seat = Participant("ann", price=Price("Voice", 0.06)), Participant("bob", price=Price("Other"))
    plan = MeetingPlan("x", seat, limits=Limits(time_s=600.0))
    capped = MeetingPlan("y", seat, limits=Limits(time_s=600.0, cost_usd=0.25))
    endless = MeetingPlan("z", (), limits=Limits(time_s=None, turns=3))
    found = estimate([plan, capped, endless])
    assert found == Estimate(3, 20.0, 1, pytest.approx(0.6 + 0.25), 0, ("Other",))


def test_the_cost_of_a_meeting_without_a_limit_of_time_is_not_estimated_as_nothing():
    """Its limit of money is the most that it costs; without one it has no bound, and is counted."""
    seat = (Participant("ann", price=Price("Voice", 0.06)),)
    capped = MeetingPlan("x", seat, limits=Limits(time_s=None, turns=3, cost_usd=5.0))
    endless = MeetingPlan("y", seat, limits=Limits(time_s=None, turns=3))
    assert estimate([capped]) == Estimate(1, 0.0, 1, 5.0, 0, ())
    assert estimate([capped, endless]) == Estimate(2, 0.0, 2, 5.0, 1, ())


@pytest.fixture
def options(tmp_path):
    """A batch with voices that murmur, in one process."""

    def make(**values):
        asked = BatchRequest(operator=MURMURING, repeat=values.pop("repeat", 1))
        return BatchOptions(asked=asked, out=tmp_path / "out", workers=1, **values)

    return make


def test_a_batch_says_what_came_of_each_meeting(options, tmp_path, capsys):
    """`--json` and the JUnit file name each meeting with its outcome."""
    file = written(tmp_path)
    assert hold_batch([file], options(repeat=2, as_json=True, junit=tmp_path / "j.xml")) == 0
    said = orjson.loads(capsys.readouterr().out)
    assert [(each["name"], each["passed"]) for each in said["meetings"]] == [
        ("small-3", True),
        ("small-4", True),
    ]
    assert said["groups"][0]["between"] == [pytest.approx(0.34238, abs=1e-5), 1.0]
    assert ET.fromstring((tmp_path / "j.xml").read_bytes()).find(".//failure") is None


def test_a_regression_fails_a_batch_whose_limits_hold(options, tmp_path, capsys):
    """Exit code 8; the baseline of the same runs is met."""
    file, base = written(tmp_path), tmp_path / "base.json"
    assert hold_batch([file], options(save_baseline=base)) == 0
    assert hold_batch([file], options(baseline=base)) == 0
    kept = orjson.loads(base.read_bytes())
    kept["meetings"][0]["figures"]["response p50"] = [0.001]
    base.write_bytes(orjson.dumps(kept))
    capsys.readouterr()
    assert hold_batch([file], options(baseline=base, github=True)) == 8
    out = capsys.readouterr().out
    assert "worse small: response p50, " in " ".join(out.split())
    assert "::error title=small%3A response p50 got worse::" in out


def test_the_gravest_meeting_decides_the_exit_code(options, tmp_path, capsys):
    """A broken behaviour is not hidden by a meeting that was only late."""
    bound = "expect: {always: [{response-latency: {max: 1ms}}]}"
    late = written(tmp_path, "late.yaml", re.sub("expect: .*", bound, SMALL))
    slow = written(tmp_path, "slow.yaml", SMALL.replace("match: fast", "match: slow"))
    assert hold_batch([late], options()) == 6
    assert hold_batch([late, slow], options()) == 1


def test_a_dry_run_holds_nothing(options, tmp_path, capsys):
    """`--dry-run` counts the meetings, and no run is made."""
    assert hold_batch([written(tmp_path)], options(repeat=3, dry_run=True)) == 0
    assert capsys.readouterr().out == "3 meetings, 3 minutes at most\n0.00 USD at most\n"
    assert not (tmp_path / "out").exists()


def test_meetings_that_the_baseline_lacks_are_named(options, tmp_path, capsys):
    """A renamed file would pass for ever, compared with nothing; alone, it is refused before it is held."""
    base = tmp_path / "base.json"
    small, other = written(tmp_path), written(tmp_path, "renamed.yaml")
    assert hold_batch([small], options(save_baseline=base)) == 0
    assert hold_batch([small, other], options(baseline=base)) == 0
    assert capsys.readouterr().err == "trialogue: not in the baseline, so not compared: renamed\n"
    with pytest.raises(SetupError, match=r"base\.json has none of these meetings: it has small$"):
        hold_batch([other], options(baseline=base, dry_run=True))


def test_a_baseline_that_is_none_is_told_before_anything_is_held(options, tmp_path):
    """A wrong or missing baseline costs no meetings."""
    (tmp_path / "no.json").write_text("{}")
    for name, told in (("no.json", "not a baseline"), ("gone.json", "cannot read the baseline")):
        with pytest.raises(SetupError, match=told):
            hold_batch([written(tmp_path)], options(baseline=tmp_path / name))
    assert not (tmp_path / "out").exists()


def test_a_baseline_is_written_over_nothing_but_a_baseline(options, tmp_path):
    """A file of another kind is told before anything is held, and stays."""
    file, notes = written(tmp_path), tmp_path / "notes.md"
    notes.write_text("Mine.")
    with pytest.raises(SetupError, match=r"notes\.md exists and is not a baseline"):
        hold_batch([file], options(save_baseline=notes))
    assert notes.read_text() == "Mine."
    assert not (tmp_path / "out").exists()
    base = tmp_path / "base.json"
    base.write_bytes(orjson.dumps(baseline_of([])))
    assert hold_batch([file], options(save_baseline=base)) == 0
    assert orjson.loads(base.read_bytes())["meetings"]


def test_a_batch_that_was_interrupted_keeps_the_baseline(options, tmp_path, monkeypatch, capsys):
    """After Ctrl-C only some of the meetings are known, so the figures of all of them stay."""

    @frozen
    class Interrupted:
        jobs: list[Job]
        workers: int

        def outcomes(self):
            return (hold_job(each, Loaded()) for each in self.jobs[:1])

    file, base = written(tmp_path), tmp_path / "base.json"
    base.write_bytes(orjson.dumps(baseline_of([])))
    kept = base.read_bytes()
    monkeypatch.setattr(batch, "HandPool", Interrupted)
    assert hold_batch([file], options(repeat=2, save_baseline=base)) == INTERRUPTED
    assert base.read_bytes() == kept
    assert f"{base} is not written: meetings are missing" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run", "batch"])
@pytest.mark.parametrize("number", ["-1", "0", "100001", "9" * 30])
def test_repeats_are_bounded(command, number, tmp_path, monkeypatch, capsys):
    """All meetings are listed before the first is held: a number without end would fill the memory."""
    monkeypatch.chdir(tmp_path)
    assert main([command, str(written(tmp_path)), "--repeat", number]) == 2
    told = capsys.readouterr().err
    assert "--repeat" in told
    assert "100,000" in told
    assert not (tmp_path / "runs").exists()


def test_unjudged_expectations_are_one_error():
    """A meeting that could not be judged is an error in JUnit and in annotations, not a success."""
    cut = evolve(
        outcome("a", "a", code=130),
        text="interrupted",
        not_judged="15 expectations not judged: the meeting was interrupted",
    )
    (error,) = ET.fromstring(junit([cut])).findall(".//error")
    told = "held: interrupted; 15 expectations not judged: the meeting was interrupted"
    assert (error.get("type"), error.get("message")) == ("exit-130", told)
    (line,) = github_lines([cut])
    assert line.endswith("::interrupted; 15 expectations not judged: the meeting was interrupted")


def test_a_full_disk_keeps_the_baseline(options, tmp_path, monkeypatch):
    """The figures of a good day are not lost where today's cannot be written; the file keeps its mode."""
    file, base = written(tmp_path), tmp_path / "base.json"
    assert hold_batch([file], options(save_baseline=base)) == 0
    kept = base.read_bytes()
    base.chmod(0o640)

    def limited(*_args):
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
        return {"meetings": ["x" * 99]}

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    monkeypatch.setattr(batch, "baseline_of", limited)
    try:
        with pytest.raises(JournalError, match=r"cannot write .*base\.json: File too large"):
            hold_batch([file], options(save_baseline=base))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert base.read_bytes() == kept
    monkeypatch.undo()
    assert hold_batch([file], options(save_baseline=base)) == 0
    assert (orjson.loads(base.read_bytes())["meetings"] != [], base.stat().st_mode & 0o777) == (True, 0o640)
