"""People of a meeting: their preparation before it begins, and their seats."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Final, Protocol

import trio
from attrs import field

from trialogue.actors.app_sound import AppFeed
from trialogue.actors.ear import Ear
from trialogue.actors.echo import EchoGuard
from trialogue.actors.mixing import mix
from trialogue.actors.router import AudioGrid, Router
from trialogue.actors.sequencer import Sequencer
from trialogue.actors.sources import FELL_MS, AudioSource, Feed, JitterBuffer
from trialogue.actors.stand_in import StandIn
from trialogue.brain.clip_cues import ClipCue
from trialogue.compute import compute, is_virtual
from trialogue.devices.clips import ClipPlayer, spoken
from trialogue.devices.driver import Driver, open_driver
from trialogue.devices.microphone import Microphone
from trialogue.devices.speaker import Speaker
from trialogue.meeting.edges import Edges, detector_of
from trialogue.scenario.resolve import Resolved
from trialogue.scenario.seating import ClipSpec, PersonSpec
from trialogue.speech.engines import Engines, open_engines
from trialogue.speech.ports import SpeechDetector
from trialogue.speech.recordings import read_recording
from trialogue.values import frozen

LAST_WORDS_S: Final = 2.0
"""Seconds after a meeting's end for which ears wait for last words."""


class ActorLife(Protocol):
    """Life of an actor in a meeting that began at the trio time `epoch`."""

    def __call__(self, epoch: float, /, *, task_status: trio.TaskStatus[None]) -> Awaitable[None]:
        """Run until cancelled, or until there is nothing left to do."""
        ...


@frozen
class Prepared:
    """Parts that people need, made before anything starts."""

    clips: Mapping[str, tuple[bytes, ...]] = field(factory=dict[str, tuple[bytes, ...]], repr=False)
    """Sound of each recording's clips, by participant."""

    open_detector: Callable[[], SpeechDetector] | None = None
    """Function that opens a detector for one person's sound; None where no person is heard."""

    driver: Driver | None = None
    """This machine's sound devices; None if no person uses them."""


def needs_engines(resolved: Resolved) -> bool:
    """Whether a person's speech must be detected, or synthesized."""
    return any(person.via != "text" for person in resolved.people)


async def prepare_people(resolved: Resolved, edges: Edges) -> Prepared:
    """Read recordings, synthesize lines, find devices; `SetupError` if anything is missing."""
    if not needs_engines(resolved):
        return Prepared()
    engines, run = edges.engines or open_engines(), compute().run
    edges.progress("preparing people's seats")
    sample_rate = AudioGrid().sample_rate
    sounding = [person for person in resolved.people if person.via != "text"]
    devices = None
    if any(person.via == "microphone" for person in sounding):
        devices = edges.driver or open_driver()
        devices.check(sample_rate)
    clips = {
        person.name: tuple([await run(partial(_sound, clip, engines, sample_rate)) for clip in person.clips])
        for person in sounding
    }
    open_detector = partial(detector_of(engines), FELL_MS)
    if not is_virtual():
        await run(open_detector)  # the first one loads the weights
    return Prepared(clips, open_detector, devices)


def _sound(clip: ClipSpec, engines: Engines, sample_rate: int) -> bytes:
    if clip.is_typed:
        return b""
    if clip.file is not None:
        return read_recording(clip.file, sample_rate)
    return spoken(engines.synthesizer, clip.text, clip.voice, sample_rate)


def seat_people(
    people: Sequence[PersonSpec],
    prepared: Prepared,
    router: Router,
    sequencer: Sequencer,
    *,
    ears: Mapping[str, Ear],
) -> dict[str, ActorLife]:
    """Seat all people in the router; returns the lives of their actors, by name."""
    lives: dict[str, ActorLife] = {}
    at_microphone = tuple(person.name for person in people if person.via == "microphone")
    for person in people:
        if person.ear is None or prepared.open_detector is None:
            continue
        ear = ears[person.name]
        feed, actors = _feed(person, prepared, router, sequencer)
        source = AudioSource(
            person.name,
            feed,
            prepared.open_detector,
            sample_rate=router.grid.sample_rate,
            post=sequencer.post,
            ear=ear,
            is_known=person.via == "clips",
        )
        router.seat(source)
        lives[f"ear:{person.name}"] = ear.run
        lives |= actors
        if person.via == "microphone":
            source.guard(guard_for(router, at_microphone))
    return lives | _speaker(prepared, router, at_microphone)


async def hear_out(ears: Mapping[str, Ear]) -> None:
    """Let ears report the last words after the meeting's end, for a short time."""
    with trio.move_on_after(LAST_WORDS_S):
        async with trio.open_nursery() as nursery:
            for ear in ears.values():
                nursery.start_soon(ear.finish)


def guard_for(router: Router, without: Collection[str]) -> EchoGuard:
    """Echo guard of a person, given what the loudspeaker plays: the meeting without those before it."""
    grid = router.grid
    return EchoGuard(grid.sample_rate, grid.frame_samples, without=without, mix=mix)


def _feed(
    person: PersonSpec, prepared: Prepared, router: Router, sequencer: Sequencer
) -> tuple[Feed, dict[str, ActorLife]]:
    """Feed of a person's sound, with the actor that fills it, if there is one."""
    grid, driver = router.grid, prepared.driver
    if person.via == "clips":
        clips = ClipPlayer(prepared.clips[person.name])
        cues = [ClipCue(clip.trigger, waits=clip.waits) for clip in person.clips]
        records = sequencer.subscribe()
        typed = {number: clip.text for number, clip in enumerate(person.clips) if clip.is_typed}
        stand_in = StandIn(person.name, cues, clips, typed=typed, records=records, post=sequencer.post)
        return clips, {f"clips:{person.name}": stand_in.run}
    if person.via != "microphone" or driver is None:
        return AppFeed(grid.sample_rate), {}
    buffer = JitterBuffer(grid.sample_rate)
    microphone = Microphone(
        person.name,
        driver,
        buffer.push,
        sample_rate=grid.sample_rate,
        samples=grid.frame_samples,
        post=sequencer.post,
    )
    return buffer, {f"microphone:{person.name}": microphone.run}


def _speaker(prepared: Prepared, router: Router, at_microphone: tuple[str, ...]) -> dict[str, ActorLife]:
    """Speaker for those at the microphone: the meeting without themselves."""
    if prepared.driver is None:
        return {}
    speaker = Speaker(
        prepared.driver,
        sample_rate=router.grid.sample_rate,
        samples=router.grid.frame_samples,
        without=at_microphone,
        mix=mix,
    )
    router.record(speaker)
    return {"speaker": speaker.run}
