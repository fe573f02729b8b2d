"""Tool calls: at most once per participant, call id and arguments, until the answer is used.

1. An id alone is not enough: models reuse one, or give each call the same. The same id with other arguments,
   or for another tool, is another call.
2. The same id with the same arguments is the same call until its agent has had the answer and has continued:
   one of its replies has begun or ended since. Then it is another call, too.
3. Runs of an id after the first are numbered, so that each finds its result.
4. A call changes along `TRANSITIONS` only; a missing entry is a fault of the caller.

The brain answers the floor's own tools (`floor_tools.py`): they change the meeting, not the world.
"""

from __future__ import annotations

import json
from enum import Enum
from typing import cast

from attrs import Factory

from trialogue.errors import LocalProtocolError
from trialogue.model.events import ToolFinished, ToolRequested
from trialogue.values import define, frozen

GIVE_FLOOR = "give_floor"
"""The chair's tool that names the next speaker: `{"to": name, "about": text}`."""

END_MEETING = "end_meeting"
"""The chair's tool that ends the meeting after its turn: `{"reason": text}`."""

HAND_OFF = "hand_off"
"""The holder's tool that names the next speaker: `{"to": name, "about": text}`."""

BID = "bid"
"""Tool that bids for the floor: `{"urgency": 0 to 10, "about": text}`."""

REQUEST_FLOOR = "request_floor"
"""Tool that raises a hand: `{"priority": "lowest" to "highest"}`; the chair's highest interrupts."""

HAND_IS_UP = "Your hand is up."
"""Answer to an agent that has raised its hand with a tool."""

OWN = frozenset({GIVE_FLOOR, END_MEETING, HAND_OFF, BID, REQUEST_FLOOR})
"""Tools that no executor runs."""


class CallState(Enum):
    """State of a tool call."""

    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    KEPT = "kept"


class CallStep(Enum):
    """Step in the life of a tool call."""

    FINISH = "finish"
    KEEP = "keep"
    CANCEL = "cancel"
    RUN_AGAIN = "run-again"


TRANSITIONS: dict[tuple[CallState, CallStep], CallState] = {
    (CallState.RUNNING, CallStep.FINISH): CallState.FINISHED,
    (CallState.RUNNING, CallStep.KEEP): CallState.KEPT,
    (CallState.RUNNING, CallStep.CANCEL): CallState.CANCELLED,
    (CallState.KEPT, CallStep.FINISH): CallState.FINISHED,
    (CallState.FINISHED, CallStep.FINISH): CallState.FINISHED,
    (CallState.FINISHED, CallStep.RUN_AGAIN): CallState.RUNNING,
}
"""Transitions of a call. A call with a result may finish again, if it is asked for again."""


@define
class Call:
    """Tool call of an agent."""

    participant: str
    """Agent that called."""

    call_id: str
    """Id that the service gave the call."""

    tool: str
    """Name of the tool."""

    session: int
    """Session that asked last, which gets the answer."""

    arguments: str = ""
    """Arguments in their normal form. Personal."""

    run: int = 0
    """Number of the run among those of the call's id, from 0."""

    state: CallState = CallState.RUNNING
    """State of the call."""

    content: str = ""
    """Result; empty without one. Personal."""

    outcome: str = ""
    """Outcome of the run; empty without one."""

    key: str = ""
    """Key of the calls that are the same: the tool and its identifying arguments. Personal."""

    same_as: Call | None = None
    """Call whose result it takes; None for a call with a run of its own."""

    is_stopping: bool = False
    """Whether its run was told to stop; the result then reports the outcome."""

    is_past: bool = False
    """Whether its agent has continued from its result: from then on the same id is another call."""

    def take(self, step: CallStep) -> None:
        """Move along the table; LocalProtocolError, and no change, for a step that it does not have."""
        after = TRANSITIONS.get((self.state, step))
        if after is None:
            raise LocalProtocolError(f"a tool call that is {self.state.value} cannot {step.value}")
        self.state = after


