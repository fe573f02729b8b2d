"""Lines, spans, bars and clocks."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from trialogue.cli.view_lines import Span, bar, counted, line, padded, plain, span, width
from trialogue.cli.view_terminal import COLOURS, colour_of
from trialogue.model.clock_time import clock


@given(st.text(), st.integers(0, 40))
def test_padded_text_has_its_cells(text, cells):
    """Columns of a table stay aligned in every script."""
    assert width(padded(span(text).text, cells)) == cells


def test_wide_and_combining_characters_are_counted():
    """An ideograph takes two cells, an accent none (UAX 11)."""
    assert [width(text) for text in ("ab", "日本", "e\u0301", "")] == [2, 4, 1, 0]
    assert padded("日本語", 4) == "日… "


def test_one_picture_has_the_width_of_one():
    """Joined emoji have the cells of one picture, a zero-width space has none."""
    assert [width(text) for text in ("👩‍👩‍👧", "a\u200bb")] == [2, 2]


@given(st.text())
def test_no_span_steers_a_terminal(text):
    """No control character of a text reaches the terminal."""
    assert {unicodedata.category(character) for character in span(text).text}.isdisjoint(
        {"Cc", "Zl", "Zp", "Cs"}
    )


@given(st.text())
def test_no_plain_string_steers_a_terminal_either(text):
    """No control character of a path in a line reaches the terminal."""
    shown = line(f"in {text}  at").spans[0].text
    assert {unicodedata.category(each) for each in shown}.isdisjoint({"Cc", "Zl", "Zp", "Cs"})
    assert not {"\u202e", "\u2066"} & set(shown)
    assert shown.endswith("  at")


def test_spans_keep_their_edges():
    """Spaces at the edges of styled text are kept, and a plain line ends without any."""
    assert span(" a \n b ").text == " a b "
    assert plain(line("a", span(" b "), Span("  "))) == "a b"


@given(st.floats(-1, 2), st.integers(1, 20))
def test_a_bar_has_its_cells(part, cells):
    """A bar of less than nothing is empty, and one of more than all is full."""
    shown = bar(part, cells)
    assert len(shown) == cells
    assert shown.isspace() == (round(max(0.0, part) * cells * 8) == 0)


def test_bars_fill_by_eighths():
    """A bar is as exact as its characters allow."""
    assert [bar(part, 2) for part in (0, 1 / 16, 0.5, 0.75, 1)] == ["  ", "▏ ", "█ ", "█▌", "██"]


def test_clocks():
    """Clocks show whole seconds, and hours only where there are any."""
    assert [clock(seconds) for seconds in (-1, 0, 59.99, 61, 3661)] == [
        "00:00",
        "00:00",
        "00:59",
        "01:01",
        "1:01:01",
    ]
    assert [counted(1, "turn"), counted(2, "turn")] == ["1 turn", "2 turns"]


# Machado, Oliveira and Fernandes 2009: what eyes without the long, or the middle, cones see, in linear RGB.
SIGHTS = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.01182, 0.04294, 0.968881),
    ),
}
XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.072175), (0.0193339, 0.119192, 0.9503041))
WHITE = (0.95047, 1.0, 1.08883)


def times(matrix, vector):
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def linear(colour):
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def lab(colour, sight):
    seen = [min(1.0, max(0.0, part)) for part in times(SIGHTS[sight], linear(colour))]
    x, y, z = (part / white for part, white in zip(times(XYZ, seen), WHITE, strict=True))
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return (116 * y - 16, 500 * (x - y), 200 * (y - z))


def test_colours_stand_out_from_dark_and_light():
    """Each participant's colour has a contrast of 3:1 with black and with white (WCAG 2.2, 1.4.11)."""
    for colour in COLOURS:
        luminance = times(XYZ, linear(colour))[1]
        assert min((luminance + 0.05) / 0.05, 1.05 / (luminance + 0.05)) >= 3, colour


def test_colours_are_told_apart_by_all_eyes():
    """Participants' colours can be told apart, also by people without red or green."""
    for sight in SIGHTS:
        seen = [lab(colour, sight) for colour in COLOURS]
        nearest = min(
            sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5
            for index, one in enumerate(seen)
            for other in seen[:index]
        )
        assert nearest >= 19, sight


def test_a_ninth_seat_has_the_first_colour():
    """The ninth participant has the colour of the first."""
    assert colour_of(8) == colour_of(0) != colour_of(1)
