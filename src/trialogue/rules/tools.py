"""Tool calls: at most once per participant, call id and arguments, until answered and gone on from.

1. An id says little: models use one again, or give each call the same. The same id with other arguments, or
   for another tool, is another call.
2. The same id with the same arguments is the same call until its agent has had the answer and has gone on:
   a reply of its has begun or ended since. Then it is another call, too.
3. Runs of an id after the first are numbered, so that each finds its result.

The floor's own tools are answered by the rules (`floor_tools.py`): they change the meeting, not the world.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from typing import cast

from attrs import Factory, define, frozen

from trialogue.model.events import ToolFinished, ToolRequested

GIVE_FLOOR = "give_floor"
"""The chair's tool that names the next speaker: `{"to": name, "about": text}`."""

END_MEETING = "end_meeting"
"""The chair's tool that ends the meeting behind its turn: `{"reason": text}`."""

HAND_OFF = "hand_off"
"""The holder's tool that names the next speaker: `{"to": name, "about": text}`."""

BID = "bid"
"""The tool that bids for the floor: `{"urgency": 0 to 10, "about": text}`."""

REQUEST_FLOOR = "request_floor"
"""The tool that raises a hand: `{"priority": "lowest" to "highest"}`; the chair's highest interrupts."""

OWN = frozenset({GIVE_FLOOR, END_MEETING, HAND_OFF, BID, REQUEST_FLOOR})
"""Tools that no executor runs."""


class CallState(Enum):
    """Where a tool call stands."""

    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    KEPT = "kept"


@define
class Call:
    """One tool call."""

    participant: str
    """Which agent asked."""

    call_id: str
    """The service's id of it."""

    tool: str
    """Which tool."""

    session: int
    """The session that asked last, which is answered."""

    arguments: str = ""
    """What it was asked with, in one form. Personal."""

    run: int = 0
    """Which run of its id it is."""

    is_past: bool = False
    """Whether its agent has had the answer and has gone on."""

    state: CallState = CallState.RUNNING
    """Where it stands."""

    content: str = ""
    """The result, once finished. Personal."""

    outcome: str = ""
    """How it ended, once finished."""

    key: str = ""
    """What makes it the same call as others: the tool and its identifying arguments. Personal."""

    same_as: Call | None = None
    """The running call whose result it waits for."""

    is_stopping: bool = False
    """Whether its run has been told to stop; its result says what came of that."""


@define
class Calls:
    """All calls of the meeting."""

    _calls: list[Call] = Factory(list[Call])

    def find(self, event: ToolRequested) -> Call | None:
        """The call that is asked for again; None where it is another one."""
        asked = (event.tool, one_form(event.arguments))
        known = (call for call in self._of_id(event) if not call.is_past)
        return next((call for call in known if (call.tool, call.arguments) == asked), None)

    def open(self, event: ToolRequested) -> Call:
        """Note a call that was not known."""
        run = sum(1 for _ in self._of_id(event))
        arguments = one_form(event.arguments)
        call = Call(event.participant, event.call_id, event.tool, event.session, arguments, run)
        self._calls.append(call)
        return call

    def finished(self, event: ToolFinished) -> Call | None:
        """The call whose run has ended; None for an unknown one."""
        return next((call for call in self._of_id(event) if call.run == event.run), None)

    def cancelled(self, participant: str, call_id: str) -> tuple[Call, ...]:
        """The calls of that id that still run."""
        return tuple(call for call in self.running(participant) if call.call_id == call_id)

    def go_on(self, participant: str) -> None:
        """Note that a participant has begun or ended a reply: what it was answered is behind it."""
        for call in self._calls:
            if call.participant == participant and call.state in {CallState.FINISHED, CallState.CANCELLED}:
                call.is_past = True

    def _of_id(self, event: ToolRequested | ToolFinished) -> Iterator[Call]:
        """The calls of an id, the last first."""
        key = (event.participant, event.call_id)
        return (call for call in reversed(self._calls) if (call.participant, call.call_id) == key)

    def twin(self, call: Call) -> Call | None:
        """The last other call of the same key that was run itself; None where there is none."""
        if not call.key:
            return None
        others = (c for c in reversed(self._calls) if c.key == call.key)
        return next((c for c in others if c is not call and c.same_as is None), None)

    def followers(self, call: Call) -> tuple[Call, ...]:
        """Calls that wait for the result of this one."""
        return tuple(c for c in self._calls if c.same_as is call and c.state is CallState.RUNNING)

    def running(self, participant: str | None = None) -> tuple[Call, ...]:
        """Calls without a result, of one participant or of all."""
        return tuple(
            call
            for call in self._calls
            if call.state is CallState.RUNNING and participant in {None, call.participant}
        )


def one_form(arguments: str) -> str:
    """The same text for the same arguments, however they are written; what is no JSON as it is."""
    try:
        return json.dumps(json.loads(arguments), sort_keys=True)
    except (ValueError, RecursionError):
        return arguments.strip()


def key_of(tool: str, identity: tuple[str, ...], arguments: str) -> str:
    """What two calls that are the same have in common; empty where a call is like no other."""
    try:
        read: object = json.loads(arguments)
    except (ValueError, RecursionError):
        return ""
    match read:
        case dict() if identity:
            named = cast("dict[str, object]", read)
            if not all(name in named for name in identity):
                return ""
            return json.dumps([tool, *(named[name] for name in identity)], sort_keys=True)
        case _:
            return ""


@frozen
class FloorGiven:
    """The arguments of `give_floor`."""

    to: str
    """Who shall speak, as the model named it."""

    about: str = ""
    """What is asked of it. Personal."""


def floor_given(arguments: str) -> FloorGiven | None:
    """Read the arguments of `give_floor`; None where they do not say to whom."""
    try:
        read: object = json.loads(arguments)
    except (ValueError, RecursionError):
        return None
    match read:
        case {"to": str(to), "about": str(about)}:
            return FloorGiven(to, about)
        case {"to": str(to)}:
            return FloorGiven(to)
        case _:
            return None
