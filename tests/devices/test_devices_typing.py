"""Lines from a keyboard, a pipe and a file."""

import os
import pty
import termios

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from trialogue.devices.typing import LONGEST, Keyboard, LineEditor, is_ours, without_echo


def typed(*pieces):
    editor = LineEditor()
    return [line for piece in pieces for line in editor.feed(piece)], editor.line


@pytest.mark.parametrize(
    ("pieces", "lines", "rest"),
    [
        ([b"hel", b"lo\n"], ["hello"], ""),
        ([b"one\rtwo\r\nthree"], ["one", "two"], "three"),
        ([b"  \n\n"], [], ""),
        ([b"helk\x7flo\n"], ["hello"], ""),
        ([b"\x7f\x08hi\n"], ["hi"], ""),
        ([b"one two\x17three\n"], ["onethree"], ""),
        ([b"one\x15two\n"], ["two"], ""),
        ([b"a\x1b[Pb\x1b[11~c\x1bOPd\x1bxe\n"], ["abcde"], ""),
        ([b"ac\x1b[Db\n"], ["abc"], ""),
        ([b"abx\x1b[D\x1b[3~c\n"], ["abc"], ""),
        ([b"bc\x1b[Ha\x1b[Fd\n"], ["abcd"], ""),
        ([b"bc\x01a\x05d\n"], ["abcd"], ""),
        ([b"one two\x1b[D\x1b[D\x17\n"], ["onewo"], ""),
        ([b"one\ntwo\n\x1b[A\x1b[A!\n"], ["one", "two", "one!"], ""),
        ([b"one\nnew\x1b[A\x1b[B\x1b[Btwo\n"], ["one", "two"], ""),
        ([b"\x1b[D\x1b[C\x1b[3~\x7fa\n"], ["a"], ""),
        (["grün".encode()[:3], "grün".encode()[3:] + b"\n"], ["grün"], ""),
        ([b"ab\xff\n/end\n", b"cd\n"], ["ab\N{REPLACEMENT CHARACTER}", "/end", "cd"], ""),
        ([b"gr\xfcn", b" ist", b"\n"], ["gr\N{REPLACEMENT CHARACTER}n ist"], ""),
        ([b"a\x00\x07b\n"], ["ab"], ""),
    ],
)
def test_a_line_is_edited_as_terminals_do(pieces, lines, rest):
    """Enter ends a line; keys take back; arrows move; other sequences and controls are left out."""
    assert typed(*pieces) == (lines, rest)


def test_a_line_is_bounded():
    """A stuck key does not fill the memory."""
    assert typed(b"x" * (LONGEST + 50) + b"\n") == (["x" * LONGEST], "")


@given(st.lists(st.binary(max_size=20), max_size=20))
def test_nothing_that_is_typed_breaks_it(pieces):
    """Typed bytes of any kind give printable lines that are not empty."""
    lines, rest = typed(*pieces)
    assert all(line == line.strip() != "" and line.isprintable() for line in lines)
    assert rest.isprintable()


async def test_a_pipe_gives_its_lines():
    """Lines of a pipe are read as they come, the last one also without a line end."""
    reading, writing = os.pipe()
    os.write(writing, b"one\ntwo")
    found = []
    async with trio.open_nursery() as nursery:

        async def read():
            found.extend([line async for line in Keyboard(reading).lines()])

        nursery.start_soon(read)
        await trio.testing.wait_all_tasks_blocked()
        os.close(writing)
    os.close(reading)
    assert found == ["one", "two"]


async def test_a_reader_is_cancelled_at_once():
    """A cancelled reader of the keyboard leaves no thread that would hold up the exit."""
    reading, writing = os.pipe()
    keyboard = Keyboard(reading)
    async with trio.open_nursery() as nursery:

        async def read():
            async for _ in keyboard.lines():
                raise AssertionError("nothing was typed")

        nursery.start_soon(read)
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    os.close(reading)
    os.close(writing)


async def test_a_file_gives_its_lines(tmp_path):
    """Regular files cannot be waited for, and need not be."""
    path = tmp_path / "lines"
    path.write_bytes(b"one\ntwo\n")
    with path.open("rb") as file:
        assert [line async for line in Keyboard(file.fileno()).lines()] == ["one", "two"]


async def test_a_terminal_that_is_gone_is_at_its_end():
    """A closed terminal ends typing like the end of a pipe."""
    ours, theirs = pty.openpty()
    os.close(ours)
    assert [line async for line in Keyboard(theirs).lines()] == []
    os.close(theirs)


def test_echo_is_off_and_put_back():
    """What is typed comes at once and unseen; afterwards the terminal is as it was."""
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    with without_echo(theirs):
        modes = termios.tcgetattr(theirs)[3]
        assert not modes & termios.ECHO
        assert not modes & termios.ICANON
        assert modes & termios.ISIG
    assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)


def test_only_a_terminal_in_whose_foreground_we_are_is_ours(tmp_path):
    """Files, closed descriptors and other people's terminals are not."""
    ours, theirs = pty.openpty()
    with (tmp_path / "x").open("wb") as file:
        assert [is_ours(descriptor) for descriptor in (theirs, file.fileno())] == [False, False]
    os.close(ours)
    os.close(theirs)
    assert not is_ours(theirs)
