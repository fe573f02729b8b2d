"""Values of any of the model's types, drawn from their annotations; and small journals made of them."""

import types
from enum import Enum
from typing import Literal, Union, get_args, get_origin, get_type_hints

import attrs
import orjson
from hypothesis import strategies as st

from trialogue.journal import Header, HeaderClock, Journal, chain
from trialogue.model.commands import EndMeeting, EndTurn, GrantFloor, MoveAgenda, Play
from trialogue.model.events import (
    MeetingStarted,
    PlaybackFinished,
    PlaybackStarted,
    ReplyStarted,
    SentenceSaid,
    StopAsked,
)
from trialogue.model.participants import Participant, Role
from trialogue.model.plan import AgendaItem, MeetingPlan
from trialogue.model.records import Record

PLAIN = {
    str: st.text(st.characters(codec="utf-8"), max_size=20),
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    type(None): st.none(),
}


def values_of(kind):
    """A strategy for values of a frozen class, an enum, a literal, a union or a row of them."""
    if kind in PLAIN:
        return PLAIN[kind]
    if attrs.has(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{field.name: values_of(hints[field.name]) for field in attrs.fields(kind)})
    arguments = get_args(kind)
    if get_origin(kind) is tuple:
        return st.lists(values_of(arguments[0]), max_size=3).map(tuple)
    if get_origin(kind) is Literal:
        return st.sampled_from(arguments)
    if get_origin(kind) in {Union, types.UnionType}:
        return st.one_of([values_of(each) for each in arguments])
    assert issubclass(kind, Enum)
    return st.sampled_from(kind)


PLAN = MeetingPlan(
    "stand-up",
    (Participant("ada", Role.CHAIR), Participant("bob", title="Tech lead")),
    seed=7,
    agenda=(AgendaItem("news", "What is new", owner="bob"),),
)

HEADER = Header(PLAN, "0.1.0", HeaderClock.VIRTUAL)


def meeting(turns=3):
    """The records of a small meeting: each turn is granted, heard and over."""
    facts = [(0.0, MeetingStarted(), (MoveAgenda("news", "opened"), grant("ada", 1, 0.0)))]
    for turn in range(1, turns + 1):
        name = "ada" if turn % 2 else "bob"
        after = "bob" if turn % 2 else "ada"
        at = turn * 10.0
        facts += [
            (at + 1.0, ReplyStarted(name, turn), (Play(name, turn, turn),)),
            (at + 1.1, SentenceSaid(name, turn, f"I am {name}, ça va: this is it: {turn}.", 0.0), ()),
            (at + 1.2, PlaybackStarted(name, turn, turn, at + 1.2), ()),
            (
                at + 4.2,
                PlaybackFinished(name, turn, turn, at + 4.2, 3.0, "complete"),
                (EndTurn(name, turn, "finished"), grant(after, turn + 1, at + 4.2)),
            ),
        ]
    facts.append((turns * 10.0 + 9.0, StopAsked("hung-up"), (EndMeeting("hung-up"),)))
    return tuple(Record(seq, *fact) for seq, fact in enumerate(facts, 1))


def grant(name, turn, at):
    return GrantFloor(name, turn, "next in order", at + 90.0)


def keep(directory, records, *, header=HEADER, reason="hung-up", name="journal.jsonl"):
    """A closed journal of these records; its path."""
    path = directory / name
    journal = Journal.create(path, header)
    for record in records:
        journal.append(record)
    journal.close(reason)
    return path


def sealed(*bodies, after=chain.ORIGIN):
    """Lines of a journal made by hand: each body sealed to the one before."""
    lines = b""
    for body in bodies:
        line, after = chain.seal(orjson.dumps(body, option=orjson.OPT_UTC_Z), after)
        lines += line + b"\n"
    return lines
