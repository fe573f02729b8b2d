"""What-if of a meeting of which the app, or a person at the controls, asked something while it ran."""

from collections import Counter
from functools import partial

import pytest
import trio

from trialogue import Edges, Hook, HookAnswer, Scenario
from trialogue.journal.reader import read
from trialogue.meeting.moving_again import move_again
from trialogue.meeting.scenario_from import AskedAgain, retell
from trialogue.meeting.what_if import what_if
from trialogue.model.events import HookAnswered, NoteGiven
from trialogue.testing import hold_meeting, murmuring_engines

EDGES = Edges(engines=murmuring_engines())
CAST = {
    name: {"lines": [f"This is what {name} says in turn {n}." for n in range(20)]}
    for name in ("ann", "ben", "cleo")
}


async def steered(meeting):
    """Requests of every kind, between turns and in the middle of them."""
    for wait_s, ask in [
        (1, partial(meeting.grant, "cleo", "What now?")),
        (3, partial(meeting.say, "ben", "I must say this.")),
        (1, partial(meeting.raise_hand, "ben", 2)),
        (3, partial(meeting.revoke, "ann")),
        (0, meeting.interrupt),
        (2, partial(meeting.inject, "ann", "Be brief.")),
        (1, partial(meeting.mute, "ben")),
        (5, partial(meeting.mute, "ben", False)),
        (3, partial(meeting.stop, "noon")),
    ]:
        await trio.sleep(wait_s)
        ask()


async def stopped(meeting):
    """A stop as by Ctrl-C."""
    await trio.sleep(5)
    meeting.stop("interrupted")


def held(tmp_path, watch, **floor):
    """The journal of a meeting that is watched."""
    scenario = Scenario.build("steered", CAST, run={"limits": {"time": "40s"}}, floor=floor)
    run = hold_meeting(scenario, tmp_path / "run", watch=watch, must_pass=False)
    return read(run.folder / "journal.jsonl")


@pytest.mark.parametrize("policy", ["round-robin", "queue"])
def test_the_same_rules_change_nothing(tmp_path, policy):
    """A what-if with the recorded policy has the same turns, length and end where the app asked for them."""
    came = what_if(held(tmp_path, steered, policy=policy), {"floor.policy": policy}, tmp_path / "out", EDGES)
    assert (came.others, came.horizon) == ((), None)
    assert (came.made.reason, came.recorded.reason) == ("noon", "noon")
    assert abs(came.made.duration_s - came.recorded.duration_s) < 0.2
    turns = [[each.turns for each in told.measures.participants] for told in (came.made, came.recorded)]
    assert turns[0] == turns[1]


def test_other_rules_are_asked_the_same(tmp_path):
    """A what-if with another policy also ends when the app ended the meeting."""
    came = what_if(held(tmp_path, steered), {"floor.policy": "least-spoken"}, tmp_path / "out", EDGES)
    assert came.made.reason == "noon"


def test_many_requests_are_asked_in_their_time(tmp_path):
    """Notes of which none finds the recorded turn before it are all given about when they were."""
    notes = [AskedAgain(1 + n / 10, 99, NoteGiven("ann", f"Note {n}.")) for n in range(8)]
    records = held(tmp_path, partial(move_again, notes))
    given = [record.at for record in records if isinstance(record.event, NoteGiven)]
    assert len(given) == 8
    assert given[-1] < 3


def test_a_signal_is_not_sent_again(tmp_path):
    """A what-if of a meeting that Ctrl-C ended goes on to its own end."""
    came = what_if(held(tmp_path, stopped), {"floor.policy": "queue"}, tmp_path / "out", EDGES)
    assert came.recorded.reason == "interrupted"
    assert came.made.duration_s > 6


def test_a_failure_is_not_asked_for_again(tmp_path):
    """A what-if of a meeting that a failure ended goes on to its own end."""

    async def failed(meeting):
        await trio.sleep(5)
        meeting.stop("actor-failed")

    came = what_if(held(tmp_path, failed), {"floor.policy": "queue"}, tmp_path / "out", EDGES)
    assert came.recorded.reason == "actor-failed"
    assert came.made.reason != "actor-failed"
    assert came.made.duration_s > 6


def test_a_scenario_tells_that_requests_are_missing(tmp_path):
    """The head of a scenario from a run says that what was asked of the meeting is not in it."""
    text = retell(held(tmp_path, steered), tmp_path / "again" / "scenario.yaml").read_text()
    assert "# - what was asked of it from the keyboard or by the app while it ran" in text


def asked_at_each_grant():
    """Hook that refuses, redirects, is late or does not answer, by the number of a participant's question."""
    numbers = Counter()

    async def answer(question):
        numbers[question.participant] += 1
        match question.participant, numbers[question.participant]:
            case "ben", 1:
                return HookAnswer(allowed=False, reason="Not yet.")
            case "cleo", 2:
                return HookAnswer(allowed=True, content="ann")
            case "ann", 2:
                await trio.sleep(0.4)
            case "ben", 3:
                await trio.sleep_forever()
            case _:
                pass
        return True

    return Hook(answer, deadline_s=1.0, allows=True)


def test_hooks_answer_as_they_did(tmp_path):
    """A what-if with the recorded policy has the same turns where a hook refused and redirected the floor."""
    scenario = Scenario.build("hooked", CAST, run={"limits": {"time": "40s"}})
    hooks = {"grant": asked_at_each_grant(), "words": lambda _: True}
    run = hold_meeting(scenario, tmp_path / "run", hooks=hooks).folder
    came = what_if(read(run / "journal.jsonl"), {"floor.policy": "round-robin"}, tmp_path / "out", EDGES)
    assert (came.others, came.horizon) == ((), None)
    turns = [[each.turns for each in told.measures.participants] for told in (came.made, came.recorded)]
    assert turns[0] == turns[1]
    first, second = (
        [
            (r.event.participant, r.event.allowed, r.event.content)
            for r in records
            if isinstance(r.event, HookAnswered)
        ]
        for records in (read(run / "journal.jsonl"), read(tmp_path / "out" / "journal.jsonl"))
    )
    assert first == second
    assert ("ben", False, "") in first
