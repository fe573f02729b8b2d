"""Meetings that are over in milliseconds: virtual time, and engines that murmur."""

from functools import cache
from pathlib import Path

import pytest

from trialogue.meeting.edges import Edges
from trialogue.meeting.run import run_meeting
from trialogue.scenario import defaults
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.resolve import prepare
from trialogue.testing import hold_meeting, murmuring_engines

SCENARIOS = Path(__file__).parents[2] / "scenarios"

SCENARIO = """
trialogue: 1
name: small
run: {seed: 3, limits: {time: 5m, turns: 20}}
cast:
  chair:
    role: chair
    hears: audio
    greeting: Welcome. Ann, what is new?
    think:
      provider: scripted
      script:
        - {when: {heard: "(?i)cache"}, say: "Thank you. Bob, what does it cost?"}
        - {when: {heard: "(?i)price"}, say: "Good. The meeting is closed."}
        - {otherwise: "Say it again, please."}
  ann:
    think:
      provider: scripted
      script: [{think: 200ms..900ms}, {say: "The cache is at the edge. It is fast."}]
  bob:
    tools: [price]
    think:
      provider: scripted
      script:
        - call: {tool: price, arguments: {item: edge}}
          say: "The price is ${result.cents} cents."
tools:
  price:
    description: What something costs.
    schema: {type: object, properties: {item: {type: string}}}
    mock: {result: {cents: eight}, delay: 500ms}
floor: {policy: moderated}
end: {any: [{said: {by: chair, match: "(?i)meeting is closed"}}, limits]}
"""


@pytest.fixture(scope="module", autouse=True)
def _frames():
    """Frames of 100 ms where a scenario names none, which takes a quarter less."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(defaults, "FRAME_S", 0.1)
        yield


@pytest.fixture
def scenario(tmp_path) -> Path:
    """A chair by ear, two experts, a tool."""
    path = tmp_path / "small.yaml"
    path.write_text(SCENARIO)
    return path


@pytest.fixture(scope="session")
def policy_run(tmp_path_factory):
    """The run of the scenario of a policy, held once a test worker: nobody changes its files."""

    @cache
    def run(policy):
        out = tmp_path_factory.mktemp("held") / "run"
        return hold_meeting(SCENARIOS / f"policy-{policy}.yaml", out, must_pass=False)

    return run


@pytest.fixture(scope="session")
def edges():
    """Edges whose engines murmur."""
    return Edges(engines=murmuring_engines())


@pytest.fixture(scope="module")
def held_once(request, edges, tmp_path_factory):
    """The run of a test module's own `MEETING`, held once a test worker; a test changes only a copy."""
    path = tmp_path_factory.mktemp("held") / "scenario.yaml"
    path.write_text(request.module.MEETING)
    run_meeting(prepare(path, Overrides()), out=path.parent / "run", edges=edges)
    return path.parent / "run"


@pytest.fixture
def hold(tmp_path):
    """Hold a meeting in virtual time, to whatever end; keyword arguments go to `hold_meeting`."""
    count = 0

    def run(scenario, **options):
        nonlocal count
        count += 1
        return hold_meeting(
            scenario, options.pop("out", tmp_path / f"run-{count}"), must_pass=False, **options
        )

    return run
