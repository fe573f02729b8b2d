"""Turn of a person: a machine with a transition table.

1. A turn is awaited until its person begins to speak or types; hanging after its speech; waiting for words
   after that; being read if it was typed.
2. If its speech begins again, the turn continues in any of these states.
3. Facts change it along `TRANSITIONS` only; a missing entry is a fault of the caller.
"""

from __future__ import annotations

from enum import Enum

from trialogue.errors import LocalProtocolError
from trialogue.model.participants import Participant
from trialogue.values import define

SETTLED_S = 0.5
"""Greatest time, in seconds, from a turn's end as the ear reports it to the end of its speech."""


class PersonState(Enum):
    """State of a person's turn."""

    AWAITED = "awaited"
    SPEAKING = "speaking"
    HANGING = "hanging"
    WORDS = "words"
    READING = "reading"
    ENDED = "ended"


class PersonFact(Enum):
    """Fact that changes a person's turn."""

    SPEECH_BEGAN = "speech began"
    SPEECH_ENDED = "speech ended"
    HUNG = "hang over, words to come"
    WAS_NOISE = "it was no speech"
    TYPED = "words typed"
    OVER = "all is said"
    ENDED_EARLY = "timed out, cut or lost"


_QUIET = (PersonState.AWAITED, PersonState.HANGING, PersonState.WORDS, PersonState.READING)

TRANSITIONS: dict[tuple[PersonState, PersonFact], PersonState] = {
    **{(state, PersonFact.SPEECH_BEGAN): PersonState.SPEAKING for state in _QUIET},
    (PersonState.SPEAKING, PersonFact.SPEECH_ENDED): PersonState.HANGING,
    (PersonState.HANGING, PersonFact.HUNG): PersonState.WORDS,
    (PersonState.HANGING, PersonFact.WAS_NOISE): PersonState.AWAITED,
    **{(state, PersonFact.TYPED): PersonState.READING for state in _QUIET},
    **{(state, PersonFact.OVER): PersonState.ENDED for state in _QUIET},
    **{(state, PersonFact.ENDED_EARLY): PersonState.ENDED for state in (*_QUIET, PersonState.SPEAKING)},
}
"""Transitions of a person's turn."""


@define
class PersonTurn:
    """Current turn of a person, from its grant."""

    number: int
    """Number of the turn, which is its epoch."""

    holder: Participant
    """Person that holds the floor."""

    chosen_by: str
    """Chooser: a policy's name, `asked`, `hand`, `silence`, `self`, `loop` or `livelock`."""

    began_at: float
    """Time at which the floor was granted, in seconds since the meeting's start."""

    was_named: bool
    """Whether the chair named the holder."""

    cut: str | None = None
    """Agent that the turn began by cutting off; None for none."""

    state: PersonState = PersonState.AWAITED
    """State of the turn."""

    first_word_at: float | None = None
    """Time at which the person began to speak, or to be read: its time to hold the floor counts from here."""

    ended_s: float = 0.0
    """Position on the meeting's audio clock where its speech ended last."""

    settled_s: float = -1.0
    """Position up to which the ear has reported the turn as over."""

    words_until: float = 0.0
    """Time until which words are awaited."""

    read_until: float = 0.0
    """Time at which the typed words have been read."""

    has_words: bool = False
    """Whether the transcript has words of it."""

    was_heard: bool = False
    """Whether its sound was speech, not noise."""

    was_typed: bool = False
    """Whether some of its words were typed."""

    is_uncertain: bool = False
    """Whether some of its words are uncertain."""

    was_warned: bool = False
    """Whether it was reported as long."""

    def take(self, fact: PersonFact) -> None:
        """Move along the table; LocalProtocolError, and no change, for a step that it does not have."""
        after = TRANSITIONS.get((self.state, fact))
        if after is None:
            raise LocalProtocolError(f"a person's turn that is {self.state.value} takes no {fact.value!r}")
        self.state = after

    @property
    def is_forced(self) -> bool:
        """Whether the holder was prompted only to say given words: never, for a person."""
        return False

    def cuts(self, name: str) -> None:
        """Note the agent that it cut off."""
        self.cut = name

    def speak(self, now: float) -> None:
        """Note that the person begins to speak, or speaks on."""
        self.take(PersonFact.SPEECH_BEGAN)
        self.first_word_at = now if self.first_word_at is None else self.first_word_at

    @property
    def is_settled(self) -> bool:
        """Whether the ear has reported it as over, at its end or shortly before."""
        return self.settled_s >= self.ended_s - SETTLED_S

    def hang(self, position_s: float) -> None:
        """Note that the person has fallen silent."""
        self.take(PersonFact.SPEECH_ENDED)
        self.ended_s = position_s

    def hear(self) -> None:
        """Note that its sound was speech, not noise."""
        self.was_heard = True

    def wait_for_words(self, until: float) -> None:
        """Wait for its words."""
        self.take(PersonFact.HUNG)
        self.words_until = until

    def was_noise(self) -> None:
        """Note that its sound was noise: the person has not begun."""
        self.take(PersonFact.WAS_NOISE)
        self.first_word_at = None

    def settle(self, position_s: float) -> None:
        """Note that the ear has reported the turn as over, up to a position."""
        self.settled_s = max(self.settled_s, position_s)

    def word(self, *, is_certain: bool) -> None:
        """Note that the transcript has words of it."""
        self.has_words = True
        self.is_uncertain = self.is_uncertain or not is_certain

    def read(self, now: float, until: float) -> None:
        """Note that typed words are read until a time."""
        self.take(PersonFact.TYPED)
        self.was_typed, self.read_until = True, until
        self.first_word_at = now if self.first_word_at is None else self.first_word_at

    def warn(self) -> None:
        """Note that it was reported as long."""
        self.was_warned = True
