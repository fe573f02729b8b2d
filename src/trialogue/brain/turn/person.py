"""A person's turn: a machine with a table.

1. A turn is awaited until its person begins to speak or types; hanging after its speech; waiting for words
   after that; being read if it was typed.
2. If its speech begins again, the turn continues, whatever it is waiting for.
3. Facts change it along `TRANSITIONS` only; a missing entry is a fault of the caller.
"""

from __future__ import annotations

from enum import Enum

from trialogue.errors import LocalProtocolError
from trialogue.model.participants import Participant
from trialogue.values import define

SETTLED_S = 0.5
"""Speech that ends so short behind what the ear called a turn's end is that turn's, in seconds."""


class PersonState(Enum):
    """State of a person's turn."""

    AWAITED = "awaited"
    SPEAKING = "speaking"
    HANGING = "hanging"
    WORDS = "words"
    READING = "reading"
    ENDED = "ended"


class PersonFact(Enum):
    """Fact of a person's turn."""

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
"""Every step of a person's turn."""


@define
class PersonTurn:
    """The current turn of a person: one grant."""

    number: int
    """Its number and epoch."""

    holder: Participant
    """The person that holds the floor."""

    chosen_by: str
    """A policy's name, `asked`, `hand`, `silence`, `self`, `loop` or `livelock`."""

    began_at: float
    """Moment at which the floor was granted."""

    was_named: bool
    """Whether the chair named its holder."""

    cut: str | None = None
    """Participant whom it began by cutting off."""

    state: PersonState = PersonState.AWAITED
    """State of the turn."""

    first_word_at: float | None = None
    """Moment at which the person began to speak, or to be read; its time to hold the floor counts from here.
    """

    ended_s: float = 0.0
    """Place where its speech ended last on the meeting's audio clock."""

    settled_s: float = -1.0
    """Place until which the ear has said that the turn is over."""

    words_until: float = 0.0
    """Moment until which words are waited for."""

    read_until: float = 0.0
    """Moment at which typed words have been read."""

    has_words: bool = False
    """Whether words of it stand in the transcript."""

    was_heard: bool = False
    """Whether it was speech, and no noise."""

    was_typed: bool = False
    """Whether words of it were typed."""

    is_uncertain: bool = False
    """Whether words of it are not sure."""

    was_warned: bool = False
    """Whether it was noted that it is long."""

    def take(self, fact: PersonFact) -> None:
        """Move along the table; LocalProtocolError, and no change, where it has no such entry."""
        after = TRANSITIONS.get((self.state, fact))
        if after is None:
            raise LocalProtocolError(f"a person's turn that is {self.state.value} takes no {fact.value!r}")
        self.state = after

    @property
    def is_forced(self) -> bool:
        """Nobody makes a person say given words."""
        return False

    def cuts(self, name: str) -> None:
        """It began by cutting somebody off."""
        self.cut = name

    def speak(self, now: float) -> None:
        """The person begins to speak, or speaks on."""
        self.take(PersonFact.SPEECH_BEGAN)
        self.first_word_at = now if self.first_word_at is None else self.first_word_at

    @property
    def is_settled(self) -> bool:
        """Whether the ear has called it over, at its end or shortly before."""
        return self.settled_s >= self.ended_s - SETTLED_S

    def hang(self, position_s: float) -> None:
        """The person has fallen silent."""
        self.take(PersonFact.SPEECH_ENDED)
        self.ended_s = position_s

    def hear(self) -> None:
        """It was speech, and no noise."""
        self.was_heard = True

    def wait_for_words(self, until: float) -> None:
        """Wait for its words."""
        self.take(PersonFact.HUNG)
        self.words_until = until

    def was_noise(self) -> None:
        """Note that no heard sound was speech: the person has not begun."""
        self.take(PersonFact.WAS_NOISE)
        self.first_word_at = None

    def settle(self, position_s: float) -> None:
        """The ear says that the turn is over, until this place."""
        self.settled_s = max(self.settled_s, position_s)

    def word(self, *, is_certain: bool) -> None:
        """Words of it stand in the transcript."""
        self.has_words = True
        self.is_uncertain = self.is_uncertain or not is_certain

    def read(self, now: float, until: float) -> None:
        """Words were typed that are read until then."""
        self.take(PersonFact.TYPED)
        self.was_typed, self.read_until = True, until
        self.first_word_at = now if self.first_word_at is None else self.first_word_at

    def warn(self) -> None:
        """It was noted that it is long."""
        self.was_warned = True
