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
    """Service that is paid for, by its vendor's name."""

    usd_a_minute: float | None = None
    """US dollars for each minute of a session; None where no price is known."""

    as_of: str = ""
    """Day of the price table, `YYYY-MM-DD`."""


@frozen
class Backoff:
    """Longest waits before retries of lost sessions."""

    first_s: float
    """Longest wait before the first retry, in seconds; it doubles with each further one."""

    most_s: float
    """Longest wait of all, in seconds."""


@frozen
class Participant:
    """Participant of a meeting. Sessions come and go; participants stay."""

    name: str
    """Key in the scenario's cast; the unique name in events and files."""

    role: Role = Role.SPEAKER
    """Chair, speaker or observer."""

    kind: Kind = Kind.AGENT
    """Agent, human or recording."""

    hears: Hears = Hears.TEXT
    """Way in which it learns the others' words; only agents by ear are fed speech."""

    title: str = ""
    """Name in digests, transcripts and on the screen; the capitalised name where empty."""

    aliases: tuple[str, ...] = ()
    """Other words by which speech may name it, besides the name and the title."""

    greets: bool = False
    """Whether its session opens with a greeting of its own, for which its first turn waits instead of a cue.
    """

    has_ear: bool = False
    """Whether it is a person whose sound an ear of its own transcribes."""

    on_failure: OnFailure | None = None
    """Consequence of sessions that have failed for good; None for the plan's."""

    price: Price | None = None
    """Price of its service; None for a free one."""

    backoff: Backoff | None = None
    """Longest waits before retries of its lost sessions; None for the usual ones."""

    @property
    def label(self) -> str:
        """Title, or a presentable form of the name: `tech_lead` becomes `Tech lead`."""
        return self.title or self.name.replace("_", " ").replace("-", " ").capitalize()

    @property
    def is_chair(self) -> bool:
        """Whether it chairs the meeting."""
        return self.role is Role.CHAIR

    @property
    def may_speak(self) -> bool:
        """Whether it can ever be granted the floor."""
        return self.role is not Role.OBSERVER
