"""Plan of a meeting: all that the brain knows before it starts. It stands in the journal's header.

The plan is all that decisions may depend on beside events, so a replay needs nothing else.
"""

from __future__ import annotations

from enum import Enum
from typing import Literal, TypeAlias

from trialogue.arguments import checks_arguments
from trialogue.errors import UnknownName
from trialogue.model.expectations import Trigger
from trialogue.model.participants import OnFailure, Participant
from trialogue.values import frozen


class SilenceStep(Enum):
    """One rung of the silence ladder."""

    NUDGE = "nudge"
    ASK_CHAIR = "ask-chair"
    NEXT_SPEAKER = "next-speaker"
    END = "end"


@frozen
class Said:
    """A pattern over speech that was heard in the meeting."""

    match: str
    """A regular expression (`trialogue.model.patterns`), searched in one turn's heard text."""

    by: str | None = None
    """Only when this participant said it; None for anyone."""


@frozen
class HoldRules:
    """Limits of the length of one turn."""

    max_s: float = 90.0
    """The floor is revoked after this many seconds of holding it (`hold-limit`)."""

    warn_s: float | None = None
    """The holder's next digest mentions it, and the journal notes it, from here on; None for never."""


@frozen
class SilenceRules:
    """Steps that follow while the floor is free and nobody takes it."""

    after_s: float = 4.0
    """Seconds of free floor before the first rung, and between rungs."""

    steps: tuple[SilenceStep, ...] = (
        SilenceStep.ASK_CHAIR,
        SilenceStep.NEXT_SPEAKER,
        SilenceStep.END,
    )
    """The rungs in order; each is taken once until somebody speaks again."""


class Interrupters(Enum):
    """Agents that may cut into another's turn. People and the chair always may."""

    NEVER = "never"
    WHEN_ADDRESSED = "when-addressed"


class WhileUnsure(Enum):
    """Behaviour of an agent while it is unsure whether speech beside its turn takes the floor."""

    DUCK = "duck"
    TALK = "talk"
    PAUSE = "pause"


@frozen
class InterruptRules:
    """Effects of speech beside the holder's."""

    agents: Interrupters = Interrupters.WHEN_ADDRESSED
    """Agents that may interrupt, under policies by which agents by ear speak up by themselves."""

    backchannel_s: float = 0.8
    """Speech that is shorter than this, and of few words, does not take the floor."""

    backchannel_words: int = 3
    """Words that a backchannel may have at most."""

    resume_s: float = 1.5
    """A holder that was stopped by what was no interruption goes on when so long nothing follows."""

    overlap_s: float = 0.0
    """Seconds that a person may be heard beside an agent before the agent falls silent: 0 for not at all."""

    while_unsure: WhileUnsure = WhileUnsure.DUCK
    """Behaviour of the agent until it is known whether speech beside its turn takes the floor."""


@frozen
class ShareRules:
    """Limits of one participant's share of the speech. None is no limit."""

    max: float | None = None
    """The greatest share of all speech in the window, 0 to 1; beyond it one is passed over."""

    window_s: float = 180.0
    """Seconds over which shares are counted, back from now."""

    in_a_row: int | None = None
    """Turns that one may have in a row while others could speak."""


@frozen
class FloorRules:
    """Rules of the floor: policy, chair and patience."""

    policy: str = "round-robin"
    """The name of the policy that is asked first."""

    otherwise: str = "round-robin"
    """The policy that is asked when the first has nobody to name."""

    order: tuple[str, ...] = ()
    """The order of `scripted` (once through) and of `round-robin` (for ever); the cast's where empty."""

    think_s: float = 20.0
    """A holder that has not begun to speak after this many seconds loses the floor (`timeout`)."""

    ear_s: float = 6.0
    """An agent by ear that has the floor and has answered nothing it heard is cued after this long."""

    chair_timeout_s: float = 6.0
    """Seconds that the floor waits for a chair who named nobody, before `otherwise` decides."""

    hold: HoldRules = HoldRules()
    """Limits on one turn."""

    silence: SilenceRules = SilenceRules()
    """Limits on a free floor."""

    interrupt: InterruptRules = InterruptRules()
    """Effects of speech beside the holder's."""

    share: ShareRules = ShareRules()
    """Limits on one participant's part of it all."""

    human_s: float = 10.0
    """A person who has the floor and has not begun to speak after this loses it (`timeout`)."""

    hang_s: float = 1.2
    """A person's turn ends when so long nothing follows on its speech."""


@frozen
class Limits:
    """When a meeting ends by itself. None is no limit; `time_s` and `turns` are never both None."""

    time_s: float | None = 900.0
    """Seconds since the start."""

    turns: int | None = None
    """Number of ended turns of all participants."""

    silence_s: float = 30.0
    """Seconds in which nobody was heard."""

    cost_usd: float | None = None
    """US dollars that the agents' services may cost, as far as their prices are known."""


