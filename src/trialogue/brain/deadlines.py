"""Deadlines: derived from the state after each event, never set or cleared by hand.

1. `deadlines` is a function of the owners: all current deadlines, by name.
2. `Alarms` turns it into commands, as a difference from the previous ones: `WakeAt` for a new or changed
   deadline, `CancelWake` for one that is gone.
3. A deadline is due when its time has come, with any event: a late, double or lost `Woke` is
   harmless.
4. A deadline that a person's voice can prevent is later by the lag of people's sources: a voice may have
   begun in time and not be reported yet.

A tool's deadline is kept by its executor: `tools/executor.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import Factory

from trialogue.brain.course.course import Phase
from trialogue.brain.course.ending import COST, TIME
from trialogue.brain.floor.next_speaker import claimants, gathers_until, ladder_at, resume_at, sure_at
from trialogue.brain.interruptions import SETTLE_S
from trialogue.brain.owners import Owners
from trialogue.brain.recorded_times import has_come, recorded
from trialogue.brain.seats.people import SpeechStretch
from trialogue.brain.turn.agent import AgentTurn
from trialogue.brain.turn.attribution import WORDS_S, unworded
from trialogue.brain.turn.person import PersonState, PersonTurn
from trialogue.model.commands import CancelWake, Command, WakeAt
from trialogue.values import define

MOVED_S = 1e-5
"""Least change of a deadline, in seconds, that moves its timer: sums of floats are not exact."""

Deadline = tuple[str, float]
"""Name of a deadline and its time, in seconds since the meeting's start."""


def deadlines(o: Owners) -> dict[str, float]:
    """Current deadlines of a meeting that has begun, by name."""
    if o.course.phase is Phase.OPENING:
        return dict((*_of_limits(o), ("ready", o.course.started_at + o.plan.ready_s)))
    turn = o.turns.current
    if isinstance(turn, AgentTurn):
        of_floor = _of_agent(o, turn)
    elif isinstance(turn, PersonTurn):
        of_floor = _of_person(o, turn)
    else:
        of_floor = _of_free_floor(o)
    return dict((*_of_limits(o), *of_floor, *_of_speech(o), *_of_prompts(o), *_of_hooks(o)))


def _of_limits(o: Owners) -> Iterator[Deadline]:
    limits, course = o.plan.limits, o.course
    if limits.time_s is not None:
        yield TIME, limits.time_s + course.slept_s
    if limits.cost_usd is not None and course.closing is None:
        at = o.meter.reaches(limits.cost_usd, o.now)
        if at is not None:
            yield COST, at
    if course.quiet_since is not None:
        yield "limit-silence", course.quiet_since + limits.silence_s + o.people.lag_s
    if (awaited_at := o.awaiting.next_at) is not None and course.closing is None:
        yield "awaited", awaited_at
    item = course.agenda.item
    if item is None or item.time_s is None or item.warn_s is None or course.warned_of == item.id:
        return
    yield "box", course.agenda.since + item.time_s - item.warn_s


def _of_free_floor(o: Owners) -> Iterator[Deadline]:
    course, kept = o.course, o.turns.kept
    if claiming := claimants(o):
        if not o.people.has_fallen(claiming[0]):
            yield "begin", sure_at(o, claiming[0])
    elif kept is not None and kept.ended_s is not None:
        yield "resume", resume_at(o, kept.ended_s)
    elif (gathered_at := gathers_until(o)) is not None:
        yield "choose", gathered_at
    elif course.waits_until is not None:
        yield "choose", course.waits_until
    elif (climbs_at := ladder_at(o)) is not None:
        yield "ladder", climbs_at


