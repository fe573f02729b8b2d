"""What must happen sometimes: rare things, each of which a run of worlds must have seen, with its count.

A rule that is never tried holds nothing. Whatever is added to the rules as a rare case gets a line here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from physics import Decision, World

from trialogue.model import commands as c
from trialogue.model import events as e
from trialogue.model.text import UNCLEAR

Happened = Callable[["Sometimes", Decision], bool]
REGISTER: dict[str, Happened] = {}
"""Each rare thing by its name, and how it is seen."""


def rare(name: str) -> Callable[[Happened], Happened]:
    """Enter a rare thing into the register."""

    def enter(happened: Happened) -> Happened:
        REGISTER[name] = happened
        return happened

    return enter


class Sometimes:
    """Watches a world, and counts what of the register has happened in it."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.holder: str | None = None
        self.refused: set[int] = set()
        self.cut: set[tuple[str, int]] = set()
        self.dropped: set[tuple[str, int]] = set()
        self.lines_back: set[tuple[str, int]] = set()
        self.hands: set[str] = set()
        self.speaking: set[str] = set()
        self.thinking: set[str] = set()
        self.calls: set[tuple[str, str]] = set()
        self.playing: dict[str, tuple[int, int]] = {}
        self.words: dict[str, str] = {}
        self.named: str | None = None

    def sits(self, world: World) -> None:
        """Take the world to watch."""
        self.world = world

    def before(self, decision: Decision) -> None:
        """Count what has happened, then remember what it takes to see the next."""
        for name, happened in REGISTER.items():
            if happened(self, decision):
                self.counts[name] += 1
        self._remember(decision)

    def after(self, decision: Decision) -> None:
        """Nothing is seen only then."""

    def sound_changed(self) -> None:
        """Nothing is seen by sound alone."""

    def _remember(self, decision: Decision) -> None:
        self._remember_event(decision.event)
        for command in decision.commands:
            match command:
                case c.GrantFloor(to=to):
                    self.holder = to
                    self.hands.discard(to)
                case c.EndTurn():
                    self.holder = None
                case c.Drop(participant=name, reply=reply):
                    self.dropped.add((name, reply))
                    entry = self.world.far.agents[name].entry_of.get(reply)
                    if entry is not None:
                        self.lines_back.add((name, entry))
                case _:
                    pass

    def _remember_event(self, event: e.Event) -> None:
        match event:
            case e.InjectionRefused(prompt=prompt):
                self.refused.add(prompt)
            case e.FloorRequested(participant=name):
                self.hands.add(name)
            case e.FloorRequestCancelled(participant=name):
                self.hands.discard(name)
            case e.SpeechStarted(participant=name):
                self.speaking.add(name)
            case e.SpeechStopped(participant=name):
                self.speaking.discard(name)
            case e.PlaybackStarted(participant=name, turn=turn, reply=reply):
                self.playing[name] = (turn, reply)
            case e.PlaybackFinished(participant=name, reply=reply, outcome=outcome):
                self.playing.pop(name, None)
                if outcome == "cut":
                    self.cut.add((name, reply))
            case e.MeetingResumed() | e.ProcessSuspended():
                self.speaking.clear()
            case e.ToolRequested(participant=name, call_id=call):
                self.calls.add((name, call))
            case _:
                pass

    # --- what the register asks ---------------------------------------------------------------------

    def is_person(self, name: str | None) -> bool:
        """Whether this is a person."""
        return name in self.world.far.people

    def ends(self, decision: Decision, cause: str) -> list[str]:
        """Whose turn ended for this cause."""
        if c.EndTurn not in decision.kinds:
            return []
        return [
            each.participant
            for each in decision.commands
            if isinstance(each, c.EndTurn) and each.cause == cause
        ]


def has(decision: Decision, kind: type[Any]) -> bool:
    """Whether a command of a class was decided."""
    return kind in decision.kinds


def reported(code: str) -> Happened:
    """What the brain says by a code of its own."""
    return lambda _, decision: (
        c.Report in decision.kinds
        and any(isinstance(each, c.Report) and each.code == code for each in decision.commands)
    )


for _code, _name in {
    "backchannel": "a backchannel beside a turn",
    "interruption": "an interruption",
    "overlap": "an overlap that was allowed",
    "false-interruption": "a false interruption",
    "silence": "silence noted",
    "chair-timeout": "a chair that named nobody in time",
    "hold-warning": "a turn that was long",
}.items():
    REGISTER[_name] = reported(_code)


