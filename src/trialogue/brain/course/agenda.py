"""The agenda: the current point, and when the next one begins."""

from __future__ import annotations

from typing import Literal

from attrs import Factory

from trialogue.brain.words.heard_patterns import SaidRule, compile_said
from trialogue.model.commands import MoveAgenda
from trialogue.model.plan import AgendaItem, Said
from trialogue.values import define


@define
class AgendaCourse:
    """Course of the agenda. Points come in order; changes happen at turns' ends."""

    items: tuple[AgendaItem, ...]
    """All points."""

    _at: int = -1
    _since: float = 0.0
    _is_done: bool = False
    _done: dict[str, SaidRule] = Factory(dict[str, SaidRule])

    def __attrs_post_init__(self) -> None:
        """Compile the patterns; ScenarioError for a bad one."""
        self._done = {
            item.id: compile_said(item.done_when) for item in self.items if isinstance(item.done_when, Said)
        }

    @property
    def item(self) -> AgendaItem | None:
        """The point at hand; None before the opening, after the last, and without an agenda."""
        return self.items[self._at] if 0 <= self._at < len(self.items) else None

    @property
    def since(self) -> float:
        """When the point at hand was taken, in seconds since the meeting's start."""
        return self._since

    def open(self, now: float) -> MoveAgenda | None:
        """Take the first point; None where there is no agenda."""
        return self._move("opened", now) if self.items else None

    def after_turn(self, speaker: str, heard: str, now: float) -> MoveAgenda | None:
        """Move of the agenda at a turn's end: one step at most, for its words before its time."""
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
        """Note that what the point at hand waits for has happened: it is done at the next turn's end."""
        self._is_done = True

    def shift(self, by_s: float) -> None:
        """Let the point at hand have begun later, for a time in which nobody lived."""
        self._since += by_s

    def _move(self, reason: Literal["opened", "done", "time"], now: float) -> MoveAgenda:
        self._at += 1
        self._since, self._is_done = now, False
        return MoveAgenda(self.item.id if self.item else None, reason)
