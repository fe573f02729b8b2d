"""Orders, in the imperative: all that the brain ever does."""

from __future__ import annotations

from typing import Literal, TypeAlias

from trialogue.model.events import Part
from trialogue.model.plan import HookPoint
from trialogue.model.transcript import Beside
from trialogue.model.transcript import Cause as Cause  # noqa: PLC0414 - a command's word, too
from trialogue.values import frozen

Behavior = Literal["default", "queue", "interrupt"]
"""For words to say: refused while anybody speaks; only while the user does; never, and cuts the agent off."""

Level = Literal["failure", "warning", "note"]
"""Severity of a report: something failed; something may need a person's attention; an ordinary event."""


@frozen
class Hearing:
    """Speakers whom one participant hears."""

    listener: str
    """Participant who hears."""

    speakers: tuple[str, ...]
    """Participants it hears; never itself."""


@frozen
class SetHearing:
    """Replace the hearing table: who hears whom, whole."""

    table: tuple[Hearing, ...]
    """One row a listener; participants without a row hear nobody (paced silence)."""

    muted: tuple[str, ...] = ()
    """Participants whom nobody hears and the mix leaves out: the muted, and those who have left."""


@frozen
class GrantFloor:
    """Give the floor: a turn begins."""

    to: str
    """The new holder."""

    turn: int
    """The turn's number, from 1, which is also its epoch: sound of an older turn is dropped."""

    reason: str
    """Reason for the grant, in the policy's words."""

    hold_until: float
    """Seconds since the meeting's start at which the floor is revoked."""


@frozen
class Cue:
    """Let the holder know what it missed and that it is its turn (a user message to its agent)."""

    to: str
    """Participant that is cued."""

    turn: int
    """Number of the turn that it is for."""

    text: str
    """The digest. Personal."""

    prompt: int = 0
    """The prompt's number, unique in the meeting, from 1; 0 in journals of the rules before 2."""


@frozen
class Speak:
    """Have an agent say these very words as its reply."""

    to: str
    """Participant that shall speak."""

    turn: int
    """Number of the turn."""

    text: str
    """The words. Personal."""

    behavior: Behavior = "default"
    """Behaviour while anybody else speaks."""

    prompt: int = 0
    """The prompt's number, unique in the meeting, from 1; 0 in journals of the rules before 2."""


@frozen
class Prepare:
    """Let an agent that does not hold the floor prepare a reply, which is held until it is granted."""

    to: str
    """Participant that prepares."""

    text: str
    """The digest. Personal."""

    prompt: int = 0
    """The prompt's number, unique in the meeting, from 1; 0 in journals of the rules before 2."""


@frozen
class Attribute:
    """Note whose words these are that an ear made out, or that were typed: a person's."""

    participant: str
    """The person whose words they are."""

    turn: int
    """Number of the turn of its own; beside which turn, where they were said beside another's."""

    text: str
    """The words. Personal."""

    is_certain: bool
    """False where the words are not sure: they came late, were not settled, or are none."""

    beside: Beside = ""
    """Kind of speech, where it was said beside another's turn."""

    begin_s: float = 0.0
    """Beginning on the meeting's audio clock of words without a turn's speech, in seconds."""

    end_s: float = 0.0
    """Their end, in seconds; for typed words, the moment at which a reader has read them."""


@frozen
class Play:
    """Let a reply be heard: what has arrived of it, and what still comes."""

    participant: str
    """Participant whose reply is played."""

    reply: int
    """Number of the reply."""

    turn: int
    """Number of the turn in which it is played."""


@frozen
class Drop:
    """Throw a reply away that was held and will not be heard."""

    participant: str
    """Participant whose reply is dropped."""

    reply: int
    """Number of the reply."""

    reason: str
    """Reason: `denied`, `withdrawn`, `ended`."""


@frozen
class StopPlayout:
    """Silence a turn now and forget the rest of its sound."""

    participant: str
    """Participant whose sound stops."""

    turn: int
    """Number of the turn."""


@frozen
class PausePlayout:
    """Silence a turn now and keep the rest of its sound."""

    participant: str
    """Participant whose sound pauses."""

    turn: int
    """Number of the turn."""


@frozen
class ResumePlayout:
    """Let a paused turn be heard again, from where it fell silent."""

    participant: str
    """Participant whose sound goes on."""

    turn: int
    """Number of the turn."""


@frozen
class DuckPlayout:
    """Let a turn be heard more quietly from now on, while it is unsure whether somebody cuts in."""

    participant: str
    """Participant whose sound is lowered."""

    turn: int
    """Number of the turn."""

    gain_db: float
    """The change of loudness in decibels, below 0."""


