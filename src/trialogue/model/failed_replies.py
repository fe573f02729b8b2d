"""Failed replies of agents: those without sound, and the reasons for those that did not come at all.

1. A service warns of each model or voice that failed, and then reports that it has no reply: the warnings are
   the reasons, the report is the consequence. That it was slow is no reason.
2. A reply that ends without sound has failed, unless its script has no words there.
"""

from __future__ import annotations

from typing import Final

from attrs import field

from trialogue.model.events import Event, LineTaken, ReplySent, SentenceSaid, ServiceWarned
from trialogue.values import define

__all__ = ["EXPLAINS_S", "FAILED", "FailedReplies", "SilentReplies"]

FAILED: Final = "reply-failed"
"""Code of the report of a failed reply."""

EXPLAINS_S: Final = 0.5
"""Seconds for which a warning can be the reason of a failed reply."""

_SLOW: Final = "SLOW_"
"""Beginning of the codes of warnings that something is only slow."""


@define
class FailedReplies:
    """Fold of services' warnings: call `take` for events in order, and `why` for a failed reply's report."""

    _warnings: dict[str, list[tuple[float, ServiceWarned]]] = field(
        init=False, factory=dict[str, list[tuple[float, ServiceWarned]]]
    )

    def take(self, at: float, event: Event) -> None:
        """Note an event."""
        if isinstance(event, ServiceWarned) and not event.code.startswith(_SLOW):
            recent = [each for each in self._warnings.get(event.participant, []) if each[0] > at - EXPLAINS_S]
            self._warnings[event.participant] = [*recent, (at, event)]

    def why(self, at: float, participant: str | None, code: str) -> str:
        """Code of a failed reply, with its reasons: the other warnings, else the text of its own code."""
        warnings = self._warnings.pop(participant or "", [])
        recent = [each for since, each in warnings if since > at - EXPLAINS_S and each.text]
        told = [each for each in recent if each.code != code] or recent
        return ": ".join([code, *filter(None, ["; ".join(dict.fromkeys(each.text for each in told))])])


@define
class SilentReplies:
    """Fold of replies that should have been heard and have no sound."""

    _scripted: set[tuple[str, int]] = field(init=False, factory=set[tuple[str, int]])
    _worded: set[tuple[str, int]] = field(init=False, factory=set[tuple[str, int]])

    def take(self, event: Event) -> bool:
        """Note an event; whether it ends a reply without sound."""
        match event:
            case LineTaken(participant=name, reply=reply):
                self._scripted.add((name, reply))
            case SentenceSaid(participant=name, reply=reply, text=text) if text.strip():
                self._worded.add((name, reply))
            case ReplySent(participant=name, reply=reply, duration_s=duration_s) if duration_s <= 0.0:
                return (name, reply) in self._worded or (name, reply) not in self._scripted
            case _:
                pass
        return False

    def had_words(self, event: Event) -> bool:
        """Whether the reply that this event ends had words."""
        return isinstance(event, ReplySent) and (event.participant, event.reply) in self._worded
