"""Audio plane: one clock, the hearing table, and the mix of each tick for each listener.

1. Sound never passes through the sequencer. The sequencer only replaces the whole hearing table, and tells a
   mouth to play or stop.
2. One tick is one frame for everybody: pull from every mouth, mix for every ear without its own voice
   (mix-minus), hand the frame to every sink. All of it is one synchronous step.
3. Tick `k` covers the samples from `k * frame` on and happens when they begin: the meeting's audio clock is
   the journal's clock, to a frame. A late loop catches up. A loop that is later than `ASLEEP_S` was stopped:
   the sound that nobody could hear is skipped, not played in a burst, the journal notes the gap, and the
   recordings are silent there. A process that has computed all the while was not stopped: it catches up.
4. A listener that hears nobody is fed silence at the same pace, since services close sockets without sound.
5. A person's frames come from its source in the same step, and go the way of a mouth's.
6. A muted participant is heard by nobody and recorded nowhere; its turns play on unheard.
7. Where a virtual clock leaps, ticks without any event are carried before their time (`stretches`): each one
   as here, or many as one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Protocol, runtime_checkable

import trio

from trialogue.actors.mixing import mix_minus
from trialogue.actors.playout import Playout
from trialogue.actors.sources import AudioSource
from trialogue.leaping import leaps_of
from trialogue.model.commands import SetHearing
from trialogue.model.events import Event, ProcessSuspended
from trialogue.rounds import rounds_of
from trialogue.values import frozen

ASLEEP_S = 5.0
"""Seconds of lateness that mean the process was stopped: no service waits for as long."""

AWAKE_SHARE = 0.1
"""Least share of a gap spent computing in a process that was late but not stopped."""


class Hearer(Protocol):
    """Sink of one participant's ear, a frame a tick. Must not block."""

    def __call__(self, pcm: bytes) -> None:
        """Hear a frame (linear16, the meeting's rate and frame length)."""
        ...


@runtime_checkable
class Foreseer(Protocol):
    """Hearer that can take sound before its time."""

    def rests(self) -> bool:
        """Whether silence of any length changes nothing for the listener."""
        ...

    def foresee(self, pcm: bytes) -> bool:
        """Take the next frame before its time; False for one with an event, to be given again in time."""
        ...

    def has_taken(self) -> None:
        """Note that the frame taken last is now past."""
        ...

    def set_out(self) -> None:
        """Suspend the deadlines that sound moves, until `was_fed` is called."""
        ...

    def was_fed(self, pcm: bytes, frames: int, at: float) -> None:
        """Note that so many frames, each as long as this, are past; the last of them was due at `at`."""
        ...


@runtime_checkable
class Sink(Protocol):
    """Sink of all participants' sound, tick by tick. Must not block."""

    def frame(self, position: int, sounding: Mapping[str, bytes]) -> None:
        """Take the tick that starts at sample `position`; silent participants are left out."""
        ...


@runtime_checkable
class LongSink(Protocol):
    """Sink that takes many ticks as one."""

    def stretch(self, position: int, samples: int, sounding: Mapping[str, bytes]) -> None:
        """Take so many samples from `position` on, all of them with the same participants or none."""
        ...


@frozen
class _InTicks:
    """Adapter that gives many ticks to a sink one by one."""

    sink: Sink
    tick_samples: int

    def stretch(self, position: int, samples: int, sounding: Mapping[str, bytes]) -> None:
        """See `LongSink`."""
        for at in range(0, samples, self.tick_samples):
            span = slice(2 * at, 2 * (at + self.tick_samples))
            self.sink.frame(position + at, {name: pcm[span] for name, pcm in sounding.items()})


@frozen
class AudioGrid:
    """Division of the meeting's sound into ticks."""

    sample_rate: int = 24_000
    """Samples a second of all sound in the meeting (linear16, mono)."""

    frame_ms: int = 20
    """Length of a tick in milliseconds."""

    @property
    def frame_samples(self) -> int:
        """Samples a tick."""
        return self.sample_rate * self.frame_ms // 1000


