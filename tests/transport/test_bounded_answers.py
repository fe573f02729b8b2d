"""Lines of an answer that comes in pieces, and their bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.transport.bounded_answers import AnswerLines, AnswerTooLong, Bounds, encoding_of


@given(st.lists(st.text("ab\n\r", max_size=5)))
def test_lines_are_the_same_however_they_are_cut(pieces):
    """Lines of an answer are the same however its pieces are cut, with CR, LF or both."""
    lines = AnswerLines()
    found = [line for piece in pieces for line in lines.feed(piece.encode())]
    found.append(lines.rest())
    whole = "".join(pieces)
    assert found == [*whole.splitlines(), *([""] if not whole or whole[-1] in "\n\r" else [])]


def test_a_line_keeps_what_json_keeps():
    """Line separators of Unicode end no line of server-sent events."""
    assert AnswerLines().feed('data: {"a": "b\u2028c\x0cd"}\n'.encode()) == ['data: {"a": "b\u2028c\x0cd"}']


def test_a_byte_order_mark_is_no_part_of_the_first_line():
    """A byte order mark is dropped at the beginning of an answer, and kept elsewhere."""
    lines = AnswerLines()
    assert lines.feed(b"\xef\xbb") == []
    assert lines.feed("\ufeffdata: 1\n\ufeff\n".encode()[2:]) == ["data: 1", "\ufeff"]


def test_bounds():
    """An answer is refused beyond the bound of a line, and beyond that of the whole."""
    lines = AnswerLines(Bounds(10, 20))
    assert lines.feed(b"0123456789\n01234") == ["0123456789"]
    with pytest.raises(AnswerTooLong, match="an answer of more than 20 bytes"):
        lines.feed(b"56789")
    with pytest.raises(AnswerTooLong, match="a line of more than 10 bytes"):
        AnswerLines(Bounds(10, 20)).feed(b"0123456789a\n")


def test_encodings():
    """An answer in a compressed encoding is recognized by the header."""
    assert encoding_of({}) is None
    assert encoding_of({"content-encoding": " Identity "}) is None
    assert encoding_of({"content-encoding": "gzip, br"}) == "gzip, br"
