"""Variables, profiles and the matrix: one file, several meetings."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from trialogue.errors import ScenarioError
from trialogue.scenario import Variant, cells, check, explain, load, loads, prepare, resolve, reveal, to_yaml
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.tree import compose

HEAD = "trialogue: 1\nname: v\n"
CAST = "cast: {ann: {lines: [Hello.]}, ben: {prompt: Be brief., lines: [Hi.]}}\n"
VARIED = (
    HEAD
    + CAST
    + """\
run: {seed: 1, limits: {turns: 4, time: 2m}}
profiles:
  ci: {run: {clock: virtual, limits: {turns: 2}}, cast: {ann: {lines: [A., B.]}}}
matrix: {floor.policy: [random, queue], run.seed: [7, 8]}
"""
)


def faults(text, variant=None) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        loads(text, variant=variant or Variant())
    return [problem.removeprefix("<text>:") for problem in caught.value.problems]


def lines_of(text, **variables) -> tuple[str, ...]:
    written = "".join(f"  {name}: {value}\n" for name, value in variables.items())
    read = loads(f"{HEAD}vars:\n{written}cast: {{ann: {{lines: [{text}]}}}}\n")
    return read.document.cast["ann"].lines or ()


# --- variables ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('"It is ${n}."', "It is 5."),
        ('"${n}"', "5"),
        ('"${price.edge} a unit"', "0.08 a unit"),
        ('"${about}"', "about 5 apples"),
        ('"$${n}"', "${n}"),
        ('"$$${n}"', "$${n}"),
        ('"${yes}"', "true"),
    ],
)
def test_a_variable_reads_as_text_within_text(text, read):
    """Numbers, entries of maps and variables in variables are text where text is wanted."""
    variables = {"n": "5", "price": "{edge: 0.08}", "about": '"about ${n} apples"', "yes": "true"}
    assert lines_of(text, **variables) == (read,)


def test_a_variable_alone_keeps_its_type():
    """A variable that stands alone keeps its type, so a number can be one."""
    read = loads(HEAD + CAST + 'vars: {n: 5}\nrun: {limits: {turns: "${n}"}}\n')
    assert read.document.run.limits.turns == 5


def test_a_variable_may_be_a_whole_map():
    """A map that several agents share is written once, as a variable."""
    text = HEAD + 'vars: {t: {provider: scripted, script: [{say: Hi.}]}}\ncast: {ann: {think: "${t}"}}\n'
    assert loads(text).document.cast["ann"].think.script[0].say == "Hi."


def test_what_a_script_leaves_to_the_server_stays_in_a_variable():
    """A script that is a variable says what was heard, and not the word "heard"."""
    script = "{provider: scripted, script: [{say: 'You said ${heard}.'}]}"
    text = HEAD + f'vars: {{t: {script}}}\ncast: {{ann: {{think: "${{t}}"}}}}\n'
    assert loads(text).document.cast["ann"].think.script[0].say == "You said ${heard}."


def test_a_secret_in_a_list_or_a_map_is_judged_by_its_place():
    """A variable of the environment is not said aloud because it came with a list, or with a whole script."""
    secret = "${env:KEY}"
    text = (
        f"{HEAD}vars: {{ls: ['{secret}'], t: {{provider: scripted, script: [{{say: '{secret}'}}]}}}}\n"
        'cast: {ann: {lines: "${ls}"}, ben: {think: "${t}"}}\n'
    )
    assert [each.partition(": ${")[0] for each in faults(text)] == [
        "4:21: cast.ann.lines[0]",
        "4:44: cast.ben.think.script[0].say",
    ]


def test_a_secret_in_a_map_of_headers_is_allowed():
    """Headers with a key may be a variable, as they may be written out."""
    model = "{provider: open_ai, model: m, endpoint: {url: 'https://a.example/v1', headers: '${h}'}}"
    text = f"{HEAD}vars: {{h: {{authorization: '${{env:KEY}}'}}}}\ncast: {{ann: {{think: {model}}}}}\n"
    endpoint = loads(text).document.cast["ann"].think.endpoint
    assert endpoint.headers == {"authorization": "${env:KEY}"}


def test_a_map_within_a_text_is_a_fault():
    """A variable that is a map is refused within a text."""
    assert faults(HEAD + "vars: {p: {a: 1}}\ncast: {ann: {lines: ['x ${p}']}}\n") == [
        "4:22: cast.ann.lines[0]: ${p} is a map and cannot stand within a text [E-VAR]"
    ]


def test_a_circle_of_variables_is_told_once():
    """Variables that contain each other are one problem, at their own line."""
    text = HEAD + 'vars: {a: "${b}", b: "${a}"}\ncast: {ann: {lines: ["${a} x"]}}\n'
    assert faults(text) == [
        "3:22: vars.b: ${a} holds ${b} holds ${a}: a variable cannot contain itself [E-VAR]"
    ]


def test_an_unknown_variable_within_a_variable_is_told_once():
    """One mistyped variable is one problem, with the name that was meant."""
    text = HEAD + 'vars: {topic: x, a: "${topc}"}\ncast: {ann: {lines: ["${a} x", "${a}"]}}\n'
    assert faults(text) == ['3:21: vars.a: unknown variable ${topc}; did you mean "topic"? [E-VAR]']


def test_variables_that_double_are_bounded():
    """A few lines of variables do not become gigabytes."""
    doubled = "".join(f'  v{n}: "${{v{n - 1}}}${{v{n - 1}}}"\n' for n in range(1, 40))
    told = faults(HEAD + "vars:\n  v0: a word\n" + doubled + "cast: {ann: {lines: [Hi.]}}\n")
    assert any("larger than 1 MiB [E-SIZE]" in each for each in told)


@pytest.mark.parametrize(
    ("levels", "brackets"), [pytest.param(3_000, 1, marks=pytest.mark.long), (300, 1), (40, 28), (40, 0)]
)
def test_variables_in_each_other_are_as_deep_as_a_file_may_be(levels, brackets):
    """A chain of variables is told as too deep, however long and however its links are made."""
    chain = "".join(f"  v{n}: {'[' * brackets}'${{v{n + 1}}}'{']' * brackets}\n" for n in range(levels))
    text = f"{HEAD}vars:\n{chain}  v{levels}: a word\ncast: {{ann: {{lines: [Hi.]}}}}\n"
    assert any("variables are nested more than 32 levels deep [E-DEPTH]" in each for each in faults(text))


def test_an_escaped_reference_to_the_environment_is_text():
    """An escaped `$${env:...}` is text, and no environment variable is read for it."""
    read = loads(HEAD + "cast: {ann: {prompt: 'Say $${env:HOME}, ${env:X}.', lines: [Hi.]}}\n")
    assert reveal(read.document.cast["ann"].prompt, {"X": "x", "HOME": "no"}) == "Say ${env:HOME}, x."


def test_a_resolved_scenario_reads_as_the_same():
    """Escaped references stay text in the scenario that a run records."""
    text = (
        HEAD
        + "vars: {n: 5}\nabout: 'A $${topic}.'\ncast: {ann: {lines: ['$${n} $${heard} ${heard} ${n}']}}\n"
    )
    resolved = resolve(loads(text))
    assert resolve(loads(to_yaml(resolved))).document == resolved.document


# --- profiles -----------------------------------------------------------------------------------------


def test_a_profile_merges_maps_and_replaces_lists():
    """A profile replaces the keys that it names, lists as a whole, and keeps the rest."""
    document = loads(VARIED, variant=Variant(profile="ci")).document
    assert document.run.clock.value == "virtual"
    assert (document.run.seed, document.run.limits.turns, document.run.limits.time) == (1, 2, 120.0)
    assert document.cast["ann"].lines == ("A.", "B.")
    assert document.cast["ben"].lines == ("Hi.",)


def test_without_a_profile_nothing_changes():
    """Profiles that are not chosen do not change the scenario."""
    assert loads(VARIED).document.run.limits.turns == 4


def test_an_unknown_profile_is_told_with_those_that_there_are():
    """The error for an unknown profile lists the known ones, at their line."""
    told = faults(VARIED, Variant(profile="cx"))
    assert told == ['6:3: profiles: unknown profile "cx"; known profiles: ci [E-PROFILE]']


def test_a_value_of_a_profile_says_where_it_stands(tmp_path: Path):
    """`explain` names the line in the profile from which a value comes."""
    file = tmp_path / "v.yaml"
    file.write_text(VARIED)
    found = explain(prepare(file, Overrides(variant=Variant(profile="ci"))))
    origins = {each.path: str(each.origin) for each in found}
    assert origins["run.limits.turns"].endswith("v.yaml:6:46")
    assert origins["run.seed"].endswith("v.yaml:4:13")


# --- the matrix ---------------------------------------------------------------------------------------


def test_cells_are_the_product_of_the_axes():
    """A matrix has a cell for each combination; the first axis changes slowest."""
    assert [str(cell) for cell in cells(loads(VARIED).document)] == [
        "floor.policy=random,run.seed=7",
        "floor.policy=random,run.seed=8",
        "floor.policy=queue,run.seed=7",
        "floor.policy=queue,run.seed=8",
    ]


@pytest.mark.parametrize("cell", ["floor.policy=queue,run.seed=7", "3"])
def test_a_cell_is_chosen_by_name_or_by_number(cell):
    """A cell of the matrix is chosen by its name or number, and its values are in the scenario."""
    document = loads(VARIED, variant=Variant(cell=cell)).document
    assert (document.floor.policy.value, document.run.seed, document.run.limits.turns) == ("queue", 7, 4)


def test_a_cell_keeps_the_order_of_the_cast():
    """A seat that a cell replaces keeps its place in the cast."""
    text = HEAD + CAST + "matrix: {cast.ann: [{lines: [One.]}, {lines: [Two.]}]}\n"
    document = loads(text, variant=Variant(cell="cast.ann=#2")).document
    assert list(document.cast) == ["ann", "ben"]
    assert document.cast["ann"].lines == ("Two.",)


@pytest.mark.parametrize(
    ("matrix", "told"),
    [
        ("{run.seed: []}", "matrix.run.seed: is empty: list its values, e.g. [7, 8, 9]"),
        ("{run.seed: [7, 7]}", 'matrix.run.seed: lists "7" twice'),
        (
            "{run..seed: [7]}",
            "matrix.run..seed: an axis must be a path of keys such as floor.policy or run.seed",
        ),
        ("{name: [a]}", 'matrix.name: "name" cannot be an axis: it is the same in every cell'),
        (
            f"{{run.seed: {list(range(1001))}}}",
            "matrix: has 1,001 meetings; the maximum is 1,000",
        ),
        ("{cast.ann.lines.x: [1]}", None),
    ],
)
def test_a_wrong_matrix_is_told(matrix, told):
    """Each mistake in a matrix is a problem in words of its own."""
    if told is None:
        found = faults(HEAD + CAST + f"matrix: {matrix}\n", Variant(cell="1"))
        assert "the matrix has cast.ann.lines.x, but cast.ann.lines is not a map [E-MATRIX]" in found[0]
    else:
        assert faults(HEAD + CAST + f"matrix: {matrix}\n")[0].endswith(f"{told} [E-MATRIX]")


def test_check_looks_at_every_profile_and_every_cell(tmp_path: Path):
    """`check` reports what a profile or a cell breaks, with its option, and shared problems once."""
    file = tmp_path / "v.yaml"
    file.write_text(VARIED.replace("seed: 1", "sed: 1").replace("[7, 8]", "[7, x]").replace("clock", "clok"))
    assert [(each.place.line, each.text) for each in check(file)] == [
        (4, 'unknown key "sed"; did you mean "seed"?'),
        (6, 'unknown key "clok"; did you mean "clock"? (with --profile ci)'),
        (7, "must be a whole number, not text (with --cell floor.policy=random,run.seed=x)"),
    ]


def test_check_parses_a_file_of_many_profiles_once(tmp_path: Path, monkeypatch):
    """A file with thousands of profiles is checked in seconds: its text is parsed once for all of them."""
    parsed = []

    def counted(text, *where):
        parsed.append(text)
        return compose(text, *where)

    monkeypatch.setattr(import_module("trialogue.scenario.load"), "compose", counted)
    file = tmp_path / "many.yaml"
    profiles = "".join(f"  p{n}: {{run: {{seed: {n}}}}}\n" for n in range(40))
    file.write_text(f"trialogue: 1\nname: many\ncast: {{ann: {{lines: [Hi.]}}}}\nprofiles:\n{profiles}")
    assert check(file) == []
    assert len(parsed) == 1
    file.write_text(file.read_text().replace("seed: 7}", "seed: x}"))
    assert ["with --profile p7" in problem.text for problem in check(file)] == [True]


def test_a_resolved_variant_is_one_meeting(tmp_path: Path):
    """A run's own scenario has no profiles and no matrix."""
    file = tmp_path / "v.yaml"
    file.write_text(VARIED)
    document = prepare(file, Overrides(variant=Variant("ci", "2"))).document
    assert (document.profiles, document.matrix, document.run.seed) == (None, None, 8)
    assert load(file, Variant(profile="ci")).document.matrix is not None


