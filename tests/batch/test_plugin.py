"""Scenario files as tests, in a pytest of their own."""

import os
import shlex
from pathlib import Path

import forked
import pytest
from batch_values import SMALL, written

from trialogue.batch import plugin
from trialogue.batch.jobs import fit
from trialogue.testing.meetings import MeetingFailed

SETTINGS = "[pytest]\ntrialogue_engines = trialogue.testing:murmuring_engines\n"
FAILING = SMALL.replace("match: fast", "match: slow")
PROFILED = SMALL + "profiles: {ci: {expect: {at_end: [{said: {by: bob, number: 5}}]}}}\n"


@pytest.fixture
def tried(tmp_path, monkeypatch):
    """Runs pytest in a directory; its exit code and output."""

    monkeypatch.chdir(tmp_path)

    def run(*arguments, settings=SETTINGS):
        (tmp_path / "pytest.ini").write_text(settings)
        return forked.run(
            shlex.join(["python", "-m", "pytest", "-p", "no:cacheprovider", *arguments]), dict(os.environ)
        )

    return run


def test_files_are_tests_where_it_is_switched_on(tmp_path, tried):
    """The plugin collects scenarios by a flag or a setting, and holds them in virtual time."""
    written(tmp_path, text=SMALL.replace("clock: virtual", "clock: real").replace("1m", "10m"))
    written(tmp_path, "script.yaml", "script: []\n")
    assert tried()[0] == 5
    code, out = tried("--trialogue", "-v")
    assert (code, "small.yaml::small PASSED" in out, "1 passed" in out) == (0, True, True)
    assert not (tmp_path / ".trialogue" / "small.yaml").exists()
    assert tried(settings=SETTINGS + "trialogue = true\n")[0] == 0


def test_a_failing_meeting_leaves_its_run_and_its_page(tmp_path, tried):
    """The failure says what, on which line, and where they are; the next time, it is held anew."""
    file = written(tmp_path, "deep/small.yaml", FAILING)
    code, out = tried("--trialogue")
    assert code == 1
    assert f"{file}:11: expect.at_end[0], behaviour: expected /slow/ said by bob" in out
    run = tmp_path / ".trialogue" / "deep" / "small.yaml"
    assert f"page: {run / 'report.html'}" in out
    assert (run / "journal.jsonl").exists()
    assert (run / "report.html").exists()
    assert "Traceback" not in out
    written(tmp_path, "deep/small.yaml")
    assert tried("--trialogue")[0] == 0
    assert not run.exists()


def test_no_file_of_the_user_is_removed_for_a_run(tmp_path, tried):
    """The directory of runs may be one in use: what is no run of a test stays, and the test says so."""
    written(tmp_path, "small.yaml")
    notes = tmp_path / "out" / "small" / "notes.txt", tmp_path / "out" / "small.yaml" / "notes.txt"
    for each in notes:
        each.parent.mkdir(parents=True)
        each.write_text("precious")
    code, out = tried("--trialogue", "--trialogue-out", "out")
    assert (code, [each.read_text() for each in notes]) == (1, ["precious", "precious"])
    assert "small.yaml is not a run: choose another directory with --trialogue-out" in out
    with pytest.raises(MeetingFailed, match="is not a run"):
        plugin._remove_run(tmp_path / "small.yaml")


def test_each_file_has_a_run_of_its_own():
    """Each collected file has a run of its own, also with equal stems, odd names and cells."""
    files = ("small.yaml", "small.yml", "a b.yaml", "a_b.yaml", "small", "_small.yaml")
    names = [plugin._run_name(Path(file), fit(Path(file).stem)) for file in files]
    names += [plugin._run_name(Path("small.yaml"), f"small-run.seed={seed}") for seed in (1, 2)]
    assert len({*names}) == len(names)
    assert names[0] == "small.yaml"
    assert all(fit(name) == name for name in names)


def test_a_scenario_that_is_wrong_is_an_error_of_collection(tmp_path, tried):
    """pytest shows the problem with its line, also where the settings name a profile."""
    written(tmp_path, text=SMALL.replace("cast:", "cats:"))
    code, out = tried("--trialogue", settings=SETTINGS + "trialogue_profile = ci\n")
    assert (code, "Traceback" in out, "plugin.py" in out) == (2, False, False)
    assert 'did you mean "cast"' in out


def test_cells_and_profiles_are_tests(tmp_path, tried):
    """A profile is laid over the files that have it."""
    written(tmp_path, "plain.yaml")
    written(tmp_path, "profiled.yaml", PROFILED)
    code, out = tried("--trialogue", "--trialogue-matrix", settings=SETTINGS + "trialogue_profile = ci\n")
    assert code == 1
    assert "2 failed, 2 passed" in out
    assert "the number 5 said by bob" in out


@pytest.mark.long  # three processes; the fixture's own tests run under `-n`, too
def test_processes_share_the_work(tmp_path, tried):
    """With `-n 2`, two processes hold the meetings, and pytest counts each meeting once."""
    for name in ("a/small.yaml", "b/small.yaml", "c/small.yaml"):
        written(tmp_path, name, FAILING if name.startswith("c") else SMALL)
    code, out = tried("--trialogue", "-n", "2")
    assert (code, "1 failed, 2 passed" in out) == (1, True)


def test_the_fixture_holds_meetings_in_tests(tmp_path, tried):
    """A test can hold a meeting with its app's tools, and fails when the meeting does not pass."""
    written(tmp_path)
    written(tmp_path, "failing.yaml", FAILING)
    tool = SMALL.replace(
        'bob: {title: Bobby, lines: ["It works. It is fast."]}',
        "bob: {tools: [speed], think: {provider: scripted, script: "
        "[{call: {tool: speed}, say: 'It is ${result}.'}]}}\ntools: {speed: {python: speed}}",
    )
    written(tmp_path, "tool.yaml", tool)
    (tmp_path / "test_meetings.py").write_text(
        "def test_good(meeting):\n"
        "    held = meeting('small.yaml')\n"
        "    assert held.result.clock == 'virtual'\n"
        "    assert meeting('failing.yaml', must_pass=False).exit_code == 1\n"
        "def test_bad(meeting):\n"
        "    meeting('failing.yaml')\n"
        "def test_tool(meeting):\n"
        "    def speed() -> str:\n"
        "        '''Say how fast it is.'''\n"
        "        return 'fast'\n"
        "    held = meeting('tool.yaml', tools={'speed': speed})\n"
        "    assert held.result.measures.tools[0].outcome == 'succeeded'\n"
    )
    code, out = tried()
    assert (code, "1 failed, 2 passed" in out) == (1, True), out
    assert "expect.at_end[0], behaviour: expected /slow/ said by bob" in out
