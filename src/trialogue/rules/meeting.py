"""The brain of a meeting: `handle(event, now)` answers a fact with commands.

1. Pure: what it decides depends on the plan and on the events so far, on nothing else.
2. Total: no event in any order raises; what makes no sense is ignored, or answered by a `stale` report.
3. After each event that leaves the floor free, somebody is chosen or a timer is set.
4. After `EndMeeting` nothing is decided any more; the end of a cut turn's sound is still noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from trialogue.model.commands import Command
from trialogue.model.events import (
    ActorCrashed,
    EarFailed,
    EarHeard,
    EarLost,
    EarReady,
    EchoNoticed,
    Event,
    Joined,
    LatencyMeasured,
    Left,
    LineTaken,
    MeetingStarted,
    RevokeAsked,
    ServiceWarned,
    StopAsked,
    VoiceFell,
    VoiceRose,
    Woke,
)
from trialogue.model.plan import AgendaItem, MeetingPlan
from trialogue.model.transcript import Utterance
from trialogue.rules import calling, hearing, limits, people, process, sessions, speaking, turns, wishes
from trialogue.rules.choosing import Chooser, climb
from trialogue.rules.context import ContextItem
from trialogue.rules.ending import end_meeting, judge, warn_box, watch_box
from trialogue.rules.state import Phase, State
from trialogue.rules.view import FloorView, Policy, TurnTaken

Taken: TypeAlias = (
    sessions.SessionEvent
    | speaking.SpeakingEvent
    | people.PeopleEvent
    | wishes.Wish
    | calling.ToolEvent
    | process.ProcessEvent
)
"""Events that are a module's business."""


