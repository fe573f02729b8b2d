"""Story of a meeting: a pure fold from its records to moments, at the times when they were heard or seen.

1. The time of a sentence is its place in the playout: `PlaybackStarted.position_s` + `SentenceSaid.offset_s`.
2. Words that a cut made unheard are never shown; the cut itself is.
3. Moments come in the order of their times; those of one time in the order of their records. A person's words
   are known only after their speech, and come then; their time is its beginning, as in the transcript.
4. A service's warning is shown a moment later: if a reply fails or a session ends meanwhile, only that is
   shown, with the warning as its reason.
5. An order for a session that is over is not shown: its end is.
6. A backchannel without words was already shown when it was heard: its lack of words is not shown.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import count
from typing import Final, TypeAlias

from attrs import Factory, field

from trialogue.model.commands import Attribute, Command, EndMeeting, EndTurn, GrantFloor, MoveAgenda, Report
from trialogue.model.events import (
    ActorCrashed,
    Event,
    FaultStruck,
    Joined,
    Left,
    MeetingResumed,
    MuteAsked,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    ProcessSuspended,
    ReplyWithdrawn,
    SentenceSaid,
    ServiceWarned,
    SessionFailed,
    SessionLost,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    ToolFinished,
    ToolRequested,
)
from trialogue.model.failed_replies import EXPLAINS_S, FAILED, FailedReplies
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.text import UNCLEAR, safe_text
from trialogue.values import define, frozen

UNTOLD: Final = frozenset({"stale", "superseded", "participant-failed"})
"""Reports and warnings that only the journal needs, or that repeat an event."""

_Reply: TypeAlias = tuple[str, int]
"""Speaker and number of a reply."""

_WARNED: Final = 0
"""Number in place of a reply's for a service's warnings; replies are counted from 1."""

_WARNING: Final = "warning from its service: "


class Sort(Enum):
    """Kind of a moment."""

    SAID = "said"
    CUT = "cut"
    AGENDA = "agenda"
    TOOL = "tool"
    SOUND = "sound"
    NOTICE = "notice"
    ENDED = "ended"


@frozen
class StoryMoment:
    """Thing that happened, as the views show it."""

    at: float
    """Moment, in seconds since the meeting's start."""

    kind: Sort
    """Kind of moment."""

    text: str
    """Words, or happening; not yet safe for a line. Personal for speech."""

    participant: str | None = None
    """Participant concerned, if any."""

    turn: int = 0
    """Number of the turn in which it was said; 0 for none."""


@frozen(order=True)
class _Due:
    at: float
    order: int
    reply: _Reply | None = field(order=False)
    moment: StoryMoment = field(order=False)


@define
class _Playout:
    turn: int
    start_s: float
    paused_s: float | None = None


@define
class _Speech:
    """Beginning of each person's speech in a turn."""

    _speaking: dict[str, float] = Factory(dict[str, float])
    _held: tuple[str, int] = ("", 0)
    _began: dict[int, float] = Factory(dict[int, float])

    def take_event(self, event: Event) -> None:
        match event:
            case SpeechStarted(participant=name, position_s=position_s):
                self._speaking.setdefault(name, position_s)
                self._begin()
            case SpeechStopped(participant=name) | MuteAsked(participant=name) | Left(participant=name):
                self._speaking.pop(name, None)
            case ProcessSuspended() | MeetingResumed():
                self._speaking.clear()
            case _:
                pass

    def grant(self, name: str, turn: int) -> None:
        self._held = name, turn
        self._begin()

    def _begin(self) -> None:
        name, turn = self._held
        if name in self._speaking:
            self._began.setdefault(turn, self._speaking[name])

    def began(self, words: Attribute, known_at: float) -> float:
        """Beginning of words: of themselves, or of the turn; the moment of words that were not spoken."""
        if words.end_s > words.begin_s:
            return words.begin_s
        return known_at if words.beside else self._began.get(words.turn, known_at)


