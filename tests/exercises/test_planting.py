"""The library of scenarios: each is a test, and a change that is planted in it turns it red."""

from pathlib import Path

import planting
import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explain" / "library.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", planting.CHANGES)
def test_each_scenario_of_the_library_expects_something_and_has_its_changes(name):
    """Three at least, of which each is in the file; and the page tells of the scenario."""
    text = (planting.SCENARIOS / f"{name}.yaml").read_text(encoding="utf-8")
    expect = yaml.safe_load(text)["expect"]
    assert set(expect) == {"always", "in_order", "never", "at_end"}
    assert len(planting.CHANGES[name]) >= 3
    assert all(change["old"] in text for change in planting.CHANGES[name])
    assert f"scenarios/{name}.yaml" in PAGE


@pytest.mark.real
@pytest.mark.long  # .ci/run plants the changes of every scenario, in a step of its own
def test_planted_changes_turn_a_scenario_red(capsys):
    """A changed prompt and a changed tool say what is not on record; as it stands, the scenario is green."""
    assert planting.main(["negotiation"]) == 0
    out = capsys.readouterr().out
    assert "nothing    green" in out
    assert "This question is not on record: the prompt is another, from line 1, character" in out
    assert "the tools that it may call are described otherwise" in out
