"""Times of a meeting as people read them, `mm:ss`, and as programs do, in milliseconds.

A journal is a file, and can hold any number as a time: these functions show all of them.
"""

from __future__ import annotations

import math
from typing import Final

__all__ = ["bounded", "clock", "milliseconds"]

_LONGEST_S: Final = 1e12
"""Latest time that is shown, in seconds: beyond all meetings, and a whole number of milliseconds."""


def clock(seconds: float) -> str:
    """A time as `mm:ss`, or `h:mm:ss` from one hour on, rounded down to whole seconds.

    >>> clock(65.9), clock(3723.0)
    ('01:05', '1:02:03')
    """
    minutes, rest = divmod(int(bounded(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def milliseconds(seconds: float) -> int:
    """A time in whole milliseconds, from 0 to beyond all meetings; 0 for NaN.

    >>> milliseconds(1.2344), milliseconds(-1.0), milliseconds(float("nan"))
    (1234, 0, 0)
    """
    return round(bounded(seconds) * 1000)


def bounded(seconds: float) -> float:
    """A time in seconds, from 0 to beyond all meetings; 0 for NaN."""
    return 0.0 if math.isnan(seconds) else min(max(0.0, seconds), _LONGEST_S)
