"""Turns that say the same again."""

from __future__ import annotations

from playbook import BIZ, TECH, Table, plan


def of(commands, *kinds):
    """The commands of these classes."""
    return [command for command in commands if isinstance(command, kinds)]


def loops(first, second, cast=(TECH, BIZ)):
    """What is reported where two say these by turns, twice."""
    table = Table(plan(*cast))
    table.open()
    for text in (first, second, first, second):
        table.says(table.meeting.holder, text)
    return table.reports()


def test_four_words_are_enough_to_be_alike():
    """Three are not; and four fifths of all words in common are."""
    assert loops("Look into this matter.", "look into THIS matter") == ["politeness-loop"]
    assert loops("Look into this.", "look into THIS") == []
    assert loops("a b c d e", "a b c d") == ["politeness-loop"]
    assert loops("a b c d e", "a b c d f") == []


def test_twelve_words_may_be_a_closing():
    """Thirteen say something."""
    twelve = "Thank you, {} one two three four five six seven eight nine"
    assert loops(twelve.format("Tech"), "Bye.") == ["politeness-loop"]
    assert loops(twelve.format("Tech") + " ten", "Bye.") == []


def test_a_loop_is_four_turns_long():
    """Three thanks are manners."""
    table = Table(plan(TECH, BIZ))
    table.open()
    for text in ("So it is decided.", "Thank you.", "Thank you too.", "Bye."):
        table.says(table.meeting.holder, text)
    assert table.reports() == []
    table.says(table.meeting.holder, "Bye bye.")
    assert table.reports() == ["politeness-loop"]


def test_a_loop_is_counted_once():
    """The turns of the one are not those of the next: four more make it, not one more."""
    table = Table(plan(TECH, BIZ))
    table.open()
    for _ in range(7):
        table.says(table.meeting.holder, "Thank you.")
    assert table.reports() == ["politeness-loop"]
    table.says(table.meeting.holder, "Thank you.")
    assert table.reports() == ["politeness-loop"] * 2
