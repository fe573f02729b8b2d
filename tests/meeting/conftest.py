"""Meetings that are over in milliseconds: virtual time, and engines that murmur."""

from pathlib import Path

import pytest

from trialogue.meeting.edges import Edges
from trialogue.meeting.run import run_meeting
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.schema import Clock
from trialogue.testing import murmuring_engines

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


@pytest.fixture
def scenario(tmp_path) -> Path:
    """A chair by ear, two experts, a tool."""
    path = tmp_path / "small.yaml"
    path.write_text(SCENARIO)
    return path


@pytest.fixture
def hold(tmp_path):
    """Hold a meeting in virtual time; keyword arguments go to `run_meeting`."""
    count = 0

    def run(scenario, **options):
        nonlocal count
        count += 1
        out = options.pop("out", tmp_path / f"run-{count}")
        overrides = options.pop("overrides", Overrides(clock=Clock.VIRTUAL))
        return run_meeting(
            scenario, overrides=overrides, out=out, edges=Edges(engines=murmuring_engines()), **options
        )

    return run
