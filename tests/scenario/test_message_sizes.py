"""Sizes of what an agent's service is sent: `check` refuses what the start of a meeting refuses."""

from trialogue import Scenario
from trialogue.errors import ScenarioError
from trialogue.scenario.resolve import resolve

LINES = {"lines": ["Good day."]}


def refused(cast, **keys):
    """Problems of a scenario of these parts, a line each."""
    try:
        resolve(Scenario.build("sizes", {**cast, "bob": LINES}, run={"limits": {"turns": 2}}, **keys))
    except ScenarioError as error:
        return [str(each) for each in error.problems]
    return []


def test_an_agent_that_no_message_holds_is_refused_at_its_seat():
    """`check` refuses an agent whose prompt and tools together are too long for a message."""
    long = {"think": {"provider": "open_ai", "model": "gpt-4o-mini"}, "prompt": "a" * 499_000}
    assert refused({"ann": long}) == []
    schema = {"type": "object", "properties": {"a": {"type": "string", "description": "b" * 5_000}}}
    tools = {"look_up": {"description": "Look it up.", "schema": schema, "mock": {"result": "yes"}}}
    (told,) = refused({"ann": {**long, "tools": ["look_up"]}}, tools=tools)
    assert "cast.ann" in told
    assert "bytes of settings, of 500,000 at most: shorten its prompt" in told


def test_a_tool_that_no_model_is_told_of_is_refused():
    """A tool whose description is too long for the service is an error in `check`."""
    tool = {"schema": {"type": "object"}, "mock": {"result": "yes"}}
    assert (
        refused({"ann": {**LINES, "tools": ["long"]}}, tools={"long": {**tool, "description": "a" * 199_000}})
        == []
    )
    (told,) = refused(
        {"ann": {**LINES, "tools": ["long"]}}, tools={"long": {**tool, "description": "a" * 200_001}}
    )
    assert "tools.long" in told
    assert "of 200,000 at most" in told
