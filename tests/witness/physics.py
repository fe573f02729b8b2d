"""The world's clock, its sound and its doors: what a brain decides is carried out by the real dispatcher.

1. One heap of things to happen, by moment and order; a seed decides all of them: a world can be repeated.
2. Sound is the product's own `Playout`, pulled at a coarse tick at a low rate while anybody is to be heard.
3. Each command goes through `Dispatch` to doubles of the actors: one that nobody can take raises there.
4. What an actor reports comes to the brain after the command that caused it, as through a mailbox.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable
from typing import Any

from attrs import Factory, define, frozen

from trialogue.actors import dispatch as dispatching
from trialogue.actors.dispatch import Dispatch
from trialogue.actors.playout import Playout
from trialogue.model.commands import CancelTool, Command, EndMeeting, RunTool, SetHearing, WakeAt
from trialogue.model.events import Event, MeetingStarted, PlaybackFinished, Woke
from trialogue.model.plan import MeetingPlan

RATE = 1000
TICK_S = 0.05

Happening = Callable[[], None]


class Violation(AssertionError):
    """Something that a user would notice; `kind` is a stable word for it."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind


class Quiet:
    """Diagnostics of nobody's."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *args, **kwargs: None


@frozen
class Decision:
    """One event, and what was decided on it."""

    at: float
    event: Event
    commands: tuple[Command, ...]
    kinds: frozenset[type[Command]] = Factory(lambda own: frozenset(map(type, own.commands)), takes_self=True)
    """Classes of the commands, by which forty questions a decision are answered at once."""


@define
class Box:
    """A mailbox whose orders are carried out at once."""

    post: Callable[[Any], None]


@define
class Orders:
    """An agent as the dispatcher sees it."""

    orders: Box


@define
class Tools:
    """The tool executor as the dispatcher sees it: its orders are carried out at once."""

    order: Callable[[RunTool | CancelTool], None]


class Alarms:
    """Timers of the meeting: each comes once, at its moment."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._set: dict[str, float] = {}

    def set(self, command: WakeAt) -> None:
        """Set a timer, in place of one of the same name."""
        self._set[command.timer] = command.at
        self._world.at(command.at, lambda: self._come(command.timer, command.at))

    def cancel(self, timer: str) -> None:
        """Take a timer back."""
        self._set.pop(timer, None)

    def forget(self) -> None:
        """Let none of them come: their process is gone."""
        self._set.clear()

    def _come(self, timer: str, at: float) -> None:
        if self._set.get(timer) == at:
            del self._set[timer]
            self._world.tell(Woke(timer))


