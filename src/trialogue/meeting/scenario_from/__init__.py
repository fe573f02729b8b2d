"""A meeting's scenario, made from what was recorded of it: whoever holds it again hears the same turns.

`settings` is what the plan says, `scripts` what agents said and called, `clips` what people said,
`scenario` the whole file; how far another run tells the same is in `meeting/first_difference.py`. Of
meetings that others recorded, `people_again` has the people by their sound, `words_again` agents by the
words, `foreign` what both share.
"""

from trialogue.meeting.scenario_from.scenario import (
    Move,
    Retold,
    changes_floor,
    retell,
    retell_as_it_went,
    who_moved,
)

__all__ = [
    "Move",
    "Retold",
    "changes_floor",
    "retell",
    "retell_as_it_went",
    "who_moved",
]