def _of_agent(o: Owners, turn: AgentTurn) -> Iterator[Deadline]:
    rules = o.plan.floor
    if not turn.is_playing and not o.calls.running(turn.holder.name):
        yield "think", turn.thinking_since + rules.think_s
    if not turn.is_playing and turn.ear_since is not None:
        yield "ear", turn.ear_since + rules.ear_s
    if turn.filler_at is not None:
        yield "filler", turn.filler_at
    if rules.hold.warn_s is not None and not turn.was_warned:
        yield "warn", turn.began_at + rules.hold.warn_s
    yield "hold", turn.hold_until if turn.revoke_at is None else turn.revoke_at


def _of_person(o: Owners, turn: PersonTurn) -> Iterator[Deadline]:
    rules, first = o.plan.floor, turn.first_word_at
    match turn.state:
        case PersonState.AWAITED:
            yield "think", turn.began_at + rules.human_s + o.people.lag_s
        case PersonState.HANGING:
            yield "hang", turn.ended_s + rules.hang_s + o.people.lag_s
        case PersonState.WORDS:
            yield "words", turn.words_until + o.people.lag_s
        case PersonState.READING:
            yield "read", turn.read_until
        case PersonState.SPEAKING | PersonState.ENDED:
            pass
    if first is not None and rules.hold.warn_s is not None and not turn.was_warned:
        yield "warn", first + rules.hold.warn_s
    if first is not None and somebody_waits(o, turn.holder.name):
        yield "hold", first + rules.hold.max_s


def somebody_waits(o: Owners, holder: str) -> bool:
    """Whether a participant other than the holder wants the floor: it waits for it, or it speaks."""
    requests = any(
        each.participant != holder and o.is_present(each.participant) for each in o.floor.waiting()
    )
    return requests or any(name != holder for name in o.people.speaking())


def _of_speech(o: Owners) -> Iterator[Deadline]:
    """Times at which speech beside a turn is classified by its length, and waiting for its words ends."""
    rules = o.plan.floor.interrupt
    bound = max(rules.backchannel_s, rules.overlap_s)
    if not isinstance(o.turns.current, PersonTurn):
        bounds = [
            entry.begin_s + bound + SETTLE_S + o.people.lag_s
            for entry in o.beside.entries()
            if entry.is_open and not o.people.has_fallen(entry.name)
        ]
        if bounds:
            yield "judge", min(bounds)
    unclear = [unclear_at(o, name, stretch) for name, stretch in unworded(o)]
    if unclear:
        yield "unclear", min(unclear)


def unclear_at(o: Owners, name: str, stretch: SpeechStretch) -> float:
    """Time at which waiting for the words of speech beside a turn ends."""
    end_s = o.now if stretch.end_s is None else stretch.end_s
    return end_s + WORDS_S + o.people.lag_s if o.people.has_ear(name) else end_s


def _of_prompts(o: Owners) -> Iterator[Deadline]:
    refused = [prompt.retry_at for prompt in o.prompts.refused()]
    if refused:
        yield "retry", min(refused)


def _of_hooks(o: Owners) -> Iterator[Deadline]:
    open_ones = o.questions.open_ones()
    if open_ones:
        yield "hook", min(question.until for question in open_ones)


@define
class Alarms:
    """Timers that the last commands have set."""

    _told: dict[str, float] = Factory(dict[str, float])

    def came(self, name: str, now: float) -> None:
        """Note that a timer has come: it is no longer set, unless it was moved since."""
        if name in self._told and has_come(self._told[name], now):
            del self._told[name]

    def forget(self) -> None:
        """Forget all timers, so that all are set again: the actor that kept them is gone."""
        self._told.clear()

    def difference(self, wanted: dict[str, float], now: float) -> list[Command]:
        """Commands that change the timers to the wanted ones."""
        commands: list[Command] = []
        for name, moment in wanted.items():
            at = recorded(max(moment, now))
            if name not in self._told or abs(self._told[name] - at) > MOVED_S:
                self._told[name] = at
                commands.append(WakeAt(name, at))
        gone = [name for name in self._told if name not in wanted]
        commands += [CancelWake(name) for name in gone if self._told.pop(name) > now]
        return commands