@rare("an agent ducked while it was unsure")
def _ducked(_: Sometimes, decision: Decision) -> bool:
    return has(decision, c.DuckPlayout)


@rare("an agent paused while it was unsure")
def _paused(_: Sometimes, decision: Decision) -> bool:
    return has(decision, c.PausePlayout)


@rare("a paused or ducked agent goes on")
def _goes_on(_: Sometimes, decision: Decision) -> bool:
    return has(decision, c.UnduckPlayout) or has(decision, c.ResumePlayout)


@rare("a cut reply goes on in a later turn")
def _resumed(seen: Sometimes, decision: Decision) -> bool:
    cut = {(name, place[1]) for name, place in seen.playing.items()} | seen.cut
    replies = [(each.participant, each.reply) for each in decision.commands if isinstance(each, c.Play)]
    return (
        any(isinstance(each, c.ResumePlayout) for each in decision.commands) and has(decision, c.GrantFloor)
    ) or any(reply in cut for reply in replies)


@rare("a refused prompt told again")
def _told_again(seen: Sometimes, decision: Decision) -> bool:
    return any(getattr(each, "prompt", 0) in seen.refused - {0} for each in decision.commands)


@rare("a prompt given up")
def _given_up(seen: Sometimes, decision: Decision) -> bool:
    is_fault = isinstance(decision.event, e.InjectionRefused | e.ReplyFailed)
    return is_fault and bool(seen.ends(decision, "failed") or seen.ends(decision, "timeout"))


@rare("a raised hand granted")
def _hand(seen: Sometimes, decision: Decision) -> bool:
    return any(isinstance(each, c.GrantFloor) and each.to in seen.hands for each in decision.commands)


@rare("a raised hand taken down")
def _down(seen: Sometimes, decision: Decision) -> bool:
    return isinstance(decision.event, e.FloorRequestCancelled) and decision.event.participant in seen.hands


@rare("an unasked reply held and played later")
def _held(_: Sometimes, decision: Decision) -> bool:
    return has(decision, c.Play) and not isinstance(decision.event, e.ReplyStarted)


@rare("a reply denied")
def _denied(_: Sometimes, decision: Decision) -> bool:
    return has(decision, c.Drop)


@rare("a line of a denied reply begun again")
def _line_again(seen: Sometimes, decision: Decision) -> bool:
    event = decision.event
    return isinstance(event, e.LineTaken) and (event.participant, event.entry) in seen.lines_back


@rare("two people speaking at once")
def _two(seen: Sometimes, decision: Decision) -> bool:
    event = decision.event
    return isinstance(event, e.SpeechStarted) and bool(seen.speaking - {event.participant})


@rare("a person beside a person's turn")
def _beside_a_person(seen: Sometimes, decision: Decision) -> bool:
    event = decision.event
    return (
        isinstance(event, e.SpeechStarted)
        and seen.is_person(seen.holder)
        and seen.holder != event.participant
    )


@rare("a person's turn finished")
def _person_finished(seen: Sometimes, decision: Decision) -> bool:
    return any(map(seen.is_person, seen.ends(decision, "finished")))


@rare("a person's turn timed out")
def _person_timed_out(seen: Sometimes, decision: Decision) -> bool:
    return any(map(seen.is_person, seen.ends(decision, "timeout")))


@rare("a person's turn at its hold limit")
def _person_held(seen: Sometimes, decision: Decision) -> bool:
    return any(map(seen.is_person, seen.ends(decision, "hold-limit")))


@rare("an agent's turn at its hold limit")
def _agent_held(seen: Sometimes, decision: Decision) -> bool:
    return any(not seen.is_person(name) for name in seen.ends(decision, "hold-limit"))


@rare("an agent's turn timed out")
def _agent_timed_out(seen: Sometimes, decision: Decision) -> bool:
    return any(not seen.is_person(name) for name in seen.ends(decision, "timeout"))


@rare("a turn lost with its session")
def _lost(seen: Sometimes, decision: Decision) -> bool:
    return isinstance(decision.event, e.SessionLost) and bool(seen.ends(decision, "lost"))


@rare("a session's end announced inside a turn")
def _ending(seen: Sometimes, decision: Decision) -> bool:
    return isinstance(decision.event, e.SessionEnding) and seen.holder == decision.event.participant


@rare("a session rolled over")
def _rolled(_: Sometimes, decision: Decision) -> bool:
    return has(decision, c.RollOver) and not isinstance(decision.event, e.ProcessSuspended)


