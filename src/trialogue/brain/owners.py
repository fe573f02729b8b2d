"""Owners of one meeting's state, and the only path for their commands.

Each owner's state is written by its own methods alone. A rule for two of them is a function of this
package that calls both and keeps no state.
"""

from __future__ import annotations

from random import Random

from attrs import Factory, evolve, field

from trialogue.brain.course.agenda import AgendaCourse
from trialogue.brain.course.awaiting import Awaiting
from trialogue.brain.course.cost import Meter
from trialogue.brain.course.course import Course
from trialogue.brain.course.ladder import SilenceLadder
from trialogue.brain.floor.requests import Floor
from trialogue.brain.floor.trouble import Troubles
from trialogue.brain.floor.view import FloorView, Waiting
from trialogue.brain.hook_questions import Questions
from trialogue.brain.interruptions import Beside
from trialogue.brain.mouths import Mouths
from trialogue.brain.prompts import Prompts
from trialogue.brain.replies import Replies
from trialogue.brain.seats.agents import Agents
from trialogue.brain.seats.cast import Cast
from trialogue.brain.seats.people import People
from trialogue.brain.tools.calls import Calls
from trialogue.brain.turn.person import PersonState, PersonTurn
from trialogue.brain.turn.turns import Turns
from trialogue.brain.words.context import Contexts
from trialogue.brain.words.digest import Inboxes
from trialogue.brain.words.heard_patterns import SaidRule, compile_said
from trialogue.brain.words.lines import Lines
from trialogue.brain.words.transcript import Transcript
from trialogue.brain.words.utterances import Utterances
from trialogue.errors import ScenarioError
from trialogue.model.commands import Command, Level, Report, SetHearing
from trialogue.model.events import Event
from trialogue.model.patterns import PatternFault
from trialogue.model.plan import MeetingPlan, Said
from trialogue.values import define


