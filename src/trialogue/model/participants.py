"""Participants at the table."""

from __future__ import annotations

from enum import Enum

from trialogue.values import frozen


class Role(Enum):
    """Role of a participant."""

    CHAIR = "chair"
    SPEAKER = "speaker"
    OBSERVER = "observer"


class Kind(Enum):
    """Kind of a participant."""

    AGENT = "agent"
    HUMAN = "human"
    RECORDING = "recording"


class Hears(Enum):
    """Way in which an agent learns the others' words: a digest at its grant, or its own ear."""

    TEXT = "text"
    AUDIO = "audio"


class OnFailure(Enum):
    """Consequence for a participant, and for the meeting, of sessions that have failed for good."""

    DROP = "drop"
    END = "end"
    REPLACE = "replace"


@frozen
class Price:
    """Price of an agent's service, as a price table of a certain day has it."""

    service: str
    """Service that is paid for, in its provider's words."""

    usd_a_minute: float | None = None
    """US dollars for each minute of a session; None where no price is known."""

    as_of: str = ""
    """The day of the table, `YYYY-MM-DD`."""


@frozen
class Participant:
    """Anyone who can take part. Sessions come and go; participants stay."""

    name: str
    """The key in the scenario's cast; unique, and what events and files call it."""

    role: Role = Role.SPEAKER
    """Chair, speaker or observer."""

    kind: Kind = Kind.AGENT
    """Agent, human or recording."""

    hears: Hears = Hears.TEXT
    """Way in which it learns the others' words; only agents by ear are fed speech."""

    title: str = ""
    """Name in digests, transcripts and on the screen; the capitalised name where empty."""

    aliases: tuple[str, ...] = ()
    """Other words by which speech may name it, beside the name and the title."""

    greets: bool = False
    """Whether its session opens with a greeting of its own; its first turn waits for it instead of a cue."""

    has_ear: bool = False
    """Whether it is a person whose sound an ear of its own makes words of."""

    on_failure: OnFailure | None = None
    """Consequence of sessions that have failed for good; None for the plan's."""

    price: Price | None = None
    """Price of its service; None where nothing is paid."""

    @property
    def label(self) -> str:
        """The title, or the name made presentable: `tech_lead` becomes `Tech lead`."""
        return self.title or self.name.replace("_", " ").replace("-", " ").capitalize()

    @property
    def is_chair(self) -> bool:
        """Whether it chairs the meeting."""
        return self.role is Role.CHAIR

    @property
    def may_speak(self) -> bool:
        """Whether it can ever be granted the floor."""
        return self.role is not Role.OBSERVER
