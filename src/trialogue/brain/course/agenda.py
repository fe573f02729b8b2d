"""Agenda of a meeting: its current point, and the moves to the next one."""

from __future__ import annotations

from typing import Literal

from attrs import Factory

from trialogue.brain.words.heard_patterns import SaidRule, compile_said
from trialogue.model.commands import MoveAgenda
from trialogue.model.plan import AgendaItem, Said
from trialogue.values import define


@define
class AgendaCourse:
    """Course of the agenda. Points come in order; the agenda moves at the end of a turn."""

    items: tuple[AgendaItem, ...]
    """All points, in order."""

    _at: int = -1
    _since: float = 0.0
    _is_done: bool = False
    _done: dict[str, SaidRule] = Factory(dict[str, SaidRule])

    def __attrs_post_init__(self) -> None:
        """Compile the patterns; ScenarioError for an invalid one."""
        self._done = {
            item.id: compile_said(item.done_when) for item in self.items if isinstance(item.done_when, Said)
        }

    @property
    def item(self) -> AgendaItem | None:
        """Current point; None before the opening, after the last point, and without an agenda."""
        return self.items[self._at] if 0 <= self._at < len(self.items) else None

    @property
    def since(self) -> float:
        """Time at which the current point began, in seconds since the meeting's start."""
        return self._since

    def open(self, now: float) -> MoveAgenda | None:
        """Begin the first point; None without an agenda."""
        return self._move("opened", now) if self.items else None

    def after_turn(self, speaker: str, heard: str, now: float) -> MoveAgenda | None:
        """Move on after a turn, one point at most: first for its words, then for its time; None for none."""
        item = self.item
        if item is None:
            return None
        rule = self._done.get(item.id)
        if self._is_done or (rule is not None and rule.fits(speaker, heard)):
            return self._move("done", now)
        if item.time_s is not None and now - self._since >= item.time_s:
            return self._move("time", now)
        return None

    def finish(self) -> None:
        """Note that the current point is done: the agenda moves at the end of the next turn."""
        self._is_done = True

    def shift(self, by_s: float) -> None:
        """Let the current point begin later, by a time in which the process stood still."""
        self._since += by_s

    def _move(self, reason: Literal["opened", "done", "time"], now: float) -> MoveAgenda:
        self._at += 1
        self._since, self._is_done = now, False
        return MoveAgenda(self.item.id if self.item else None, reason)
