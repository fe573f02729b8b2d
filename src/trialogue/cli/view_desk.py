"""Keyboard of a meeting: its participant, the times at which it is read, the prompt line, and turns."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Final

from attrs import field

from trialogue.cli.view_lines import Line, Span, Tone, line, padded, width
from trialogue.devices.typing import Keyboard, is_ours, without_echo
from trialogue.model.commands import EndTurn, GrantFloor, SetHearing
from trialogue.model.events import TextTyped
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.text import safe_text
from trialogue.scenario.resolve import Resolved
from trialogue.values import define, frozen

PROMPT: Final = " > "
HINT: Final = "/help"


@frozen
class Desk:
    """A keyboard and the participant who uses it."""

    keyboard: Keyboard
    """Keyboard that gives the lines."""

    own: str | None
    """Participant at it; None for a person who only steers."""

    descriptor: int
    """Its file descriptor."""

    is_typing: bool = False
    """Whether that participant speaks by typing."""

    @contextmanager
    def opened(self, *, has_picture: bool) -> Generator[None]:
        """Read the terminal, without echo if the live view shows the typed text itself."""
        if has_picture and is_ours(self.descriptor):
            with without_echo(self.descriptor):
                yield
        else:
            yield

    def prompt(self, columns: int) -> Line:
        """The line being typed, with the cursor; a long line is cut to the part around the cursor."""
        editor = self.keyboard.editor
        if not editor.line:
            return line(Span(f"{PROMPT}{HINT}", Tone.FAINT))
        before, behind = (
            safe_text(f"{editor.line[: editor.at]}|")[:-1],
            safe_text(f"|{editor.line[editor.at :]}")[1:],
        )
        room = max(1, columns - width(PROMPT) - 1)
        while width(before) > room:
            before = before[1:]
        while width(before) + width(behind) > room:
            behind = behind[:-1]
        typed = [Span(padded(part, width(part)), Tone.STRONG) for part in (before, behind)]
        return line(PROMPT, typed[0], Span("▏", Tone.FAINT), typed[1])

    def turn_of(self, to: str, plan: MeetingPlan) -> Line | None:
        """Prompt line when the person at this keyboard gets the floor; None for any other participant."""
        if to != self.own:
            return None
        how = ": type what you say, and press Enter" if self.is_typing else ": speak"
        return line(Span(f"your turn, {plan.participant(to).label}{how}", Tone.STRONG))


@define
class TurnLines:
    """Lines to the person at a keyboard about its turns: `take` each record in order.

    Words that are typed early wait for the next turn and are that turn, so it is not asked for.
    """

    desk: Desk
    """Keyboard of the person."""

    _holder: str | None = field(default=None, init=False)
    _is_muted: bool = field(default=False, init=False)
    _waits: bool = field(default=False, init=False)
    """Whether typed words wait for a turn."""

    def take(self, record: Record, plan: MeetingPlan) -> Iterator[Line]:
        """Note one record; gives the lines about it."""
        own, was_waiting = self.desk.own, self._waits
        match record.event:
            case TextTyped(participant=name, text=text) if name == own and self._holder != own:
                self._waits = self._waits or (bool(text.strip()) and not self._is_muted)
            case _:
                pass
        for command in record.commands:
            match command:
                case SetHearing(muted=muted):
                    self._is_muted = own in muted
                case EndTurn():
                    self._holder = None
                case GrantFloor(to=to):
                    self._holder = to
                    asked = self.desk.turn_of(to, plan)
                    yield from [asked] if asked is not None and not self._waits else []
                    self._waits = self._waits and to != own
                case _:
                    pass
        if self._waits and not was_waiting and own is not None:
            label = plan.participant(own).label
            yield line(Span(f"{label}, your words take the next turn", Tone.FAINT))


def open_desk(resolved: Resolved) -> Desk | None:
    """The desk of this terminal: of a person who types, else at the microphone, else of an observer.

    A terminal is read while the process is in its foreground. A pipe or a file is read only for a person who
    types. None if there is nothing to read.
    """
    try:
        descriptor = sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):  # stdin is missing, closed, or no file
        return None
    seats = {person.via: person.name for person in reversed(resolved.people)}
    if not is_ours(descriptor) and ("text" not in seats or os.isatty(descriptor)):
        return None
    return Desk(Keyboard(descriptor), seats.get("text", seats.get("microphone")), descriptor, "text" in seats)
