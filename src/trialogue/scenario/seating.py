"""People's seats in a resolved scenario, with their checks."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Final, Literal

import attrs
from attrs import field

from trialogue.model.escaped_words import as_said
from trialogue.model.expectations import Trigger
from trialogue.scenario.ears import EarSpec, ear_of
from trialogue.scenario.pattern_reading import trigger_of
from trialogue.scenario.people import ClipKeys, ClipMode, ClipsKeys
from trialogue.scenario.schema import AgentKeys, Document
from trialogue.values import frozen

TEXT_ONLY: Final = "text is only for the words of a recording to play: write say for words to speak"
"""Fault of a clip that has neither a recording nor words to say."""

PersonVia = Literal["microphone", "text", "app", "clips"]
"""Way in which a person takes part."""


@frozen
class ClipSpec:
    """Clip that is ready to play."""

    trigger: Trigger
    """Trigger at which it is played."""

    waits: bool
    """Whether it raises a hand and waits for the floor, instead of interrupting."""

    file: FilePath | None = None
    """Recording; None where words are spoken."""

    text: str = field(default="", repr=False)
    """Words: to be spoken or typed, or those of the recording where known. Personal."""

    voice: str = ""
    """Voice that speaks them."""

    is_typed: bool = False
    """Whether the words are typed, so that the clip has no sound."""


@frozen
class PersonSpec:
    """Seat of a person that is ready to run."""

    name: str
    """Name of the participant."""

    via: PersonVia
    """Way in which the person takes part."""

    clips: tuple[ClipSpec, ...] = ()
    """Clips that stand in for the person."""

    ear: EarSpec | None = None
    """Ear that transcribes the person's sound; None without one."""


def people_of(document: Document, folder: FilePath) -> tuple[PersonSpec, ...]:
    """People of a completed document; paths of recordings are relative to `folder`."""
    return tuple(_person(document, name, folder) for name, seat in document.cast.items() if seat.is_person)


def _person(document: Document, name: str, folder: FilePath) -> PersonSpec:
    ear = ear_of(document, name)
    match document.cast[name].via:
        case ClipsKeys(clips=clips):
            specs = tuple(_clip(document, name, clip, folder) for clip in clips)
            return PersonSpec(name, "clips", specs, ear)
        case "text":
            return PersonSpec(name, "text")
        case "app":
            return PersonSpec(name, "app", ear=ear)
        case _:
            return PersonSpec(name, "microphone", ear=ear)


def _clip(document: Document, name: str, clip: ClipKeys, folder: FilePath) -> ClipSpec:
    return ClipSpec(
        trigger=trigger_of(document, clip.when, name),
        waits=clip.mode is ClipMode.WAIT,
        file=None if clip.play is None else folder / clip.play,
        text=clip.words if clip.say is None else as_said(clip.say),
        voice=clip.voice or "",
        is_typed=clip.type is not None,
    )


def clip_fault(clip: ClipKeys) -> str | None:
    """Fault of a single clip, or None."""
    given = [key for key in ("play", "say", "type") if getattr(clip, key) is not None]
    if not given:
        return TEXT_ONLY if clip.text is not None else "needs a recording to play, or words to say or to type"
    if len(given) > 1:
        return f"has {' and '.join(given)}: keep only one"
    if clip.voice is not None and clip.say is None:
        return "voice is only for clips with say"
    if clip.mode is not None and clip.type is not None:
        return "mode is only for clips with sound: typed words wait for the floor by themselves"
    if clip.text is not None and clip.play is None:
        return f"text is only for clips with play: the words of {given[0]} are the text"
    return None


def agent_keys(seat: AgentKeys) -> tuple[str, ...]:
    """Keys of a person's seat that only agents use."""
    own = {"role", "title", "aliases", "via", "listen"}
    written = attrs.asdict(seat, recurse=False, filter=lambda _, item: item is not None)
    return tuple(key for key in written if key not in own)