class Sound:
    """The router as the dispatcher sees it: real playouts, pulled while anybody is to be heard."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.playouts: dict[str, Playout] = {}
        self.rows: dict[str, tuple[str, ...]] = {}
        self.muted: frozenset[str] = frozenset()
        self.sounding: set[str] = set()
        self._ticks = False
        self._tick = 0

    def seat(self, name: str) -> None:
        """Give a participant a mouth."""
        self.playouts[name] = Playout(name, RATE, self._world.post)

    @property
    def position(self) -> int:
        """The sample at which the next tick begins."""
        return round(self._world.now * RATE)

    def set_hearing(self, command: SetHearing) -> None:
        """Replace the hearing table."""
        before = self.muted
        self.rows = {row.listener: row.speakers for row in command.table}
        self.muted = frozenset(command.muted)
        if before != self.muted:
            self._world.muted(self.muted - before, before - self.muted)
        self.start()

    def stop(self, participant: str, turn: int) -> None:
        """Silence a turn."""
        self.playouts[participant].stop(turn, self.position)
        self.sounding.discard(participant)

    def pause(self, participant: str, turn: int) -> None:
        """Silence a turn and keep its sound."""
        self.playouts[participant].pause(turn, self.position)
        self.sounding.discard(participant)

    def resume(self, participant: str, turn: int) -> None:
        """Let a paused turn be heard again."""
        self.playouts[participant].resume(turn)
        self.start()

    def duck(self, participant: str, turn: int, gain_db: float) -> None:
        """Let a turn be heard more quietly."""
        self.playouts[participant]

    def unduck(self, participant: str, turn: int) -> None:
        """Let a turn be heard at its own loudness."""
        self.playouts[participant]

    def start(self) -> None:
        """Pull from the next tick on, if anybody is to be heard."""
        if not self._ticks and any(playout._turn is not None for playout in self.playouts.values()):
            self._ticks = True
            self._world.at(self._world.now + TICK_S, self._pull)

    def silence(self) -> None:
        """Forget all sound, as the end of a process does."""
        for name in self.playouts:
            self.seat(name)
        self.sounding.clear()

    def _pull(self) -> None:
        position, samples = self.position, round(TICK_S * RATE)
        for name, playout in self.playouts.items():
            pulled = None if playout._turn is None else playout.pull(samples, position)
            heard = pulled is not None and name not in self.muted
            (self.sounding.add if heard else self.sounding.discard)(name)
        self._ticks = any(playout._turn is not None for playout in self.playouts.values())
        if self._ticks:
            self._world.at(self._world.now + TICK_S, self._pull)
        else:
            self.sounding.clear()
        self._world.sound_changed()


@define
class Far:
    """All that is outside of the brain, by participant; whoever is not there takes nothing."""

    agents: dict[str, Any] = Factory(dict)
    people: dict[str, Any] = Factory(dict)


class World:
    """A meeting that takes place: time, sound, far ends, a brain, and whoever watches it."""

    def __init__(self, plan: MeetingPlan, make: Callable[[MeetingPlan], Any], seed: int) -> None:
        self.plan = plan
        self._make = make
        self.brain = make(plan)
        self.seed = seed
        self.now = 0.0
        self.log: list[Decision] = []
        self.ended: EndMeeting | None = None
        self.far = Far()
        self.watchers: list[Any] = []
        self._heap: list[tuple[float, int, Happening]] = []
        self._count = 0
        self._inbox: deque[Event] = deque()
        self._telling = False
        self.sound = Sound(self)
        self.alarms = Alarms(self)
        self.tool_box: Callable[[Any], None] = lambda order: None
        self.is_alive = True
        self.dispatch = Dispatch(
            self.sound,  # type: ignore[arg-type]
            _Seats(self),  # type: ignore[arg-type]
            Tools(self._tool_ordered),  # type: ignore[arg-type]
            _Timers(self),  # type: ignore[arg-type]
            lambda: None,
        )

    def stream(self, name: str) -> random.Random:
        """Chances of one part of the world, which no other part draws from."""
        return random.Random(f"{self.seed}:{name}")

    # --- time -------------------------------------------------------------------------------------

    def at(self, moment: float, happening: Happening) -> None:
        """Let something happen, never before now."""
        self._count += 1
        heapq.heappush(self._heap, (round(max(moment, self.now), 6), self._count, happening))

    def after(self, seconds: float, happening: Happening) -> None:
        """Let something happen after so many seconds."""
        self.at(self.now + seconds, happening)

    def sleep(self, seconds: float) -> None:
        """Let the process stand still: all that would have happened meanwhile happens at its end."""
        until = round(self.now + seconds, 6)
        late = sorted(entry for entry in self._heap if entry[0] < until)
        self._heap = [entry for entry in self._heap if entry[0] >= until]
        heapq.heapify(self._heap)
        self.now = until
        for _, _, happening in late:
            self.at(until, happening)

    def run(self, until: float) -> None:
        """Live until this moment, or until the meeting has ended and a little longer."""
        original, dispatching.diagnostics = dispatching.diagnostics, Quiet()
        try:
            self.at(0.0, lambda: self.tell(MeetingStarted()))
            while self._heap and self.is_alive:
                moment, _, happening = heapq.heappop(self._heap)
                if moment > until:
                    break
                self.now = moment
                happening()
                self._deliver()
        finally:
            dispatching.diagnostics = original

    # --- facts and orders -------------------------------------------------------------------------

    def post(self, event: Event) -> None:
        """Have the brain told of an event, behind what it is being told."""
        self._inbox.append(event)

    def tell(self, event: Event) -> None:
        """Have the brain told of an event now."""
        self.post(event)
        self._deliver()

    def _deliver(self) -> None:
        if self._telling:
            return
        self._telling = True
        try:
            while self._inbox and self.is_alive:
                self._decide(self._inbox.popleft())
        finally:
            self._telling = False

    def _decide(self, event: Event) -> None:
        commands = tuple(self.brain.handle(event, self.now))
        self._has_settled(event)
        decision = Decision(self.now, event, commands)
        self.log.append(decision)
        for watcher in self.watchers:
            watcher.before(decision)
        for command in commands:
            self.dispatch(command)
            if isinstance(command, EndMeeting):
                self._end(command)
            for far in (*self.far.agents.values(), *self.far.people.values()):
                far.sees(command)
        if isinstance(event, PlaybackFinished):
            self.sound.sounding.discard(event.participant)
        self.sound.start()
        for watcher in self.watchers:
            watcher.after(decision)

    def _has_settled(self, event: Event) -> None:
        """All that follows from an event has followed: one more look at the same moment finds nothing."""
        more = self.brain.handle(Woke("nothing"), self.now)
        if more:
            raise Violation("half-decided", f"at {self.now:g}: {event}, and only then {more}")

    def _end(self, command: EndMeeting) -> None:
        self.ended = command
        self.after(1.0, self.stop)

    def relive(self) -> None:
        """Make the brain anew, as a resumed meeting does: the same events must be decided the same."""
        self.brain = self._make(self.plan)
        self.alarms.forget()
        self.alarms = Alarms(self)
        for decision in self.log:
            again = tuple(self.brain.handle(decision.event, decision.at))
            if again != decision.commands:
                text = f"at {decision.at:g}: {decision.event}: {again} where it was {decision.commands}"
                raise Violation("decided-otherwise-again", text)

    def stop(self) -> None:
        """Let nothing happen any more."""
        self.is_alive = False

    def _tool_ordered(self, order: RunTool | CancelTool) -> None:
        self.tool_box(order)

    # --- who is heard -----------------------------------------------------------------------------

    def audible(self) -> set[str]:
        """Everybody who is to be heard at this moment, in truth."""
        speaking = {name for name, person in self.far.people.items() if person.is_audible}
        return set(self.sound.sounding) | speaking

    def sound_changed(self) -> None:
        """Let ears by which agents hear take what has begun or ended."""
        for agent in self.far.agents.values():
            agent.listens()
        for watcher in self.watchers:
            watcher.sound_changed()

    def muted(self, now: frozenset[str], no_more: frozenset[str]) -> None:
        """Tell people's sources that they are heard by nobody, or heard again."""
        for name in now & self.far.people.keys():
            self.far.people[name].muted()
        for name in no_more & self.far.people.keys():
            self.far.people[name].unmuted()


@frozen
class _Timers:
    """The timers of the process that lives now."""

    world: World

    def set(self, command: WakeAt) -> None:
        self.world.alarms.set(command)

    def cancel(self, timer: str) -> None:
        self.world.alarms.cancel(timer)


class _Seats(dict[str, Orders]):
    """Agents as the dispatcher finds them; KeyError for whoever is no agent."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def __missing__(self, name: str) -> Orders:
        agent = self._world.far.agents[name]
        return self.setdefault(name, Orders(Box(agent.takes)))