@define
class Owners:
    """Machines of one meeting, and the decision on the current event."""

    plan: MeetingPlan
    """Plan with the cast with which the meeting began."""

    cast: Cast = field(init=False)
    """Cast: all participants, with those who left and those who are muted."""

    course: Course = field(init=False)
    """Course of the meeting: its phase, its patience and its end."""

    troubles: Troubles = field(init=False)
    """Troubles: turns that repeat themselves, and a dead chair."""

    contexts: Contexts = field(init=False)
    """Contexts: the words that each participant heard and said."""

    meter: Meter = field(init=False)
    """Meter of the cost."""

    end_rules: tuple[SaidRule, ...] = field(init=False)
    """Patterns of words that end the meeting."""

    awaiting: Awaiting = field(init=False)
    """Patterns of other events that end the meeting, or a point of its agenda."""

    agents: Agents = Factory(Agents)
    """Agents' sessions."""

    people: People = Factory(People)
    """People's voices and ears."""

    utterances: Utterances = Factory(Utterances)
    """Utterances that ears made of people's speech."""

    mouths: Mouths = Factory(Mouths)
    """Agents that are being played, and the loudness of the turn."""

    replies: Replies = Factory(Replies)
    """Replies that agents have begun."""

    prompts: Prompts = Factory(Prompts)
    """Prompts to agents."""

    calls: Calls = Factory(Calls)
    """Tool calls."""

    questions: Questions = Factory(Questions)
    """Questions to the app's hooks."""

    turns: Turns = Factory(Turns)
    """Current turn, and completed ones."""

    beside: Beside = Factory(Beside)
    """Speech beside the turn."""

    floor: Floor = Factory(Floor)
    """Floor: its holder, and the requests that wait for it."""

    transcript: Transcript = Factory(Transcript)
    """Transcript of the words that were heard."""

    lines: Lines = Factory(Lines)
    """Entries of agents' scripts that were given."""

    inboxes: Inboxes = Factory(Inboxes)
    """Inboxes: words and notes that participants have not been told yet."""

    now: float = field(default=0.0, metadata={"is_fact": False})
    """Time of the current event, in seconds since the meeting's start."""

    out: list[Command] = field(factory=list[Command], metadata={"is_fact": False})
    """Commands of the current decision so far."""

    table: SetHearing | None = None
    """Hearing table that was last told; None before the first."""

    def __attrs_post_init__(self) -> None:
        """Make the machines that depend on the plan; ScenarioError for an invalid pattern."""
        plan = self.plan
        self.cast = Cast(plan)
        self.course = Course(AgendaCourse(plan.agenda), SilenceLadder(plan.floor.silence.steps))
        self.troubles = Troubles()
        self.contexts = Contexts(plan, self.transcript)
        self.meter = Meter(plan)
        self.end_rules = tuple(compile_said(each) for each in plan.end if isinstance(each, Said))
        self.awaiting = _awaiting(plan)
        for participant in plan.participants:
            self.seat(participant.name)

    def seat(self, name: str) -> None:
        """Give a participant its seat."""
        if self.cast.is_agent(name):
            self.agents.seat(name)
        else:
            self.people.seat(name, has_ear=self.cast[name].has_ear)

    # --- the decision -------------------------------------------------------------------------------

    def begin(self, event: Event, now: float) -> None:
        """Begin the decision on an event; owners that fold events take it here."""
        self.now, self.out = now, []
        self.awaiting.take_event(event, now)
        self.transcript.take_event(event)
        self.contexts.take_event(event)
        self.meter.take(event, now)
        self.mouths.take_event(event)
        self.lines.take_event(event)

    def emit(self, command: Command) -> None:
        """Add a command to the decision; owners that fold commands take it here."""
        self.out.append(command)
        self.transcript.take_command(self.now, command)
        self.contexts.take_command(command)
        self.mouths.take_command(command)

    def report(self, code: str, text: str, participant: str | None = None, *, level: Level = "note") -> None:
        """Report something to people; the text never contains speech."""
        self.emit(Report(code, text, participant, level))

    def stale(self, what: str, participant: str | None = None) -> None:
        """Report a stale event: it does not fit the state, or no longer does."""
        self.report("stale", what, participant)

    def hear(self, table: SetHearing) -> None:
        """Replace the hearing table if it has changed."""
        if table != self.table:
            self.table = table
            self.emit(table)

    # --- views of several owners ----------------------------------------------------------------------

    @property
    def chair(self) -> str | None:
        """Chair of the cast, or its deputy; None without one."""
        chair = self.plan.chair
        return self.troubles.deputy or (chair.name if chair else None)

    @property
    def heard_s(self) -> float:
        """Position on the meeting's audio clock up to which people's sources have reported."""
        return self.now - self.people.lag_s

    def is_present(self, name: str) -> bool:
        """Whether a participant can be granted the floor now."""
        here = self.agents.is_ready(name) if self.cast.is_agent(name) else not self.cast.has_left(name)
        return here and self.cast[name].may_speak and not self.cast.is_muted(name)

    @property
    def are_settled(self) -> bool:
        """Whether each agent, and each person's ear, is ready or has failed: the opening waits for no one."""
        ears = (name for name in self.cast.names if not self.cast.has_left(name))
        return self.agents.are_settled and not any(map(self.people.awaits_ear, ears))

    def present(self) -> tuple[str, ...]:
        """Participants who can be granted the floor now, in the cast's order."""
        return tuple(name for name in self.cast.names if self.is_present(name))

    def away(self) -> tuple[str, ...]:
        """Agents that could speak but have no session now, for a while or for good."""
        return tuple(
            name
            for name in self.cast.names
            if self.cast.is_agent(name) and self.cast[name].may_speak and not self.agents.is_ready(name)
        )

    def audible(self) -> tuple[str, ...]:
        """Participants who are heard now: played agents, speaking people, and one whose words are read."""
        sounding = (name for name in self.mouths.sounding() if not self.cast.is_muted(name))
        turn = self.turns.current
        read = (
            (turn.holder.name,) if isinstance(turn, PersonTurn) and turn.state is PersonState.READING else ()
        )
        return (*sounding, *self.people.speaking(), *read)

    def view(self) -> FloorView:
        """View of the floor for policies."""
        collecting = self.turns.collecting
        preparing = self.prompts.preparing()
        missing = tuple(name for name in self.cast.names if name in preparing)
        return FloorView(
            plan=self.cast.plan,
            now=self.now,
            free_since=self.turns.free_since,
            present=self.present(),
            away=self.away(),
            queue=self._queue(),
            turns=self.turns.taken,
            named=self.floor.named,
            item=self.course.agenda.item,
            item_since=self.course.agenda.since,
            chair=self.chair,
            collecting=evolve(collecting, missing=missing) if collecting else None,
            draw=self.draw(),
            tally=self.turns.tally,
        )

    def _queue(self) -> tuple[Waiting, ...]:
        return tuple(
            Waiting(
                participant=request.participant,
                priority=request.priority,
                since=request.since,
                is_prepared=self.replies.holds(request.participant),
                words=self.replies.words(request.participant),
                urgency=request.urgency,
                about=request.wants,
                is_raised=request.raised,
            )
            for request in self.floor.waiting()
        )

    def draw(self) -> float:
        """Random number in [0, 1), a new one for each turn, from the meeting's seed."""
        number = self.floor.turn + 1
        return Random(f"{self.plan.seed}/turn/{number}").random()  # noqa: S311 - chance, not a secret


def _awaiting(plan: MeetingPlan) -> Awaiting:
    """Patterns of events that the plan waits for; ScenarioError for an invalid one."""
    try:
        return Awaiting.of(plan)
    except PatternFault as fault:
        raise ScenarioError(f"a pattern that the plan waits for {fault}") from fault
