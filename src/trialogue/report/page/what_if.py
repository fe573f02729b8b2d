"""Page of a what-if: the recorded meeting and the one that other rules make of it, on one axis of time.

1. Both have the same lanes, one above the other. A line shows where they diverge; after it the second is
   striped, since it was computed, not recorded.
2. Below are the choices that differ, the turns side by side, and the measures.
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
    """Recorded meeting."""

    made: HeldMeeting
    """Meeting under the other rules."""

    changes: str
    """Changed settings, for people."""

    asked: int
    """Number of free floors at which the rules were asked."""

    others: Sequence[Mapping[str, object]]
    """Choices that differ: `at`, `turn`, `then`, `now`."""

    horizon: Mapping[str, object] | None
    """Horizon at which the two diverge: `turn` and `at`; None where they have the same turns."""

    outcome: str
    """One line about the divergence."""

    figures: Sequence[tuple[str, str, str]]
    """Measures of both: name, recorded, what if."""


def what_if_document(page: WhatIfPage) -> bytes:
    """Page as one file that needs no network."""
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
