"""Tool calls: at most once per participant and call id.

The floor's own tools are answered by the rules (`floor_tools.py`): they change the meeting, not the world.
"""

from __future__ import annotations

import json
from enum import Enum

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

    def running(self, participant: str | None = None) -> tuple[Call, ...]:
        """Calls without a result, of one participant or of all."""
        return tuple(
            call
            for call in self._calls.values()
            if call.state is CallState.RUNNING and participant in {None, call.participant}
        )


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
