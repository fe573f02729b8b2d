"""Scenario files as tests, in a pytest of their own."""

import os
import shlex

import forked
import pytest
from batch_values import SMALL, written

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
    """By a flag or in the settings; the clock is virtual, though the file says real."""
    written(tmp_path, text=SMALL.replace("clock: virtual", "clock: real").replace("1m", "10m"))
    written(tmp_path, "script.yaml", "script: []\n")
    assert tried()[0] == 5
    code, out = tried("--trialogue", "-v")
    assert (code, "small.yaml::small PASSED" in out, "1 passed" in out) == (0, True, True)
    assert not (tmp_path / ".trialogue" / "small").exists()
    assert tried(settings=SETTINGS + "trialogue = true\n")[0] == 0


def test_a_failing_meeting_leaves_its_run_and_its_page(tmp_path, tried):
    """The failure says what, on which line, and where they are; the next time, it is held anew."""
    file = written(tmp_path, "deep/small.yaml", FAILING)
    code, out = tried("--trialogue")
    assert code == 1
    assert f"{file}:11: expect.at_end[0], behaviour: expected /slow/ said by bob" in out
    run = tmp_path / ".trialogue" / "deep" / "small"
    assert f"page: {run / 'report.html'}" in out
    assert (run / "journal.jsonl").exists()
    assert (run / "report.html").exists()
    assert "Traceback" not in out
    written(tmp_path, "deep/small.yaml")
    assert tried("--trialogue")[0] == 0
    assert not run.exists()


def test_a_scenario_that_is_wrong_is_an_error_of_collection(tmp_path, tried):
    """With its place."""
    written(tmp_path, text=SMALL.replace("cast:", "cats:"))
    code, out = tried("--trialogue")
    assert code == 2
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
    """Under `-n` no two meetings meet."""
    for name in ("a/small.yaml", "b/small.yaml", "c/small.yaml"):
        written(tmp_path, name, FAILING if name.startswith("c") else SMALL)
    code, out = tried("--trialogue", "-n", "2")
    assert (code, "1 failed, 2 passed" in out) == (1, True)


def test_the_fixture_holds_meetings_in_tests(tmp_path, tried):
    """With an app's own tools; what does not pass fails the test that holds it, unless it judges itself."""
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
