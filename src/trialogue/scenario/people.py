"""People's seats, as an author writes them: a microphone, the terminal, an app, or clips."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from trialogue.model.kinds import OneLine
from trialogue.scenario.patterns import EventKeys
from trialogue.services.script import ScriptEntryKeys
from trialogue.values import frozen


class ClipMode(Enum):
    """How a clip takes its turn."""

    INTERRUPT = "interrupt"
    WAIT = "wait"


@frozen
class ClipKeys:
    """Sound in a person's place: a recording to `play`, or words to `say` in a local voice."""

    when: EventKeys
    """Moment at which it is played."""

    play: str | None = None
    """The path of a WAV or FLAC file, inside the scenario's folder."""

    say: str | None = None
    """Words that the local engine speaks. Personal."""

    voice: Annotated[str | None, OneLine()] = None
    """With `say`: the voice, `cleo` for example; `trialogue voices` lists them."""

    text: str | None = None
    """With `play`: what is said in it, for people. Personal."""

    mode: ClipMode | None = None
    """Cut in at once (`interrupt`), or raise a hand and wait for the floor (`wait`)."""


@frozen
class ClipsKeys:
    """Clips in a person's place, or a script in an agent's place."""

    clips: tuple[ClipKeys, ...] = ()
    """Clips that are played, each once."""

    scripted: tuple[ScriptEntryKeys, ...] | str | None = None
    """The script that an agent follows, or the path of a file with it, whatever else it would think by."""