@rare("a sleep while a person speaks")
def _slept(seen: Sometimes, decision: Decision) -> bool:
    return isinstance(decision.event, e.ProcessSuspended) and bool(seen.speaking)


@rare("a resumption while an agent is heard")
def _resumption(seen: Sometimes, decision: Decision) -> bool:
    return isinstance(decision.event, e.MeetingResumed) and bool(seen.playing)


@rare("a resumption while a person speaks")
def _resumption_person(seen: Sometimes, decision: Decision) -> bool:
    return isinstance(decision.event, e.MeetingResumed) and bool(seen.speaking)


@rare("somebody muted in mid-speech")
def _muted(seen: Sometimes, decision: Decision) -> bool:
    event = decision.event
    return (
        isinstance(event, e.MuteAsked)
        and event.muted
        and event.participant in {*seen.speaking, *seen.playing}
    )


@rare("a holder that left")
def _left(seen: Sometimes, decision: Decision) -> bool:
    return isinstance(decision.event, e.Left) and bool(seen.ends(decision, "left"))


@rare("somebody who came back")
def _joined(_: Sometimes, decision: Decision) -> bool:
    return isinstance(decision.event, e.Joined)


@rare("the floor revoked by the app")
def _revoked(_: Sometimes, decision: Decision) -> bool:
    return isinstance(decision.event, e.RevokeAsked) and has(decision, c.EndTurn)


@rare("words that the app wanted said")
def _said(_: Sometimes, decision: Decision) -> bool:
    return any(isinstance(each, c.Speak) and each.text.startswith("Said") for each in decision.commands)


@rare("a filler while a tool runs")
def _filler(_: Sometimes, decision: Decision) -> bool:
    return any(isinstance(each, c.Speak) and each.text == "Wait." for each in decision.commands)


@rare("a tool cancelled")
def _cancelled(_: Sometimes, decision: Decision) -> bool:
    return has(decision, c.CancelTool)


@rare("a tool's result told")
def _answered(_: Sometimes, decision: Decision) -> bool:
    return has(decision, c.AnswerTool) and isinstance(decision.event, e.ToolFinished)


@rare("a round prepared")
def _round(_: Sometimes, decision: Decision) -> bool:
    return has(decision, c.Prepare)


@rare("typed words that take a turn")
def _typed(seen: Sometimes, decision: Decision) -> bool:
    return isinstance(decision.event, e.TextTyped) and decision.event.participant == seen.holder


@rare("speech that nobody could make words of")
def _unclear(_: Sometimes, decision: Decision) -> bool:
    return any(isinstance(each, c.Attribute) and each.text == UNCLEAR for each in decision.commands)


@rare("an ear lost in mid-speech")
def _ear_lost(seen: Sometimes, decision: Decision) -> bool:
    return isinstance(decision.event, e.EarLost | e.EarFailed) and decision.event.participant in seen.speaking


@rare("an empty reply")
def _empty(_: Sometimes, decision: Decision) -> bool:
    return isinstance(decision.event, e.ReplySent) and decision.event.duration_s == 0


@rare("a reply that ran dry")
def _dry(_: Sometimes, decision: Decision) -> bool:
    return isinstance(decision.event, e.PlaybackFinished) and decision.event.outcome in {"dry", "stalled"}


@rare("a reply withdrawn at an agent's ear")
def _withdrawn(_: Sometimes, decision: Decision) -> bool:
    return isinstance(decision.event, e.ReplyWithdrawn) and decision.event.reason == "interrupted"


@rare("a point of the agenda moved by its time")
def _moved(_: Sometimes, decision: Decision) -> bool:
    return any(isinstance(each, c.MoveAgenda) and each.reason == "time" for each in decision.commands)


@rare("a fallback that takes a seat")
def _replaced(_: Sometimes, decision: Decision) -> bool:
    return has(decision, c.Replace)


@rare("a deputy for a chair that is gone")
def _deputy(seen: Sometimes, decision: Decision) -> bool:
    chair = seen.world.plan.chair
    view = seen.world.brain.floor_view if has(decision, c.GrantFloor) else None
    return view is not None and chair is not None and view.chair not in {None, chair.name}


for _reason in ("silence", "limit-time", "limit-turns", "hung-up", "agenda-done", "order-done"):
    REGISTER[f"a meeting ended by {_reason}"] = lambda _, decision, reason=_reason: any(
        isinstance(each, c.EndMeeting) and each.reason == reason for each in decision.commands
    )
