"""Tool calls: at most once per participant and call id.

The floor's own tools are answered by the rules (`floor_tools.py`): they change the meeting, not the world.
"""

from __future__ import annotations

import json
from enum import Enum
from typing import cast

from attrs import Factory, define, frozen

from trialogue.model.events import ToolRequested

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

    _calls: dict[tuple[str, str], Call] = Factory(dict[tuple[str, str], Call])

    def find(self, participant: str, call_id: str) -> Call | None:
        """The call of that id; None for an unknown one."""
        return self._calls.get((participant, call_id))

    def open(self, event: ToolRequested) -> Call:
        """Note a call that was not known."""
        call = Call(event.participant, event.call_id, event.tool, event.session)
        self._calls[event.participant, event.call_id] = call
        return call

    def twin(self, call: Call) -> Call | None:
        """The last other call of the same key that was run itself; None where there is none."""
        if not call.key:
            return None
        others = (c for c in reversed(self._calls.values()) if c.key == call.key)
        return next((c for c in others if c is not call and c.same_as is None), None)

    def followers(self, call: Call) -> tuple[Call, ...]:
        """Calls that wait for the result of this one."""
        return tuple(c for c in self._calls.values() if c.same_as is call and c.state is CallState.RUNNING)

    def running(self, participant: str | None = None) -> tuple[Call, ...]:
        """Calls without a result, of one participant or of all."""
        return tuple(
            call
            for call in self._calls.values()
            if call.state is CallState.RUNNING and participant in {None, call.participant}
        )


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
