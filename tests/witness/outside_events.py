"""Events from outside the conversation: requests of the app, results of tools, sleeps and deaths of the
process, arrivals and departures.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from far_agents import FarAgent
from far_people import FarPerson
from physics import World

from trialogue.model.commands import CancelTool, RunTool
from trialogue.model.events import (
    GrantAsked,
    Joined,
    Left,
    MeetingResumed,
    MuteAsked,
    NoteGiven,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    ProcessSuspended,
    RevokeAsked,
    SayAsked,
    StopAsked,
    ToolFinished,
    UpdateAsked,
)


class OutsideEvents:
    """All that happens to the meeting, and is no participant."""

    def __init__(self, world: World, on: frozenset[str]) -> None:
        self.world = world
        self.running: dict[tuple[str, str], int] = {}
        self.chance = world.stream("outside")
        self.names = [p.name for p in world.plan.participants]
        self.away: set[str] = set()
        self.count = 0
        world.tool_box = self._takes
        for feature, rate, act in (
            ("app", 12.0, self._asks),
            ("muting", 30.0, self._mutes),
            ("sleeps", 50.0, self._sleeps),
            ("resumes", 60.0, self._dies),
            ("joining", 30.0, self._comes_or_goes),
        ):
            if feature in on:
                self._again(rate, act)
        if "stops" in on:
            world.at(self.chance.uniform(30.0, 400.0), lambda: world.tell(StopAsked("hung-up")))

    def _again(self, rate: float, act: Callable[[], None]) -> None:
        def happens() -> None:
            if self.world.ended is None:
                act()
                self._again(rate, act)

        self.world.after(self.chance.expovariate(1 / rate), happens)

    # --- tools --------------------------------------------------------------------------------------

    def _takes(self, order: Any) -> None:
        key = (order.participant, order.call_id)
        if isinstance(order, RunTool):
            self.count += 1
            run = self.running[key] = self.count
            delay = self.chance.choice((0.3, 3.0, 15.0))
            self.world.after(delay, lambda: self._finishes(key, run, "succeeded"))
        elif isinstance(order, CancelTool) and key in self.running:
            run = self.running[key]
            self.world.after(0.1, lambda: self._finishes(key, run, "cancelled"))

    def _finishes(self, key: tuple[str, str], run: int, outcome: Any) -> None:
        if self.running.get(key) == run:
            del self.running[key]
            self.world.tell(ToolFinished(*key, outcome, "42"))

    # --- the app ------------------------------------------------------------------------------------

    def _asks(self) -> None:
        name = self.chance.choice(self.names)
        self.count += 1
        wish = self.chance.choice(
            (
                GrantAsked(name, self.chance.choice(("", "costs"))),
                SayAsked(name, f"Said {self.count}."),
                NoteGiven(name, f"Note {self.count}."),
                RevokeAsked(name),
                UpdateAsked(name, "prompt", "Be brief."),
            )
        )
        self.world.tell(wish)

    def _mutes(self) -> None:
        name = self.chance.choice(self.names)
        self.world.tell(MuteAsked(name, name not in self.world.sound.muted))

    def _comes_or_goes(self) -> None:
        name = self.chance.choice(self.names)
        far: FarAgent | FarPerson = self.world.far.agents.get(name) or self.world.far.people[name]
        if name in self.away:
            self.away.discard(name)
            far.returns()
            self.world.tell(Joined(self.world.plan.participant(name)))
        elif len(self.away) < len(self.names) - 2:
            self.away.add(name)
            far.leaves()
            self.world.tell(Left(name))
            self.world.sound.playouts.get(name) and self.world.sound.seat(name)

    # --- the process --------------------------------------------------------------------------------

    def _sleeps(self) -> None:
        """The machine sleeps: nothing moves, sources begin anew."""
        seconds = self.chance.choice((8.0, 60.0))
        self.world.sleep(seconds)
        for person in self.world.far.people.values():
            person.resets()
        self.world.tell(ProcessSuspended(seconds, seconds))

    def _dies(self) -> None:
        """The process dies and the meeting is resumed: the brain is made anew from the journal."""
        world = self.world
        over = self._sound_that_ends()
        tools = [ToolFinished(*key, "unknown", "unknown") for key in self.running]
        self.running.clear()
        world.sound.silence()
        for agent in world.far.agents.values():
            if not agent.has_failed and agent.is_present:
                agent.dies()
        for person in world.far.people.values():
            if person.is_present:
                person.resets()
        world.relive()
        world.tell(MeetingResumed("hash"))
        for event in (*over, *tools):
            world.tell(event)

    def _sound_that_ends(self) -> list[PlaybackFinished]:
        """What was being heard, or was paused, by the journal: cut where the process died."""
        heard: dict[str, tuple[PlaybackStarted | PlaybackResumed, float]] = {}
        paused: dict[str, PlaybackPaused] = {}
        for decision in self.world.log:
            match decision.event:
                case PlaybackStarted(participant=name):
                    heard[name] = (decision.event, 0.0)
                case PlaybackPaused(participant=name):
                    paused[name] = decision.event
                case PlaybackResumed(participant=name):
                    heard[name] = (decision.event, paused.pop(name).played_s)
                case PlaybackFinished(participant=name):
                    heard.pop(name, None)
                    paused.pop(name, None)
                case MeetingResumed():
                    heard.clear()
                    paused.clear()
                case _:
                    pass
        ends: list[PlaybackFinished] = []
        for name, (event, before_s) in heard.items():
            stopped = paused.get(name)
            place = self.world.now if stopped is None else stopped.position_s
            played = before_s + self.world.now - event.position_s if stopped is None else stopped.played_s
            ends.append(
                PlaybackFinished(
                    name, event.turn, event.reply, round(place, 6), max(0.0, round(played, 6)), "cut"
                )
            )
        return ends
