"""What follows from the code is up to date, complete, and correct."""

import importlib.util
import sys

import pytest
import yaml
from docs_blocks import DOCS
from jsonschema import Draft202012Validator

from trialogue.scenario import json_schema


def generator():
    sys.path.insert(0, str(DOCS))  # the generator's own modules lie beside it
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATE = generator()
KEYS = [(cls, key) for cls, schema in json_schema()["$defs"].items() for key in schema.get("properties", {})]


@pytest.mark.parametrize("page", GENERATE.pages(), ids=lambda page: page.name)
def test_pages_are_fresh(page):
    """Nothing has changed in the code that the page does not say; else run `python docs/generate.py`."""
    assert page.read_text(encoding="utf-8") == GENERATE.fresh(page)


@pytest.mark.parametrize("name", GENERATE.policy_runs.RUNS)
def test_pictures_are_of_the_run(name):
    """Each policy's picture is what its meeting gives today; else run `python docs/generate.py`."""
    assert GENERATE.picture_file(name).read_text(encoding="utf-8") == GENERATE.policy_runs.picture(name)


@pytest.mark.parametrize("name", GENERATE.machines.MACHINES)
def test_pictures_are_of_the_machine(name):
    """Each state and each step that leads on is drawn; else run `python docs/generate.py`."""
    drawn = GENERATE.machine_file(name).read_text(encoding="utf-8")
    assert drawn == GENERATE.machines.picture(name)
    _, transitions = GENERATE.machines.MACHINES[name]
    steps = {
        (step.facts, source, step.target)
        for step in GENERATE.machines.steps_of(transitions)
        for source in step.sources
    }
    leading = {(old, new) for (old, _), new in transitions.items() if old is not new}
    assert {(source, target) for _, source, target in steps} == leading
    assert drawn.count('<circle class="dot"') == len(steps)


@pytest.mark.parametrize("name", GENERATE.measured.rows())
def test_pictures_are_of_the_figures(name):
    """Each row's picture shows what was kept of it; else run `python docs/generate.py`."""
    drawn = GENERATE.measured.picture_file(name).read_text(encoding="utf-8")
    assert drawn == GENERATE.measured.picture(name)


def test_help_is_fresh():
    """What is printed before anything is loaded is what the command line would print."""
    assert GENERATE.HELP.read_text(encoding="utf-8") == GENERATE.command_pages.help_text()


def test_every_part_has_a_page():
    """Every generated part is shown on some page."""
    text = "".join(page.read_text(encoding="utf-8") for page in GENERATE.pages())
    assert all(f"<!-- begin {name} -->" in text for name in GENERATE.PARTS)


VALUES = GENERATE.scenario_pages.example_values()
EXAMPLES = [(cls, key) for cls, examples in VALUES.items() for key in examples]


def test_every_key_has_an_example():
    """Each key of the format stands in `scenario/examples.yaml`, and nothing else does."""
    assert set(EXAMPLES) == set(KEYS)


def test_examples_are_right():
    """The example of each key is what the format takes there."""
    schema, wrong = json_schema(), []
    for cls, key in sorted(set(EXAMPLES) & set(KEYS)):
        example = yaml.safe_load(f"{key}: {VALUES[cls][key]}")
        there = schema["$defs"][cls]["properties"][key]
        told = Draft202012Validator({**there, "$defs": schema["$defs"]}).iter_errors(example[key])
        wrong += [(cls, key, error.message) for error in told]
    assert wrong == []
