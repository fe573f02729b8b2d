"""Bad files tell all of their faults at once, each with its place, its words and its code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trialogue.errors import ScenarioError
from trialogue.scenario import Clock, Code, Overrides, check, load, loads, prepare, resolve
from trialogue.scenario.problems import MOST

HERE = Path(__file__).parent
BAD = sorted((HERE / "bad").glob("*.yaml"))
GOOD = "trialogue: 1\nname: good\ncast: {ada: {lines: [Hello.]}}\n"
THINKING = "trialogue: 1\nname: good\ncast: {ada: {prompt: Be brief.}}\n"


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_a_bad_file_tells_all_its_faults(file, monkeypatch):
    """All problems of a bad file are reported at once, as kept, by `check` and by loading."""
    monkeypatch.chdir(HERE)
    relative = file.relative_to(HERE)
    expected = file.with_suffix(".txt").read_text().splitlines()
    assert [str(problem) for problem in check(relative)] == expected
    with pytest.raises(ScenarioError) as caught:
        prepare(relative)
    assert list(caught.value.problems) == expected


def test_every_code_is_explained():
    """docs/errors.md has one section for each code, and for no other."""
    text = (HERE.parents[1] / "docs" / "errors.md").read_text()
    assert sorted(re.findall(r"^### (\S+)$", text, re.MULTILINE)) == sorted(code.value for code in Code)


def test_every_code_is_met_in_a_test():
    """Each code of an error is raised by some test."""
    told = "".join(
        f.read_text() for f in (*HERE.glob("bad/*.txt"), *HERE.glob("wrong/*.yaml"), *HERE.glob("test_*.py"))
    )
    assert [code.value for code in Code if f"[{code.value}]" not in told] == []


def test_a_file_that_is_not_there(tmp_path):
    """A missing file is the author's error, not a traceback."""
    with pytest.raises(ScenarioError, match=r"gone\.yaml:1:1: cannot be read: No such file.* \[E-FILE\]"):
        load(tmp_path / "gone.yaml")
    assert [problem.code for problem in check(tmp_path)] == [Code.FILE]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"name: \xff", "<text>:1:1: is not UTF-8 at byte 6 [E-ENCODING]"),
        (b"#" * (1024 * 1024 + 1), "<text>:1:1: is larger than 1 MiB [E-SIZE]"),
        ("#" * (1024 * 1024 + 1), "<text>:1:1: is larger than 1 MiB [E-SIZE]"),
        ("[" + "1," * 50_001 + "]", "<text>:1:100000: has more than 50000 values [E-SIZE]"),
        (
            "\ud800: a",
            (
                "<text>:1:1: half of a character (a lone surrogate) here, U+D800, is invisible: "
                "delete it [E-YAML]"
            ),
        ),
        (
            "\x00: a",
            "<text>:1:1: a control character here, U+0000, is invisible: delete it [E-YAML]",
        ),
        ("[]", "<text>:1:1: must be a map, not a list [E-TYPE]"),
        (
            GOOD + "run: {frame: 30ms}",
            "<text>:4:14: run.frame: must be 20ms, 40ms, 60ms, 80ms or 100ms [E-FRAME]",
        ),
    ],
)
def test_invalid_texts_are_reported_with_their_place(text, told):
    """Each problem of a scenario is shown with its line and column."""
    with pytest.raises(ScenarioError) as caught:
        loads(text)
    assert caught.value.problems[0] == told