@define
class Story:
    """Fold of records into moments: `take` each record in order, and ask for those that are `due`."""

    plan: MeetingPlan
    """Plan of the meeting."""

    _scripts: dict[_Reply, list[SentenceSaid]] = Factory(dict[_Reply, list[SentenceSaid]])
    _playing: dict[_Reply, _Playout] = Factory(dict[_Reply, _Playout])
    _calls: dict[tuple[str, str], tuple[str, float]] = Factory(dict[tuple[str, str], tuple[str, float]])
    _away: set[str] = Factory(set[str])
    _speech: _Speech = Factory(_Speech)
    _failed: FailedReplies = Factory(FailedReplies)
    _due: list[_Due] = Factory(list[_Due])
    _orders: Iterator[int] = Factory(count)

    def take(self, record: Record) -> None:
        """Note one record."""
        self._failed.take(record.at, record.event)
        self._speech.take_event(record.event)
        self._take_event(record.at, record.event)
        for command in record.commands:
            if not _is_of_hum(command, record.commands):
                self._take_command(record.at, command)

    def play(self, at: float, name: str, file: str) -> None:
        """Note a recording that a person's clip plays: it is in no record, and may have no words."""
        self._tell(at, Sort.SOUND, file, name)

    def due(self, now: float) -> list[StoryMoment]:
        """New moments until `now`, in seconds since the start; each is returned once."""
        told: list[StoryMoment] = []
        while self._due and self._due[0].at <= now:
            told.append(heapq.heappop(self._due).moment)
        return told

    def __repr__(self) -> str:
        return f"<Story of {self.plan.name}: {len(self._playing)} playing, {len(self._due)} to come>"

    # --- facts --------------------------------------------------------------------------------------

    def _take_event(self, at: float, event: Event) -> None:
        match event:
            case SentenceSaid(participant=name, reply=reply, text=text) if safe_text(text):
                self._scripts.setdefault((name, reply), []).append(event)
                playout = self._playing.get((name, reply))
                if playout is not None and playout.paused_s is None:
                    self._say(at, event, playout)
            case PlaybackStarted(participant=name, turn=turn, reply=reply, position_s=position_s):
                self._playing[name, reply] = _Playout(turn, position_s)
                for sentence in self._scripts.get((name, reply), []):
                    self._say(0.0, sentence, self._playing[name, reply])
            case PlaybackFinished(participant=name, reply=reply, position_s=position_s, outcome=outcome):
                self._stop((name, reply), position_s, is_cut=outcome in {"cut", "stalled"})
            case PlaybackPaused(participant=name, reply=reply, position_s=position_s):
                self._pause((name, reply), position_s)
            case PlaybackResumed(participant=name, reply=reply, position_s=position_s):
                self._resume((name, reply), position_s)
            case ToolRequested(participant=name, call_id=call_id, tool=tool):
                self._calls.setdefault((name, call_id), (tool, at))
                self._tell(at, Sort.TOOL, f"calls {tool}", name)
            case ToolFinished(participant=name, call_id=call_id, outcome=outcome, code=code):
                tool, since = self._calls.pop((name, call_id), ("a tool", at))
                why = f" ({code})" if code else ""
                self._tell(at, Sort.TOOL, f"{tool} {outcome}{why} after {at - since:.1f} s", name)
            case _:
                self._take_trouble(at, event)

    def _take_trouble(self, at: float, event: Event) -> None:
        match event:
            case SessionReady(participant=name) if name in self._away:
                self._away.discard(name)
                self._tell(at, Sort.NOTICE, "is back", name)
            case SessionLost(participant=name, reason=reason) if name in self._away:
                self._explain(name, at, reason)  # one line for each outage: the journal has further attempts
            case SessionLost(participant=name, reason=reason, retry_in_s=wait):
                self._away.add(name)
                self._explain(name, at, reason)
                self._tell(at, Sort.NOTICE, f"lost its session ({reason}); reconnects in {wait:.1f} s", name)
            case SessionFailed(participant=name, reason=reason):
                self._explain(name, at, reason)
                self._tell(at, Sort.NOTICE, f"left for good: {reason}", name)
            case ReplyWithdrawn(participant=name, reply=reply) if (name, reply) not in self._playing:
                self._scripts.pop((name, reply), None)
            case Joined(seat=seat):
                self._tell(at, Sort.NOTICE, "joined", seat.name)
            case Left(participant=name):
                self._tell(at, Sort.NOTICE, "left", name)
            case FaultStruck(participant=name, fault=fault, kind=kind):
                self._tell(at, Sort.NOTICE, f"fault injected: {fault} ({kind})", name)
            case ServiceWarned(participant=name, code=code, text=text) if code not in UNTOLD:
                told = _WARNING + ": ".join(filter(None, (code, text)))
                self._push(StoryMoment(at + EXPLAINS_S, Sort.NOTICE, told, name), (name, _WARNED))
            case ActorCrashed(actor=actor, error=error):
                self._tell(at, Sort.NOTICE, f"{actor} crashed: {error}")
            case _:
                pass

    def _explain(self, name: str, at: float, reason: str) -> None:
        """Drop warnings that the reason for a session's end repeats."""
        for due in self._take_back((name, _WARNED), at):
            if due.moment.text.removeprefix(_WARNING) not in reason:
                heapq.heappush(self._due, due)

    def _tell_warnings(self, at: float) -> None:
        """Show the warnings that wait: nothing comes any more that they could explain."""
        names = {due.reply[0] for due in self._due if due.reply is not None and due.reply[1] == _WARNED}
        for due in sorted(due for name in names for due in self._take_back((name, _WARNED), at)):
            self._tell(at, due.moment.kind, due.moment.text, due.moment.participant)

    def _say(self, known_at: float, sentence: SentenceSaid, playout: _Playout) -> None:
        """Schedule a sentence for the time when it is heard; if its sound has already begun, for now."""
        at = max(known_at, playout.start_s + sentence.offset_s)
        moment = StoryMoment(at, Sort.SAID, sentence.text, sentence.participant, playout.turn)
        self._push(moment, (sentence.participant, sentence.reply))

    def _stop(self, reply: _Reply, at: float, *, is_cut: bool) -> None:
        """End a reply's sound: if it was cut, its remaining sentences are dropped."""
        playout = self._playing.pop(reply, None)
        if playout is None:
            return
        self._scripts.pop(reply, None)
        later = self._take_back(reply, at)
        if is_cut:
            self._push(StoryMoment(at, Sort.CUT, "", reply[0], playout.turn), None)
            return
        for due in sorted(later):
            moment = due.moment
            self._push(StoryMoment(at, moment.kind, moment.text, moment.participant, moment.turn), None)

    def _pause(self, reply: _Reply, at: float) -> None:
        """Hold back the part of a reply that was not heard."""
        playout = self._playing.get(reply)
        if playout is not None:
            playout.paused_s = at
            self._take_back(reply, at)

    def _resume(self, reply: _Reply, at: float) -> None:
        """Delay the rest of a reply by the length of the pause."""
        playout = self._playing.get(reply)
        if playout is None or playout.paused_s is None:
            return
        playout.start_s += at - playout.paused_s
        playout.paused_s = None
        for sentence in self._scripts.get(reply, []):
            if playout.start_s + sentence.offset_s > at:
                self._say(0.0, sentence, playout)

    def _take_back(self, reply: _Reply, at: float) -> list[_Due]:
        """Remove the moments of a reply that are due after `at`."""
        later = [due for due in self._due if due.reply == reply and due.at > at]
        self._due = [due for due in self._due if due not in later]
        heapq.heapify(self._due)
        return later

    # --- decisions ----------------------------------------------------------------------------------

    def _take_command(self, at: float, command: Command) -> None:
        match command:
            case MoveAgenda(item=item) if item is not None:
                titles = {each.id: each.title for each in self.plan.agenda}
                self._tell(at, Sort.AGENDA, titles.get(item, item))
            case GrantFloor(to=name, turn=turn):
                self._speech.grant(name, turn)
            case Attribute(participant=name, turn=turn, text=text):
                began = self._speech.began(command, at)
                self._push(StoryMoment(began, Sort.SAID, text, name, turn), None, at)
            case EndTurn(participant=name, cause="timeout"):
                self._tell(at, Sort.NOTICE, "says nothing", name)
            case EndTurn(participant=name, cause="hold-limit"):
                self._tell(at, Sort.NOTICE, "has spoken as long as it may", name)
            case Report(code=code, text=text, participant=name) if code == FAILED:
                self._take_back((name or "", _WARNED), at)
                self._tell(at, Sort.NOTICE, f"{code}: {self._failed.why(at, name, text)}", name)
            case Report(code=code, text=text, participant=name) if code not in UNTOLD:
                self._tell(at, Sort.NOTICE, f"{code}: {text}", name)
            case EndMeeting(reason=reason):
                for reply in tuple(self._playing):
                    self._stop(reply, at, is_cut=True)
                self._tell_warnings(at)
                self._tell(at, Sort.ENDED, reason)
            case _:
                pass

    def _tell(self, at: float, kind: Sort, text: str, participant: str | None = None) -> None:
        self._push(StoryMoment(at, kind, text, participant), None)

    def _push(self, moment: StoryMoment, reply: _Reply | None, known_at: float = 0.0) -> None:
        heapq.heappush(self._due, _Due(max(moment.at, known_at), next(self._orders), reply, moment))


def _is_of_hum(command: Command, commands: Sequence[Command]) -> bool:
    """Whether a command says that a backchannel has no words."""
    match command:
        case Attribute(text=text, beside="backchannel"):
            return text == UNCLEAR
        case Report(code="unclear", participant=name):
            return any(
                isinstance(each, Attribute) and each.participant == name and _is_of_hum(each, ())
                for each in commands
            )
        case _:
            return False
