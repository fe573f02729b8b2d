"""A scenario and a what-if from a meeting whose words look like variables of other tools."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from trialogue import Edges, prepare, run_meeting
from trialogue.brain.words.transcript import utterances
from trialogue.cli.scenario_from import MadeScenario, print_scenario_from
from trialogue.cli.what_if import WhatIfTold, ask_what_if
from trialogue.errors import ScenarioError
from trialogue.journal.reader import read
from trialogue.model.escaped_words import BRACES, SHELL, as_said, as_written
from trialogue.testing import murmuring_engines

EDGES = Edges(engines=murmuring_engines())
SIGNS = r"""
trialogue: 1
name: signs
run: {clock: virtual, limits: {turns: 3}}
cast:
  ann: {greeting: 'Set \$PATH for \{{name}}.', lines: [Good.]}
  ben:
    tools: [ask]
    think:
      provider: scripted
      script: [{call: {tool: ask, arguments: {of: '$${heard}'}}, say: '${result.said}'}]
  dana: {role: human, via: {clips: [{say: 'I pay \$MORE.', when: {speaking: ben}, mode: wait}]}}
tools:
  ask:
    mock: {result: {said: 'Use $HOME, $${x}, $${heard} and {{y}}.'}}
    filler: {after: 1s, say: 'One \$SECOND.'}
"""
HEARD = ["Set $PATH for {{name}}.", "Use $HOME, ${x}, ${heard} and {{y}}.", "I pay $MORE."]


def heard(run):
    """Words of each turn."""
    return [each.heard for each in utterances(tuple(read(run / "journal.jsonl")))]


def test_it_is_repeated_word_for_word(tmp_path):
    """An agent may speak of a shell's or a template's variables; the meeting can be repeated all the same."""
    file, run = tmp_path / "signs.yaml", tmp_path / "run"
    file.write_text(SIGNS)
    run_meeting(prepare(file), out=run, edges=EDGES)
    assert heard(run) == HEARD
    again = tmp_path / "again" / "scenario.yaml"
    assert print_scenario_from(run, MadeScenario(again, check=True), EDGES) == 0
    run_meeting(prepare(again), out=tmp_path / "second", edges=EDGES)
    assert heard(tmp_path / "second") == HEARD
    assert ask_what_if(run, ["floor.policy=round-robin"], WhatIfTold(), EDGES) == 0


SECRETIVE = """
trialogue: 1
name: signs
run: {clock: virtual, limits: {turns: 4}}
cast:
  ann: {greeting: 'Set $${env:SIGN|none}.', lines: ['Not $$${env:SIGN}.']}
  ben:
    tools: [ask]
    think: {provider: scripted, script: [{call: {tool: ask}, say: '$${env:SIGN} or ${result.said}'}]}
  dana: {role: human, via: {clips: [{type: 'I like ${kept}.', when: {speaking: ben}}]}}
tools:
  ask: {mock: {result: {said: '$${env:SIGN}!'}}, filler: {after: 1s, say: 'One $${env:SIGN} moment.'}}
vars: {kept: '$${env:SIGN}'}
"""
SAID = ["Set ${env:SIGN|none}.", "${env:SIGN} or ${env:SIGN}!", "I like ${env:SIGN}.", "Not $${env:SIGN}."]


def test_a_reference_is_said_as_its_text(tmp_path, monkeypatch):
    """All may say how a secret is written; its value is not said, and the meeting can be repeated."""
    monkeypatch.setenv("SIGN", "secret")
    file, run = tmp_path / "signs.yaml", tmp_path / "run"
    file.write_text(SECRETIVE)
    run_meeting(prepare(file), out=run, edges=EDGES)
    assert heard(run) == SAID
    run_meeting(prepare(run / "scenario.yaml"), out=tmp_path / "resolved", edges=EDGES)
    assert heard(tmp_path / "resolved") == SAID
    again = tmp_path / "again" / "scenario.yaml"
    assert print_scenario_from(run, MadeScenario(again, check=True), EDGES) == 0
    run_meeting(prepare(again), out=tmp_path / "second", edges=EDGES)
    assert heard(tmp_path / "second") == SAID
    assert "secret" not in (run / "journal.jsonl").read_text()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("'Set $${env:SIGN|none}.'", "'Set ${env:SIGN}, $${env:SIGN}.'"),
        ("I like ${kept}", "I like ${env:SIGN}"),
        ("vars: {kept: '$${env", "vars: {kept: '${env"),
        ("One $${env", "One ${env"),
        ("{said: '$${env", "{said: '${env"),
        ("{said: '$${env", "{said: 5, lines: '${env"),
    ],
    ids=["greeting", "clip", "variable", "filler", "result", "lines of a result"],
)
def test_a_secret_is_not_said(before, after, tmp_path):
    """A reference that is not escaped is refused where its value would be said."""
    file = tmp_path / "signs.yaml"
    file.write_text(SECRETIVE.replace(before, after))
    with pytest.raises(ScenarioError, match="is a secret"):
        prepare(file)


def test_a_results_lines_are_no_script(tmp_path):
    """A result may have `lines`, as an order has: an escaped reference is its text there, too."""
    file = tmp_path / "signs.yaml"
    said = "{lines: '$${env:SIGN}!'}"
    file.write_text(SECRETIVE.replace("{said: '$${env:SIGN}!'}", said).replace("result.said", "result.lines"))
    run_meeting(prepare(file), out=tmp_path / "run", edges=EDGES)
    assert heard(tmp_path / "run") == SAID


@given(
    some.lists(some.sampled_from(["$", "\\", "{{", "}}", "{", "}", "a", "_1", " "]), max_size=9).map("".join)
)
def test_any_words_can_be_written_and_are_said_unchanged(words):
    """What is written of any words passes the check of a scenario, and is said as the words were."""
    written = as_written(words)
    assert as_said(written) == words
    assert not SHELL.search(written)
    assert not BRACES.search(written)


def test_many_spaces_take_no_time():
    """Words with braces and many spaces are checked, written and said at once."""
    words = "{{" + " " * 5_000
    began = process_time()
    assert not BRACES.search(words)
    assert as_said(as_written("\\" + words)) == "\\" + words
    assert process_time() - began < 0.3
