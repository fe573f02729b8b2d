"""Wrong scenarios by the hundred: what each is told, and where.

`wrong/written.yaml` holds a file for each kind of mistake; `wrong/changed.yaml` holds changes of one line to
scenarios of the library as they were when it was written (`wrong/library`).
"""

from __future__ import annotations

import re
from pathlib import Path
from shutil import copytree

import pytest
import yaml

from trialogue.errors import ScenarioError
from trialogue.scenario import check, load
from trialogue.scenario.problem_lines import lines_of

WRONG = Path(__file__).parent / "wrong"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
WRITTEN, CHANGED = (
    yaml.load((WRONG / name).read_text(encoding="utf-8"), LOADER) for name in ("written.yaml", "changed.yaml")
)
FILE = "wrong.yaml"


LISTS = re.compile(r"(?<=must be one of )[^\"]*?(?=, not)|(?<=; known keys: )[^\"]*(?= \[E-KEY-UNKNOWN\])")
"""All words, or all keys, that there are somewhere: the format grows."""


STRANGERS = re.compile(r"\b(tech|biz|moderator|dana)\b|(?:by|speaking|participant|to|owner): (NAME)\b")
"""Participants of the format's own examples."""

TOOLS = re.compile(r"\btools?: [\[{]?(prices|price_list)\b")
"""Tools of the format's own examples."""


def told(file: Path) -> list[str]:
    return [LISTS.sub("...", str(problem).removeprefix(f"{file}:")) for problem in check(file)]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Problems of each written case, by its number."""
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(tmp_path_factory.mktemp("written"))
        problems = []
        for case in WRITTEN:
            Path(FILE).write_bytes(case["text"].encode("utf-8", "surrogatepass"))
            problems.append(check(Path(FILE)))
        return problems


def test_there_are_hundreds_of_a_hundred_kinds():
    """The list of wrong files is large, and half of it comes from the library."""
    assert len(WRITTEN) + len(CHANGED) >= 250
    assert len({case["kind"] for case in (*WRITTEN, *CHANGED)}) >= 100
    assert len(CHANGED) >= 125


def test_each_mistake_is_told_in_its_words(found):
    """Each wrong file of the list gives exactly its kept problems."""
    others = []
    for case, problems in zip(WRITTEN, found, strict=True):
        words = [LISTS.sub("...", str(problem).removeprefix(f"{FILE}:")) for problem in problems]
        if words != case["told"]:
            others.append((case["kind"], words, case["told"]))
    assert others == []


def test_no_form_names_who_is_not_there(found):
    """The forms in errors use names from the author's file, not made-up ones."""
    strangers = []
    for case, problems in zip(WRITTEN, found, strict=True):
        for problem in problems:
            shown = "\n".join((str(problem), *lines_of(problem)[1:][-1:]))
            seats = STRANGERS.findall(shown) if problem.names.seats else []
            tools = TOOLS.findall(shown) if problem.names.tools else []
            named = {name for each in seats for name in each if name} | {*tools}
            strangers.extend((case["kind"], name) for name in named if name not in case["text"])
    assert strangers == []


def test_each_changed_line_of_the_library_is_told(tmp_path, monkeypatch):
    """Each wrong line in an included scenario gives exactly its kept problems."""
    copytree(WRONG / "library" / "scripts", tmp_path / "scripts")
    monkeypatch.chdir(tmp_path)
    others = []
    for number, case in enumerate(CHANGED):
        lines = (WRONG / "library" / f"{case['base']}.yaml").read_text(encoding="utf-8").split("\n")
        lines[case["line"] - 1] = case["now"]
        Path(FILE).write_text("\n".join(lines), encoding="utf-8")
        if (words := told(Path(FILE))) != case["told"]:
            others.append((number, words, case["told"]))
    assert others == []


def test_the_library_itself_is_right():
    """The scenarios that are changed for the list are valid before."""
    assert [check(file) for file in sorted((WRONG / "library").glob("*.yaml"))] == [[], [], []]


def test_a_problem_shows_the_line_a_caret_and_the_form(tmp_path, monkeypatch):
    """A problem shows the line with a caret, and how the key is written."""
    monkeypatch.chdir(tmp_path)
    Path(FILE).write_text("trialogue: 1\nname: a\ncast: {ann: {lines: [Hi.]}}\nrun: {limits: {time: 45}}\n")
    with pytest.raises(ScenarioError) as caught:
        load(FILE)
    assert caught.value.told == (
        "wrong.yaml:4:22: run.limits.time: a duration needs its unit; did you mean 45s? [E-DURATION]",
        " 4 | run: {limits: {time: 45}}",
        "   |                      ^^",
        "   = example: time: 12m",
        "more: trialogue explain E-DURATION; docs/errors.md#e-duration",
    )


