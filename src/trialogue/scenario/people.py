"""Keys of people's seats: a microphone, the terminal, an app, or clips."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from trialogue.model.kinds import OneLine
from trialogue.scenario.patterns import EventKeys
from trialogue.services.script import ScriptEntryKeys
from trialogue.values import frozen


class ClipMode(Enum):
    """Way in which a clip takes its turn."""

    INTERRUPT = "interrupt"
    WAIT = "wait"


@frozen
class ClipKeys:
    """Clip in a person's place: a recording to `play`, or words to `say` in a local voice or to `type`."""

    when: EventKeys
    """Event at which it is played."""

    play: str | None = None
    """Path of a WAV or FLAC file, inside the scenario's folder."""

    say: str | None = None
    """Words that the local engine speaks. Personal."""

    type: str | None = None
    """Words that are typed: nobody hears a voice, and they wait for the floor. Personal."""

    voice: Annotated[str | None, OneLine()] = None
    """With `say`: the voice, such as `cleo`; `trialogue voices` lists them."""

    text: str | None = None
    """With `play`: the words in the recording, for people. Personal."""

    mode: ClipMode | None = None
    """With `play` and `say`: whether it interrupts at once (`interrupt`), or raises a hand and waits for the
    floor (`wait`)."""

    @property
    def words(self) -> str:
        """Words of the clip; empty where they are not known. Personal."""
        return self.say or self.type or self.text or ""


@frozen
class ClipsKeys:
    """Clips in a person's place, or a script in an agent's place."""

    clips: tuple[ClipKeys, ...] = ()
    """Clips, each played once."""

    scripted: tuple[ScriptEntryKeys, ...] | str | None = None
    """Script of the agent, or the path of its file; it replaces the agent's thinking."""
