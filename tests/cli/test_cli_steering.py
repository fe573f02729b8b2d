"""What is typed in the live view, as a meeting takes it: a hand, the floor, a mute, the end.

The seat is an app's, since a keyboard needs the real clock; controls do the same for both.
"""

import pytest
import trio

from trialogue.cli.controls import read_control, steer
from trialogue.journal.reader import read
from trialogue.meeting.edges import Edges
from trialogue.meeting.run import run_meeting
from trialogue.model.commands import EndTurn, GrantFloor, SetHearing
from trialogue.model.events import FloorRequested, GrantAsked, MuteAsked
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.schema import Clock
from trialogue.testing import murmuring_engines

SCENARIO = """
trialogue: 1
name: steered
run: {seed: 3, limits: {time: 1m}}
cast:
  ann: {lines: ["One two three four five six.", "Seven eight.", "Nine ten."]}
  bob: {lines: ["Eleven twelve.", "Thirteen.", "Fourteen."]}
  kim: {role: human, via: app}
floor: {policy: queue, otherwise: round-robin, human: 2s}
"""


@pytest.fixture
def typed(tmp_path):
    """Hold a meeting in which these lines are typed, each at its second; its records, and its reason."""

    def hold(*lines):
        async def watch(meeting):
            for at, line in lines:
                await trio.sleep(at - meeting.now)
                steer(meeting, read_control(line, meeting.plan, "kim"))

        path = tmp_path / "steered.yaml"
        path.write_text(SCENARIO)
        held = run_meeting(
            path,
            overrides=Overrides(clock=Clock.VIRTUAL),
            out=tmp_path / "run",
            edges=Edges(engines=murmuring_engines()),
            watch=watch,
        )
        return list(read(held.folder / "journal.jsonl")), held.result.reason

    return hold


def commands(records, kind):
    return [command for record in records for command in record.commands if isinstance(command, kind)]


def test_a_hand_that_is_raised_has_the_floor_next(typed):
    """A person who types `/hand` has the floor next, but not after `/down`."""
    records, _ = typed((0.5, "/hand high"), (10, "/end"))
    assert [record.event for record in records if isinstance(record.event, FloorRequested)] == [
        FloorRequested("kim", 1)
    ]
    assert [grant.to for grant in commands(records, GrantFloor)][:2] == ["ann", "kim"]


def test_a_hand_that_is_taken_down_waits_for_its_turn(typed):
    """A person who takes its hand down is not granted the floor for it."""
    records, _ = typed((0.5, "/hand"), (0.8, "/down"), (10, "/end"))
    assert [grant.to for grant in commands(records, GrantFloor)][:2] == ["ann", "bob"]


def test_the_floor_is_taken(typed):
    """A typed `/floor` gives the floor to its typist, or to the participant that it names."""
    records, _ = typed((0.5, "/floor"), (0.6, "/floor ann"), (10, "/end"))
    asked = [record.event.participant for record in records if isinstance(record.event, GrantAsked)]
    grants = [(grant.to, grant.reason) for grant in commands(records, GrantFloor)]
    assert asked == ["kim", "ann"]
    assert grants[1:3] == [("kim", "asked for"), ("ann", "asked for")]


def test_a_word_that_is_typed_is_said(typed):
    """Words that a person types are its own turn, which ends after them."""
    records, _ = typed((0.5, "What of Europe?"), (10, "/end"))
    assert [grant.to for grant in commands(records, GrantFloor)][:2] == ["ann", "kim"]
    assert [turn.cause for turn in commands(records, EndTurn)][1] == "finished"


def test_somebody_is_muted_and_heard_again(typed):
    """A participant that is muted at the keyboard is cut, and has no turn until it is unmuted."""
    records, _ = typed((0.5, "/mute ann"), (4, "/unmute ann"), (10, "/end"))
    at = {record.event.muted: record.at for record in records if isinstance(record.event, MuteAsked)}
    assert (commands(records, EndTurn)[0].participant, commands(records, EndTurn)[0].cause) == (
        "ann",
        "interrupted",
    )
    muted = [record.at for record in records if ("ann",) in {t.muted for t in commands([record], SetHearing)}]
    assert (muted[0], commands(records, SetHearing)[-1].muted) == (at[True], ())
    grants = [
        record.at
        for record in records
        for command in record.commands
        if isinstance(command, GrantFloor) and command.to == "ann"
    ]
    assert not [each for each in grants if at[True] <= each < at[False]]
    assert max(grants) >= at[False]


def test_the_meeting_is_ended(typed):
    """Ending the meeting at the keyboard is the reason in its result."""
    records, reason = typed((1, "/end"))
    assert reason == "ended-by-hand"
    assert records[-1].at < 2
