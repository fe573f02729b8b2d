"""Brain of a meeting: `handle(event, now)` answers an event with commands, in one pass.

1. accept: is the event of this meeting and of this kind of seat? Else it is noted as stale.
2. fold: owners that only add up (transcript, contexts, money, mouths, lines) take it.
3. take: the responsible module calls the owners; turns and speech beside them change.
4. due: deadlines that `now` has reached, the earliest first.
5. course: a completed turn is checked; sessions roll over; only then, if the floor is free, a policy is
   called. 4 and 5 are repeated until nothing changes.
6. derive: the hearing table, the volume of the turn, the current deadlines; the difference becomes commands.

The brain is pure: its decisions depend only on the plan and on the events so far. It is total: no event in
any order raises an error. After `EndMeeting` it decides nothing more; it still notes the end of a cut turn's
sound, and adds the last words of people to the transcript.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trialogue.brain import hearing, hook_answers
from trialogue.brain.course import incoming_requests, process
from trialogue.brain.course.course import Phase
from trialogue.brain.course.ending import after_turn, end_meeting
from trialogue.brain.deadlines import Alarms, deadlines
from trialogue.brain.due_deadlines import take_due
from trialogue.brain.floor.next_speaker import Chooser, claimants
from trialogue.brain.floor.view import FloorView, Policy, TurnTaken
from trialogue.brain.loudness import set_loudness
from trialogue.brain.opening import open_meeting, start
from trialogue.brain.owners import Owners
from trialogue.brain.seats import sessions
from trialogue.brain.standing import state_of
from trialogue.brain.tools import calling
from trialogue.brain.turn import listening, speaking
from trialogue.errors import LocalProtocolError
from trialogue.model.commands import Command
from trialogue.model.events import (
    ActorCrashed,
    EarHeard,
    Event,
    FaultStruck,
    HookAnswered,
    Joined,
    LatencyMeasured,
    MeetingResumed,
    MeetingStarted,
    ServiceWarned,
    StopAsked,
    Woke,
)
from trialogue.model.memory import ContextItem, ScriptStand
from trialogue.model.plan import AgendaItem, MeetingPlan
from trialogue.model.state import MeetingState
from trialogue.model.transcript import Utterance

STEPS = 1000
"""Most steps that may follow from one event; more is a fault of the rules."""


class Brain:
    """Brain of one meeting, from `MeetingStarted` to `EndMeeting`."""

    def __init__(self, plan: MeetingPlan, policies: Mapping[str, Policy] = MappingProxyType({})) -> None:
        """Set up the meeting of a plan; ScenarioError for an unknown policy or an invalid pattern.

        `policies` are those that the plan names and this package lacks, by name (`module:attr`). They must be
        pure functions of their view, like the built-in ones.
        """
        self._owners = Owners(plan)
        self._chooser = Chooser.of(plan.floor, policies)
        self._alarms = Alarms()

    def handle(self, event: Event, now: float) -> list[Command]:
        """Decide on an event that happened at `now`, in seconds since the meeting's start."""
        o = self._owners
        o.begin(event, now)
        if o.course.phase is Phase.OVER:
            if isinstance(event, EarHeard):
                listening.last_words(o, event)
            return o.out
        if self._makes_sense(event):
            self._take(event)
        if o.course.phase is not Phase.NEW:
            self._follow_up()
        if o.course.phase in {Phase.OPENING, Phase.OPEN}:
            self._derive()
        o.floor.check(o.agents.gone())
        return o.out

    def _makes_sense(self, event: Event) -> bool:
        """Whether the event fits this meeting: it has started, and its cast has the participant."""
        o = self._owners
        name: object = getattr(event, "participant", None)
        if name is not None and name not in o.cast:
            o.stale("an event of somebody who is not of this meeting")
            return False
        if (o.course.phase is Phase.NEW) != isinstance(event, MeetingStarted):
            o.stale("an event before the meeting's start, or its start once more")
            return False
        return True

    def _take(self, event: Event) -> None:
        o = self._owners
        match event:
            case MeetingStarted():
                start(o)
            case Woke(timer=timer):
                self._alarms.came(timer, o.now)
            case StopAsked(reason=reason):
                end_meeting(o, reason)
            case LatencyMeasured() | ServiceWarned() | ActorCrashed() | FaultStruck():
                pass  # recorded only: nothing follows from them
            case MeetingResumed():
                self._alarms.forget()
                process.take(o, event)
            case _:
                _hand_on(o, event)

    def _follow_up(self) -> None:
        """Take due deadlines and steps of the meeting's course, until none is left."""
        o = self._owners
        for _ in range(STEPS):
            o.awaiting.take_commands(o.out, o.now)
            o.course.listen(o.now, is_audible=bool(o.audible()))
            if o.course.phase is Phase.OVER or not (take_due(o) or self._settle()):
                return
        raise LocalProtocolError("what follows from one event has no end")

    def _settle(self) -> bool:
        """Take one step of the meeting's course; False if there is none to take."""
        o = self._owners
        taken = o.turns.take_ended()
        if taken is not None and o.course.phase is Phase.OPEN:
            after_turn(o, taken)
            return True
        if o.course.phase is Phase.OPENING and o.are_settled:
            open_meeting(o)
            return True
        sessions.roll_over(o)
        if o.course.phase is not Phase.OPEN or not o.floor.is_free:
            return False
        if o.course.closing is not None and not claimants(o):  # who has begun to speak is heard out
            end_meeting(o, o.course.closing)
            return True
        return self._chooser.choose(o) or not o.floor.is_free

    def _derive(self) -> None:
        """Emit the commands that follow from the state, where they differ from the last ones."""
        o = self._owners
        set_loudness(o)
        o.hear(hearing.table(o))
        for command in self._alarms.difference(deadlines(o), o.now):
            o.emit(command)

    # --- views --------------------------------------------------------------------------------------

    @property
    def plan(self) -> MeetingPlan:
        """Plan of the meeting, with its first cast."""
        return self._owners.plan

    @property
    def phase(self) -> Phase:
        """Phase of the meeting: new, opening, open or over."""
        return self._owners.course.phase

    @property
    def holder(self) -> str | None:
        """Holder of the floor; None while it is free."""
        return self._owners.floor.holder

    @property
    def turn(self) -> int:
        """Number of the last granted turn; 0 before the first."""
        return self._owners.floor.turn

    @property
    def turns(self) -> tuple[TurnTaken, ...]:
        """Completed turns."""
        return self._owners.turns.taken

    @property
    def item(self) -> AgendaItem | None:
        """Current point of the agenda; None without one."""
        return self._owners.course.agenda.item

    @property
    def floor_view(self) -> FloorView:
        """View of the floor that a policy would get now; for tests of policies, with `brain_for`."""
        return self._owners.view()

    @property
    def seats(self) -> MeetingPlan:
        """Plan with the current cast, including participants who have joined since."""
        return self._owners.cast.plan

    def state(self, at: float) -> MeetingState:
        """State of the meeting at `at`, in seconds since its start."""
        return state_of(self._owners, at)

    @property
    def audible(self) -> tuple[str, ...]:
        """Participants who are heard now."""
        return self._owners.audible()

    def gone(self) -> frozenset[str]:
        """Participants who have failed for good."""
        return self._owners.agents.gone()

    def here(self) -> tuple[str, ...]:
        """Participants who have not left, in the order in which they joined."""
        cast = self._owners.cast
        return tuple(name for name in cast.names if not cast.has_left(name))

    def utterances(self) -> tuple[Utterance, ...]:
        """Utterances so far, in completed turns and beside turns."""
        return self._owners.transcript.utterances()

    def context(self, participant: str) -> tuple[ContextItem, ...]:
        """Context that restores an agent's session: words heard and said; KeyError for an unknown name."""
        return self._owners.contexts.of(participant)

    def script_stand(self, participant: str) -> ScriptStand:
        """Position in an agent's script, where a new session continues; KeyError for an unknown name."""
        o = self._owners
        recalled = o.contexts.last_prompts(participant) if o.agents.has_lost_turn(participant) else ""
        return ScriptStand(o.lines.given(participant), recalled)

    def __repr__(self) -> str:
        """Status line."""
        at = f", turn {self.turn} {self.holder}" if self.holder else ""
        waiting = len(self._owners.floor.waiting())
        return f"<Brain {self.plan.name}: {self.phase.value}{at}, {waiting} waiting>"


def _hand_on(o: Owners, event: Event) -> None:
    """Pass an event to the module that decides on events of its kind."""
    if isinstance(event, sessions.SessionEvent):
        sessions.take(o, event)
    elif isinstance(event, speaking.SpeakingEvent):
        speaking.take(o, event)
    elif isinstance(event, listening.PeopleEvent):
        listening.take(o, event)
    elif isinstance(event, incoming_requests.RequestEvent | Joined):
        incoming_requests.take(o, event)
    elif isinstance(event, calling.ToolEvent):
        calling.take(o, event)
    elif isinstance(event, HookAnswered):
        hook_answers.take(o, event)
    elif isinstance(event, process.ProcessEvent):
        process.take(o, event)
