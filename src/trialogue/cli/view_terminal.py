"""Lines on a terminal, by rich: colours, hanging indents, and a region that is redrawn in place.

It is loaded only where there is a terminal to draw on.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from math import ceil
from typing import Final, Self

from rich.console import Console, Group
from rich.control import Control
from rich.live import Live
from rich.segment import ControlType
from rich.text import Text

from trialogue.cli.key_masking import hidden
from trialogue.cli.view_lines import Line, Span, Tone, width
from trialogue.model.text import steerless

_STYLES: Final = {Tone.NORMAL: "", Tone.STRONG: "bold", Tone.FAINT: "dim", Tone.WARNING: "bold red"}


class LiveScreen:
    """The scrolling transcript, with the picture of all participants below it."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        # Rich would refresh from a thread of its own; the watcher does it ten times a second.
        self._live = Live(console=self._console, auto_refresh=False, transient=True, redirect_stdout=False)
        self._shown: list[int] = []

    @property
    def columns(self) -> int:
        """Width of the screen now."""
        return self._console.width

    def __enter__(self) -> Self:
        with suppress(OSError):  # a closed terminal shows at the next drawing
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._live.stop()

    def draw(self, heard: Sequence[Line], picture: Sequence[Line]) -> None:
        """Print `heard` above the region and draw as much of `picture` in it as the terminal has rows for."""
        columns = self.columns
        self._take_back(columns)
        if heard:
            self._console.print(Group(*(rendered(each, columns) for each in heard)))
        fitting = [_cropped(each) for each in fitted(picture, self._console.height)]
        self._shown = [min(each.cell_len, columns) for each in fitting]
        self._live.update(Group(*fitting), refresh=True)

    def _take_back(self, columns: int) -> None:
        """Erase the last picture, including the extra rows of lines that a narrower terminal has wrapped."""
        further = sum(max(0, ceil(cells / columns) - 1) for cells in self._shown)
        if further:
            erased = ((ControlType.ERASE_IN_LINE, 2), (ControlType.CURSOR_UP, 1))
            self._console.control(Control(*erased * further))
        self._shown = []


def fitted(picture: Sequence[Line], rows: int) -> list[Line]:
    """The lines that fit into the rows; the first and last always do, and others are counted."""
    room = max(3, rows - 1)
    if len(picture) <= room:
        return list(picture)
    left_out = len(picture) - room + 1
    more = Line((Span(f"   … and {left_out} more", Tone.FAINT),), 0)
    return [*picture[: room - 2], more, picture[-1]]


class Spinner:
    """Spinner on stderr that shows what the command waits for."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._status = self._console.status("")
        self._is_shown = False

    def __call__(self, what: str) -> None:
        """Show what is being prepared."""
        self._status.update(Text(hidden(steerless(f"{what} …")), "dim"))
        if not self._is_shown:
            self._is_shown = True
            self._status.start()

    def done(self) -> None:
        """Remove the spinner; it can be shown again."""
        if self._is_shown:
            self._is_shown = False
            self._status.stop()


def print_lines(lines: Sequence[Line]) -> None:
    """Print lines in colour, wrapped at words to the terminal's width."""
    console = Console(highlight=False)
    for each in lines:
        console.print(rendered(each, console.width))


def rendered(line: Line, columns: int) -> Text:
    """The line as rich text, wrapped at words; later rows are indented under its text."""
    whole = Text().join(_styled(span) for span in line.spans)
    room = columns - line.hang
    if whole.cell_len <= columns or line.hang == 0 or room < 10:
        return whole
    head, body = whole.divide([_characters(whole.plain, line.hang)])
    rows = body.wrap(Console(width=room), room)
    for row in rows:
        row.rstrip()
    return Text("\n" + " " * line.hang).join([Text.assemble(head, rows[0]), *rows[1:]])


def _characters(text: str, cells: int) -> int:
    """Number of characters that fit into that many cells."""
    return next((count for count in range(len(text)) if width(text[:count]) >= cells), len(text))


def _cropped(line: Line) -> Text:
    whole = Text(no_wrap=True, overflow="ellipsis")
    for span in line.spans:
        whole.append_text(_styled(span))
    return whole


def _styled(span: Span) -> Text:
    colour = "" if span.seat is None else f" {colour_of(span.seat)}"
    return Text(hidden(span.text), f"{_STYLES[span.tone]}{colour}".strip())


COLOURS: Final = (
    "#1e96e1",
    "#d25a00",
    "#00a578",
    "#a51e87",
    "#695a2d",
    "#3c5ae1",
    "#a587a5",
    "#ff3c69",
)
"""Colours by seat; a ninth participant has the first one's.

Each has a contrast of at least 3:1 with black and with white (WCAG 2.2, 1.4.11), and people who see no red or
no green can distinguish neighbours: a test computes both. A sign and a name always stand beside the colour.
"""


def colour_of(seat: int) -> str:
    """The colour of a seat, as `#rrggbb`."""
    return COLOURS[seat % len(COLOURS)]
