"""A scenario made from a recorded meeting: running it gives the same turns.

`settings` comes from the plan, `scripts` and `calls_again` from what agents said and called, `clips` from
what people said, `scenario` is the complete file; `meeting/first_difference.py` compares it with another run.
For meetings recorded elsewhere, `people_again` makes people from their sound, `words_again` agents from their
words, and `foreign` has what both share.
"""

from trialogue.meeting.scenario_from.asked_again import AskedAgain, Request
from trialogue.meeting.scenario_from.scenario import (
    Move,
    Retold,
    changes_floor,
    retell,
    retell_as_it_went,
    who_moved,
)

__all__ = [
    "AskedAgain",
    "Move",
    "Request",
    "Retold",
    "changes_floor",
    "retell",
    "retell_as_it_went",
    "who_moved",
]
