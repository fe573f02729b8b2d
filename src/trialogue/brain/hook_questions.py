"""Questions of the meeting to the app: for hooks, each with a deadline.

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
    """A planned turn for a participant."""

    turn: int
    """Its number, were it granted."""

    to: str
    """The participant who is to have it."""


Subject: TypeAlias = Call | Prompt | Grant
"""Subject of a question."""


@frozen(eq=False)
class HookQuestion:
    """One open question."""

    number: int
    """Its number, from 1."""

    point: HookPoint
    """Point at which the meeting stands still for it."""

    subject: Subject
    """Subject of it."""

    until: float
    """Moment at which the default holds, in seconds since the meeting's start."""


@define
class Questions:
    """All questions of the meeting."""

    _open: dict[int, HookQuestion] = Factory(dict[int, HookQuestion])
    _asked: int = 0
    _turn: int = 0
    _grants: dict[str, str | None] = Factory(dict[str, str | None])
    """Of the turn that comes next: who was asked about, and who shall have it; None for nobody."""

    # --- what changes them --------------------------------------------------------------------------

    def ask(self, point: HookPoint, subject: Subject, until: float) -> HookQuestion:
        """Ask a question."""
        self._asked += 1
        question = HookQuestion(self._asked, point, subject, recorded(until))
        self._open[question.number] = question
        return question

    def answer(self, number: int) -> HookQuestion | None:
        """A question is answered: which one; None where it is over."""
        return self._open.pop(number, None)

    def settle_grant(self, grant: Grant, to: str | None) -> None:
        """It was said who shall have a turn in somebody's place, or itself; None for nobody."""
        if grant.turn != self._turn:
            self._turn = grant.turn
            self._grants.clear()
        self._grants[grant.to] = to

    # --- what they tell -----------------------------------------------------------------------------

    def open_ones(self) -> tuple[HookQuestion, ...]:
        """The open questions, the oldest first."""
        return tuple(self._open.values())

    def awaits_grant(self, turn: int) -> bool:
        """Whether it is asked whether somebody may have this turn."""
        return any(isinstance(q.subject, Grant) and q.subject.turn == turn for q in self._open.values())

    def settled_grant(self, grant: Grant) -> tuple[str | None, ...]:
        """Participant who shall have the turn instead, alone in a tuple; empty where that was not asked."""
        return (self._grants[grant.to],) if grant.turn == self._turn and grant.to in self._grants else ()

    def denied(self, turn: int) -> frozenset[str]:
        """Participants who shall not have this turn."""
        return (
            frozenset(name for name, to in self._grants.items() if to is None)
            if turn == self._turn
            else _NOBODY
        )


_NOBODY: frozenset[str] = frozenset()
