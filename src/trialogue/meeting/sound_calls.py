"""The calls of a meeting for sound: sources and sinks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from trialogue.actors.app_sound import AppFeed, OwnFeed, OwnSink, PullsSound, RoomEar
from trialogue.actors.router import Sink
from trialogue.arguments import refuse_async
from trialogue.handles import make
from trialogue.meeting.app_requests import a_truth, wrong_type, wrong_value
from trialogue.meeting.calls import MeetingCalls
from trialogue.meeting.people import guard_for
from trialogue.meeting.sound import PersonSource, RoomSound, room_ear, sound_format
from trialogue.meeting.stage import Stage
from trialogue.model.audio import AudioFormat, Encoding


class SoundCalls(MeetingCalls):
    """A meeting, with an app's calls for sound."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._ears: list[RoomEar] = []

    @property
    def sample_rate(self) -> int:
        """Sample rate of all sound in the meeting."""
        return self._stage.router.grid.sample_rate

    def source(
        self,
        participant: str,
        *,
        sample_rate: int | None = None,
        encoding: Encoding = "linear16",
        hears_loudspeaker: bool = False,
    ) -> PersonSource:
        """Source for the sound of a person with `via: app`.

        `await source.send(...)` paces sound from a file or a stream; `source.push(...)` takes sound that
        arrives in real time. Sound is mono, in this encoding and rate (4,000 to 192,000; None for the
        meeting's rate), and is resampled. Set `hears_loudspeaker` if the person's microphone can hear a
        loudspeaker that plays the meeting: its echo is then ignored.
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
        return make(PersonSource, participant, feed, form, loop=self._loop, own_rate=router.grid.sample_rate)

    def pull_from(self, participant: str, source: PullsSound | None) -> None:
        """Take the sound of a person with `via: app` from the app's own source from now on.

        The source is called for the samples of each tick, on the meeting's loop, and must not block. An
        exception in it, or invalid sound, ends the meeting with `AuthorFailed`. With None, sound comes from
        `send` and `push` again.
        """
        if source is not None and not isinstance(source, PullsSound):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may not be typed
            raise wrong_type("source", "an object with a method pull", source)
        refuse_async("source", source, PullsSound | None)
        own = None if source is None else OwnFeed(participant, source)
        self._loop.ask(lambda: self._feed(participant).use(own))

    def _feed(self, participant: str) -> AppFeed:
        self._seat(participant)
        self._check_open()
        router = self._stage.router
        feed = router.source(participant).feed if router.has_source(participant) else None
        if not isinstance(feed, AppFeed):
            raise wrong_value(
                "participant", f"{participant} takes no sound from the app: its seat needs via: app"
            )
        return feed

    def ear(
        self,
        participant: str | None = None,
        *,
        sample_rate: int | None = None,
        encoding: Encoding = "linear16",
    ) -> RoomSound:
        """The meeting's sound from now on as frames of bytes, with or without this participant.

        Frames are mono, in this encoding and rate, of one tick (20 ms) each, including silence. At another
        rate than the meeting's they come some 40 ms late, and two may come at one tick.
        Muted participants are left out.
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
        return make(RoomSound, form, ear, self._stage.router, self._loop)

    def give_to(self, sink: Sink) -> Callable[[], None]:
        """Send all heard sound from now on to the app's own sink; returns a function that stops it.

        The sink gets the frames of each tick by participant (linear16 mono at `sample_rate`), on the
        meeting's loop. It must not block; an exception in it ends the meeting. `trialogue.mix` adds frames.
        """
        if not isinstance(sink, Sink):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may not be typed
            raise wrong_type("sink", "an object with a method frame", sink)
        refuse_async("sink", sink, Sink)
        own = OwnSink(sink)
        self._loop.ask(lambda: self._give_to(own))
        return lambda: self._loop.ask(lambda: self._stage.router.forget(own))

    def _give_to(self, sink: Sink) -> None:
        self._check_open()
        self._stage.router.record(sink, in_time=True)

    def _fall_silent(self) -> None:
        """End all waits for sound: the meeting is over."""
        self._stage.router.close()
        for ear in self._ears:
            ear.close()