def test_an_alias_bomb_is_refused():
    """A small YAML file with nested aliases does not fill the memory."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    with pytest.raises(ScenarioError) as caught:
        loads("\n".join(lines))
    assert all("[E-YAML-ALIAS]" in problem or "[E-KEY" in problem for problem in caught.value.problems)


def test_a_text_cannot_name_files():
    """A scenario that was not read from a file cannot name other files."""
    with pytest.raises(
        ScenarioError, match="a scenario that was not read from a file cannot name other files"
    ):
        loads("trialogue: 1\nname: x\ncast: {ada: {think: {provider: scripted, script: a.yaml}}}")


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    """A link cannot lead a scenario to a file outside its folder."""
    (tmp_path / "out.yaml").write_text("script: [{say: Hello.}]")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "link.yaml").symlink_to(tmp_path / "out.yaml")
    file = folder / "x.yaml"
    file.write_text("trialogue: 1\nname: x\ncast: {ada: {think: {provider: scripted, script: link.yaml}}}")
    assert [problem.code for problem in check(file)] == [Code.PATH]


def test_a_script_that_is_a_loop_of_links_is_refused(tmp_path):
    """A script whose path is a loop of links is a problem of the scenario, not a traceback."""
    (tmp_path / "a.yaml").symlink_to(tmp_path / "a.yaml")
    file = tmp_path / "x.yaml"
    file.write_text("trialogue: 1\nname: x\ncast: {ada: {think: {provider: scripted, script: a.yaml}}}")
    assert [problem.code for problem in check(file)] == [Code.PATH]


def test_a_script_that_is_too_large_is_refused(tmp_path):
    """A script file that is too large is reported at each seat that names it."""
    (tmp_path / "s.yaml").write_bytes(b"#" * (1024 * 1024 + 1))
    (tmp_path / "t.yaml").write_bytes(b"\xff")
    file = tmp_path / "x.yaml"
    think = "{think: {provider: scripted, script: %s.yaml}}"
    seats = f"ada: {think % 's'}, ben: {think % 's'}, cleo: {think % 't'}"
    file.write_text(f"trialogue: 1\nname: x\ncast: {{{seats}}}")
    assert [problem.code for problem in check(file)] == [Code.SIZE, Code.SIZE, Code.ENCODING]


def test_at_most_a_hundred_faults_are_told():
    """A hopeless file gives a hundred problems, and the number of the others."""
    with pytest.raises(ScenarioError) as caught:
        loads(GOOD + "\n".join(f"k{index}: 1" for index in range(150)) + "\nrun: {clock: fast}")
    assert len(caught.value.problems) == MOST + 1
    assert "and 51 more" in caught.value.problems[-1]


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("(" * 2000, "is longer than 1,000 characters"),
        ("x{99999999999}", "same meaning in all versions"),
        ("[[a]", "same meaning in all versions"),
    ],
)
def test_patterns_that_trip_the_compiler(pattern, told):
    """A pattern that `re` refuses or warns of is a problem of the scenario."""
    with pytest.raises(ScenarioError, match=told):
        loads(GOOD + f"end: {{any: [{{said: {{match: '{pattern}'}}}}]}}")


def test_faults_hold_no_prompt():
    """Errors of a scenario do not repeat descriptions or prompts."""
    with pytest.raises(ScenarioError) as caught:
        loads(GOOD + "tools: {x: {description: [secret plan], python: secret plan}}")
    assert "secret" not in str(caught.value)


def test_words_of_the_file_are_safe_for_a_terminal():
    """Text of a scenario in an error cannot steer the terminal, and long words are cut."""
    with pytest.raises(ScenarioError) as caught:
        loads(GOOD + '"\\e[31mred": 1\n' + f"{'x' * 99}: 1")
    told = "\n".join(caught.value.problems)
    assert "\x1b" not in told
    assert f'"{"x" * 39}…"' in told


def test_faults_that_only_a_run_can_find():
    """A scenario without a model loads, and runs where the operator chooses a service."""
    scenario = loads(THINKING)
    with pytest.raises(ScenarioError, match="E-THINK-MISSING"):
        resolve(scenario)
    assert resolve(scenario, Overrides(via="deepgram")).agents[0].via == "deepgram"
    with pytest.raises(ScenarioError, match="E-CLOCK-LIVE"):
        resolve(scenario, Overrides(via="deepgram", clock=Clock.VIRTUAL))


def test_a_scripted_meeting_cannot_move_to_deepgram():
    """`--via deepgram` is refused for an agent with lines, with their place."""
    with pytest.raises(ScenarioError, match=r"<text>:3:14: cast\.ada\.lines: .* \[E-THINK-SCRIPTED\]"):
        resolve(loads(GOOD), Overrides(via="deepgram"))
