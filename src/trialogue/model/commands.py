"""Commands, in the imperative: everything that the brain can order."""

from __future__ import annotations

from typing import Literal, TypeAlias

from trialogue.model.events import Part
from trialogue.model.plan import HookPoint
from trialogue.model.transcript import Beside
from trialogue.model.transcript import Cause as Cause  # noqa: PLC0414 - exported: commands have causes
from trialogue.values import frozen

Behavior = Literal["default", "queue", "interrupt"]
"""Behaviour of words to say: refused while anybody speaks; refused only while the user does; or never
refused, and cuts the agent off.
"""

Level = Literal["failure", "warning", "note"]
"""Severity of a report: something failed; something may need a person's attention; an ordinary event."""


@frozen
class Hearing:
    """Row of the hearing table: the speakers whom one participant hears."""

    listener: str
    """Participant who hears."""

    speakers: tuple[str, ...]
    """Participants whom it hears; never itself."""


@frozen
class SetHearing:
    """Replace the whole hearing table: who hears whom."""

    table: tuple[Hearing, ...]
    """One row per listener; participants without a row hear silence."""

    muted: tuple[str, ...] = ()
    """Participants who are not heard and not in the mix: those who are muted, and those who have left."""


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
    """Tell the holder what it missed, and that it is its turn (a user message to its agent)."""

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
    """Make an agent say exactly these words as its reply."""

    to: str
    """Participant that speaks."""

    turn: int
    """Number of the turn."""

    text: str
    """The words. Personal."""

    behavior: Behavior = "default"
    """Behaviour while somebody else speaks."""

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
    """Attribute words to a person: words that an ear recognized, or that were typed."""

    participant: str
    """The person who said them."""

    turn: int
    """Number of the turn of its own, or of the turn beside which they were said."""

    text: str
    """The words. Personal."""

    is_certain: bool
    """False where the words are not sure: they came late, were not settled, or were not recognized."""

    beside: Beside = ""
    """Kind of speech, where it was said beside another's turn."""

    begin_s: float = 0.0
    """Beginning of words without a turn's speech on the meeting's audio clock, in seconds."""

    end_s: float = 0.0
    """Their end, in seconds; for typed words, the moment at which a reader has read them."""


@frozen
class Play:
    """Play a reply: what has arrived of it, and what still comes."""

    participant: str
    """Participant whose reply is played."""

    reply: int
    """Number of the reply."""

    turn: int
    """Number of the turn in which it is played."""


@frozen
class Drop:
    """Drop a held reply, which will not be heard."""

    participant: str
    """Participant whose reply is dropped."""

    reply: int
    """Number of the reply."""

    reason: str
    """Reason: `denied`, `withdrawn`, `ended`."""


@frozen
class StopPlayout:
    """Silence a turn now and drop the rest of its sound."""

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
    """Resume a paused turn, from where it fell silent."""

    participant: str
    """Participant whose sound continues."""

    turn: int
    """Number of the turn."""


@frozen
class DuckPlayout:
    """Lower the loudness of a turn from now on, while it is unsure whether somebody interrupts."""

    participant: str
    """Participant whose sound is lowered."""

    turn: int
    """Number of the turn."""

    gain_db: float
    """The change of loudness in decibels, below 0."""


@frozen
class UnduckPlayout:
    """Give a turn its own loudness again."""

    participant: str
    """Participant whose sound is no longer lowered."""

    turn: int
    """Number of the turn."""


@frozen
class EndTurn:
    """End the turn: the floor is free."""

    participant: str
    """Participant who held the turn."""

    turn: int
    """Number of the turn."""

    cause: Cause
    """Reason for its end."""


@frozen
class MoveAgenda:
    """Move to another point of the agenda."""

    item: str | None
    """Id of the agenda's item; None when the agenda is done."""

    reason: Literal["opened", "done", "time"]
    """Reason: the meeting opened, the point was done, or its time was up."""


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
    """Stop a running tool call whose result is no longer wanted."""

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
    """Number of the session that asked; the result is dropped if that session is gone."""

    call_id: str
    """Agent's id of the call."""

    tool: str
    """Name of the tool."""

    content: str
    """Result or failure, in the form for the agent. Personal."""

    run: int = 0
    """Run of a call with this id, as `RunTool` says."""


@frozen
class RollOver:
    """Close a session and continue in a new one, with context."""

    participant: str
    """Participant whose session is rolled over."""

    session: int
    """Number of the session; ignored if that session is gone."""


@frozen
class Replace:
    """Give the seat of a failed participant to its fallback, with its context."""

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
    """Content of the change: for `prompt` the words to add, else the part's object as JSON. Personal."""


@frozen
class WakeAt:
    """Set a timer; setting one of the same name again replaces it."""

    timer: str
    """Name of the timer, which `Woke` carries back."""

    at: float
    """Seconds since the meeting's start."""


@frozen
class CancelWake:
    """Cancel a timer: its `Woke` no longer comes."""

    timer: str
    """Name of the timer."""


@frozen
class Report:
    """Report something for people: a named problem, or its remedy."""

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
    """End the meeting; nothing is heard after this."""

    reason: str
    """`agenda-done`, `said`, `limit-time`, `limit-turns`, `limit-cost`, `silence`, `all-failed`, `refused`,
    `participant-failed` (where one failure ends the meeting), `order-done`, `ended-by-chair`, `happened`
    (something else than words, in the scenario's `end`), or the reason that was asked for."""


@frozen
class AskHook:
    """Ask the app whether something may happen; its answer, or the default at the deadline, decides."""

    participant: str
    """Participant concerned: the agent of a tool call or of words, or the next holder of the floor."""

    question: int
    """Number of the question, unique in the meeting, from 1."""

    point: HookPoint
    """Point in the meeting: before a tool call, before words to an agent, or before a grant."""

    content: str
    """The tool's arguments as JSON, the words, or the reason of the grant. Personal."""

    until: float
    """Moment at which the default holds, in seconds since the meeting's start."""

    tool: str = ""
    """Name of the tool that is called; empty for anything else."""


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
"""Every command; a `match` over it ends in `assert_never`."""