class Router:
    """Router: carries sound from mouths to ears and sinks."""

    def __init__(
        self,
        grid: AudioGrid,
        speakers: Sequence[str],
        post: Callable[[Event], None],
        computed_s: Callable[[], float] = time.process_time,
    ) -> None:
        self.grid = grid
        self._computed_s = computed_s
        self._post = post
        self.playouts: dict[str, Playout] = {name: Playout(name, grid.sample_rate, post) for name in speakers}
        self._sources: dict[str, AudioSource] = {}
        self.ears: dict[str, Hearer] = {}
        self.foreseers: dict[str, Foreseer] = {}
        self._sinks: list[Sink] = []
        self._timely: list[Sink] = []
        self._long_sinks: list[LongSink] = []
        self._table: dict[str, tuple[str, ...]] = {}
        self._muted: frozenset[str] = frozenset()
        self.silence: bytes = bytes(2 * grid.frame_samples)
        self._tick = 0
        self._epoch: float | None = None
        self._awake_s = 0.0
        self._sounding: dict[str, bytes] = {}
        self._pulled: dict[str, bytes] | None = None

    @property
    def position(self) -> int:
        """Sample at which the next tick begins."""
        return self._tick * self.grid.frame_samples

    @property
    def lag_s(self) -> float:
        """Lag of its sound behind the meeting's clock, in seconds; 0 while it does not run."""
        if self._epoch is None:
            return 0.0
        return max(0.0, trio.current_time() - self._epoch - self.position / self.grid.sample_rate)

    @property
    def sounding(self) -> Mapping[str, bytes]:
        """Frames of the last tick, by participant heard."""
        return self._sounding

    def seat(self, source: AudioSource) -> None:
        """Take a person's frames from `source` from the next tick on."""
        self._sources[source.participant] = source

    def has_source(self, participant: str) -> bool:
        """Whether a participant's sound comes from a source."""
        return participant in self._sources

    def source(self, participant: str) -> AudioSource:
        """Source of a person's sound; KeyError for a participant without one."""
        return self._sources[participant]

    def admit(self, speaker: str) -> None:
        """Add a silent mouth for a participant that joins the running meeting."""
        self.playouts[speaker] = Playout(speaker, self.grid.sample_rate, self._post)

    def dismiss(self, participant: str) -> None:
        """Drop all sound of a participant that has left, and feed it no more."""
        for listeners in (self.ears, self.foreseers):
            listeners.pop(participant, None)
        if participant in self._sources:
            self._sources.pop(participant).close()

    def listen(self, listener: str, ear: Hearer) -> None:
        """Feed `listener`'s ear from the next tick on."""
        self.ears[listener] = ear
        if isinstance(ear, Foreseer):
            self.foreseers[listener] = ear

    def record(self, sink: Sink, *, in_time: bool = False) -> None:
        """Give every tick to `sink`; with `in_time`, none before its time."""
        self._sinks.append(sink)
        if in_time:
            self._timely.append(sink)
        in_ticks = _InTicks(sink, self.grid.frame_samples)
        self._long_sinks.append(sink if isinstance(sink, LongSink) else in_ticks)

    def forget(self, sink: Sink) -> None:
        """Stop giving ticks to `sink`; does nothing for one that gets none."""
        if sink in self._sinks:
            place = self._sinks.index(sink)
            del self._sinks[place], self._long_sinks[place]
        if sink in self._timely:
            self._timely.remove(sink)

    def set_hearing(self, command: SetHearing) -> None:
        """Replace the hearing table."""
        self._table = {row.listener: row.speakers for row in command.table}
        self._muted = frozenset(command.muted)

    def stop(self, participant: str, turn: int) -> None:
        """Silence a turn from this tick on."""
        self.playouts[participant].stop(turn, self.position)

    def pause(self, participant: str, turn: int) -> None:
        """Silence a turn from this tick on, and keep its sound."""
        self.playouts[participant].pause(turn, self.position)

    def resume(self, participant: str, turn: int) -> None:
        """Continue a paused turn from the next tick on."""
        self.playouts[participant].resume(turn)

    def duck(self, participant: str, turn: int, gain_db: float) -> None:
        """Lower the loudness of a turn from the next tick on."""
        self.playouts[participant].duck(turn, gain_db)

    def unduck(self, participant: str, turn: int) -> None:
        """Give a turn its own loudness again from the next tick on."""
        self.playouts[participant].unduck(turn)

    def begin_at(self, at: float) -> None:
        """Begin with the first tick at or after `at`, in seconds; before `run`."""
        self._tick = math.ceil(round(at * 1000 / self.grid.frame_ms, 3))

    async def run(
        self, epoch: float, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Tick until cancelled; the first sample is heard at the trio time `epoch`."""
        self._epoch = epoch
        task_status.started()
        rounds, leaps = rounds_of(), leaps_of()
        self._awake_s = self._computed_s()
        if rounds is not None:
            await rounds.ticking(partial(self._beat, epoch), self.due(epoch, self._tick))
        if leaps is None:
            await self._run(epoch, trio.sleep_until)
            return
        from trialogue.actors.stretches import Stretches  # noqa: PLC0415 - where time leaps alone

        stretches = Stretches(self, epoch)
        with leaps.asking(stretches):
            await self._run(epoch, stretches.wait_until)

    async def _run(self, epoch: float, wait_until: Callable[[float], Awaitable[None]]) -> None:
        while True:
            await wait_until(self.due(epoch, self._tick))
            self._beat(epoch)

    def _beat(self, epoch: float) -> float:
        """Carry the tick that is due, or skip those slept through; returns the time of the next."""
        late_s = trio.current_time() - self.due(epoch, self._tick)
        if late_s > ASLEEP_S and self._computed_s() - self._awake_s < AWAKE_SHARE * late_s:
            self._skip(late_s)
        else:
            if late_s < self.grid.frame_ms / 1000:
                self._awake_s = self._computed_s()
            self.tick()
        return self.due(epoch, self._tick)

    def due(self, epoch: float, tick: int) -> float:
        """Trio time at which a tick's first sample is heard."""
        return epoch + tick * self.grid.frame_ms / 1000

    def _skip(self, late_s: float) -> None:
        """Skip to the next tick; sound that was to be heard before is heard from then on.

        Until then the brain can end the sound that was being heard when the process stopped, so that no rest
        of it is played.
        """
        ticks = int(late_s * 1000 / self.grid.frame_ms) + 1
        skipped_s = ticks * self.grid.frame_ms / 1000
        self._tick += ticks
        self.sleep()
        self._post(ProcessSuspended(round(late_s, 3), skipped_s))

    def close(self) -> None:
        """Close the router: the meeting is over, and nothing more is heard."""
        for source in self._sources.values():
            source.close()

    def sleep(self) -> None:
        """Note that the machine, or the process, was stopped: people's speech ended before that."""
        for source in self._sources.values():
            source.sleep()

    def tick(self) -> None:
        """Carry one frame from every mouth to every ear and sink."""
        position = self.position
        sounding, self._pulled = self.pull(1) if self._pulled is None else self._pulled, None
        self._pull_sources(position, sounding)
        for listener, ear in self.ears.items():
            ear(self.heard_by(listener, sounding))
        for sink in tuple(self._sinks):
            sink.frame(position, sounding)
        self._sounding = sounding
        self._tick += 1

    def heard_by(self, listener: str, sounding: Mapping[str, bytes]) -> bytes:
        """Sound of a tick for one listener: its mix-minus by the hearing table, or silence."""
        return mix_minus(listener, self._table.get(listener, ()), sounding) or self.silence

    def pull(self, ticks: int) -> dict[str, bytes]:
        """Pull the sound of so many ticks from every agent's mouth; the frames of the participants heard."""
        sounding: dict[str, bytes] = {}
        samples, position = ticks * self.grid.frame_samples, self.position
        for name, playout in self.playouts.items():
            pcm = playout.pull(samples, position)
            if pcm is not None and name not in self._muted:
                sounding[name] = pcm
        return sounding

    def _pull_sources(self, position: int, sounding: dict[str, bytes]) -> None:
        for name, source in self._sources.items():
            pcm = source.pull(
                self.grid.frame_samples, position, is_muted=name in self._muted, sounding=self._sounding
            )
            if pcm is not None:
                sounding[name] = pcm

    # --- before their time (from stretches) ---

    @property
    def next_tick(self) -> int:
        """Number of the next tick."""
        return self._tick

    @property
    def keeps_time(self) -> bool:
        """Whether a person's sound is unknown before it comes, or a sink takes sound only in its time."""
        return bool(self._timely) or any(not source.is_known for source in self._sources.values())

    def silent_ticks(self, most: int) -> int:
        """Let ticks pass in which people are silent without an event, `most` at most; their number."""
        samples, ticks = self.grid.frame_samples, 0
        while ticks < most and self._foresee_sources(self.position + ticks * samples):
            for name, source in self._sources.items():
                source.has_taken(samples, self.position + ticks * samples, is_muted=name in self._muted)
            ticks += 1
        return ticks

    def foresee_people(self) -> bool:
        """Whether the people's sound in the next tick causes no event."""
        return self._foresee_sources(self.position)

    def _foresee_sources(self, position: int) -> bool:
        samples = self.grid.frame_samples
        return all(
            source.foresee(samples, position, is_muted=name in self._muted)
            for name, source in self._sources.items()
        )

    def hears_somebody(self, listener: str, heard: Collection[str]) -> bool:
        """Whether a listener hears any of these."""
        return any(name in heard and name != listener for name in self._table.get(listener, ()))

    def is_heard(self, name: str) -> bool:
        """Whether an agent would be heard in the next tick."""
        return name not in self._muted and self.playouts[name].is_sounding

    @property
    def is_holding(self) -> bool:
        """Whether the next tick's sound was already pulled: that tick keeps its time."""
        return self._pulled is not None

    def hold(self, sounding: dict[str, bytes]) -> None:
        """Keep the sound pulled for the next tick until it is due."""
        self._pulled = sounding

    def advance(self, ticks: int, sounding: dict[str, bytes]) -> None:
        """Note that so many ticks are past, whose sound the ears have; the sinks take them as one."""
        samples = self.grid.frame_samples
        for sink in self._long_sinks:
            sink.stretch(self.position, ticks * samples, sounding)
        self._sounding = {name: pcm[-2 * samples :] for name, pcm in sounding.items()}
        self._tick += ticks
