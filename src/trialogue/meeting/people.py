"""The people of a meeting: what must be ready before it begins, and their seats in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial
from typing import Protocol

import trio
from attrs import field, frozen

from trialogue.actors.ear import Ear
from trialogue.actors.echo import EchoGuard
from trialogue.actors.router import AudioGrid, Router, mix
from trialogue.actors.sequencer import Sequencer
from trialogue.actors.sources import FELL_MS, AudioSource, Feed, JitterBuffer
from trialogue.actors.stand_in import Cued, StandIn
from trialogue.compute import Compute
from trialogue.devices.clips import ClipPlayer, spoken
from trialogue.devices.driver import Driver, open_driver
from trialogue.devices.microphone import Microphone
from trialogue.devices.speaker import Speaker
from trialogue.scenario.resolve import Resolved
from trialogue.scenario.seating import ClipSpec, PersonSpec
from trialogue.speech.engines import Engines
from trialogue.speech.ports import SpeechDetector
from trialogue.speech.recordings import read_recording


class ActorLife(Protocol):
    """An actor's life in a meeting that began at the trio time `epoch`."""

    def __call__(self, epoch: float, /, *, task_status: trio.TaskStatus[None]) -> Awaitable[None]:
        """Live until cancelled, or until there is nothing left to do."""
        ...


@frozen
class Room:
    """What people are seated in."""

    prepared: Prepared
    """What they need."""

    router: Router
    """Carries their sound."""

    sequencer: Sequencer
    """Takes their reports, and tells what happens."""

    ears: Mapping[str, Ear] = field(factory=dict[str, Ear])
    """What makes words of their sound, by participant."""


@frozen
class Prepared:
    """What people need, made before anything starts."""

    clips: Mapping[str, tuple[bytes, ...]] = field(factory=dict[str, tuple[bytes, ...]], repr=False)
    """The sound of each recording's clips, by participant."""

    open_detector: Callable[[], SpeechDetector] | None = None
    """Makes a detector of speech for one person's sound; None where nobody's is to be heard."""

    driver: Driver | None = None
    """This machine's sound devices, where somebody uses them."""


NOBODY = Prepared()
"""A meeting of agents alone."""


def needs_engines(resolved: Resolved) -> bool:
    """Whether somebody's speech has to be noticed, or made."""
    return any(person.via != "text" for person in resolved.people)


async def prepare_people(
    resolved: Resolved, engines: Engines, driver: Driver | None, compute: Compute
) -> Prepared:
    """Read recordings, speak what is to be said, look for devices; `SetupError` where anything is missing."""
    sample_rate = AudioGrid().sample_rate
    sounding = [person for person in resolved.people if person.via != "text"]
    devices = None
    if any(person.via == "microphone" for person in sounding):
        devices = driver or open_driver()
        devices.check(sample_rate)
    clips = {
        person.name: tuple(
            [await compute.run(partial(_sound, clip, engines, sample_rate)) for clip in person.clips]
        )
        for person in sounding
    }
    open_detector = partial(engines.open_detector, FELL_MS)
    await compute.run(open_detector)  # the first loads the weights
    return Prepared(clips, open_detector, devices)


def _sound(clip: ClipSpec, engines: Engines, sample_rate: int) -> bytes:
    if clip.file is not None:
        return read_recording(clip.file, sample_rate)
    return spoken(engines.synthesizer, clip.text, clip.voice, sample_rate)


def seat_people(resolved: Resolved, room: Room) -> dict[str, ActorLife]:
    """Seat everybody in the router; returns the lives of the actors behind them, by name."""
    lives: dict[str, ActorLife] = {}
    at_microphone = tuple(person.name for person in resolved.people if person.via == "microphone")
    for person in resolved.people:
        if person.ear is not None and room.prepared.open_detector is not None:
            source, actors = _seat(person, room, room.prepared.open_detector)
            lives |= actors
            if person.via == "microphone":
                source.guard(guard_for(room.router, at_microphone))
    return lives | _speaker(room, at_microphone)


def _seat(
    person: PersonSpec, room: Room, open_detector: Callable[[], SpeechDetector]
) -> tuple[AudioSource, dict[str, ActorLife]]:
    ear = room.ears[person.name]
    feed = _feed(person, room.prepared, room.router)
    source = AudioSource(
        person.name,
        feed,
        open_detector,
        sample_rate=room.router.grid.sample_rate,
        post=room.sequencer.post,
        ear=ear,
    )
    room.router.seat(source)
    return source, {f"ear:{person.name}": ear.run, **_lives(person, feed, room)}


def guard_for(router: Router, without: Collection[str]) -> EchoGuard:
    """Knows what somebody's loudspeaker plays: the meeting without those who sit before it."""
    grid = router.grid
    return EchoGuard(grid.sample_rate, grid.frame_samples, without=without, mix=mix)


def _feed(person: PersonSpec, prepared: Prepared, router: Router) -> ClipPlayer | JitterBuffer:
    if person.via == "clips":
        return ClipPlayer(prepared.clips[person.name])
    return JitterBuffer(router.grid.sample_rate)


def _lives(person: PersonSpec, feed: Feed, room: Room) -> dict[str, ActorLife]:
    """The actor that fills a feed, if one does."""
    post, grid, driver = room.sequencer.post, room.router.grid, room.prepared.driver
    if isinstance(feed, ClipPlayer):
        cues = [Cued(clip.trigger, waits=clip.waits) for clip in person.clips]
        actor = StandIn(person.name, cues, feed, records=room.sequencer.subscribe(), post=post)
        return {f"clips:{person.name}": actor.run}
    if person.via != "microphone" or driver is None or not isinstance(feed, JitterBuffer):
        return {}
    microphone = Microphone(
        person.name, driver, feed.push, sample_rate=grid.sample_rate, samples=grid.frame_samples, post=post
    )
    return {f"microphone:{person.name}": microphone.run}


def _speaker(room: Room, at_microphone: tuple[str, ...]) -> dict[str, ActorLife]:
    """Those at the microphone hear the meeting without themselves."""
    if room.prepared.driver is None:
        return {}
    grid = room.router.grid
    speaker = Speaker(
        room.prepared.driver,
        sample_rate=grid.sample_rate,
        samples=grid.frame_samples,
        without=at_microphone,
        mix=mix,
    )
    room.router.record(speaker)
    return {"speaker": speaker.run}


__all__ = [
    "NOBODY",
    "ActorLife",
    "Prepared",
    "Room",
    "guard_for",
    "needs_engines",
    "prepare_people",
    "seat_people",
]
