"""The calls of a meeting that are about sound: who gives it, and who takes it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from trialogue.actors.app_sound import AppFeed, OwnFeed, PullsSound, RoomEar
from trialogue.actors.router import Sink
from trialogue.meeting.app_requests import a_truth, wrong_type, wrong_value
from trialogue.meeting.calls import MeetingCalls
from trialogue.meeting.people import guard_for
from trialogue.meeting.sound import PersonSource, RoomSound, room_ear, sound_format
from trialogue.meeting.stage import Stage
from trialogue.model.audio import AudioFormat, Encoding


class SoundCalls(MeetingCalls):
    """A meeting, as apps give it sound and take it."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._ears: list[RoomEar] = []

    @property
    def sample_rate(self) -> int:
        """Samples a second of everything that is heard in the meeting."""
        return self._stage.router.grid.sample_rate

    def source(
        self,
        participant: str,
        *,
        sample_rate: int | None = None,
        encoding: Encoding = "linear16",
        hears_loudspeaker: bool = False,
    ) -> PersonSource:
        """Source of a person's sound, who takes part `via: app`.

        `await source.send(...)` paces it, `source.push(...)` takes what comes in real time.
        Sound is mono, in this encoding and rate (4,000 to 192,000; the meeting's where None), and resampled.
        Where the person's microphone may hear a loudspeaker that plays the meeting, say so: what it gives of
        that is no speech then.
        """
        form = sound_format(sample_rate, encoding, self.sample_rate)
        a_truth(hears_loudspeaker, "hears_loudspeaker")
        asked = partial(self._source, participant, form, hears_loudspeaker=hears_loudspeaker)
        return self._loop.ask(asked)

    def _source(self, participant: str, form: AudioFormat, *, hears_loudspeaker: bool) -> PersonSource:
        feed = self._feed(participant)
        router = self._stage.router
        if hears_loudspeaker:
            router.source(participant).guard(guard_for(router, (participant,)))
        return PersonSource(participant, feed, form, loop=self._loop, own_rate=router.grid.sample_rate)

    def pull_from(self, participant: str, source: PullsSound | None) -> None:
        """Take a person's sound, who takes part `via: app`, from a source of the app's own from now on.

        It is asked for the samples of each tick, on the meeting's loop, and must not block. What it raises,
        and what is no such sound, ends the meeting as `AuthorFailed`. None for what is sent and pushed again.
        """
        if source is not None and not isinstance(source, PullsSound):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may not be typed
            raise wrong_type("source", "an object with pull", source)
        own = None if source is None else OwnFeed(participant, source)
        self._loop.ask(lambda: self._feed(participant).use(own))

    def _feed(self, participant: str) -> AppFeed:
        self._seat(participant)
        self._check_open()
        router = self._stage.router
        feed = router.source(participant).feed if router.has_source(participant) else None
        if not isinstance(feed, AppFeed):
            raise wrong_value("participant", f"{participant} has no sound of the app's: give it via: app")
        return feed

    def ear(
        self,
        participant: str | None = None,
        *,
        sample_rate: int | None = None,
        encoding: Encoding = "linear16",
    ) -> RoomSound:
        """Sound of the room from now on without this participant, or all of it: frames of bytes.

        Mono, in this encoding and rate, one frame a tick (20 ms), silence too, in real time. Who is
        muted is not in it.
        """
        form = sound_format(sample_rate, encoding, self.sample_rate)
        if participant is not None:
            self._seat(participant)
        return self._loop.ask(lambda: self._ear(participant, form))

    def _ear(self, participant: str | None, form: AudioFormat) -> RoomSound:
        self._check_open()
        ear = room_ear(self._stage.router, participant, form)
        self._stage.router.record(ear, in_time=True)
        self._ears.append(ear)
        return RoomSound(form, ear, self._stage.router, self._loop)

    def give_to(self, sink: Sink) -> Callable[[], None]:
        """Give everything that is heard from now on to a sink of the app's own; returns what ends that.

        It gets each tick's frames by participant (linear16 mono at `sample_rate`), on the meeting's loop, and
        must not block; what it raises ends the meeting. `trialogue.mix` adds frames up.
        """
        if not isinstance(sink, Sink):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may not be typed
            raise wrong_type("sink", "an object with frame", sink)
        self._loop.ask(lambda: self._give_to(sink))
        return lambda: self._loop.ask(lambda: self._stage.router.forget(sink))

    def _give_to(self, sink: Sink) -> None:
        self._check_open()
        self._stage.router.record(sink, in_time=True)

    def _fall_silent(self) -> None:
        """The meeting is over: nobody waits any more to be heard, or to hear."""
        self._stage.router.close()
        for ear in self._ears:
            ear.close()
