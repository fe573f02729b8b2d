"""All that a meeting is between two events, and the one way by which commands leave it."""

from __future__ import annotations

from collections import deque
from enum import Enum
from random import Random

from attrs import Factory, define, evolve, field

from trialogue.errors import LocalProtocolError
from trialogue.model.commands import Command, Cue, Report, SetHearing, Speak, WakeAt
from trialogue.model.participants import Hears, Kind, Participant
from trialogue.model.plan import MeetingPlan
from trialogue.rules.agenda import AgendaCourse
from trialogue.rules.barge import Barge, LastPerson
from trialogue.rules.context import Contexts
from trialogue.rules.cost import Meter
from trialogue.rules.digest import Inboxes, Missed
from trialogue.rules.ears import Ears
from trialogue.rules.floor import Floor
from trialogue.rules.presence import Presence
from trialogue.rules.replies import Replies
from trialogue.rules.said import SaidRule, compile_said
from trialogue.rules.silence import SilenceLadder
from trialogue.rules.timers import Timers
from trialogue.rules.tools import Calls
from trialogue.rules.transcript import Transcript
from trialogue.rules.view import Collecting, FloorView, Named, TurnTaken, Waiting


class Phase(Enum):
    """Where the meeting is."""

    NEW = "new"
    OPENING = "opening"
    OPEN = "open"
    OVER = "over"


class TurnPhase(Enum):
    """Where a turn is."""

    THINKING = "thinking"
    PLAYING = "playing"


@define
class Turn:
    """The turn that goes on: one grant."""

    number: int
    """Its number and epoch."""

    holder: Participant
    """Who holds the floor."""

    chosen_by: str
    """A policy's name, `asked` or `silence`."""

    ask: str
    """What is asked of the holder, as its digest says it. Personal."""

    is_urgent: bool
    """Whether what is asked is known to nobody's ear, so that an agent by ear is cued at once."""

    began_at: float
    """When the floor was granted."""

    phase: TurnPhase = TurnPhase.THINKING
    """Whether something of it is being played."""

    reply: int | None = None
    """The reply that is played, or was last."""

    following: deque[int] = Factory(deque[int])
    """Further replies of this turn, to be played in order."""

    prompt: Cue | Speak | None = None
    """What the holder was told to make it speak."""

    told: Missed = Factory(Missed)
    """What the cue told."""

    refusals: int = 0
    """How often the prompt was refused."""

    owes_reply: bool = False
    """Whether a tool call of this turn has not been followed by a reply yet."""

    called_tool: bool = False
    """Whether a tool was called in it: a further reply is part of it then."""

    was_heard: bool = False
    """Whether any of it was heard."""

    cut: str | None = None
    """Whom it began by cutting off."""

    has_words: bool = False
    """Whether words of a person's turn have come."""

    awaits_words: bool = False
    """Whether a person's turn is only waiting for its words."""

    was_typed: bool = False
    """Whether words of it were typed."""

    was_prepared: bool = False
    """Whether its reply was prepared in a round: what was said since is told at the next cue."""

    is_uncertain: bool = False
    """Whether another person spoke at the same time."""

    filler: str = ""
    """What its holder says if its tool takes long. Personal."""

    is_filling: bool = False
    """Whether such words were ordered and nothing has come of them yet."""

    collided: bool = False
    """Whether another person started with it."""

    def timer(self, what: str) -> str:
        """The name of a timer of this turn."""
        return f"{what}:{self.number}"


