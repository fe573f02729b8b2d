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
from trialogue.handles import given_by, make
from trialogue.meeting import handle as native
from trialogue.meeting.outputs import MeetingResult
from trialogue.meeting.watching import Callback
from trialogue.model.audio import Encoding
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.state import MeetingState


@given_by("trialogue.aio.open_meeting")
class Meeting:
    """Like `trialogue.Meeting`, for asyncio: the same calls and errors."""

    def __init__(self, held: CallsIntoTrio, native: native.Meeting) -> None:
        self._held = held
        self._native = native
        self._loop = asyncio.get_running_loop()

    @property
    def plan(self) -> MeetingPlan:
        """Plan of the meeting, fixed before it began: cast, rules, agenda."""
        return self._native.plan

    @property
    def is_over(self) -> bool:
        """Whether the meeting has ended; its files may not be complete yet."""
        return self._native.is_over

    @property
    def sample_rate(self) -> int:
        """Sample rate of all sound in the meeting."""
        return self._native.sample_rate

    async def source(
        self,
        participant: str,
        *,
        sample_rate: int | None = None,
        encoding: Encoding = "linear16",
        hears_loudspeaker: bool = False,
    ) -> PersonSource:
        """Source for the sound of a person with `via: app`."""
        return make(
            PersonSource,
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
        """Take the sound of a person with `via: app` from the app's own source from now on."""
        await asked(self._held, lambda: self._native.pull_from(participant, source))

    def ear(
        self,
        participant: str | None = None,
        *,
        sample_rate: int | None = None,
        encoding: Encoding = "linear16",
    ) -> Stream[bytes]:
        """The meeting's sound from now on as frames of bytes, with or without this participant."""
        return make(
            Stream,
            self._held,
            self._native.ear(participant, sample_rate=sample_rate, encoding=encoding).__anext__,
        )

    async def give_to(self, sink: Sink) -> Callable[[], None]:
        """Send all heard sound from now on to the app's own sink; returns a function that stops it."""
        return await asked(self._held, lambda: self._native.give_to(sink))

    async def join(self, participant: str, seat: Mapping[str, object] | None = None) -> None:
        """Add a participant to the running meeting; returns when its actors have started."""
        await waited(self._held, lambda: self._native.join(participant, seat))

    async def leave(self, participant: str) -> None:
        """Remove a participant; returns when its sessions and devices are closed."""
        await waited(self._held, lambda: self._native.leave(participant))

    @property
    def folder(self) -> Path:
        """Folder of the run's files."""
        return self._native.folder

    @property
    def state(self) -> MeetingState:
        """Current state: the phase, the floor's holder, and what each participant is doing and why."""
        return self._native.state

    @property
    def now(self) -> float:
        """Seconds since the meeting's start; 0 before it."""
        return self._native.now

    def records(self) -> Stream[Record]:
        """Iterate over all records until the meeting's end: every event with its commands, in order."""
        return make(Stream, self._held, self._native.records().__anext__)

    async def on(self, kind: type, callback: Callback) -> Callable[[], None]:
        """Call `callback` for each event or command of one type; returns a function that stops it."""
        return await asked(
            self._held, lambda: self._native.on(kind, callable_from_trio(self._loop, callback))
        )

    async def levels(self) -> Mapping[str, float]:
        """Current levels of all participants who are heard, in dB relative to full scale (0 is loudest)."""
        return await asked(self._held, self._native.levels)

    async def say(self, participant: str, text: str) -> None:
        """Make an agent say these words when the floor is next free."""
        await asked(self._held, lambda: self._native.say(participant, text))

    async def grant(self, participant: str, about: str = "") -> None:
        """Give a participant the next turn; `about` is what it is asked."""
        await asked(self._held, lambda: self._native.grant(participant, about))

    async def inject(self, participant: str, text: str) -> None:
        """Tell a participant something at its next turn."""
        await asked(self._held, lambda: self._native.inject(participant, text))

    async def revoke(self, participant: str) -> None:
        """Take the floor from a participant: it is cut off at once, and its turn ends as `interrupted`."""
        await asked(self._held, lambda: self._native.revoke(participant))

    async def interrupt(self) -> str | None:
        """Take the floor from its holder; returns the holder's name, or None if the floor is free."""
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
        """Change an agent's settings, now and in all its later sessions."""
        await asked(
            self._held,
            lambda: self._native.update(participant, prompt=prompt, listen=listen, think=think, speak=speak),
        )

    async def type(self, participant: str, text: str) -> None:
        """Have a person say this in writing."""
        await asked(self._held, lambda: self._native.type(participant, text))

    async def raise_hand(self, participant: str, priority: int = 0) -> None:
        """Ask for the floor, from -2 (lowest) to 2 (highest)."""
        await asked(self._held, lambda: self._native.raise_hand(participant, priority))

    async def lower_hand(self, participant: str) -> None:
        """Lower a raised hand."""
        await asked(self._held, lambda: self._native.lower_hand(participant))

    async def mute(self, participant: str, muted: bool = True) -> None:  # noqa: FBT001, FBT002 - as on trio
        """Mute a participant, or unmute it."""
        await asked(self._held, lambda: self._native.mute(participant, muted))

    async def stop(self, reason: str = "stopped") -> None:
        """End the meeting now and cut off current speech; never raises MailboxFull."""
        await asked(self._held, lambda: self._native.stop(reason))

    async def finished(self) -> MeetingResult:
        """Wait until the meeting is over and its files are written."""
        return await waited(self._held, self._native.finished)

    def __repr__(self) -> str:
        """Give a status line."""
        return repr(self._native)
