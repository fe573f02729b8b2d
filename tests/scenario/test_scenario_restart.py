"""How an agent's sessions are dialled again, and scripts that stand in for agents, as authors write them."""

from __future__ import annotations

import pytest

from trialogue.brain.redialling import RedialRules
from trialogue.errors import ScenarioError
from trialogue.scenario import Variant, loads, resolve, to_yaml

HEAD = "trialogue: 1\nname: r\n"


def rules(seat: str, defaults: str = "") -> RedialRules:
    text = f"{HEAD}{defaults}cast: {{ann: {{lines: [Hi.]{seat}}}}}\n"
    return resolve(loads(text)).agents[0].restart


@pytest.mark.parametrize(
    ("seat", "defaults", "restart"),
    [
        ("", "", RedialRules()),
        (
            ", restart: {when: failure, max: 3, within: 2m, backoff: 500ms..8s}",
            "",
            RedialRules(base_s=0.5, cap_s=8.0, attempts=3, within_s=120.0),
        ),
        (", restart: {when: never}", "", RedialRules(attempts=0)),
        ("", "defaults: {agent: {restart: {max: 2}}}\n", RedialRules(attempts=2)),
        (
            ", restart: {max: 1}",
            "defaults: {agent: {restart: {max: 2, within: 5s, backoff: 1s..2s}}}\n",
            RedialRules(base_s=1.0, cap_s=2.0, attempts=1, within_s=5.0),
        ),
        (", restart: {when: never}", "defaults: {agent: {restart: {max: 2}}}\n", RedialRules(attempts=0)),
        (", restart: {max: 1}", "defaults: {agent: {restart: {when: never}}}\n", RedialRules(attempts=1)),
    ],
)
def test_patience_is_as_it_is_written(seat, defaults, restart):
    """Retries are those of `restart`: the seat's keys over the defaults', and built-in ones for the rest."""
    assert rules(seat, defaults) == restart


def test_patience_is_in_the_resolved_scenario():
    """A resumed run retries as its scenario says."""
    resolved = resolve(loads(f"{HEAD}cast: {{ann: {{lines: [Hi.], restart: {{max: 3}}}}}}\n"))
    assert resolve(loads(to_yaml(resolved))).agents[0].restart == RedialRules(attempts=3)


def test_what_never_retries_takes_nothing_of_the_defaults():
    """A scenario made of one in which an agent never retries has no key without effect."""
    defaults = "defaults: {agent: {restart: {max: 2}}}\n"
    resolved = resolve(loads(f"{HEAD}{defaults}cast: {{ann: {{lines: [Hi.], restart: {{when: never}}}}}}\n"))
    assert "max: 2" not in to_yaml(resolved)


SCRIPTED = (
    HEAD
    + """\
cast:
  ann: {prompt: Be brief., think: {provider: open_ai, model: m, endpoint: {url: "http://127.0.0.1:1/"}}}
  ben: {lines: [Mine.], via: {scripted: [{say: Not mine.}]}}
profiles:
  ci: {run: {clock: virtual}, cast: {ann: {via: {scripted: [{say: Hello.}]}}}}
"""
)


def test_a_script_stands_in_for_lines_and_models():
    """A script under `via` replaces an agent's model or lines, also in a profile."""
    resolved = resolve(loads(SCRIPTED, variant=Variant(profile="ci")))
    assert [agent.is_scripted for agent in resolved.agents] == [True, True]
    assert resolved.document.cast["ann"].think.script[0].say == "Hello."
    assert resolved.document.cast["ben"].think.script[0].say == "Not mine."
    assert resolved.document.cast["ben"].lines is None


def test_clips_and_a_script_are_told():
    """A seat with both clips and a script is refused."""
    with pytest.raises(ScenarioError, match=r"via: has clips and scripted: keep only one \[E-PERSON-VIA\]"):
        resolve(loads(HEAD + "cast: {ann: {via: {scripted: [{say: x}], clips: []}}, ben: {lines: [Hi.]}}\n"))
