"""What can be typed in a meeting that runs, and what becomes of it."""

import io
import os
import pty
import sys

import pytest
import trio

from trialogue.cli.controls import (
    HELP,
    EndOrder,
    Give,
    Lower,
    Mute,
    Note,
    Raise,
    Say,
    Type,
    Unclear,
    done,
    read_control,
    steer,
)
from trialogue.cli.view_desk import Desk, TurnLines, open_desk
from trialogue.cli.view_lines import plain
from trialogue.cli.view_watcher import Watcher
from trialogue.devices.typing import Keyboard
from trialogue.errors import AlreadyOver, UnknownName, WrongValue
from trialogue.mailbox import MailboxFull
from trialogue.model.commands import EndTurn, GrantFloor, SetHearing
from trialogue.model.events import TextTyped, Woke
from trialogue.model.participants import Kind, Participant
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.scenario import loads, resolve

PLAN = MeetingPlan(
    "x",
    (Participant("ada", title="Dr Ada"), Participant("tech_lead"), Participant("kim", kind=Kind.HUMAN)),
)


@pytest.mark.parametrize(
    ("line", "control"),
    [
        ("Good morning", Type("kim", "Good morning")),
        ("/hand", Raise("kim", 0)),
        ("/hand high", Raise("kim", 1)),
        ("/down", Lower("kim")),
        ("/floor", Give("kim")),
        ("/floor tech lead", Give("tech_lead")),
        ("/mute ADA", Mute("ada", True)),
        ("/unmute Dr Ada", Mute("ada", False)),
        ("/say ada: One: two.", Say("ada", "One: two.")),
        ("/note tech_lead: be brief", Note("tech_lead", "be brief")),
        ("/end", EndOrder()),
    ],
)
def test_a_line_says_what_to_do(line, control):
    """A typed command reaches a participant by name or title."""
    assert read_control(line, PLAN, "kim") == control


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/help", HELP),
        ("/hand now", "/hand: the priority must be one of low, high, highest, lowest"),
        ("/mute bob", '/mute: no participant is called "bob"; there are ada, tech_lead, kim'),
        ("/mute", "/mute: name a participant: ada, tech_lead, kim"),
        ("/floor bob", '/floor: no participant is called "bob"; there are ada, tech_lead, kim'),
        ("/say ada", "/say takes a name, a colon and words: /say NAME: WORDS"),
        ("/say ada hello", "/say takes a name, a colon and words: /say NAME: WORDS"),
        ("/note be brief", "/note takes a name, a colon and words: /note NAME: WORDS"),
        ("/note ada:", "/note takes a name, a colon and words: /note NAME: WORDS"),
        ("/note bob: x", '/note: no participant is called "bob"; there are ada, tech_lead, kim'),
        ("/end now", f"/end is not a command: {HELP}"),
        ("/", f"/ is not a command: {HELP}"),
    ],
)
def test_an_impossible_command_is_answered(line, told):
    """A command that cannot be carried out is answered by one line that says what can."""
    assert read_control(line, PLAN, "kim") == Unclear(told)


@pytest.mark.parametrize("line", ["hello", "/hand", "/down", "/floor"])
def test_a_person_who_only_watches_has_no_voice(line):
    """A keyboard without a participant cannot speak or raise a hand, and is told so."""
    assert "this keyboard belongs to no participant" in read_control(line, PLAN, None).text


def noted(name):
    """A method that notes its call: on the class, where Python 3.12 looks for a protocol's methods."""

    def call(self, *arguments):
        self.done.append((name, *arguments))
        if name in {"raise_hand", "grant"}:
            self.is_done.set()

    return call


class Meeting:
    """Keeps what is done to it."""

    type, raise_hand, lower_hand, grant = map(noted, ("type", "raise_hand", "lower_hand", "grant"))
    mute, say, inject, stop = map(noted, ("mute", "say", "inject", "stop"))

    def __init__(self, *recorded):
        self.done = []
        self.recorded = recorded
        self.has_begun = trio.Event()
        self.plan = PLAN
        self.now = 1.0
        self.over = trio.Event()
        self.is_done = trio.Event()

    def levels(self):
        return {}

    async def records(self):
        for record in self.recorded:
            yield record
        self.has_begun.set()
        await self.over.wait()