@define
class Calls:
    """Tool calls of the meeting."""

    _calls: dict[tuple[str, str], list[Call]] = Factory(dict[tuple[str, str], list[Call]])
    _running: list[Call] = Factory(list[Call])
    _answered: dict[str, list[Call]] = Factory(dict[str, list[Call]])
    _by_key: dict[str, list[Call]] = Factory(dict[str, list[Call]])

    # --- changes ------------------------------------------------------------------------------------

    def open(self, event: ToolRequested, key: str) -> Call:
        """Note a new call."""
        calls = self._calls.setdefault((event.participant, event.call_id), [])
        arguments = one_form(event.arguments)
        call = Call(
            event.participant, event.call_id, event.tool, event.session, arguments, len(calls), key=key
        )
        calls.append(call)
        self._running.append(call)
        if key:
            self._by_key.setdefault(key, []).append(call)
        return call

    def asked_by(self, call: Call, session: int) -> None:
        """Note that a session asks for a known call: that session gets the answer."""
        call.session = session

    def run_again(self, call: Call) -> None:
        """Note that a call that may run twice runs again."""
        call.take(CallStep.RUN_AGAIN)
        call.outcome, call.is_stopping = "", False
        self._running.append(call)

    def follow(self, call: Call, twin: Call) -> None:
        """Let a call wait for the result of another, or take it."""
        call.same_as, call.outcome = twin, twin.outcome

    def ended(self, call: Call, outcome: str, content: str) -> None:
        """Note that a call's run is over."""
        call.outcome, call.content = outcome, content

    def finish(self, call: Call, content: str) -> None:
        """Note that a call has its result."""
        call.take(CallStep.FINISH)
        call.content = content
        self._stopped(call)
        self._answered.setdefault(call.participant, []).append(call)

    def keep(self, call: Call) -> None:
        """Let a call run on although its agent no longer wants the result."""
        call.take(CallStep.KEEP)
        self._stopped(call)

    def cancel(self, call: Call) -> None:
        """Note that no one wants a call's result any more."""
        call.take(CallStep.CANCEL)
        self._stopped(call)
        self._answered.setdefault(call.participant, []).append(call)

    def stop(self, call: Call) -> bool:
        """Note that a call's run is to stop; False if it was before, or if the call has no run of its own."""
        if call.same_as is not None or call.is_stopping:
            return False
        call.is_stopping = True
        return True

    def go_on(self, participant: str) -> None:
        """Note that an agent has begun or ended a reply: it has continued from its results."""
        for call in self._answered.pop(participant, ()):
            call.is_past = True

    def _stopped(self, call: Call) -> None:
        if call in self._running:
            self._running.remove(call)

    # --- views --------------------------------------------------------------------------------------

    def same(self, event: ToolRequested) -> Call | None:
        """Known call that is asked for again; None if it is a new one."""
        asked = (event.tool, one_form(event.arguments))
        known = self._calls.get((event.participant, event.call_id), [])
        same = (call for call in reversed(known) if (call.tool, call.arguments) == asked)
        return next((call for call in same if not call.is_past), None)

    def finished(self, event: ToolFinished) -> Call | None:
        """Call whose run has ended; None for an unknown one."""
        known = self._calls.get((event.participant, event.call_id), [])
        return known[event.run] if 0 <= event.run < len(known) else None

    def running_of(self, participant: str, call_id: str) -> tuple[Call, ...]:
        """Running calls of that id."""
        return tuple(call for call in self.running(participant) if call.call_id == call_id)

    def twin(self, call: Call) -> Call | None:
        """Last other call of the same key with a run of its own; None without one."""
        others = reversed(self._by_key.get(call.key, ()))
        return next((c for c in others if c is not call and c.same_as is None), None)

    def followers(self, call: Call) -> tuple[Call, ...]:
        """Running calls that wait for the result of this one."""
        return tuple(c for c in self._running if c.same_as is call)

    def running(self, participant: str | None = None) -> tuple[Call, ...]:
        """Calls without a result, of one participant or of all."""
        return tuple(call for call in self._running if participant in {None, call.participant})


def one_form(arguments: str) -> str:
    """Normal form of JSON arguments; text that is not JSON is returned as it is, without outer spaces."""
    try:
        return json.dumps(json.loads(arguments), sort_keys=True)
    except (ValueError, RecursionError):
        return arguments.strip()


def key_of(tool: str, identity: tuple[str, ...], arguments: str) -> str:
    """Key that two calls share if they are the same; empty if a call is like no other."""
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
    """Arguments of `give_floor`."""

    to: str
    """Participant who is to speak, as the model named it."""

    about: str = ""
    """Subject that it is asked about; empty for none. Personal."""


def floor_given(arguments: str) -> FloorGiven | None:
    """Read the arguments of `give_floor`; None if they name no participant."""
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
