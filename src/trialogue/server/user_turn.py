"""User's turn, by the ear's events: from the first speech to its words.

Speech that resumes before the first part's words have come belongs to the same turn. The table has an entry
for every state and fact, since no event of an ear may end the session.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from attrs import field

from trialogue.values import define

__all__ = ["USER_TRANSITIONS", "UserFact", "UserState", "UserTurn"]


class UserState(Enum):
    """State of the user."""

    SILENT = "silent"
    SPEAKING = "speaking"
    BEING_UNDERSTOOD = "being-understood"


class UserFact(Enum):
    """Fact that the ear reports."""

    SPEECH_BEGAN = "speech began"
    SPEECH_ENDED = "speech ended"
    WORDS_CAME = "words came"


USER_TRANSITIONS: Final[dict[tuple[UserState, UserFact], UserState]] = {
    **{(state, UserFact.SPEECH_BEGAN): UserState.SPEAKING for state in UserState},
    **{(state, UserFact.SPEECH_ENDED): UserState.BEING_UNDERSTOOD for state in UserState},
    (UserState.SILENT, UserFact.WORDS_CAME): UserState.SILENT,
    (UserState.SPEAKING, UserFact.WORDS_CAME): UserState.SPEAKING,
    (UserState.BEING_UNDERSTOOD, UserFact.WORDS_CAME): UserState.SILENT,
}
"""Every step of a user's turn."""


@define
class UserTurn:
    """Turn of the user, with its words so far."""

    state: UserState = field(default=UserState.SILENT, init=False)
    """State of the user."""

    _words: list[str] = field(factory=list[str], init=False)

    def take(self, fact: UserFact) -> None:
        """Change the state by the table."""
        self.state = USER_TRANSITIONS[self.state, fact]

    def take_words(self, text: str) -> str:
        """Words of a whole turn, once its last ones have come; empty before, and for a turn without words."""
        if text:
            self._words.append(text)
        self.take(UserFact.WORDS_CAME)
        if self.state is UserState.SPEAKING:
            return ""
        words, self._words = " ".join(self._words), []
        return words
