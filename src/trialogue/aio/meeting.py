"""`Meeting` for asyncio; made by docs/mirror.py from `trialogue.meeting.handle`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from trialogue.actors.app_sound import PullsSound
from trialogue.actors.router import Sink
from trialogue.aio.app_functions import callable_from_trio
from trialogue.aio.source import PersonSource
from trialogue.aio.stream import Stream
from trialogue.aio.waiting import asked, waited
from trialogue.bridge.into_trio import CallsIntoTrio
from trialogue.meeting import handle as native
from trialogue.meeting.outputs import MeetingResult
from trialogue.meeting.watching import Callback
from trialogue.model.audio import Encoding
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.state import MeetingState


class Meeting:
    """As `trialogue.Meeting`, for asyncio: it asks and raises the same."""

    def __init__(self, held: CallsIntoTrio, native: native.Meeting) -> None:
        self._held = held
        self._native = native
        self._loop = asyncio.get_running_loop()

    @property
    def plan(self) -> MeetingPlan:
        """Plan, as decided before it began: its cast, its rules, its agenda."""
        return self._native.plan

    @property
    def is_over(self) -> bool:
        """Whether it has ended; its files may still be being written."""
        return self._native.is_over

    @property
    def sample_rate(self) -> int:
        """Samples a second of everything that is heard in the meeting."""
        return self._native.sample_rate

    async def source(
        self,
        participant: str,
        *,
        sample_rate: int | None = None,
        encoding: Encoding = "linear16",
        hears_loudspeaker: bool = False,
    ) -> PersonSource:
        """Source of a person's sound, who takes part `via: app`."""
        return PersonSource(
            self._held,
            await asked(
                self._held,
                lambda: self._native.source(
                    participant,
                    sample_rate=sample_rate,
                    encoding=encoding,
                    hears_loudspeaker=hears_loudspeaker,
                ),
            ),
        )

    async def pull_from(self, participant: str, source: PullsSound | None) -> None:
        """Take a person's sound, who takes part `via: app`, from a source of the app's own from now on."""
        await asked(self._held, lambda: self._native.pull_from(participant, source))

    def ear(
        self,
        participant: str | None = None,
        *,
        sample_rate: int | None = None,
        encoding: Encoding = "linear16",
    ) -> Stream[bytes]:
        """Sound of the room from now on without this participant, or all of it: frames of bytes."""
        return Stream(
            self._held, self._native.ear(participant, sample_rate=sample_rate, encoding=encoding).__anext__
        )

    async def give_to(self, sink: Sink) -> Callable[[], None]:
        """Give everything that is heard from now on to a sink of the app's own; returns what ends that."""
        return await asked(self._held, lambda: self._native.give_to(sink))

    async def join(self, participant: str, seat: Mapping[str, object] | None = None) -> None:
        """Seat a participant while the meeting runs; returns once its actors have begun."""
        await waited(self._held, lambda: self._native.join(participant, seat))

    async def leave(self, participant: str) -> None:
        """Let a participant leave the table; returns once its sessions are closed and its devices let go."""
        await waited(self._held, lambda: self._native.leave(participant))

    @property
    def folder(self) -> Path:
        """Folder of its files."""
        return self._native.folder

    @property
    def state(self) -> MeetingState:
        """State: its phase, who holds the floor, and what each participant does, and why."""
        return self._native.state

    @property
    def now(self) -> float:
        """Seconds since the meeting's start; 0 before it."""
        return self._native.now

    def records(self) -> Stream[Record]:
        """Every event with the decision that answered it, in order, to the meeting's end."""
        return Stream(self._held, self._native.records().__anext__)

    async def on(self, kind: type, callback: Callback) -> Callable[[], None]:
        """Have `callback` told of each event, or command, of one type; returns what ends that."""
        return await asked(
            self._held, lambda: self._native.on(kind, callable_from_trio(self._loop, callback))
        )

    async def levels(self) -> Mapping[str, float]:
        """Levels of those who are being heard at this moment: dB below full scale (0 is loudest)."""
        return await asked(self._held, self._native.levels)

    async def say(self, participant: str, text: str) -> None:
        """Have an agent say these words at the next free floor."""
        await asked(self._held, lambda: self._native.say(participant, text))

    async def grant(self, participant: str, about: str = "") -> None:
        """Have a participant speak next; `about` is what is asked of it."""
        await asked(self._held, lambda: self._native.grant(participant, about))

    async def inject(self, participant: str, text: str) -> None:
        """Let a participant know something at its next turn."""
        await asked(self._held, lambda: self._native.inject(participant, text))

    async def revoke(self, participant: str) -> None:
        """Take the floor from a participant: what it says is cut off at once, its turn ends `interrupted`."""
        await asked(self._held, lambda: self._native.revoke(participant))

    async def interrupt(self) -> str | None:
        """Take the floor from whoever holds it: its name, or None where the floor is free."""
        return await asked(self._held, self._native.interrupt)

    async def update(
        self,
        participant: str,
        *,
        prompt: str | None = None,
        listen: Mapping[str, object] | None = None,
        think: Mapping[str, object] | None = None,
        speak: Mapping[str, object] | None = None,
    ) -> None:
        """Change an agent's settings, from now on and in every later session of its."""
        await asked(
            self._held,
            lambda: self._native.update(participant, prompt=prompt, listen=listen, think=think, speak=speak),
        )

    async def type(self, participant: str, text: str) -> None:
        """Let a person say this in writing."""
        await asked(self._held, lambda: self._native.type(participant, text))

    async def raise_hand(self, participant: str, priority: int = 0) -> None:
        """Ask for the floor, from -2 (lowest) to 2 (highest)."""
        await asked(self._held, lambda: self._native.raise_hand(participant, priority))

    async def lower_hand(self, participant: str) -> None:
        """Take a raised hand down."""
        await asked(self._held, lambda: self._native.lower_hand(participant))

    async def mute(self, participant: str, muted: bool = True) -> None:  # noqa: FBT001, FBT002 - as on trio
        """Let nobody hear a participant, or hear it again."""
        await asked(self._held, lambda: self._native.mute(participant, muted))

    async def stop(self, reason: str = "stopped") -> None:
        """End the meeting now; what is being said is cut off. This is never too much to ask."""
        await asked(self._held, lambda: self._native.stop(reason))

    async def finished(self) -> MeetingResult:
        """Wait until the meeting is over and its files are written."""
        return await waited(self._held, self._native.finished)

    async def let_go(self) -> None:
        """Leave what still watches `WATCHER_S` behind the meeting's end; `open_meeting` calls it, once."""
        await waited(self._held, self._native.let_go)

    def __repr__(self) -> str:
        """Give a status line."""
        return repr(self._native)
