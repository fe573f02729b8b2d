"""Events, commands and plans survive the way to JSON and back."""

import math
from typing import get_args

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from journal_values import values_of

from trialogue.journal.codec import (
    MISFITS,
    UnknownType,
    decode_command,
    decode_event,
    decode_plan,
    encode,
    encode_plan,
)
from trialogue.model.commands import Command, EndTurn, GrantFloor, Hearing, SetHearing, WakeAt
from trialogue.model.events import Event, GrantAsked, LatencyMeasured, MeetingStarted
from trialogue.model.plan import MeetingPlan


def through_json(value):
    return orjson.loads(orjson.dumps(value))


@pytest.mark.parametrize("kind", get_args(Event))
@given(data=st.data())
def test_each_event_survives(kind, data):
    """An event is read from a journal as it was written, whatever its fields."""
    event = data.draw(values_of(kind))
    assert decode_event(through_json(encode(event))) == event


@pytest.mark.parametrize("kind", get_args(Command))
@given(data=st.data())
def test_each_command_survives(kind, data):
    """A command is read from a journal as it was written, whatever its fields."""
    command = data.draw(values_of(kind))
    assert decode_command(through_json(encode(command))) == command


@given(plan=values_of(MeetingPlan))
def test_plan_survives(plan):
    """A plan in the header is the plan that the brain was given."""
    assert decode_plan(through_json(encode_plan(plan))) == plan


def test_not_a_number_survives():
    """Infinite numbers, and NaN, are written as words and read as those numbers."""
    raw = through_json(encode(LatencyMeasured("ada", math.nan, math.inf, -math.inf)))
    again = decode_event(raw)
    assert (raw["listen_s"], raw["think_s"], raw["speak_s"]) == ("nan", "inf", "-inf")
    assert math.isnan(again.listen_s)
    assert (again.think_s, again.speak_s, again.total_s) == (math.inf, -math.inf, None)


def test_shape_is_the_documented_one():
    """An event's JSON has its class name first, and then the fields in their order."""
    assert orjson.dumps(encode(SetHearing((Hearing("ada", ("bob",)),)))) == (
        b'{"type":"SetHearing","table":[{"listener":"ada","speakers":["bob"]}],"muted":[]}'
    )
    assert orjson.dumps(encode(MeetingStarted())) == b'{"type":"MeetingStarted"}'


def test_absent_field_takes_its_default():
    """A field that came later, with a default, needs no migration."""
    assert decode_event({"type": "GrantAsked", "participant": "ada"}) == GrantAsked("ada")


@pytest.mark.parametrize(
    "raw",
    [
        {"type": "MeetingStarted", "more": 1},
        {"type": "GrantAsked"},
        {"type": "GrantAsked", "participant": 1},
        {"type": "GrantAsked", "participant": "ada", "about": "x", "more": 1},
        {"type": "FloorRequested", "participant": "ada", "priority": True},
        {"type": "FloorRequested", "participant": "ada", "priority": 1.0},
        {"type": "SpeechStarted", "participant": "ada", "position_s": "1"},
        {"type": "SpeechStarted", "participant": "ada", "position_s": None},
        {"type": "SpeechStarted", "participant": "ada", "position_s": False},
        {"type": "ToolFinished", "participant": "a", "call_id": "1", "outcome": "so-so", "content": ""},
        {"type": ["MeetingStarted"]},
        {},
        [],
        "MeetingStarted",
        None,
    ],
    ids=str,
)
def test_misfit_event_is_refused(raw):
    """An event with a wrong type, a missing or an extra field is refused, and no value is converted."""
    with pytest.raises(MISFITS):
        decode_event(raw)


@pytest.mark.parametrize(
    "raw",
    [
        {"type": "SetHearing", "table": "ab"},
        {"type": "SetHearing", "table": {"listener": "ada", "speakers": []}},
        {"type": "SetHearing", "table": [{"listener": "ada", "speakers": "bob"}]},
        {"type": "SetHearing", "table": [{"listener": "ada", "speakers": [], "more": 1}]},
        {"type": "SetHearing", "table": [1]},
        {"type": "EndTurn", "participant": "ada", "turn": 1, "cause": "bored"},
    ],
    ids=str,
)
def test_misfit_command_is_refused(raw):
    """A misfit deep inside a command is a misfit too."""
    with pytest.raises(MISFITS):
        decode_command(raw)


@pytest.mark.parametrize("decode", [decode_event, decode_command])
def test_class_of_another_version_is_named(decode):
    """A class that this version does not have is told apart from damage."""
    with pytest.raises(UnknownType, match="HandShaken"):
        decode({"type": "HandShaken", "participant": "ada"})


def test_unions_are_not_mixed_up():
    """A command in the place of an event is an error."""
    with pytest.raises(UnknownType):
        decode_event(encode(EndTurn("ada", 1, "left")))


def test_whole_number_is_read_as_seconds():
    """JSON writers may drop the `.0`; seconds stay floats."""
    wake = decode_command({"type": "WakeAt", "timer": "think:1", "at": 3})
    assert (wake, type(wake.at)) == (WakeAt("think:1", 3.0), float)


def test_limitless_hold_survives():
    """A floor that is never revoked can be recorded."""
    grant = GrantFloor("ada", 1, "next", math.inf)
    assert decode_command(through_json(encode(grant))) == grant
