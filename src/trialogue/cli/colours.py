"""A colour for each seat of the table.

Each has a contrast of at least 3:1 with black and with white (WCAG 2.2, 1.4.11), and neighbours are told
apart by people who see no red or no green: a test works both out. A sign and a name always stand beside.
"""

from __future__ import annotations

from typing import Final

__all__ = ["COLOURS", "colour_of"]

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
"""By seat; a ninth participant has the first one's."""


def colour_of(seat: int) -> str:
    """The colour of a seat, as `#rrggbb`."""
    return COLOURS[seat % len(COLOURS)]