@frozen
class AgendaItem:
    """One point of the agenda, taken in order."""

    id: str
    """Unique in the agenda."""

    title: str
    """Title in digests and on the screen."""

    owner: str | None = None
    """The participant whose point it is."""

    time_s: float | None = None
    """Time box in seconds; the agenda moves on at the next turn's end after it."""

    done_when: Said | Trigger | None = None
    """The agenda moves on when this has been said, or has happened since the point began."""

    warn_s: float | None = None
    """The chair says that time runs out so many seconds before the end of the box; None for never."""


class OnInterrupt(Enum):
    """Fate of a running tool call whose agent is interrupted or no longer wants the result."""

    CANCEL = "cancel"
    KEEP = "keep"


@frozen
class Filler:
    """Words of an agent while a tool takes its time."""

    after_s: float
    """Seconds after which it is said, if nobody is being heard then."""

    say: str
    """The words, as the scenario has them."""


@frozen
class ToolRules:
    """Rules of one tool."""

    name: str
    """Name by which agents call it."""

    on_interrupt: OnInterrupt = OnInterrupt.CANCEL
    """Whether an interruption stops it."""

    idempotent: bool = False
    """Whether it may run again where it is not known to have succeeded: at least once, not at most once."""

    identity: tuple[str, ...] = ()
    """The arguments that make two calls the same call, whoever asks; none: every call id is a call."""

    filler: Filler | None = None
    """Words while it runs."""


HookPoint: TypeAlias = Literal["tool", "words", "grant"]
"""Point at which a meeting can ask the app before it goes on: a tool call, words to an agent, a grant of the
floor.
"""


@frozen
class HookRule:
    """Before one kind of thing happens, the app is asked; without its answer in time the default holds."""

    point: HookPoint
    """Before what."""

    deadline_s: float
    """Seconds that the app's answer is waited for."""

    allows: bool
    """Whether it happens where no answer has come in time."""


@frozen
class PlannedFault:
    """Something that the scenario wants to go wrong, once; nothing is decided by it."""

    id: str
    """Name that the scenario gives it."""

    kind: str
    """Kind, as `trialogue chaos --list` has it, or `disconnect` or `delay`."""

    to: str
    """Agent that it strikes."""

    trigger: Trigger
    """Trigger at which it strikes."""

    by_s: float = 0.0
    """Of `delay`: by how much everything is late, in seconds."""

    for_s: float | None = None
    """Length in seconds; None to the session's end."""


@frozen
class MeetingPlan:
    """Everything that decisions depend on beside the events themselves."""

    name: str
    """The meeting's name."""

    participants: tuple[Participant, ...]
    """The cast, in the scenario's order; names are unique."""

    seed: int = 0
    """Every chance of the meeting comes from generators seeded by this."""

    floor: FloorRules = FloorRules()
    """Rules of the floor: the next speaker, and the length of turns."""

    limits: Limits = Limits()
    """Limits at which it ends by itself."""

    agenda: tuple[AgendaItem, ...] = ()
    """Points in order; empty for a meeting without an agenda."""

    end: tuple[Said | Trigger, ...] = ()
    """The meeting ends after the turn in which any of these was said, or happened."""

    end_with_agenda: bool = True
    """Whether the last point's end is the meeting's end."""

    on_failure: OnFailure = OnFailure.DROP
    """Consequence for the meeting of a participant that has failed for good and says nothing itself."""

    ready_s: float = 30.0
    """The meeting opens when all sessions are ready, or with those that are after this long."""

    tools: tuple[ToolRules, ...] = ()
    """Tools that are more than their name."""

    hooks: tuple[HookRule, ...] = ()
    """Questions to the app while the meeting is held; each point at most once."""

    faults: tuple[PlannedFault, ...] = ()
    """Faults on demand, in the scenario's order."""

    @checks_arguments
    def hook(self, point: HookPoint) -> HookRule | None:
        """The rule of a point; None where the app is not asked."""
        return next((rule for rule in self.hooks if rule.point == point), None)

    def participant(self, name: str) -> Participant:
        """The participant of that name; UnknownName, which is a KeyError, for any other."""
        for participant in self.participants:
            if participant.name == name:
                return participant
        known = ", ".join(participant.name for participant in self.participants)
        raise UnknownName(f"no participant is called {name!r}; there are {known}", argument="name")

    @checks_arguments
    def tool(self, name: str) -> ToolRules:
        """Rules of a tool; those that hold for all where it has none."""
        return next((tool for tool in self.tools if tool.name == name), ToolRules(name))

    @property
    def chair(self) -> Participant | None:
        """The first chair of the cast."""
        return next((p for p in self.participants if p.is_chair), None)
