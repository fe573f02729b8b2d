"""The page of a what-if: the recorded meeting and the one that other rules made of it, on one axis of time.

1. Both have the same lanes, one above the other; a line shows where they part, and what lies behind it in the
   second is striped: it was made, not recorded.
2. Below are the choices that would be another's, the turns side by side, and the measures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trialogue.report.cast import with_everybody
from trialogue.report.exports import HeldMeeting
from trialogue.report.page.document import assemble, asset
from trialogue.report.page.fold import ms
from trialogue.report.stretches import stretches
from trialogue.values import frozen

__all__ = ["WhatIfPage", "what_if_document"]


@frozen
class WhatIfPage:
    """Source of a what-if's page."""

    recorded: HeldMeeting
    """The meeting as it was."""

    made: HeldMeeting
    """The meeting under the other rules."""

    changes: str
    """The settings that are changed, for people."""

    asked: int
    """At how many free floors the rules were asked."""

    others: Sequence[Mapping[str, object]]
    """The choices that would be another's: `at`, `turn`, `then`, `now`."""

    horizon: Mapping[str, object] | None
    """Horizon at which the two part: `turn` and `at`; None where they have the same turns."""

    outcome: str
    """One line about where they part."""

    figures: Sequence[tuple[str, str, str]]
    """Measures of both: name, recorded, what if."""


def what_if_document(page: WhatIfPage) -> bytes:
    """The page as one file, without any network."""
    plan = with_everybody(page.recorded.plan, page.recorded.records)
    data: dict[str, object] = {
        "trialogue": 1,
        "kind": "what-if-page",
        "name": plan.name,
        "changes": page.changes,
        "outcome": page.outcome,
        "asked": page.asked,
        "others": [dict(each) for each in page.others],
        "horizon": dict(page.horizon) if page.horizon else None,
        "lanes": [{"who": each.name, "label": each.label} for each in plan.participants],
        "sides": [_side("Recorded", page.recorded), _side(f"What if {page.changes}", page.made)],
        "figures": [list(each) for each in page.figures],
    }
    styles = (asset("page.css"), asset("what_if.css"))
    return assemble(body=asset("what_if.html"), styles=styles, scripts=(asset("what_if.js"),), data=data)


def _side(title: str, held: HeldMeeting) -> dict[str, object]:
    spoken = [each for each in held.utterances if each.heard.strip() and not each.beside]
    spoken.sort(key=lambda each: (each.start_s, each.turn))
    return {
        "title": title,
        "duration_s": ms(held.length_s),
        "spans": [
            {"who": each.participant, "at": ms(each.start_s), "end": ms(each.end_s)}
            for each in stretches(held.records)
        ],
        "turns": [
            {"who": each.participant, "at": ms(each.start_s), "end": ms(each.end_s), "text": each.heard}
            for each in spoken
        ],
    }
