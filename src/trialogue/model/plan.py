"""Plan of a meeting: everything that the brain knows before the start. It stands in the journal's header.

Besides events, decisions may depend only on the plan, so a replay needs nothing else.
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
    """Pattern over speech that was heard in the meeting."""

    match: str
    """Regular expression (`trialogue.model.patterns`), searched in one turn's heard text."""

    by: str | None = None
    """Participant whose words count; None for anyone."""


@frozen
class HoldRules:
    """Limits on the length of one turn."""

    max_s: float = 90.0
    """Seconds of holding the floor after which it is revoked (`hold-limit`)."""

    warn_s: float | None = None
    """Seconds after which the holder's next digest mentions it, and the journal notes it; None for never."""


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
    """Agents that may interrupt another's turn. People and the chair always may."""

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
    """Seconds below which speech of few words does not take the floor."""

    backchannel_words: int = 3
    """Most words of a backchannel."""

    resume_s: float = 1.5
    """Seconds of silence after which a holder that was stopped by no interruption continues."""

    overlap_s: float = 0.0
    """Seconds that a person may be heard beside an agent before the agent falls silent; 0 for none."""

    while_unsure: WhileUnsure = WhileUnsure.DUCK
    """Behaviour of the agent until it is known whether speech beside its turn takes the floor."""


@frozen
class ShareRules:
    """Limits on one participant's share of the speech. None is no limit."""

    max: float | None = None
    """Greatest share of all speech in the window, 0 to 1; a participant beyond it is passed over."""

    window_s: float = 180.0
    """Seconds before now over which shares are counted."""

    in_a_row: int | None = None
    """Most turns in a row of one participant while others could speak."""


@frozen
class FloorRules:
    """Rules of the floor: policy, chair and patience."""

    policy: str = "round-robin"
    """Name of the policy that is asked first."""

    otherwise: str = "round-robin"
    """Name of the policy that is asked when the first one names nobody."""

    order: tuple[str, ...] = ()
    """Order of `scripted` (once through) and of `round-robin` (without end); empty for the cast's."""

    think_s: float = 20.0
    """Seconds after which a holder that has not begun to speak loses the floor (`timeout`)."""

    ear_s: float = 6.0
    """Seconds after which an agent by ear that has the floor, and has answered nothing it heard, is cued."""

    chair_timeout_s: float = 6.0
    """Seconds that the floor waits for a chair that named nobody, before `otherwise` decides."""

    hold: HoldRules = HoldRules()
    """Limits on one turn."""

    silence: SilenceRules = SilenceRules()
    """Limits on a free floor."""

    interrupt: InterruptRules = InterruptRules()
    """Effects of speech beside the holder's."""

    share: ShareRules = ShareRules()
    """Limits on one participant's share."""

    human_s: float = 10.0
    """Seconds after which a person that has the floor and has not begun to speak loses it (`timeout`)."""

    hang_s: float = 1.2
    """Seconds of silence that end a person's turn."""


@frozen
class Limits:
    """Limits that end a meeting. None is no limit; `time_s` and `turns` are never both None."""

    time_s: float | None = 900.0
    """Seconds since the start."""

    turns: int | None = None
    """Ended turns of all participants."""

    silence_s: float = 30.0
    """Seconds without any sound."""

    cost_usd: float | None = None
    """US dollars for the agents' services, as far as their prices are known."""


@frozen
class AgendaItem:
    """Point of the agenda; points are taken in order."""

    id: str
    """Id, unique in the agenda."""

    title: str
    """Title in digests and on the screen."""

    owner: str | None = None
    """Participant that the point belongs to."""

    time_s: float | None = None
    """Time limit in seconds; the agenda moves on at the next turn's end after it."""

    done_when: Said | Trigger | None = None
    """Conditions that move the agenda on: something said, or something that happened since the point began.
    """

    warn_s: float | None = None
    """Seconds before the time limit at which the chair says that time runs out; None for never."""