@frozen
class UnduckPlayout:
    """Let a turn be heard at its own loudness again."""

    participant: str
    """Participant whose sound is raised again."""

    turn: int
    """Number of the turn."""


@frozen
class EndTurn:
    """The turn is over and the floor is free."""

    participant: str
    """Participant who held the turn."""

    turn: int
    """Number of the turn."""

    cause: Cause
    """Reason for its end."""


@frozen
class MoveAgenda:
    """Another point of the agenda is at hand."""

    item: str | None
    """Id of the agenda's item; None when the agenda is done."""

    reason: Literal["opened", "done", "time"]
    """The meeting opened; the point was done; or its time was up."""


@frozen
class RunTool:
    """Run a tool for an agent."""

    participant: str
    """Agent that asked."""

    call_id: str
    """Agent's id of the call."""

    tool: str
    """Name of the tool."""

    arguments: str
    """JSON, as the model wrote it. Personal."""

    run: int = 0
    """Run of a call with this id: models use an id again, so runs after the first count from 1."""


@frozen
class CancelTool:
    """Stop a running tool call whose result nobody wants."""

    participant: str
    """Agent that asked."""

    call_id: str
    """Agent's id of the call."""

    run: int = 0
    """Run of a call with this id."""


@frozen
class AnswerTool:
    """Tell an agent the result of its call."""

    participant: str
    """Agent that is answered."""

    session: int
    """To which of its sessions; dropped if that is gone."""

    call_id: str
    """Agent's id of the call."""

    tool: str
    """Name of the tool."""

    content: str
    """The result or the failure, as the agent shall read it. Personal."""

    run: int = 0
    """Run of a call with this id, as `RunTool` says."""


@frozen
class RollOver:
    """Close a session and go on in a new one, with context."""

    participant: str
    """Participant whose session is rolled over."""

    session: int
    """Number of the session; ignored if that session is gone."""


@frozen
class Replace:
    """Let the fallback take the seat of a participant that has failed, with its context."""

    participant: str
    """Participant whose seat is replaced."""


@frozen
class Update:
    """Change a part of an agent's settings, in this session and in all later ones."""

    participant: str
    """Participant whose settings change."""

    part: Part
    """Part of the settings."""

    content: str
    """`prompt`: the words to add; else the part's object as JSON. Personal."""


@frozen
class WakeAt:
    """Set a timer; setting one of the same name again replaces it."""

    timer: str
    """Name of the timer, which `Woke` carries back."""

    at: float
    """Seconds since the meeting's start."""


@frozen
class CancelWake:
    """Take a timer back: its `Woke` is wanted no more."""

    timer: str
    """The timer's name."""


@frozen
class Report:
    """Note something that people should know of: a named problem or its remedy."""

    code: str
    """A stable name: `silence`, `chair-timeout`, `participant-failed`, `hold-warning`, `stale`..."""

    text: str
    """One line for people, without speech."""

    participant: str | None = None
    """Participant concerned, if any."""

    level: Level = "note"
    """Severity."""


@frozen
class EndMeeting:
    """The meeting is over; nothing is heard after this."""

    reason: str
    """`agenda-done`, `said`, `limit-time`, `limit-turns`, `limit-cost`, `silence`, `all-failed`, `refused`,
    `participant-failed` (where one failure ends the meeting), `order-done`, `ended-by-chair`, `happened`
    (something else than words, in the scenario's `end`), or the reason that was asked for."""


@frozen
class AskHook:
    """Ask the app whether something may happen; its answer, or the default at the deadline, decides."""

    participant: str
    """The agent whose tool call it is or whom words are for, or who is to have the floor."""

    question: int
    """Number of the question, unique in the meeting, from 1."""

    point: HookPoint
    """Before what: a tool call, words to an agent, a grant."""

    content: str
    """The tool's arguments as JSON, the words, or the reason of the grant. Personal."""

    until: float
    """Moment at which the default holds, in seconds since the meeting's start."""

    tool: str = ""
    """The tool that is called; empty for anything else."""


Command: TypeAlias = (
    SetHearing
    | GrantFloor
    | Cue
    | Speak
    | Prepare
    | Attribute
    | Play
    | Drop
    | StopPlayout
    | PausePlayout
    | ResumePlayout
    | DuckPlayout
    | UnduckPlayout
    | EndTurn
    | MoveAgenda
    | RunTool
    | AskHook
    | CancelTool
    | AnswerTool
    | RollOver
    | Replace
    | Update
    | WakeAt
    | CancelWake
    | Report
    | EndMeeting
)
"""Every order there is; a `match` over it ends in `assert_never`."""
