"""Rich, at its edge: colours, hanging indents, the region that is redrawn, and terminals that are gone."""

import io
import re

import pytest
from rich.console import Console

from trialogue.cli import view_screens as screens
from trialogue.cli.view_lines import Span, Tone, line, plain, width
from trialogue.cli.view_live import LiveView
from trialogue.cli.view_terminal import LiveScreen, Spinner, fitted, rendered
from trialogue.model.commands import MoveAgenda
from trialogue.model.events import Woke
from trialogue.model.participants import Participant
from trialogue.model.plan import AgendaItem, MeetingPlan
from trialogue.model.records import Record

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Tty(io.StringIO):
    """A terminal that keeps what it was sent."""

    gone = False

    def isatty(self):
        return True

    def write(self, text):
        if self.gone:
            raise OSError(5, "Input/output error")
        return super().write(text)


def console(tty, width=40):
    return Console(file=tty, force_terminal=True, color_system="truecolor", width=width, highlight=False)


def test_long_lines_hang():
    """The further rows of a long line are under its words, in cells."""
    told = line(Span("00:01  "), Span("日本  ", seat=0), "one two three four five six", hang=13)
    assert rendered(told, 30).plain.splitlines() == [
        "00:01  日本  one two three",
        "             four five six",
    ]
    assert rendered(told, 80).plain == plain(told)


def test_text_is_never_markup():
    """Text that looks like rich's markup is shown as it was said."""
    assert rendered(line("[bold]no[/bold] [link=x]"), 80).plain == "[bold]no[/bold] [link=x]"


def test_seats_have_their_colours(monkeypatch):
    """Only a span's colour and tone become terminal codes."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    tty = Tty()
    console(tty).print(rendered(line(Span("ada", Tone.STRONG, 0)), 40))
    assert tty.getvalue() == "\x1b[1;38;2;30;150;225mada\x1b[0m\n"


def test_lines_scroll_by_above_the_picture():
    """A line is printed once above the live view, which is removed at the end."""
    tty = Tty()
    with LiveScreen(console(tty)) as screen:
        assert screen.columns == 40
        screen.draw([], [line("picture 1")])
        screen.draw([line("said 1")], [line("picture 2"), line("x" * 50)])
        shown = CONTROL.sub("", tty.getvalue())
    assert shown.count("said 1") == 1
    assert shown.index("picture 1") < shown.index("said 1") < shown.index("picture 2")
    assert "x" * 39 + "…" in shown
    assert tty.getvalue().endswith("\x1b[2K")


def test_a_terminal_that_is_gone_is_told_by_drawing_alone():
    """Drawing on a closed terminal is an error, and leaving it is not."""
    tty = Tty()
    screen = LiveScreen(console(tty))
    with screen:
        tty.gone = True
        with pytest.raises(OSError, match="Input/output"):
            screen.draw([line("said")], [])


def test_the_spinner_comes_and_goes():
    """The spinner says what is waited for, and leaves nothing behind."""
    tty = Tty()
    spinner = Spinner(console(tty))
    spinner.done()
    spinner("preparing voices")
    spinner("loading [more]")
    spinner.done()
    spinner.done()
    shown = tty.getvalue()
    assert "loading [more] …" in CONTROL.sub("", shown)
    assert shown.endswith("\x1b[2K")


@pytest.mark.parametrize(
    ("is_tty", "environment", "expected"),
    [
        (True, {"TERM": "xterm"}, True),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (False, {"TERM": "xterm"}, False),
    ],
)
def test_where_colours_are_welcome(monkeypatch, is_tty, environment, expected):
    """Colours are used on a terminal, unless it is dumb or the person asked for none."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert screens.has_colours(Tty() if is_tty else io.StringIO()) is expected


def test_the_best_screen_is_taken(monkeypatch):
    """The screen is live on a terminal, plain lines elsewhere, and none where nothing is wanted."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stdout", Tty())
    monkeypatch.setattr("sys.stderr", Tty())
    assert isinstance(screens.open_screen(is_shown=True), LiveScreen)
    assert isinstance(screens.open_waiting(is_silent=False), Spinner)
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert isinstance(screens.open_screen(is_shown=True), screens.PlainScreen)
    assert type(screens.open_screen(is_shown=False)) is screens.NoScreen
    assert isinstance(screens.open_waiting(is_silent=True), screens.WaitingLines)


def test_lines_on_a_terminal_are_coloured(monkeypatch):
    """Lines are coloured where colours are welcome."""
    tty = Tty()
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("sys.stdout", tty)
    screens.show([line(Span("faint", Tone.FAINT))])
    assert tty.getvalue() == "\x1b[2mfaint\x1b[0m\n"


def test_a_picture_that_is_too_high_says_how_much_is_left_out():
    """A live view that is too high keeps its first and last line, and counts the others."""
    picture = [line(f"row {number}") for number in range(14)]
    shown = [plain(each) for each in fitted(picture, 12)]
    assert len(shown) == 11
    assert (shown[0], shown[-2], shown[-1]) == ("row 0", "   … and 4 more", "row 13")
    assert fitted(picture[:11], 12) == picture[:11]


def test_a_narrower_terminal_keeps_no_stale_rows():
    """A terminal that becomes narrower has no rows of the last picture left."""
    terminal = Console(file=io.StringIO(), force_terminal=True, width=80, height=12, legacy_windows=False)
    screen = LiveScreen(terminal)
    with screen:
        screen.draw((), [line("─" * 80), line("short")])
        terminal.width = 30
        before = len(terminal.file.getvalue())
        screen.draw((), [line("─" * 30), line("short")])
        redrawn = terminal.file.getvalue()[before:]
    assert (
        redrawn.count("\x1b[1A") == 3
    )  # two rows more than the picture's own two, whose last the cursor is in


def test_an_agenda_keeps_its_time_in_a_narrow_terminal():
    """In a narrow terminal a point's title is shortened, and its time is shown."""
    point = AgendaItem("cost", "What it would cost to move all of it to the edge", owner="tech", time_s=60.0)
    plan = MeetingPlan("x", (Participant("tech"),), agenda=(point,))
    view = LiveView(plan)
    view.take(Record(1, 0.0, Woke("x"), (MoveAgenda("cost", "opened"),)))
    shown = plain(view.at(10.0, {}, columns=40)[1])
    assert shown.endswith("… · 00:50 left")
    assert width(shown) <= 40
