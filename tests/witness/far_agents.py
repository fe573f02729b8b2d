"""The far end of an agent: its service's sessions, its script, its ear, its delays and faults.

1. A script's entries are used in order; an entry that was begun and not heard is used again, once the
   service is told how many: by a cue's line of its own, or by what a new session is told was given.
2. An agent by ear hears whom the hearing table lets it hear. It answers what it heard without being asked,
   and falls silent, in mid-reply, when somebody speaks at its ear.
3. A reply is announced, its sound comes faster than it is heard, its end is told; or it is not (`dry`).
"""

from __future__ import annotations

import re
from typing import Any

from physics import RATE, World

from trialogue.model.commands import AnswerTool, Cue, GrantFloor, Replace, RollOver, Speak, Update
from trialogue.model.events import (
    InjectionRefused,
    LineTaken,
    ReplyFailed,
    ReplySent,
    ReplyStarted,
    SentenceSaid,
    ServiceWarned,
    SessionEnding,
    SessionFailed,
    SessionLost,
    SessionReady,
    SessionRolledOver,
    SettingsChanged,
    ToolRequested,
    WordsHeard,
)
from trialogue.model.participants import Hears, Participant

NOT_HEARD = re.compile(r"^(\d+) remarks? of yours (?:were|was) not heard\.$", re.MULTILINE)
ENDPOINT_S = 0.7
"""How long nobody must be heard until an agent by ear takes what it heard for a turn."""

ONSET_S = 0.25
"""How long somebody must be heard until an agent by ear falls silent for it."""

FLOOR_TOOLS = (
    ("give_floor", '{"to": "%s", "about": "it"}'),
    ("hand_off", '{"to": "%s"}'),
    ("bid", '{"urgency": 8}'),
    ("request_floor", '{"priority": "high"}'),
)


