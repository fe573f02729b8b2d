"""The brain under any order of events: total, deterministic, and true to the floor's invariants.

What holds is checked from the outside, from events and commands alone.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from attrs import evolve
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from playbook import context_of

from trialogue.brain.floor.policies import POLICIES
from trialogue.brain.meeting import Brain
from trialogue.brain.words.transcript import utterances
from trialogue.model import commands as c
from trialogue.model import events as e
from trialogue.model.participants import Hears, Kind, Participant, Price, Role
from trialogue.model.plan import (
    AgendaItem,
    FloorRules,
    HoldRules,
    Interrupters,
    InterruptRules,
    Limits,
    MeetingPlan,
    OnFailure,
    Said,
    ShareRules,
    SilenceRules,
    SilenceStep,
)
from trialogue.model.records import Record

NAMES = ("ada", "bob", "cyd", "dan", "eva", "fay", "gus", "hal")
TEXTS = ("", "Bob, please.", "Thank you.", "Eva: I am not Eva.\nBob: nor I.", "We have decided. Ada?")
ENDS = {
    "finished",
    "yielded",
    "hold-limit",
    "interrupted",
    "timeout",
    "failed",
    "lost",
    "left",
    "meeting-ended",
}

PATIENCE = 2000
"""The most timers that may come until a meeting ends: a deadline every second for everybody."""

names = st.sampled_from((*NAMES, "stranger", "holder", "holder", "chair"))
numbers = st.integers(1, 4)
seconds = st.sampled_from((0.0, 0.5, 2.0, 7.0))
texts = st.sampled_from(TEXTS)


@st.composite
def plans(draw: st.DrawFn) -> MeetingPlan:
    """Any plan of up to eight participants."""
    count = draw(st.sampled_from((1, 2, 3, 3, 4, 5, 8)))
    cast = tuple(
        Participant(
            name,
            role=draw(st.sampled_from((Role.SPEAKER, Role.SPEAKER, Role.CHAIR, Role.OBSERVER))),
            kind=draw(st.sampled_from((Kind.AGENT,) * 4 + (Kind.HUMAN, Kind.RECORDING))),
            hears=draw(st.sampled_from(Hears)),
            greets=draw(st.booleans()),
            price=draw(st.sampled_from((None, Price("dear", 1.0, "2025-06-16"), Price("unknown")))),
        )
        for name in NAMES[:count]
    )
    policies = st.sampled_from(sorted(POLICIES))
    floor = FloorRules(
        policy=draw(policies),
        otherwise=draw(policies),
        order=tuple(draw(st.lists(st.sampled_from(NAMES[:count]), min_size=4, max_size=12))),
        hold=HoldRules(30.0, draw(st.none() | st.just(5.0))),
        silence=SilenceRules(2.0, tuple(draw(st.lists(st.sampled_from(SilenceStep), max_size=4)))),
        interrupt=InterruptRules(draw(st.sampled_from(Interrupters))),
        share=ShareRules(draw(st.sampled_from((None, 0.4))), 60.0, draw(st.sampled_from((None, 1, 2)))),
    )
    item = AgendaItem("one", "One", "bob", time_s=20.0, done_when=Said("decided"), warn_s=5.0)
    return MeetingPlan(
        "any",
        cast,
        floor=floor,
        limits=Limits(
            time_s=300.0,
            turns=draw(st.sampled_from((None, None, 3, 9))),
            silence_s=40.0,
            cost_usd=draw(st.sampled_from((None, None, 2.0))),
        ),
        agenda=draw(st.sampled_from(((), (item,), (item, AgendaItem("two", "Two"))))),
        end_with_agenda=draw(st.booleans()),
        end=draw(st.sampled_from(((), (), (Said("Thank"),)))),
        on_failure=draw(st.sampled_from((OnFailure.DROP, *OnFailure))),
    )


replies = st.builds(e.ReplyStarted, names, numbers)
events: st.SearchStrategy[Any] = st.one_of(
    st.builds(e.MeetingStarted),
    st.builds(e.MeetingResumed, st.just("00")),
    st.builds(e.ProcessSuspended, seconds),
    st.builds(e.RecordingFailed, st.just("No space left")),
    st.builds(e.ActorOverran, st.just("tools"), seconds),
    st.builds(e.WallClockJumped, seconds),
    st.builds(e.LoopStalled, seconds),
    st.builds(e.SoundLagged, seconds),
    st.builds(e.SessionReady, names, numbers),
    st.builds(e.SessionLost, names, numbers, st.just("1006"), seconds),
    st.builds(e.SessionFailed, names, st.just("401"), st.booleans()),
    st.builds(e.SessionEnding, names, numbers),
    st.builds(e.SessionRolledOver, names, numbers),
    st.builds(e.UpdateAsked, names, st.just("prompt"), texts),
    st.builds(e.SettingsChanged, names, numbers, st.just("prompt"), st.just("applied")),
    st.builds(e.ReplyFailed, names, numbers, st.just("FAILED_TO_THINK")),
    replies,
    st.builds(e.SentenceSaid, names, numbers, texts, seconds),
    st.builds(e.ReplySent, names, numbers, seconds),
    st.builds(e.ReplyWithdrawn, names, numbers, st.sampled_from(("interrupted", "lost", "overflow"))),
    st.builds(e.InjectionRefused, names, numbers, st.just("busy")),
    st.builds(e.WordsHeard, names, texts),
    st.builds(e.PlaybackStarted, names, numbers, numbers, seconds),
    st.builds(
        e.PlaybackFinished,
        names,
        numbers,
        numbers,
        seconds,
        seconds,
        st.sampled_from(("complete", "cut", "stalled")),
    ),
    st.builds(e.SpeechStarted, names, seconds),
    st.builds(e.SpeechStopped, names, seconds),
    st.builds(e.VoiceFell, names, seconds),
    st.builds(e.VoiceRose, names, seconds),
    st.builds(e.EchoNoticed, names, seconds),
    st.builds(e.EarReady, names, numbers),
    st.builds(e.EarLost, names, numbers, st.just("1006"), seconds),
    st.builds(e.EarFailed, names, st.just("401")),
    st.builds(
        e.EarHeard,
        names,
        numbers,
        numbers,
        texts,
        seconds,
        seconds,
        st.sampled_from(("interim", "eager", "final")),
    ),
    st.builds(e.LineTaken, names, numbers, numbers),
    st.builds(e.RevokeAsked, names),
    st.builds(e.Left, names),
    st.builds(e.Joined, st.builds(Participant, st.sampled_from(NAMES), kind=st.sampled_from(Kind))),
    st.builds(e.TextTyped, names, texts),
    st.builds(e.MuteAsked, names, st.booleans()),
    st.builds(e.PlaybackPaused, names, numbers, numbers, seconds, seconds),
    st.builds(e.PlaybackResumed, names, numbers, numbers, seconds),
    st.builds(e.FloorRequested, names, st.integers(-3, 3)),
    st.builds(e.FloorRequestCancelled, names),
    st.builds(e.GrantAsked, names, texts),
    st.builds(e.SayAsked, names, texts),
    st.builds(e.NoteGiven, names, texts),
    st.builds(
        e.ToolRequested,
        names,
        numbers,
        st.sampled_from(("c1", "c2")),
        st.sampled_from(("prices", "give_floor", "end_meeting", "hand_off", "bid", "request_floor")),
        st.sampled_from(
            ("", "{}", "[]", '{"to": "bob"}', '{"to": 1}', '{"urgency": 99, "priority": "highest"}')
        ),
        st.booleans(),
    ),
    st.builds(
        e.ToolFinished,
        names,
        st.sampled_from(("c1", "c2")),
        st.just("succeeded"),
        st.just("result"),
        run=st.integers(0, 1),
    ),
    st.builds(e.ToolCallCancelled, names, st.sampled_from(("c1", "c2"))),
    st.builds(e.LatencyMeasured, names),
    st.builds(e.ServiceWarned, names, st.just("SLOW"), st.just("slow")),
    st.builds(e.ActorCrashed, st.just("router"), st.just("KeyError")),
    st.builds(e.Woke, st.sampled_from(("ladder", "choose", "ready", "think", "hold", "x:y", ""))),
)


class Witness:
    """Sees events and commands, and knows nothing of the brain."""

    def __init__(self, plan: MeetingPlan) -> None:
        self.plan = plan
        self.cast = {participant.name: participant for participant in plan.participants}
        self.holder: str | None = None
        self.turn = 0
        self.playing: set[tuple[str, int]] = set()
        self.dropped: set[tuple[str, int]] = set()
        self.started: set[tuple[str, int]] = set()
        self.gone: set[str] = set()
        self.replaced: set[str] = set()
        self.run: set[tuple[str, str, int]] = set()
        self.stopped: set[tuple[str, str, int]] = set()
        self.answered: set[tuple[str, str, int]] = set()
        self.withdrawn: set[tuple[str, str, int]] = set()
        self.timers: dict[str, float] = {}
        self.over = False
        self.muted: set[str] = set()
        self.paused = self.ducked = False
        self.begun = False
        self.kept: tuple[str, int] | None = None

    def see(self, event: Any, decided: list[c.Command], now: float) -> None:
        """Check what was decided on an event."""
        if self.over and isinstance(event, e.EarHeard) and event.stage == "final":
            assert all(isinstance(each, c.Attribute) for each in decided), "last words are only written down"
            return
        assert not (self.over and decided), "nothing is decided after the end"
        if isinstance(event, e.Joined):
            self.cast.setdefault(event.seat.name, event.seat)
        if isinstance(event, e.ReplyStarted):
            self.started.add((event.participant, event.reply))
        self.begun = self.begun or isinstance(event, e.MeetingStarted)
        if isinstance(event, e.SessionFailed) and self.begun:
            agents = {name for name, participant in self.cast.items() if participant.kind is Kind.AGENT}
            self.gone |= {event.participant} & agents
        if isinstance(event, e.ToolCallCancelled):
            who = (event.participant, event.call_id)
            self.withdrawn |= {ran for ran in self.run - self.answered if ran[:2] == who}
        for table in (command for command in decided if isinstance(command, c.SetHearing)):
            self.muted = set(table.muted)
        for command in decided:
            assert not self.over, "nothing follows the end"
            for named in (getattr(command, "participant", None), getattr(command, "to", None)):
                assert named is None or named in self.cast, "a stranger is named"
            self._see(command, now)

    def _see(self, command: Any, now: float) -> None:
        match command:
            case c.SetHearing():
                self._see_hearing(command)
            case c.Replace(who):
                assert who not in self.replaced, "a seat has one fallback"
                self.replaced.add(who)
                self.gone.discard(who)
            case c.GrantFloor(to, turn, _, hold_until):
                assert to not in self.muted, "who is muted is not granted the floor"
                self.paused = self.ducked = False
                assert self.holder is None, "two holders"
                assert turn == self.turn + 1, "epochs count"
                assert self.cast[to].may_speak
                assert to not in self.gone, "who has left holds nothing"
                assert hold_until > now
                self.holder, self.turn = to, turn
            case c.EndTurn(who, turn, cause):
                assert (who, turn) == (self.holder, self.turn), "a grant ends once, and its own"
                assert cause in ENDS
                self.kept = (who, turn) if self.paused else self.kept
                self.holder = None
            case c.Cue(to, turn, text) | c.Speak(to, turn, text):
                assert (to, turn) == (self.holder, self.turn), "only the holder is told to speak"
                assert self.cast[to].kind is Kind.AGENT, "nobody tells people what to say"
                assert isinstance(command, c.Speak) or text
            case c.Play(who, reply, turn):
                assert (who, turn) == (self.holder, self.turn), "only the holder is heard"
                again = self.kept is not None and self.kept[0] == who and (who, reply) in self.playing
                assert again or (who, reply) in self.started - self.playing - self.dropped
                self.playing.add((who, reply))
                self.paused, self.kept = False, None if again else self.kept
            case c.StopPlayout(who, turn):
                assert (who, turn) in {(self.holder, self.turn), self.kept}
                assert self.cast[who].kind is Kind.AGENT, "people have no playout"
            case c.Drop(who, reply):
                assert (who, reply) in self.started - self.dropped
                self.dropped.add((who, reply))
            case c.RunTool() | c.CancelTool() | c.AnswerTool():
                self._see_tool(command)
            case c.WakeAt(timer, at):
                assert at > now, "time moves"
                self.timers[timer] = at
            case c.CancelWake(timer):
                del self.timers[timer]
            case c.EndMeeting():
                assert self.holder is None, "a turn outlives the meeting"
                self.over = True
            case _:
                self._see_people(command)

    def _see_hearing(self, command: c.SetHearing) -> None:
        for row in command.table:
            assert row.listener not in row.speakers, "somebody hears itself"
            assert {row.listener, *row.speakers} <= self.cast.keys()
        assert not (set(command.muted) & {name for row in command.table for name in row.speakers}), "heard"

    def _see_people(self, command: Any) -> None:
        match command:
            case c.PausePlayout(who, turn):
                assert (who, turn) == (self.holder, self.turn)
                assert self.cast[who].kind is Kind.AGENT, "people have no playout"
                self.paused = True
            case c.DuckPlayout(who, turn, gain_db):
                assert (who, turn) == (self.holder, self.turn)
                assert self.cast[who].kind is Kind.AGENT, "people have no playout"
                assert gain_db < 0
                assert not self.ducked
                self.ducked = True
            case c.UnduckPlayout(who, turn):
                assert (who, turn) == (self.holder, self.turn)
                assert self.ducked
                self.ducked = False
            case c.ResumePlayout(who, turn):
                assert (who, turn) == (self.holder, self.turn)
                assert self.paused, "only what is paused is resumed"
                self.paused = False
            case c.Prepare(to, text):
                assert self.holder is None, "all prepare while the floor is free"
                assert self.cast[to].kind is Kind.AGENT
                assert text
            case c.Attribute(who, turn, text):
                assert self.cast[who].kind is not Kind.AGENT, "an agent's words are its own"
                assert turn <= self.turn
                assert text.strip()
            case _:
                pass

    def _see_tool(self, command: Any) -> None:
        match command:
            case c.RunTool(who, call_id, run=run):
                assert (who, call_id, run) not in self.run, "a tool runs at most once"
                self.run.add((who, call_id, run))
            case c.CancelTool(who, call_id, run):
                assert (who, call_id, run) in self.run - self.stopped, "what runs is stopped, once"
                self.stopped.add((who, call_id, run))
            case c.AnswerTool(who, _, call_id, run=run):
                assert (who, call_id, run) not in self.withdrawn, (
                    "what the service cancelled is never answered"
                )
                self.answered.add((who, call_id, run))
            case _:
                pass


class AnyOrder(RuleBasedStateMachine):
    """Facts as they come from a world that keeps its timers, and nonsense in between."""

    def __init__(self, policy: str) -> None:
        super().__init__()
        self.policy = policy
        self.now = 0.0
        self.replies: dict[str, int] = {}
        self.spoken = 0
        self.log: list[tuple[float, Any, list[c.Command]]] = []

    @initialize(plan=plans(), start=st.sampled_from(("as it should",) * 4 + ("somehow",)))
    def begin(self, plan: MeetingPlan, start: str) -> None:
        """Make the meeting; mostly it starts as it should."""
        self.plan = plan = evolve(plan, floor=evolve(plan.floor, policy=self.policy))
        self.meeting = Brain(plan)
        self.witness = Witness(plan)
        if start == "as it should":
            self.tell(e.MeetingStarted())
            for participant in plan.participants:
                self.tell(e.SessionReady(participant.name, 1))

    def tell(self, event: Any) -> list[c.Command]:
        """Hand an event over, and have the decision looked at."""
        decided = self.meeting.handle(event, self.now)
        self.log.append((self.now, event, decided))
        self.witness.see(event, decided, self.now)
        assert self.meeting.holder == self.witness.holder
        return decided

    def wait(self, length: float) -> None:
        """Time passes, and timers come when they are due."""
        until = round(self.now + length, 6)
        while self.witness.timers and min(self.witness.timers.values()) <= until:
            self.next_timer()
        self.now = max(self.now, until)

    def one_of_us(self, name: str) -> str:
        """Somebody of the cast, so that small meetings are told of more than strangers."""
        cast = self.plan.participants
        if name in {"holder", "chair"}:
            chair = self.plan.chair
            name = self.meeting.holder or "ada" if name == "holder" else chair.name if chair else "ada"
        return name if name == "stranger" else cast[NAMES.index(name) % len(cast)].name

    @rule(event=events)
    def anything(self, event: Any) -> None:
        """An event that may make no sense."""
        if hasattr(event, "participant"):
            event = evolve(event, participant=self.one_of_us(event.participant))
        if getattr(event, "turn", 0) == 1:
            event = evolve(event, turn=self.meeting.turn)
        if getattr(event, "reply", 0) == 1 and not isinstance(event, e.ReplyStarted):
            event = evolve(event, reply=self.replies.get(event.participant, 1))
        self.tell(event)

    @rule(
        name=names,
        call=st.sampled_from(("c5", "c6", "c7")),
        tool=st.sampled_from(("prices", "give_floor", "end_meeting", "hand_off", "bid", "request_floor")),
        to=names,
        answered=st.booleans(),
        run=st.integers(0, 2),
    )
    def tool(self, name: str, call: str, tool: str, to: str, **then: int) -> None:
        """An agent calls a tool, and it may have finished already."""
        name = self.one_of_us(name)
        session = self.meeting._owners.agents.session(name)
        arguments = f'{{"to": "{self.one_of_us(to)}", "urgency": 7, "priority": "highest"}}'
        self.tell(e.ToolRequested(name, session, call, tool, arguments))
        if then["answered"]:
            self.tell(e.ToolFinished(name, call, "succeeded", "result", run=then["run"]))

    @rule(name=names, text=texts, length=seconds)
    def reply(self, name: str, text: str, length: float) -> None:
        """A new reply of somebody arrives whole."""
        name = self.one_of_us(name)
        number = self.replies[name] = max(self.replies.get(name, 4) + 1, 5)
        self.tell(e.ReplyStarted(name, number))
        self.tell(e.SentenceSaid(name, number, text, 0.0))
        self.tell(e.ReplySent(name, number, length))

    @precondition(lambda self: self.meeting.holder is not None)
    @rule(text=texts, length=seconds, outcome=st.sampled_from(("complete", "cut", "stalled")))
    def turn(self, text: str, length: float, outcome: Any) -> None:
        """The holder speaks and is heard."""
        name, turn = self.meeting.holder, self.meeting.turn
        assert name is not None
        self.reply(name, text, 2.0)
        number = self.replies[name]
        self.tell(e.PlaybackStarted(name, turn, number, self.now))
        self.wait(length)
        self.tell(e.PlaybackFinished(name, turn, number, self.now, length, outcome))

    @rule(said=st.lists(texts, min_size=2, max_size=6), length=seconds)
    def round(self, said: list[str], length: float) -> None:
        """Some turns go as they should."""
        for text in said:
            if self.meeting.holder is not None:
                self.turn(text, length, "complete")

    @precondition(lambda self: self.meeting.holder is not None)
    @rule(reason=st.sampled_from(("interrupted", "lost", "overflow")), started=st.booleans(), more=texts)
    def cut(self, reason: Any, started: bool, more: str) -> None:  # noqa: FBT001 - drawn, not passed
        """The holder begins, goes on about something else, and is cut off."""
        name, turn = self.meeting.holder, self.meeting.turn
        assert name is not None
        self.reply(name, more, 4.0)
        number = self.replies[name]
        if started:
            self.tell(e.PlaybackStarted(name, turn, number, self.now))
        self.reply(name, more, 0.0 if reason == "overflow" else 1.0)
        self.tell(e.ReplyWithdrawn(name, number, reason))

    @precondition(lambda self: self.meeting.holder is not None)
    @rule(times=st.integers(1, 4))
    def refuse(self, times: int) -> None:
        """The holder's service refuses its prompt."""
        for _ in range(times):
            if self.meeting.holder is not None:
                self.tell(e.InjectionRefused(self.meeting.holder, self.meeting.turn, "busy"))
                self.next_timer()

    @rule(name=names, length=seconds, text=texts, listener=names)
    def person(self, name: str, length: float, text: str, listener: str) -> None:
        """Somebody speaks for a while, and a listening ear makes words of it."""
        people = [p.name for p in self.plan.participants if p.kind is not Kind.AGENT]
        name = people[NAMES.index(name) % len(people)] if people and name in NAMES else self.one_of_us(name)
        self.tell(e.SpeechStarted(name, self.now))
        self.wait(length)
        self.tell(e.SpeechStopped(name, self.now))
        self.spoken += 1
        self.tell(e.EarReady(name, 1))
        self.tell(e.EarHeard(name, 1, self.spoken, text, self.now - length, self.now, "final"))

    @rule(name=names, began=st.booleans())
    def voice(self, name: str, began: bool) -> None:  # noqa: FBT001 - drawn, not passed
        """Somebody begins to speak, or falls silent, and other things happen meanwhile."""
        name = self.one_of_us(name)
        self.tell(e.SpeechStarted(name, self.now) if began else e.SpeechStopped(name, self.now))

    @precondition(lambda self: self.meeting.holder is not None)
    @rule(played=seconds)
    def pauses(self, played: float) -> None:
        """The holder's playout says that it fell silent, and where."""
        name, turn = self.meeting.holder, self.meeting.turn
        assert name is not None
        number = self.replies.get(name, 1)
        self.tell(e.PlaybackPaused(name, turn, number, self.now, played))
        self.tell(e.PlaybackResumed(name, turn, number, self.now))

    @rule(name=names, session=numbers)
    def comes_back(self, name: str, session: int) -> None:
        """A session goes and another comes."""
        name = self.one_of_us(name)
        self.tell(e.SessionLost(name, session, "1006", 0.1))
        self.tell(e.SessionReady(name, session + 1))

    @rule()
    def next_timer(self) -> None:
        """Time passes until the next timer comes."""
        if self.witness.timers:
            timer = min(self.witness.timers, key=lambda name: (self.witness.timers[name], name))
            self.now = max(self.now, self.witness.timers.pop(timer))
            self.tell(e.Woke(timer))

    @invariant()
    def no_duplicates_wait(self) -> None:
        """Everybody waits once, and who has left waits for nothing."""
        if not hasattr(self, "meeting"):
            return
        waiting = [request.participant for request in self.meeting.floor_view.queue]
        assert len(waiting) == len(set(waiting))

    @invariant()
    def free_floors_are_watched(self) -> None:
        """A meeting that is open always has a timer that will come: no wait is unbounded."""
        if not hasattr(self, "meeting") or self.meeting.phase.value in {"new", "over"}:
            return
        assert self.witness.timers

    def teardown(self) -> None:
        """By timers alone every meeting ends within its limit; decided again, it goes the same way."""
        if not hasattr(self, "meeting"):
            return
        if self.meeting.phase.value != "new":
            told = len(self.log)
            while not self.witness.over:
                assert self.witness.timers, "an open meeting has a timer that will come"
                self.next_timer()
                assert self.now <= 300.0 or self.witness.over
                assert len(self.log) < told + PATIENCE, "a timer that comes at once comes again and again"
        again = Brain(self.plan)
        assert [again.handle(event, at) for at, event, _ in self.log] == [out for _, _, out in self.log]
        records = [Record(i, at, event, tuple(out)) for i, (at, event, out) in enumerate(self.log, 1)]
        self._folds(records)

    def _folds(self, records: list[Record]) -> None:
        """What is folded from the journal is what the brain knows; heard words begin the intended."""
        assert self.meeting.utterances() == utterances(records)
        for utterance in utterances(records):
            assert utterance.intended.split()[: len(utterance.heard.split())] == utterance.heard.split() or (
                len(utterance.intended) > len(utterance.heard)
            )
        for participant in self.plan.participants:
            assert self.meeting.context(participant.name) == context_of(self.plan, participant.name, records)