def test_each_control_is_done():
    """Each typed command calls the meeting's method of the same meaning."""
    meeting = Meeting()
    for control in (
        Type("kim", "x"),
        Raise("kim", 1),
        Lower("kim"),
        Give("ada"),
        Mute("ada", True),
        Say("ada", "y"),
        Note("ada", "z"),
        EndOrder(),
    ):
        steer(meeting, control)
    assert meeting.done == [
        ("type", "kim", "x"),
        ("raise_hand", "kim", 1),
        ("lower_hand", "kim"),
        ("grant", "ada"),
        ("mute", "ada", True),
        ("say", "ada", "y"),
        ("inject", "ada", "z"),
        ("stop", "ended-by-hand"),
    ]


class Screen:
    """Keeps what is drawn."""

    def __init__(self, columns):
        self.columns = columns
        self.lines = []
        self.pictures = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def draw(self, heard, picture):
        self.lines += [plain(each) for each in heard]
        self.pictures.append([plain(each) for each in picture])


async def test_typing_reaches_the_meeting():
    """Typed words and commands reach the meeting, and unclear ones are answered on the screen."""
    reading, writing = os.pipe()
    screen, meeting = Screen(60), Meeting()
    watcher = Watcher(screen, is_virtual=False, desk=Desk(Keyboard(reading), "kim", reading))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(watcher, meeting)
        os.write(writing, b"hello\n/mute bob\n/hand\nhalf a li")
        await meeting.is_done.wait()
        meeting.over.set()
    os.close(reading)
    os.close(writing)
    assert meeting.done == [("type", "kim", "hello"), ("raise_hand", "kim", 0)]
    assert screen.lines == [
        '/mute: no participant is called "bob"; there are ada, tech_lead, kim',
        "/hand: your hand is up",
    ]
    assert screen.pictures[-1][-1] == " > half a li▏"


class Busy(Meeting):
    """A meeting that refuses every third line at first, and raises `refusal` for the last one."""

    def __init__(self, refusal=None):
        super().__init__()
        self.refusal = refusal
        self.asked = 0

    def type(self, by, text):
        self.asked += 1
        if self.asked % 3 == 0:
            raise MailboxFull("mailbox sequencer is full")
        if text == "last":
            self.is_done.set()
            if self.refusal is not None:
                raise self.refusal
        self.done.append(text)


async def _pasted(meeting, lines):
    reading, writing = os.pipe()
    screen = Screen(60)
    watcher = Watcher(screen, is_virtual=False, desk=Desk(Keyboard(reading), "kim", reading))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(watcher, meeting)
        os.write(writing, "".join(f"{each}\n" for each in lines).encode())
        await meeting.is_done.wait()
        meeting.over.set()
    os.close(reading)
    os.close(writing)
    return screen.lines


async def test_pasted_lines_wait_until_the_meeting_takes_them(autojump_clock):
    """Pasted lines wait until the meeting takes them, and none is lost."""
    meeting, lines = Busy(), [*(str(number) for number in range(50)), "last"]
    assert await _pasted(meeting, lines) == []
    assert meeting.done == lines


@pytest.mark.parametrize(
    "refusal",
    [
        AlreadyOver("board has ended: it takes no more calls"),
        UnknownName("no participant is called 'kim'; there are ada", argument="participant"),
        WrongValue("the text has no words", argument="text"),
    ],
)
async def test_a_line_that_comes_too_late_is_answered(autojump_clock, refusal):
    """A line typed after the end, or after its person left, is answered with the reason."""
    assert await _pasted(Busy(refusal), ["last"]) == [str(refusal)]


async def test_a_person_who_has_the_floor_is_told_so_and_gets_no_second_turn():
    """A person with the floor who asks for it is told so, and gets no second turn."""
    reading, writing = os.pipe()
    granted = Record(1, 0.5, Woke("start"), (GrantFloor("kim", 1, "asked", 90.0),))
    screen, meeting = Screen(60), Meeting(granted)
    watcher = Watcher(screen, is_virtual=False, desk=Desk(Keyboard(reading), "kim", reading))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(watcher, meeting)
        await meeting.has_begun.wait()
        os.write(writing, b"/floor\n/hand high\n/floor ada\n")
        await meeting.is_done.wait()
        meeting.over.set()
    os.close(reading)
    os.close(writing)
    assert meeting.done == [("grant", "ada")]
    assert screen.lines[1:] == [
        "Kim has the floor already",
        "Kim has the floor already",
        "/floor: Dr Ada is asked to speak next",
    ]


def test_the_prompt_shows_the_end_of_a_long_line():
    """The prompt shows the end of a long typed line, and a hint where nothing is typed."""
    desk = Desk(Keyboard(0), "kim", 0)
    assert plain(desk.prompt(20)) == " > /help"
    desk.keyboard.editor.feed(b"0123456789abcdefghij")
    assert plain(desk.prompt(14)) == " > abcdefghij▏"


