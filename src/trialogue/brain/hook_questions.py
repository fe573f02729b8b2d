"""Questions of the meeting to the app's hooks, each with a deadline.

1. A question has a number, unique in the meeting, and one of three subjects: a tool call, a prompt, a grant.
2. It is answered once: by the app, or by its rule's default at its deadline.
3. A grant is asked about once per turn and name; the answer holds until that turn begins.
"""

from __future__ import annotations

from typing import TypeAlias

from attrs import Factory

from trialogue.brain.prompts import Prompt
from trialogue.brain.recorded_times import recorded
from trialogue.brain.tools.calls import Call
from trialogue.model.plan import HookPoint
from trialogue.values import define, frozen


@frozen
class Grant:
    """Turn that is planned for a participant."""

    turn: int
    """Number that the turn would have."""

    to: str
    """Participant who is to have the turn."""


Subject: TypeAlias = Call | Prompt | Grant
"""Subject of a question."""


@frozen(eq=False)
class HookQuestion:
    """Open question to the app."""

    number: int
    """Number of the question, from 1."""

    point: HookPoint
    """Hook point at which the meeting waits for the answer."""

    subject: Subject
    """Subject of the question."""

    until: float
    """Time at which the default holds, in seconds since the meeting's start."""


@define
class Questions:
    """Open questions, and the answers about the next turn."""

    _open: dict[int, HookQuestion] = Factory(dict[int, HookQuestion])
    _asked: int = 0
    _turn: int = 0
    _grants: dict[str, str | None] = Factory(dict[str, str | None])
    """Answers about the next turn, by the participant asked about: who is to have it, or None for no one."""

    # --- changes ------------------------------------------------------------------------------------

    def ask(self, point: HookPoint, subject: Subject, until: float) -> HookQuestion:
        """Open a question to the app."""
        self._asked += 1
        question = HookQuestion(self._asked, point, subject, recorded(until))
        self._open[question.number] = question
        return question

    def answer(self, number: int) -> HookQuestion | None:
        """Close a question and return it; None if it is over already."""
        return self._open.pop(number, None)

    def settle_grant(self, grant: Grant, to: str | None) -> None:
        """Note which participant is to have a planned turn; None for no one."""
        if grant.turn != self._turn:
            self._turn = grant.turn
            self._grants.clear()
        self._grants[grant.to] = to

    # --- views --------------------------------------------------------------------------------------

    def open_ones(self) -> tuple[HookQuestion, ...]:
        """Open questions, the oldest first."""
        return tuple(self._open.values())

    def awaits_grant(self, turn: int) -> bool:
        """Whether a question about this turn is open."""
        return any(isinstance(q.subject, Grant) and q.subject.turn == turn for q in self._open.values())

    def settled_grant(self, grant: Grant) -> tuple[str | None, ...]:
        """Participant who is to have the planned turn, alone in a tuple; empty without an answer so far."""
        return (self._grants[grant.to],) if grant.turn == self._turn and grant.to in self._grants else ()

    def denied(self, turn: int) -> frozenset[str]:
        """Participants whom the app has denied this turn."""
        return (
            frozenset(name for name, to in self._grants.items() if to is None)
            if turn == self._turn
            else _NOBODY
        )


_NOBODY: frozenset[str] = frozenset()