class OnInterrupt(Enum):
    """Effect on a running tool call of an interruption, or of a result that is no longer wanted."""

    CANCEL = "cancel"
    KEEP = "keep"


@frozen
class Filler:
    """Words of an agent during a long tool call."""

    after_s: float
    """Seconds after which they are said, if nobody is being heard then."""

    say: str
    """Words, as in the scenario."""


@frozen
class ToolRules:
    """Rules of one tool."""

    name: str
    """Name for agents."""

    on_interrupt: OnInterrupt = OnInterrupt.CANCEL
    """Whether an interruption stops it."""

    idempotent: bool = False
    """Whether it may be repeated where its success is not known: at least once, not at most once."""

    identity: tuple[str, ...] = ()
    """Arguments that make two calls the same call, from any agent; none: every call id is a call."""

    filler: Filler | None = None
    """Words during the call; None for none."""


HookPoint: TypeAlias = Literal["tool", "words", "grant"]
"""Point at which a meeting can ask the app before it goes on: a tool call, words to an agent, a grant of the
floor.
"""


@frozen
class HookRule:
    """Rule for one kind of question to the app; without an answer in time the default holds."""

    point: HookPoint
    """Kind of question."""

    deadline_s: float
    """Seconds until its deadline."""

    allows: bool
    """Whether it happens where no answer has come in time."""


@frozen
class PlannedFault:
    """Fault of the scenario that strikes once; it takes no part in decisions."""

    id: str
    """Name in the scenario."""

    kind: str
    """Kind from `trialogue chaos --list`, or `disconnect` or `delay`."""

    to: str
    """Agent that it strikes."""

    trigger: Trigger
    """Trigger at which it strikes."""

    by_s: float = 0.0
    """For `delay`: seconds by which everything is late."""

    for_s: float | None = None
    """Length in seconds; None until the session's end."""


@frozen
class MeetingPlan:
    """Plan of a meeting: all that decisions depend on, besides events."""

    name: str
    """Name of the meeting."""

    participants: tuple[Participant, ...]
    """Participants, in the scenario's order; names are unique."""

    seed: int = 0
    """Seed of all random numbers of the meeting."""

    floor: FloorRules = FloorRules()
    """Rules of the floor: the next speaker, and the length of turns."""

    limits: Limits = Limits()
    """Limits at which it ends by itself."""

    agenda: tuple[AgendaItem, ...] = ()
    """Points in order; empty for a meeting without an agenda."""

    end: tuple[Said | Trigger, ...] = ()
    """Conditions that end the meeting after the turn in which one is met."""

    end_with_agenda: bool = True
    """Whether the end of the last point ends the meeting."""

    on_failure: OnFailure = OnFailure.DROP
    """Consequence for the meeting of a failed participant that has none of its own."""

    ready_s: float = 30.0
    """Seconds after which the meeting opens with the sessions that are ready, if not all are."""

    tools: tuple[ToolRules, ...] = ()
    """Rules of tools that have any."""

    hooks: tuple[HookRule, ...] = ()
    """Questions to the app during the meeting; at most one rule for each point."""

    faults: tuple[PlannedFault, ...] = ()
    """Faults on demand, in the scenario's order."""

    @checks_arguments
    def hook(self, point: HookPoint) -> HookRule | None:
        """Rule of a point; None where the app is not asked."""
        return next((rule for rule in self.hooks if rule.point == point), None)

    def participant(self, name: str) -> Participant:
        """Participant of that name; UnknownName, which is a KeyError, for any other."""
        for participant in self.participants:
            if participant.name == name:
                return participant
        known = ", ".join(participant.name for participant in self.participants)
        raise UnknownName(f"no participant is called {name!r}; there are {known}", argument="name")

    @checks_arguments
    def tool(self, name: str) -> ToolRules:
        """Rules of a tool; the default ones where it has none."""
        return next((tool for tool in self.tools if tool.name == name), ToolRules(name))

    @property
    def chair(self) -> Participant | None:
        """First chair of the cast; None without one."""
        return next((p for p in self.participants if p.is_chair), None)