def test_the_cursor_stands_where_the_next_letter_goes():
    """The prompt shows the cursor within a typed line, as far as there is room."""
    desk = Desk(Keyboard(0), "kim", 0)
    desk.keyboard.editor.feed(b"0123456789\x1b[D\x1b[D")
    assert plain(desk.prompt(40)) == " > 01234567▏89"
    assert plain(desk.prompt(10)) == " > 234567▏"


@pytest.mark.parametrize(
    ("control", "told"),
    [
        (Type("kim", "hello"), ""),
        (Say("ada", "Go on."), "/say: Dr Ada is asked to say it"),
        (Note("ada", "Be brief."), "/note: Dr Ada gets the note at its next turn"),
        (Give("kim"), "/floor: Kim is asked to speak next"),
        (Mute("ada", is_muted=True), "/mute: Dr Ada is muted"),
        (Mute("ada", is_muted=False), "/unmute: Dr Ada is heard again"),
        (Raise("kim", 0), "/hand: your hand is up"),
        (Lower("kim"), "/down: your hand is down"),
        (EndOrder(), "/end: the meeting is ending"),
    ],
)
def test_commands_are_acknowledged(control, told):
    """Each command is acknowledged; typed words show by themselves."""
    assert done(control, PLAN) == told


@pytest.mark.parametrize(
    ("to", "is_typing", "told"),
    [
        ("kim", True, "your turn, Kim: type what you say, and press Enter"),
        ("kim", False, "your turn, Kim: speak"),
        ("ada", True, None),
    ],
)
def test_a_person_is_told_of_its_turn(to, is_typing, told):
    """The keyboard says when its own participant has the floor, and not when others do."""
    found = Desk(Keyboard(0), "kim", 0, is_typing).turn_of(to, PLAN)
    assert (None if found is None else plain(found)) == told


def told_of(*records):
    """Lines about turns for Kim, who types."""
    turns = TurnLines(Desk(Keyboard(0), "kim", 0, is_typing=True))
    numbered = (
        Record(at, float(at), event, tuple(commands)) for at, (event, *commands) in enumerate(records)
    )
    return [plain(each) for record in numbered for each in turns.take(record, PLAN)]


def test_words_typed_early_are_the_next_turn():
    """A person who types before its turn is told once that the words are its next turn."""
    ada, kim = GrantFloor("ada", 1, "opening", 90.0), GrantFloor("kim", 2, "asked for", 90.0)
    end, typed, asked = (
        Woke("end"),
        TextTyped("kim", "me too"),
        "your turn, Kim: type what you say, and press Enter",
    )
    early = [(end, ada), (typed,), (typed,), (end, EndTurn("ada", 1, "finished"), kim)]
    assert told_of(*early) == ["Kim, your words take the next turn"]
    assert told_of(*early, (end, EndTurn("kim", 2, "finished"), kim))[1:] == [asked]
    assert told_of((typed, kim)) == []
    assert told_of((end, kim), (typed,), (end, EndTurn("kim", 2, "finished"), ada)) == [asked]
    muted = SetHearing((), ("kim",))
    assert told_of((end, ada, muted), (typed,), (end, kim)) == [asked]


CAST = "trialogue: 1\nname: x\ncast: {{ada: {{lines: [Hi.]}}{people}}}\n"


@pytest.mark.parametrize(
    ("people", "own"),
    [
        (", kim: {role: human, via: text}", "kim"),
        (", mic: {role: human}, kim: {role: human, via: text}, jo: {role: human, via: text}", "kim"),
    ],
)
def test_a_pipe_is_read_for_who_takes_part_by_text(monkeypatch, people, own):
    """Lines from a pipe are the words of the first seat that takes part by text."""
    reading, writing = os.pipe()
    with os.fdopen(reading) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert open_desk(resolve(loads(CAST.format(people=people)))).own == own
        assert open_desk(resolve(loads(CAST.format(people="")))) is None
    os.close(writing)


def test_a_terminal_of_others_is_not_read(monkeypatch):
    """A meeting in the background does not read its terminal, which would stop it."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert open_desk(resolve(loads(CAST.format(people=", kim: {role: human, via: text}")))) is None
    os.close(ours)


@pytest.mark.parametrize("stdin", [None, io.StringIO()])
def test_without_a_keyboard_nothing_is_read(monkeypatch, stdin):
    """With stdin closed, or no file at all, the meeting runs without a keyboard."""
    monkeypatch.setattr(sys, "stdin", stdin)
    assert open_desk(resolve(loads(CAST.format(people="")))) is None
