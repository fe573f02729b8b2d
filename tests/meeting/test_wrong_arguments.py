"""Wrong arguments to all that an app can call: an error at the call, by name, and nothing is touched."""

import inspect
from random import Random

import pytest
import trio

import trialogue
from trialogue import (
    AskedWrongly,
    Edges,
    Meeting,
    Scenario,
    TrialogueError,
    brain_for,
    open_meeting,
    run_virtual,
)
from trialogue.journal.reader import read
from trialogue.journal.verify import verify
from trialogue.model.events import MuteAsked, NoteGiven, RevokeAsked, SayAsked, StopAsked
from trialogue.testing import murmuring_engines

EDGES = Edges(engines=murmuring_engines())
CAST = {
    "ann": {"lines": ["One.", "Two."]},
    "bob": {"lines": ["Three.", "Four."]},
    "kim": {"role": "human", "via": "app"},
}
SCENARIO = Scenario.build("fuzzed", CAST, run={"limits": {"turns": 4, "time": "30s"}})

WRONG = (
    None,
    5,
    -1,
    1.5,
    float("nan"),
    True,
    b"bytes",
    "",
    "nobody",
    "\0",
    "x" * 100_001,
    [],
    {},
    {"a": 1},
    {5: "x"},
    object(),
    print,
    int,
)
"""What no call of a meeting takes where a name or a text is wanted, and mostly not elsewhere either."""

NOT_CALLED = frozenset({"hold", "left_behind", "finished"})
"""What takes no argument, or only trialogue itself calls."""

METHODS = sorted(
    name
    for name, method in inspect.getmembers(Meeting, inspect.isfunction)
    if not name.startswith("_") and name not in NOT_CALLED and len(inspect.signature(method).parameters) > 1
)


def calls(method, random):
    """Calls of one method, each with at least one argument that is wrong wherever it stands."""
    parameters = list(inspect.signature(method).parameters.values())
    needed = [each for each in parameters if each.default is inspect.Parameter.empty]
    for wrong in WRONG:
        yield [wrong for _ in needed], {}
        named = {
            each.name: random.choice(WRONG)
            for each in parameters
            if each not in needed and each.kind is not inspect.Parameter.VAR_KEYWORD
        }
        yield [wrong for _ in needed], named


@pytest.mark.parametrize("name", [name for name in METHODS if name != "stop"])
@pytest.mark.parametrize("moment", ["before", "open"])
def test_each_call_of_a_meeting_refuses_what_is_wrong(tmp_path, name, moment):
    """By an error of ours; the meeting goes on to its end, and its journal decides the same again."""
    refused = []

    async def main():
        async with open_meeting(SCENARIO, out=tmp_path / "run", edges=EDGES) as meeting:
            if moment == "open":
                await trio.sleep(0.5)
            method = getattr(meeting, name)
            for positional, named in calls(method, Random(name)):
                try:
                    made = method(*positional, **named)
                    if inspect.isawaitable(made):
                        await made
                except TrialogueError as error:
                    refused.append(error)
                else:
                    assert name in {"ear", "update", "stop", "on", "pull_from", "give_to"}, (
                        positional,
                        named,
                        made,
                    )
                    assert not positional, (positional, named, made)
            return await meeting.finished()

    result = run_virtual(main)
    assert refused
    assert result.result.reason == "limit-turns"
    journal = result.folder / "journal.jsonl"
    assert verify(journal, brain_for).records > 5
    asked = SayAsked | NoteGiven | MuteAsked | RevokeAsked | StopAsked
    assert not [record.event for record in read(journal) if isinstance(record.event, asked)]


OPENING = ("scenario", "overrides", "out", "edges", "tools", "policies", "hooks")


@pytest.mark.parametrize("argument", OPENING)
@pytest.mark.parametrize("opens", ["open_meeting", "run_meeting"])
def test_each_argument_of_an_opening_is_judged_at_the_call(tmp_path, argument, opens):
    """Before a folder is made, in both."""
    function = getattr(trialogue, opens)
    refused = 0
    for wrong in (5, 1.5, object(), b"x", [1], {5: 1}, {"x": 5}, print):
        given = {"out": tmp_path / "run", "edges": EDGES, argument: wrong}
        scenario = given.pop("scenario", SCENARIO)
        if argument == "out" and wrong is print:
            continue
        with pytest.raises((AskedWrongly, trialogue.ScenarioError)):
            function(scenario, **given)
        refused += 1
    assert refused
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("loads", (5,)),
        ("load", (5,)),
        ("prepare", (5,)),
        ("check", (5,)),
        ("resolve", (5,)),
        ("open_engines", (5,)),
        ("run_virtual", (5,)),
        ("resume_meeting", (5,)),
        ("brain_for", (5,)),
    ],
)
def test_other_functions_refuse_what_is_wrong(name, arguments):
    """By an error of ours, too."""
    with pytest.raises(TrialogueError):
        getattr(trialogue, name)(*arguments)
