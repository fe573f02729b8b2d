"""What-if of a meeting that participants joined and left while it ran."""

from functools import partial
from itertools import cycle, product

import numpy as np
import pytest
import trio
from attrs import evolve

from trialogue import Edges, Scenario, open_meeting, prepare, run_meeting, run_virtual
from trialogue.cli.scenario_from import MadeScenario, print_scenario_from
from trialogue.events import Joined, Left, SentenceSaid, ToolFinished
from trialogue.journal.reader import read
from trialogue.meeting.exporting import held_meeting
from trialogue.meeting.first_difference import first_difference, turns_told
from trialogue.meeting.moving_again import move_again
from trialogue.meeting.scenario_from import retell_as_it_went
from trialogue.meeting.what_if import what_if
from trialogue.model.commands import EndTurn
from trialogue.scenario.defaults import Overrides
from trialogue.testing import murmuring_engines

EDGES = Edges(engines=murmuring_engines())
CAST = {
    "ann": {"lines": [f"This is what I say in my turn {number}." for number in range(20)]},
    "bob": {"lines": [f"And I say {number} things." for number in range(20)]},
}
KIM = {"lines": ["I am new here.", "I say this too.", "And this.", "And that is all."], "title": "Kim Q."}
PASSES = [{"say": "", "think": "0s"} for _ in range(5)]
LOUD = (np.sign(np.sin(np.arange(36_000) * 2 * np.pi * 200 / 24_000)) * 8000).astype(np.int16).tobytes()


async def at_round_times(meeting):
    """A join, a leave and a comeback as it was, between turns and in the middle of them."""
    for wait_s, move in [
        (3, partial(meeting.join, "kim", KIM)),
        (9, partial(meeting.leave, "kim")),
        (4, partial(meeting.join, "kim")),
        (9, partial(meeting.leave, "ann")),
    ]:
        await trio.sleep(wait_s)
        await move()


async def at_the_ends_of_turns(meeting):
    """In the moment in which the floor is given on: to the one who leaves, too."""
    ends = 0
    async for record in meeting.records():
        ends += any(isinstance(each, EndTurn) for each in record.commands)
        match ends, "kim" in {each.name for each in meeting.state.participants}:
            case 2, False:
                await meeting.join("kim", KIM)
                await meeting.join("zoe", {"lines": ["Hm."], "role": "observer"})
            case 4, _ if isinstance(record.event, SentenceSaid) and record.event.participant == "kim":
                await meeting.leave("kim")
                await meeting.join("kim")
            case 7, _:
                await meeting.leave("bob")
                await meeting.join("bob", {"lines": ["Somebody else sits here.", "Really."]})
                return
            case _:
                pass


async def a_person(meeting):
    """Who is heard in two stays, and cuts in."""
    for number in range(2):
        await trio.sleep(2)
        await meeting.join("dana", {"via": "app"} if number == 0 else None)
        source = meeting.source("dana", sample_rate=24_000)
        await trio.sleep(1.3)
        await source.send(LOUD)
        await source.drain()
        await trio.sleep(3)
        await meeting.leave("dana")


async def an_observer(meeting):
    """Who only listens."""
    await trio.sleep(2)
    await meeting.join("patient", {"via": "app", "role": "observer"})
    await trio.sleep(5)
    await meeting.leave("patient")


async def behind_turns_that_pass(meeting):
    """In a moment in which more than one turn ends: by one who lets its turn pass."""
    await meeting.join("cleo", {"think": {"provider": "scripted", "script": PASSES}})
    async for record in meeting.records():
        if any(isinstance(each, EndTurn) and each.participant == "cleo" for each in record.commands):
            holder = meeting.state.holder
            await meeting.leave(holder)
            await trio.sleep(3)
            await meeting.join(holder)


def first_turns(run):
    """Who had the first two turns."""
    told = turns_told(held_meeting(read(run / "journal.jsonl")).utterances)
    return [each.participant for each in told[:2]]


VISITS = [at_round_times, at_the_ends_of_turns, behind_turns_that_pass, a_person, an_observer]


def each_by_a_policy(*policies):
    """Every visit with every policy; all but the next policy in turn in the long tests."""
    daily = set(zip(VISITS, cycle(policies), strict=False))
    pairs = product(VISITS, policies)
    return [pytest.param(*each, marks=() if each in daily else pytest.mark.long) for each in pairs]


def held(folder, visit, cast=None, **keys):
    """The reading of a meeting that `visit` moves participants in."""
    scenario = Scenario.build(
        "coming", cast or CAST, **{"run": {"frame": "100ms", "limits": {"time": "40s"}}, **keys}
    )

    async def main():
        async with open_meeting(scenario, out=folder, edges=EDGES) as meeting, trio.open_nursery() as nursery:
            nursery.start_soon(visit, meeting)
            await meeting.finished()
            nursery.cancel_scope.cancel()

    run_virtual(main)
    return read(folder / "journal.jsonl")


def moves(reading):
    """Who came and left, and when."""
    return [
        (round(record.at, 3), record.event.seat.name if isinstance(record.event, Joined) else record.event)
        for record in reading
        if isinstance(record.event, Joined | Left)
    ]