CLIP = "{play: FILE, when: {at: 1s}}"
FORMS = (
    "vars: {v: FILE}\ncast: {ann: {role: human, via: {clips: [{play: '${v}', when: {at: 1s}}]}}}\n",
    f"vars: {{v: {CLIP}}}\ncast: {{ann: {{role: human, via: {{clips: ['${{v}}']}}}}}}\n",
    f"vars: {{v: [{CLIP}]}}\ncast: {{ann: {{role: human, via: {{clips: '${{v}}'}}}}}}\n",
    f"vars: {{v: {{clips: [{CLIP}]}}}}\ncast: {{ann: {{role: human, via: '${{v}}'}}}}\n",
)
"""Casts in which a variable names a recording."""


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("file", "told"), [("../a.wav", "is not a file inside the scenario's folder"), ("b.wav", "no such file")]
)
def test_a_recording_that_a_variable_names_is_in_the_folder(tmp_path, form, file, told):
    """A scenario cannot play files outside its folder by naming them in a variable."""
    (tmp_path / "a.wav").write_bytes(b"")
    scenario = tmp_path / "inner" / "a.yaml"
    scenario.parent.mkdir()
    scenario.write_text(HEAD + form.replace("FILE", file))
    with pytest.raises(ScenarioError, match=told):
        load(scenario)


@pytest.mark.parametrize(
    "form",
    [
        "vars: {who: Kim, v: a.yaml}\ncast: {ann: {think: {provider: scripted, script: '${v}'}}}\n",
        "vars: {who: Kim, v: a}\ncast: {ann: {think: {provider: scripted, script: '${v}.yaml'}}}\n",
        "vars: {who: Kim, v: a.yaml}\ncast: {ann: {via: {scripted: '${v}'}}}\n",
        "vars: {who: Kim, v: {provider: scripted, script: a.yaml}}\ncast: {ann: {think: '${v}'}}\n",
    ],
)
def test_a_script_that_a_variable_names_is_read(tmp_path, form):
    """A script's file in a variable is said, with its own variables; the agent is not silent."""
    (tmp_path / "a.yaml").write_text("script: [{say: 'I am ${who}, $${who}.'}]\n")
    (tmp_path / "b.yaml").write_text(HEAD + form)
    assert load(tmp_path / "b.yaml").document.cast["ann"].think.script[0].say == "I am Kim, ${who}."