def test_the_caret_marks_all_words_of_a_value(tmp_path):
    """The caret marks the whole value, also one without quotes."""
    file = tmp_path / FILE
    file.write_text(
        "trialogue: 1\nname: a\ncast: {ann: {lines: [Hi.]}}\n"
        "run: {limits: {time: 2 minutes, silence: 3 whole seconds}, ready: 5 s} # all\n"
    )
    with pytest.raises(ScenarioError) as wrong:
        load(file)
    assert [len(line.strip(" |")) for line in wrong.value.told if line.strip(" |").strip("^") == ""] == [
        len("2 minutes"),
        len("3 whole seconds"),
        len("5 s"),
    ]


@pytest.mark.parametrize(
    ("event", "example"),
    [
        ("event: interrupted", "{participant: ann, event: interrupted}"),
        ("event: done", "{agenda: cost, event: done}"),
        ("participant: ben, granted: true", "{participant: ben, event: granted}"),
    ],
)
def test_half_an_event_is_shown_whole(tmp_path, event, example):
    """The form for half an event can be pasted: it has a name of the file."""
    file = tmp_path / FILE
    text = (
        "trialogue: 1\nname: a\ncast: {ann: {lines: [Hi.]}, ben: {lines: [Hi.]}}\n"
        f"agenda: [{{id: cost, title: Cost, time: 1m}}]\nexpect: {{never: [{{{event}}}]}}\n"
    )
    file.write_text(text)
    with pytest.raises(ScenarioError) as wrong:
        load(file)
    assert f"   = example: {example}" in wrong.value.told
    file.write_text(text.replace(f"{{{event}}}", example))
    assert check(file) == []


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("participant: ann, event: bursts", "ready, lost, rejoined, failed, joined, left, granted, heard, "),
        ("agenda: cost, event: bursts", "started, done, not"),
    ],
)
def test_only_happenings_that_fit_are_listed(tmp_path, event, words):
    """The error for a wrong event lists those of a participant or those of a point, not both."""
    file = tmp_path / FILE
    file.write_text(
        "trialogue: 1\nname: a\ncast: {ann: {lines: [Hi.]}, ben: {lines: [Hi.]}}\n"
        f"agenda: [{{id: cost, title: Cost, time: 1m}}]\nexpect: {{in_order: [{{{event}}}]}}\n"
    )
    assert [f"must be one of {words}" in str(each) for each in check(file)] == [True]


@pytest.mark.parametrize(
    ("line", "form"),
    [
        (
            "  dana: {role: human, via: {clips: [{say: Well, the big one, please., when: {at: 1s}}]}}",
            'say: "Well, the big one, please."',
        ),
        ('  cleo: {lines: "One.", "Two."}', 'lines: ["One.", "Two."]'),
    ],
)
def test_a_text_with_commas_is_shown_whole(tmp_path, line, form):
    """The form for a text with commas has the whole text, in quotes or brackets."""
    file = tmp_path / FILE
    file.write_text(f"trialogue: 1\nname: a\ncast:\n  ann: {{lines: [Hi.]}}\n{line}\n")
    with pytest.raises(ScenarioError) as wrong:
        load(file)
    assert f"   = example: {form}" in wrong.value.told


@pytest.mark.parametrize(
    ("written", "meant"),
    [("role: person", "role: human"), ("via: keyboard", "via: text"), ("hears: sound", "hears: audio")],
)
def test_the_example_is_the_word_that_was_meant(tmp_path, written, meant):
    """A common synonym is answered by the format's own word."""
    file = tmp_path / FILE
    file.write_text(f"trialogue: 1\nname: x\ncast:\n  ann: {{lines: [Hi.]}}\n  ben: {{{written}}}\n")
    with pytest.raises(ScenarioError) as wrong:
        load(file)
    assert f"   = example: {meant}" in wrong.value.told


def test_a_caret_stands_beneath_wide_letters(tmp_path, monkeypatch):
    """The caret is under the right letter also after letters that are two cells wide."""
    monkeypatch.chdir(tmp_path)
    Path(FILE).write_text(
        'trialogue: 1\nname: a\ncast: {ann: {title: "会議", lnies: [Hi.]}}\n', encoding="utf-8"
    )
    with pytest.raises(ScenarioError) as caught:
        load(FILE)
    assert caught.value.told[1:3] == (
        ' 3 | cast: {ann: {title: "会議", lnies: [Hi.]}}',
        "   |                             ^^^^^",
    )
