"""Tool calls: at most once per participant, call id and arguments, until the answer is used.

1. An id alone is not enough: models reuse one, or give each call the same. The same id with other arguments,
   or for another tool, is another call.
2. The same id with the same arguments is the same call until its agent has had the answer and has continued:
   one of its replies has begun or ended since. Then it is another call, too.
3. Runs of an id after the first are numbered, so that each finds its result.
4. A call changes along `TRANSITIONS` only; a missing entry is a fault of the caller.

The rules answer the floor's own tools (`floor_tools.py`): they change the meeting, not the world.
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
    """State of a tool call."""

    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    KEPT = "kept"


class CallStep(Enum):
    """Step of a tool call."""

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
"""Every step that a call can take. A known result is told once more where the call is asked for again."""


@define
class Call:
    """One tool call."""

    participant: str
    """The agent that asked."""

    call_id: str
    """The service's id of it."""

    tool: str
    """The tool."""

    session: int
    """The session that asked last, which is answered."""

    arguments: str = ""
    """Arguments in one form. Personal."""

    run: int = 0
    """Number of the run of its id."""

    state: CallState = CallState.RUNNING
    """State that it is in."""

    content: str = ""
    """The result, once finished. Personal."""

    outcome: str = ""
    """Outcome, once finished."""

    key: str = ""
    """Key that makes it the same call as others: the tool and its identifying arguments. Personal."""

    same_as: Call | None = None
    """The running call whose result it waits for."""

    is_stopping: bool = False
    """Whether its run was told to stop; its result reports the outcome."""

    is_past: bool = False
    """Whether its agent has gone on from its result: the same id is another call from now on."""

    def take(self, step: CallStep) -> None:
        """Move along the table; LocalProtocolError, and no change, where it has no such entry."""
        after = TRANSITIONS.get((self.state, step))
        if after is None:
            raise LocalProtocolError(f"a tool call that is {self.state.value} cannot {step.value}")
        self.state = after


@define
class Calls:
    """All calls of the meeting."""

    _calls: dict[tuple[str, str], list[Call]] = Factory(dict[tuple[str, str], list[Call]])
    _running: list[Call] = Factory(list[Call])
    _answered: dict[str, list[Call]] = Factory(dict[str, list[Call]])
    _by_key: dict[str, list[Call]] = Factory(dict[str, list[Call]])

    # --- what changes them --------------------------------------------------------------------------

    def open(self, event: ToolRequested, key: str) -> Call:
        """Note a call that was not known."""
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
        """A session asks for a known call: it is the one that is answered."""
        call.session = session

    def run_again(self, call: Call) -> None:
        """Run a call once more that may run twice."""
        call.take(CallStep.RUN_AGAIN)
        call.outcome, call.is_stopping = "", False
        self._running.append(call)

    def follow(self, call: Call, twin: Call) -> None:
        """Let a call wait for the result of another, or have it."""
        call.same_as, call.outcome = twin, twin.outcome

    def ended(self, call: Call, outcome: str, content: str) -> None:
        """A call's run is over."""
        call.outcome, call.content = outcome, content

    def finish(self, call: Call, content: str) -> None:
        """A call has its result."""
        call.take(CallStep.FINISH)
        call.content = content
        self._stopped(call)
        self._answered.setdefault(call.participant, []).append(call)

    def keep(self, call: Call) -> None:
        """Let a call run on whose agent does not want the result any more."""
        call.take(CallStep.KEEP)
        self._stopped(call)

    def cancel(self, call: Call) -> None:
        """Nobody wants a call's result."""
        call.take(CallStep.CANCEL)
        self._stopped(call)
        self._answered.setdefault(call.participant, []).append(call)

    def stop(self, call: Call) -> bool:
        """Tell a call's run to stop, once; False where it was told before, or has no run of its own."""
        if call.same_as is not None or call.is_stopping:
            return False
        call.is_stopping = True
        return True

    def go_on(self, participant: str) -> None:
        """An agent has begun or ended a reply: what it was answered is behind it."""
        for call in self._answered.pop(participant, ()):
            call.is_past = True

    def _stopped(self, call: Call) -> None:
        if call in self._running:
            self._running.remove(call)

    # --- what they tell -----------------------------------------------------------------------------

    def same(self, event: ToolRequested) -> Call | None:
        """The call that is asked for again; None where it is another one."""
        asked = (event.tool, one_form(event.arguments))
        known = self._calls.get((event.participant, event.call_id), [])
        same = (call for call in reversed(known) if (call.tool, call.arguments) == asked)
        return next((call for call in same if not call.is_past), None)

    def finished(self, event: ToolFinished) -> Call | None:
        """The call whose run has ended; None for an unknown one."""
        known = self._calls.get((event.participant, event.call_id), [])
        return known[event.run] if 0 <= event.run < len(known) else None

    def running_of(self, participant: str, call_id: str) -> tuple[Call, ...]:
        """The calls of that id that still run."""
        return tuple(call for call in self.running(participant) if call.call_id == call_id)

    def twin(self, call: Call) -> Call | None:
        """Last other call of the same key that ran itself; None where there is none."""
        others = reversed(self._by_key.get(call.key, ()))
        return next((c for c in others if c is not call and c.same_as is None), None)

    def followers(self, call: Call) -> tuple[Call, ...]:
        """Calls that wait for the result of this one."""
        return tuple(c for c in self._running if c.same_as is call)

    def running(self, participant: str | None = None) -> tuple[Call, ...]:
        """Calls without a result, of one participant or of all."""
        return tuple(call for call in self._running if participant in {None, call.participant})


def one_form(arguments: str) -> str:
    """One text for equal arguments in any notation; text that is no JSON is returned unchanged."""
    try:
        return json.dumps(json.loads(arguments), sort_keys=True)
    except (ValueError, RecursionError):
        return arguments.strip()


def key_of(tool: str, identity: tuple[str, ...], arguments: str) -> str:
    """Key that two calls share which are the same; empty where a call is like no other."""
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
    """Participant who shall speak, as the model named it."""

    about: str = ""
    """Subject that it is asked about. Personal."""


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