@pytest.mark.parametrize(("visit", "policy"), each_by_a_policy("round-robin", "least-spoken"))
def test_the_same_rules_change_nothing(tmp_path, visit, policy):
    """A what-if with the recorded policy has the same turns, and the same participants come and leave."""
    reading = held(tmp_path / "run", visit, floor={"policy": policy})
    came = what_if(reading, {"floor.policy": policy}, tmp_path / "out", EDGES)
    again = read(tmp_path / "out" / "journal.jsonl")
    assert moves(again) == moves(reading)
    assert len(turns_told(held_meeting(reading).utterances)) > 5
    assert came.asked > 5
    assert (came.others, came.horizon) == ((), None)
    assert first_difference(held_meeting(reading).utterances, held_meeting(again).utterances) is None


@pytest.mark.parametrize(
    "visit",
    [pytest.param(each, marks=() if each is at_the_ends_of_turns else pytest.mark.long) for each in VISITS],
)
def test_other_rules_go_on_to_their_end(tmp_path, visit):
    """A what-if with another policy has all who came and left, and goes on to its end."""
    reading = held(tmp_path / "run", visit)
    came = what_if(reading, {"floor.policy": "least-spoken"}, tmp_path / "out", EDGES)
    again = read(tmp_path / "out" / "journal.jsonl")
    assert came.made.reason == came.recorded.reason == "limit-time"
    assert [who for _, who in moves(again)] == [who for _, who in moves(reading)]


def test_an_order_that_is_changed_has_who_joined_at_its_end(tmp_path):
    """A what-if with another order has who joined at its end."""
    reading = held(tmp_path / "run", at_round_times)
    came = what_if(reading, {"floor.order": "[bob, ann]"}, tmp_path / "out", EDGES)
    assert [(each.turn, each.then.split()[0], each.now.split()[0]) for each in came.others] == [
        (1, "ann", "bob")
    ]
    assert first_turns(tmp_path / "out") == ["bob", "ann"]


def test_a_move_waits_for_the_change_of_the_floor_that_came_before_it(tmp_path):
    """A participant in a what-if joins or leaves after the same change of the floor as recorded."""
    reading = held(tmp_path / "run", at_the_ends_of_turns)
    retold = retell_as_it_went(reading, tmp_path / "again" / "scenario.yaml", {"floor.policy": "round-robin"})
    early = [evolve(each, at=each.at - 0.4) for each in retold.moves]
    resolved = prepare(retold.scenario, Overrides())
    run_meeting(resolved, out=tmp_path / "out", edges=EDGES, watch=partial(move_again, early))
    again = read(tmp_path / "out" / "journal.jsonl")
    assert moves(again) == moves(reading)
    assert first_difference(held_meeting(reading).utterances, held_meeting(again).utterances) is None


def test_a_participant_who_joins_has_the_answers_of_tools_that_nobody_else_called(tmp_path):
    """A participant who joins in a what-if gets the recorded answers of its tools."""
    tools = {"tools": {"price": {"description": "A price.", "mock": {"result": {"cents": "eight"}}}}}
    script = [{"call": {"tool": "price", "arguments": {}}, "say": "It is ${result.cents}."}]
    seat = {"tools": ["price"], "think": {"provider": "scripted", "script": script}}
    cast = {**CAST, "bob": {**CAST["bob"], "tools": ["price"]}}

    async def visit(meeting):
        await trio.sleep(1)
        await meeting.join("kim", seat)

    reading = held(tmp_path / "run", visit, cast, **tools)
    came = what_if(reading, {"floor.policy": "round-robin"}, tmp_path / "out", EDGES)
    assert any(isinstance(record.event, ToolFinished) for record in read(tmp_path / "out" / "journal.jsonl"))
    assert (came.others, came.horizon) == ((), None)


def test_a_scenario_whose_turns_differ_tells_who_came_and_left(tmp_path, capsys):
    """A scenario from a run whose turns differ names who came and left."""
    held(tmp_path / "run", at_round_times)
    made = MadeScenario(tmp_path / "again" / "scenario.yaml", check=True)
    assert print_scenario_from(tmp_path / "run", made, EDGES) == 1
    assert "in the recorded meeting, ann, kim came or left" in capsys.readouterr().out


def test_each_seat_has_a_script_of_its_own(tmp_path):
    """A what-if has a script for each entry of a name, and one that comes back goes on in its own."""
    reading = held(tmp_path / "run", at_the_ends_of_turns)
    retold = retell_as_it_went(reading, tmp_path / "again" / "scenario.yaml", {"floor.policy": "round-robin"})
    assert [(each.participant, each.leaves, each.seat is None) for each in retold.moves] == [
        ("kim", False, False),
        ("zoe", False, False),
        ("kim", True, True),
        ("kim", False, True),
        ("bob", True, True),
        ("bob", False, False),
    ]
    said = [each["say"] for each in retold.moves[-1].seat["think"]["script"]]
    assert said == ["Somebody else sits here.", "Really."]
    assert "Somebody" not in retold.scenario.read_text()