@define
class State:
    """The meeting's machines. Only the functions of this package touch it, within one event."""

    plan: MeetingPlan
    """The plan."""

    now: float = 0.0
    """When the event happened that is being decided on."""

    phase: Phase = Phase.NEW
    """Where the meeting is."""

    out: list[Command] = Factory(list[Command])
    """The decision so far."""

    cast: dict[str, Participant] = field(init=False)
    """Participants by name."""

    presence: Presence = field(init=False)
    """Who is here."""

    agenda: AgendaCourse = field(init=False)
    """How far the agenda is."""

    ladder: SilenceLadder = field(init=False)
    """What was tried against silence."""

    contexts: Contexts = field(init=False)
    """What everybody heard and said."""

    meter: Meter = field(init=False)
    """What it has cost."""

    end_rules: tuple[SaidRule, ...] = field(init=False)
    """Words that end the meeting."""

    transcript: Transcript = Factory(Transcript)
    """What was heard."""

    floor: Floor = Factory(Floor)
    """Who holds the floor and who waits."""

    timers: Timers = Factory(Timers)
    """Which timers are set."""

    replies: Replies = Factory(Replies)
    """Which replies are held."""

    inboxes: Inboxes = Factory(Inboxes)
    """What everybody has yet to be told."""

    calls: Calls = Factory(Calls)
    """Tool calls."""

    turn: Turn | None = None
    """The turn that goes on."""

    turns: list[TurnTaken] = Factory(list[TurnTaken])
    """Turns that are over."""

    unjudged: TurnTaken | None = None
    """A turn that has just ended, before the rules looked at its words."""

    free_since: float = 0.0
    """When the floor became free."""

    named: Named | None = None
    """Whom the chair gave the floor."""

    closing: str | None = None
    """Why the meeting ends when the turn that goes on is over."""

    says: dict[str, deque[str]] = Factory(dict[str, deque[str]])
    """Words that the app wants said, by participant."""

    thinking: set[str] = Factory(set[str])
    """Agents by ear that heard words since the last turn ended: they are about to answer."""

    prompted: set[str] = Factory(set[str])
    """Agents whose present session was cued or told to speak."""

    retries: set[str] = Factory(set[str])
    """Who lost its turn with its session and takes it again when it is back."""

    retried: set[str] = Factory(set[str])
    """Who takes a lost turn again, or did so in vain: not a third time."""

    ending: dict[str, int] = Factory(dict[str, int])
    """Whose session comes to the end of its allowed life, and which session it is."""

    rolling: str | None = None
    """Whose session is closed just now to go on in a new one: one at a time."""

    replaced: set[str] = Factory(set[str])
    """Whose seat its fallback has taken."""

    speaking: dict[str, float] = Factory(dict[str, float])
    """People that speak just now, and since when."""

    typed: dict[str, deque[str]] = Factory(dict[str, deque[str]])
    """What people typed that has not had the floor yet. Personal."""

    muted: set[str] = Factory(set[str])
    """Who is heard by nobody."""

    has_stalled: bool = False
    """Whether it was told that a step blocked the process."""

    barge: Barge | None = None
    """Who speaks beside the turn that goes on."""

    last_person: LastPerson | None = None
    """The person's turn that ended last: late words are its own."""

    listener: str | None = None
    """Whose ear people's words are read from."""

    ears: Ears = Factory(Ears)
    """When each ear last made words out."""

    table: SetHearing | None = None
    """Who hears whom."""

    deputy: str | None = None
    """Who chairs in the place of a chair that is dead."""

    deputy_since: int = 0
    """How many turns had ended when the deputy took its place."""

    loops: int = 0
    """How often the meeting was found to go round in circles."""

    loop_until: int = 0
    """The last turn of the last loop."""

    overheard: set[str] = Factory(set[str])
    """Agents that hear text and answered a person whom they only listened to."""

    preparing: set[str] = Factory(set[str])
    """Who was asked to prepare a reply and has not begun one."""

    collecting: Collecting | None = None
    """The round that is being prepared or heard."""

    dominant: frozenset[str] = frozenset()
    """Who was passed over at the last choice."""

    def __attrs_post_init__(self) -> None:
        """Make the machines that depend on the plan; ScenarioError for bad patterns."""
        self.cast = {p.name: p for p in self.plan.participants}
        self.presence = Presence(self.plan.participants)
        self.agenda = AgendaCourse(self.plan.agenda)
        self.ladder = SilenceLadder(self.plan.floor.silence.steps)
        self.contexts = Contexts(self.plan, self.transcript)
        self.meter = Meter(self.plan)
        self.end_rules = tuple(map(compile_said, self.plan.end))

    def emit(self, command: Command) -> None:
        """Decide on a command; the folds see it at once."""
        self.out.append(command)
        self.transcript.take_command(self.now, command)
        self.contexts.take_command(command)

    def wake(self, timer: str, at: float) -> None:
        """Set a timer, unless it is set for then already."""
        deadline = self.timers.set(timer, at)
        if deadline is not None:
            self.emit(WakeAt(timer, deadline))

    def report(self, code: str, text: str, participant: str | None = None) -> None:
        """Note something for people; never speech."""
        self.emit(Report(code, text, participant))

    def stale(self, what: str, participant: str | None = None) -> None:
        """Note an event that makes no sense, or none any more."""
        self.report("stale", what, participant)

    def hears_by_ear(self, name: str) -> bool:
        """Whether a participant is an agent that hears sound."""
        return self.cast[name].hears is Hears.AUDIO

    @property
    def has_heard_person(self) -> bool:
        """Whether a person speaks, or the turn that goes on, or ended last, was a person's."""
        turn = self.turn
        if self.speaking or self.barge is not None:
            return True
        if turn is not None and turn.holder.kind is not Kind.AGENT:
            return True
        last = self.last_person
        return last is not None and last.turn == self.floor.turn

    @property
    def chair(self) -> str | None:
        """Who chairs: the chair of the cast, or its deputy."""
        chair = self.plan.chair
        return self.deputy or (chair.name if chair else None)

    def present(self) -> tuple[str, ...]:
        """Who can be granted the floor now, in the cast's order: here, and not muted."""
        return tuple(name for name in self.presence.present() if name not in self.muted)

    @property
    def ongoing(self) -> Turn:
        """The turn that goes on; LocalProtocolError while the floor is free."""
        if self.turn is None:
            raise LocalProtocolError("no turn goes on")
        return self.turn

    def holds_floor(self, name: str) -> Turn | None:
        """The turn that goes on where this participant holds it."""
        turn = self.turn
        return turn if turn is not None and turn.holder.name == name else None

    def view(self) -> FloorView:
        """What policies see."""
        number = self.floor.turn + 1
        return FloorView(
            plan=self.plan,
            now=self.now,
            free_since=self.free_since,
            present=self.present(),
            away=self.presence.away(),
            queue=tuple(
                Waiting(
                    r.participant,
                    r.priority,
                    r.since,
                    self.replies.holds(r.participant),
                    self.replies.words(r.participant),
                    r.urgency,
                    r.wants,
                )
                for r in self.floor.waiting()
            ),
            turns=tuple(self.turns),
            named=self.named,
            item=self.agenda.item,
            item_since=self.agenda.since,
            chair=self.chair,
            collecting=(
                evolve(self.collecting, missing=tuple(name for name in self.cast if name in self.preparing))
                if self.collecting
                else None
            ),
            draw=Random(f"{self.plan.seed}/turn/{number}").random(),  # noqa: S311 - chance, not a secret
        )