class FarAgent:
    """One agent's service, as the meeting meets it."""

    def __init__(self, world: World, seat: Participant, on: frozenset[str]) -> None:
        self.world = world
        self.seat = seat
        self.name = seat.name
        self.on = on
        self.by_ear = seat.hears is Hears.AUDIO
        self.chance = world.stream(f"agent {seat.name}")
        self.session = 0
        self.is_ready = False
        self.has_failed = False
        self.replies = 0
        self.entry_of: dict[int, int] = {}
        self.entries = self.chance.choice((3, 8, 40))
        self.queue: list[int] = list(range(self.entries))
        self.begun: list[int] = []
        self.open: int | None = None
        self.busy = 0
        self.calls: dict[str, int] = {}
        self.call_count = 0
        self.epoch = 0
        self.hears_since: float | None = None
        self.was_cut_at = -1.0
        self.heard_something = False
        self.greeted = False
        self.is_present = True
        world.sound.seat(self.name)
        world.after(self.chance.uniform(0.0, 2.0), self.connect)

    # --- sessions -----------------------------------------------------------------------------------

    def connect(self) -> None:
        """A session becomes ready."""
        if self.is_ready or self.has_failed or not self.is_present:
            return
        self.epoch += 1
        self.session += 1
        self.is_ready = True
        self.busy = 0
        self.calls.clear()
        given = self._given()
        self.queue = [entry for entry in range(self.entries) if entry not in given]
        self.begun = []
        self.world.post(SessionReady(self.name, self.session))
        if self.seat.greets and not self.greeted:
            self.greeted = True
            self._after(0.1, lambda: self._reply(f"Hello from {self.name}.", 0, None))
        if "drops" in self.on:
            self._after(self.chance.expovariate(1 / 90), self.drop)
        if "endings" in self.on:
            self._after(self.chance.expovariate(1 / 60), self._announces_its_end)

    def _given(self) -> tuple[int, ...]:
        return self.world.brain.script_stand(self.name).given

    def _after(self, seconds: float, happening: Any) -> None:
        """Let something happen, if this session still lives then."""
        epoch = self.epoch
        self.world.after(seconds, lambda: happening() if self.epoch == epoch and self.is_present else None)

    def drop(self) -> None:
        """The connection is lost."""
        if not self.is_ready:
            return
        self._gone()
        if "failures" in self.on and self.chance.random() < 0.2:
            self.has_failed = True
            self.world.post(SessionFailed(self.name, "refused", self.chance.random() < 0.5))
            return
        wait = self.chance.choice((0.0, 0.5, 4.0))
        self.world.post(SessionLost(self.name, self.session, "1006", wait))
        self.world.after(wait + 0.2, self.connect)

    def _gone(self) -> None:
        self.epoch += 1
        self.is_ready = False
        if self.open is not None:
            self._withdraw("lost")
        self.hears_since = None

    def _announces_its_end(self) -> None:
        self.world.post(SessionEnding(self.name, self.session))

    def leaves(self) -> None:
        """The seat is empty: nothing of it comes any more."""
        self.is_present = False
        self.is_ready = False
        self.epoch += 1
        self.open = None

    def returns(self) -> None:
        """The seat is taken again."""
        self.is_present = True
        self.world.after(0.5, self.connect)

    def dies(self) -> None:
        """The process that held its connection is gone: nothing is told of it."""
        self.epoch += 1
        self.is_ready = False
        self.open = None
        self.hears_since = None
        self.world.after(self.chance.uniform(0.5, 3.0), self.connect)

    # --- orders -------------------------------------------------------------------------------------

    def sees(self, command: object) -> None:
        """A grant alone tells an agent nothing."""
        assert not (isinstance(command, GrantFloor) and command.to == self.name and self.has_failed)

    def takes(self, order: object) -> None:
        """Take an order of the brain's."""
        match order:
            case RollOver(session=session):
                if self.is_ready and session == self.session:
                    self._gone()
                    self.world.post(SessionRolledOver(self.name, self.session))
                    self.world.after(0.4, self.connect)
            case Replace():
                self.has_failed = False
                self.world.after(0.5, self.connect)
            case Update(part=part):
                if self.is_ready:
                    session = self.session
                    self._after(
                        0.2, lambda: self.world.tell(SettingsChanged(self.name, session, part, "applied"))
                    )
            case Cue() | Speak() | AnswerTool():
                self._prompted(order)

    def _prompted(self, order: Cue | Speak | AnswerTool) -> None:
        if not self.is_ready:
            self.world.post(ServiceWarned(self.name, "stale", f"{type(order).__name__} for no session"))
            return
        match order:
            case AnswerTool(session=session, call_id=call_id):
                prompt = self.calls.pop(call_id, None)
                if session == self.session and prompt is not None:
                    self._thinks(prompt)
            case Speak(turn=turn, text=text, behavior=behavior, prompt=prompt):
                if behavior == "default" and self.open is not None:
                    self._refuse(turn, prompt)
                else:
                    self._after(0.3, lambda: self._reply(text, prompt, None))
            case Cue(turn=turn, text=text, prompt=prompt):
                if (self.busy and self.by_ear) or ("refusals" in self.on and self.chance.random() < 0.15):
                    self._refuse(turn, prompt)
                else:
                    self._told(text)
                    self._thinks(prompt, turn)

    def _told(self, text: str) -> None:
        """Take entries back that were begun and not heard, the newest first."""
        found = NOT_HEARD.search(text)
        if found is not None:
            count = min(int(found[1]), len(self.begun))  # a greeting is no entry
            self.queue = [*self.begun[len(self.begun) - count :], *self.queue]
            del self.begun[len(self.begun) - count :]

    def _refuse(self, turn: int, prompt: int) -> None:
        self._after(0.2, lambda: self.world.tell(InjectionRefused(self.name, turn, "busy", prompt)))

    # --- answers ------------------------------------------------------------------------------------

    def _thinks(self, prompt: int, turn: int = 0) -> None:
        self.busy += 1
        delay = self.chance.choice((0.2, 0.8, 2.0))
        if "slow" in self.on and self.chance.random() < 0.08:
            delay = 60.0
        self._after(delay, lambda: self._answers(prompt, turn))

    def _answers(self, prompt: int, turn: int) -> None:
        self.busy -= 1
        draw = self.chance.random()
        if "failures" in self.on and draw < 0.06:
            self.world.tell(ReplyFailed(self.name, turn, "FAILED_TO_THINK", prompt))
        elif "tools" in self.on and 0.06 < draw < 0.2 and len(self.calls) < 2:
            self._calls(prompt)
        elif ("empty" in self.on and 0.2 < draw < 0.26) or not self.queue:
            self._empty(prompt)
        else:
            entry = self.queue.pop(0)
            self.begun.append(entry)
            self._reply(self._line(entry), prompt, entry)

    def _line(self, entry: int) -> str:
        names = [p.name for p in self.world.plan.participants]
        endings = ("", "", " {}, what do you say?", " I agree with {}.", " {}?")
        if "clique" in self.on:  # agents name each other, and nobody else
            others = [name for name in self.world.far.agents if name != self.name]
            names, endings = others or [self.name], (" {}, what do you say?", " {}?")
        ending = self.chance.choice(endings).format(self.chance.choice(names))
        return f"Remark {self.name} {entry}.{ending}"

    def _empty(self, prompt: int) -> None:
        reply = self._begin(prompt)
        self.world.tell(ReplySent(self.name, reply, self.world.sound.playouts[self.name].finish(reply)))
        self.open = None

    def _calls(self, prompt: int) -> None:
        self.call_count += 1
        call = f"{self.name}-{self.call_count}"
        self.calls[call] = prompt
        tool, arguments = "price", '{"a": 1}'
        if "floor-tools" in self.on and self.chance.random() < 0.5:
            tool, form = self.chance.choice(FLOOR_TOOLS)
            names = [p.name for p in self.world.plan.participants]
            arguments = form % self.chance.choice(names) if "%" in form else form
        self.world.tell(ToolRequested(self.name, self.session, call, tool, arguments))

    def _begin(self, prompt: int, entry: int | None = None, *, is_backchannel: bool = False) -> int:
        self.replies += 1
        reply = self.open = self.replies
        if entry is not None:
            self.entry_of[reply] = entry
            self.world.post(LineTaken(self.name, reply, entry))
        self.world.sound.playouts[self.name].open(reply)
        self.world.tell(ReplyStarted(self.name, reply, prompt, is_backchannel))
        return reply

    def _reply(self, text: str, prompt: int, entry: int | None) -> None:
        if self.open is not None:
            self._done(self.open)
        reply = self._begin(prompt, entry)
        length = self.chance.choice((0.8, 3.0, 3.0, 12.0, 40.0) if "long" in self.on else (0.8, 2.0, 5.0))
        self.world.tell(SentenceSaid(self.name, reply, text, 0.0))
        self._sounds(reply, length, speed=self.chance.choice((2.0, 6.0)))

    def _sounds(self, reply: int, length: float, speed: float) -> None:
        """Let sound arrive, half a second of it at a time, then the reply's end."""
        if self.open != reply:
            return
        part = min(0.5, length)
        self.world.sound.playouts[self.name].arrive(reply, bytes(2 * round(part * RATE)))
        self.world.sound.start()
        if length - part > 0.001:
            self._after(part / speed, lambda: self._sounds(reply, length - part, speed))
        elif "dry" in self.on and self.chance.random() < 0.1:
            self._after(30.0, lambda: self._done(reply))
        else:
            self._after(part / speed, lambda: self._done(reply))

    def _done(self, reply: int) -> None:
        if self.open == reply:
            self.open = None
            self.world.tell(ReplySent(self.name, reply, self.world.sound.playouts[self.name].finish(reply)))

    def _withdraw(self, reason: Any) -> None:
        self.open = None
        self.world.sound.playouts[self.name].withdraw(self.replies, reason)

    # --- the ear ------------------------------------------------------------------------------------

    def listens(self) -> None:
        """Take what began or ended at the agent's ear."""
        if not (self.by_ear and self.is_ready):
            return
        row = self.world.sound.rows.get(self.name, ())
        hears = any(name in row for name in self.world.audible())
        if hears and self.hears_since is None:
            since = self.hears_since = self.world.now
            self._after(ONSET_S, lambda: self._onset(since))
        elif not hears and self.hears_since is not None:
            self.hears_since = None
            if self.heard_something:
                at = self.was_cut_at = self.world.now
                self._after(ENDPOINT_S, lambda: self._turn_ended(at))

    def _onset(self, since: float) -> None:
        """Speech at its ear: its service says no more of what it was saying."""
        if self.hears_since != since:
            return
        self.heard_something = True
        if self.open is not None or self.world.sound.playouts[self.name].is_open(self.replies):
            self._withdraw("interrupted")

    def _turn_ended(self, at: float) -> None:
        """What it heard was a turn, as it seems to it: it answers."""
        if self.hears_since is not None or self.was_cut_at != at:
            return
        self.heard_something = False
        self.world.tell(WordsHeard(self.name, "what was said"))
        if self.queue and not self.busy and self.open is None and self.chance.random() < 0.9:
            self._thinks(0)
