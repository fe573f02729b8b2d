"""What ends a meeting or a point of its agenda: any pattern, found again as the journal is decided anew."""

import pytest

from trialogue.errors import ScenarioError
from trialogue.model.commands import MoveAgenda
from trialogue.scenario import loads, resolve
from trialogue.testing import hold_meeting

MEETING = """
trialogue: 1
name: awaited
run: {clock: virtual, limits: {time: 60s, turns: 12}}
cast:
  ann: {lines: ["What does it cost?", "Is that all?", "Good."]}
  ben:
    tools: [price]
    think:
      provider: scripted
      script: [{say: Wait.}, {call: {tool: price, arguments: {item: edge}}, say: "It costs ${result.sum}."}]
tools:
  price:
    description: What an item costs.
    schema: {type: object, properties: {item: {type: string}}}
    mock: {result: {sum: nine thousand}}
"""


def held(tmp_path, more):
    file = tmp_path / "awaited.yaml"
    file.write_text(MEETING + more)
    return hold_meeting(file, tmp_path / "run")


@pytest.mark.parametrize(
    ("event", "reason", "turns"),
    [
        ("tool: price, outcome: succeeded", "happened", 4),
        ("tool: price, arguments: edge, result: nine", "happened", 4),
        ("participant: ann, event: heard, nth: 2", "happened", 3),
        ("said: {by: ben, number: 9000}", "said", 4),
        ("said: {match: cost, by: ann}, after: 100ms", "said", 2),
        ("at: 500ms", "happened", 1),
        ("speaking: ben", "happened", 2),
    ],
)
def test_any_event_ends_a_meeting_behind_its_turn(event, reason, turns, tmp_path):
    """A meeting ends after the turn of an awaited event, and its journal verifies by its plan alone."""
    found = held(tmp_path, f"end: {{any: [{{{event}}}, limits]}}\n")
    assert (found.reason, sum(found.result.measures.causes.values())) == (reason, turns)
    assert found.verify().records == len(found.records)


def test_a_point_is_done_by_any_event_since_it_began(tmp_path):
    """A point's `done_when` does not count what happened before the point."""
    agenda = """
agenda:
  - {id: one, title: One, done_when: {participant: ann, event: heard}}
  - {id: two, title: Two, done_when: {participant: ann, event: heard}}
  - {id: rest, title: Rest, done_when: {tool: price}}
"""
    found = held(tmp_path, agenda)
    moves = [(move.item, move.reason) for move in found.all(MoveAgenda)]
    assert moves == [("one", "opened"), ("two", "done"), ("rest", "done"), (None, "done")]
    assert found.reason == "agenda-done"


def test_an_event_that_comes_too_late_ends_nothing(tmp_path):
    """An event after its `within`, counted from the start, does not end the meeting."""
    found = held(tmp_path, "end: {any: [{tool: price, within: 1s}, limits]}\n")
    assert found.reason in {"silence", "limit-turns"}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("end: {any: [{ended: said}]}", "nothing can be done after the meeting has ended"),
        ("end: {any: [{granted: true}]}", "this form is only for clips"),
        ("end: {any: [{tool: prise}]}", 'did you mean "price"'),
        ("end: {any: [{speaking: bob}]}", 'no participant is named "bob"'),
        ("agenda: [{id: a, title: A, done_when: {at: 1m, nth: 2}}]", "a time happens only once"),
        ("expect: {at_end: [{granted: true}]}", "this form is only for clips"),
    ],
)
def test_an_event_that_cannot_be_awaited_is_refused(more, told):
    """The scenario's error says why this event cannot end anything."""
    with pytest.raises(ScenarioError, match=told):
        resolve(loads(MEETING + more))