DAILY = {"agenda", "free", "moderated", "parallel-collect"}
"""Policies that have every kind of fact; `test_nonsense_alone` draws from all of them."""


@pytest.mark.parametrize(
    "policy",
    [pytest.param(each, marks=() if each in DAILY else pytest.mark.long) for each in sorted(POLICIES)],
)
def test_every_policy_keeps_what_holds(policy):
    """Meetings of up to eight participants break no invariant under any order of events, and end."""
    run_state_machine_as_test(
        partial(AnyOrder, policy),
        settings=settings(max_examples=15, phases=(Phase.explicit, Phase.reuse, Phase.generate)),
    )


@settings(max_examples=150)
@given(plans(), st.lists(st.tuples(seconds, events), max_size=40))
def test_nonsense_alone(plan, told):
    """The brain answers any events, in any order and at any times, without an error."""
    meeting, witness, now = Brain(plan), Witness(plan), 0.0
    for wait, event in told:
        now += wait
        witness.see(event, meeting.handle(event, now), now)


def test_the_witness_sees():
    """The checks of these tests can fail: each broken promise is reported."""
    plan = MeetingPlan(
        "w", (Participant("ada"), Participant("bob"), evolve(Participant("cyd"), role=Role.OBSERVER))
    )
    grant = c.GrantFloor("ada", 1, "", 9.0)
    broken: list[list[c.Command]] = [
        [c.EndMeeting("x"), c.EndMeeting("x")],
        [grant, c.GrantFloor("bob", 2, "", 9.0)],
        [c.GrantFloor("cyd", 1, "", 9.0)],
        [c.EndTurn("ada", 1, "finished")],
        [c.Play("ada", 1, 1)],
        [grant, c.EndMeeting("x")],
        [c.Report("x", "y", "eve")],
        [c.RunTool("ada", "c", "t", ""), c.RunTool("ada", "c", "t", "")],
        [c.SetHearing((c.Hearing("ada", ("ada",)),))],
    ]
    for commands in broken:
        with pytest.raises(AssertionError):
            Witness(plan).see(e.MeetingStarted(), commands, 0.0)