class Meeting:
    """One meeting, from `MeetingStarted` to `EndMeeting`."""

    def __init__(self, plan: MeetingPlan, policies: Mapping[str, Policy] = MappingProxyType({})) -> None:
        """Make ready to decide; ScenarioError for an unknown policy or a pattern that is none.

        `policies`: those that the plan names and this package does not have, by name (`module:attr`). They
        are asked as its own are, so they must be pure functions of what they see.
        """
        self._state = State(plan)
        self._chooser = Chooser.of(plan.floor, policies)

    def handle(self, event: Event, now: float) -> list[Command]:
        """Decide on an event that happened at `now`, in seconds since the meeting's start."""
        state = self._state
        state.now, state.out = now, []
        state.transcript.take_event(event)
        state.contexts.take_event(event)
        state.meter.take(event, now)
        if state.phase is Phase.OVER:
            return []
        if self._makes_sense(event):
            self._take(event)
            self._settle()
            if state.phase in {Phase.OPENING, Phase.OPEN}:
                hearing.refresh(state)
                limits.watch_cost(state)
        state.floor.check(state.presence.gone())
        return state.out

    def _makes_sense(self, event: Event) -> bool:
        """Whether the event can be of this meeting: it has started, and knows who is meant."""
        state = self._state
        name: object = getattr(event, "participant", None)
        if name is not None and name not in state.cast:
            state.stale("an event of somebody who is not of this meeting")
            return False
        if (state.phase is Phase.NEW) != isinstance(event, MeetingStarted):
            state.stale("an event before the meeting's start, or its start once more")
            return False
        return True

    def _take(self, event: Event) -> None:
        state = self._state
        match event:
            case MeetingStarted():
                self._start()
            case Woke(timer=timer):
                self._woke(timer)
            case StopAsked(reason=reason):
                end_meeting(state, reason)
            case LatencyMeasured() | ServiceWarned() | ActorCrashed():
                pass  # for the record
            case EarReady() | EarLost() | EarFailed() | EarHeard() | LineTaken() | VoiceFell() | VoiceRose():
                pass  # these rules know no ears
            case EchoNoticed() | RevokeAsked() | Joined() | Left():
                pass  # nor who comes and goes
            case _:
                self._hand_on(event)

    def _hand_on(self, event: Taken) -> None:
        """Let the module decide whose business the event is."""
        state = self._state
        if isinstance(event, sessions.SessionEvent):
            sessions.take(state, event)
        elif isinstance(event, speaking.SpeakingEvent):
            speaking.take(state, event)
        elif isinstance(event, people.PeopleEvent):
            people.take(state, event)
        elif isinstance(event, wishes.Wish):
            wishes.take(state, event)
        elif isinstance(event, calling.ToolEvent):
            calling.take(state, event)
        else:
            process.take(state, event)

    def _start(self) -> None:
        state = self._state
        state.phase = Phase.OPENING
        hearing.refresh(state)
        limits.tell_unpriced(state)
        if state.plan.limits.time_s is not None:
            state.wake(limits.TIME, state.plan.limits.time_s)
        state.wake("ready", state.now + state.plan.ready_s)

    def _woke(self, timer: str) -> None:
        state = self._state
        if not state.timers.came(timer, state.now):
            return
        what, _, _ = timer.partition(":")
        match what:
            case limits.TIME:
                end_meeting(state, limits.TIME)
            case limits.SILENCE:
                end_meeting(state, "silence")
            case "ready":
                self._open()
            case "silence":
                climb(state)
            case "box":
                warn_box(state)
            case "hang" | "overlap" | "barge" | "resume":
                people.woke(state, state.ongoing, what)
            case limits.COST | "choose":
                pass  # the floor is looked at after every event
            case _:
                turns.woke(state, state.ongoing, what)

    def _settle(self) -> None:
        """Follow an event up: look at a turn that ended, open the meeting, choose who is next."""
        state = self._state
        if state.unjudged is not None and state.phase is Phase.OPEN:
            judge(state, state.unjudged)
        state.unjudged = None
        if state.phase is Phase.OPENING and state.presence.is_complete:
            self._open()
        sessions.roll_over(state)
        if state.phase is not Phase.OPEN or not state.floor.is_free:
            return
        if state.closing is not None:
            end_meeting(state, state.closing)
        else:
            self._chooser.choose(state)

    def _open(self) -> None:
        state = self._state
        state.phase = Phase.OPEN
        state.free_since = state.now
        state.timers.clear("ready")
        move = state.agenda.open(state.now)
        if move is not None:
            state.emit(move)
            watch_box(state)
        turns.quiet(state)

    # --- views --------------------------------------------------------------------------------------

    @property
    def plan(self) -> MeetingPlan:
        """What was known before the meeting."""
        return self._state.plan

    @property
    def phase(self) -> Phase:
        """Where the meeting is: new, opening, open or over."""
        return self._state.phase

    @property
    def holder(self) -> str | None:
        """Who holds the floor; None while it is free."""
        return self._state.floor.holder

    @property
    def turn(self) -> int:
        """The number of the last granted turn; 0 before the first."""
        return self._state.floor.turn

    @property
    def turns(self) -> tuple[TurnTaken, ...]:
        """Turns that are over."""
        return tuple(self._state.turns)

    @property
    def item(self) -> AgendaItem | None:
        """The point of the agenda at hand."""
        return self._state.agenda.item

    @property
    def floor_view(self) -> FloorView:
        """What a policy would see now."""
        return self._state.view()

    def gone(self) -> frozenset[str]:
        """Who has failed for good."""
        return self._state.presence.gone()

    def utterances(self) -> tuple[Utterance, ...]:
        """What was heard so far, in turns that are over."""
        return self._state.transcript.utterances()

    def context(self, participant: str) -> tuple[ContextItem, ...]:
        """What an agent heard and said as heard, to restore its session from; KeyError for an unknown."""
        return self._state.contexts.of(participant)

    def __repr__(self) -> str:
        """One status line."""
        at = f", turn {self.turn} {self.holder}" if self.holder else ""
        waiting = len(self._state.floor.waiting())
        return f"<Meeting {self.plan.name}: {self.phase.value}{at}, {waiting} waiting>"
