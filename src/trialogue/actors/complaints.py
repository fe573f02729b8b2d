"""What a service complains of in one session: the first of it is recorded, the rest is counted.

A peer sends as many messages as it likes, and each would be a record and a line on the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import define

from trialogue.model.events import Event, InjectionRefused, LatencyMeasured, ServiceWarned

__all__ = ["MOST", "Complaints"]

MOST: Final = {"warnings": 100, "latencies": 10_000, "refusals": 10_000}
"""How many of a kind are recorded of one session."""

LONGEST: Final = 1_024
"""Characters of one complaint."""

LONGEST_CODE: Final = 64


@define
class Complaints:
    """Records what a session's peer tells beside the conversation, as far as its budget goes."""

    participant: str
    """Whose session it is."""

    post: Callable[[Event], None]
    """Where records go."""

    warnings: int = 0
    """How many warnings came."""

    latencies: int = 0
    """How many measurements came."""

    refusals: int = 0
    """How many refusals came."""

    def warn(self, code: str, text: str) -> None:
        """Take a warning, or a message of a kind that is not known."""
        self.warnings += 1
        if self.warnings <= MOST["warnings"]:
            self.post(ServiceWarned(self.participant, code[:LONGEST_CODE], text[:LONGEST]))

    def measure(self, measured: LatencyMeasured) -> None:
        """Take a measurement."""
        self.latencies += 1
        if self.latencies <= MOST["latencies"]:
            self.post(measured)

    def refuse(self, refused: InjectionRefused) -> None:
        """Take a refusal."""
        self.refusals += 1
        if self.refusals <= MOST["refusals"]:
            self.post(refused)

    def close(self) -> None:
        """The session is over: tell how many more there were."""
        counts = {"warnings": self.warnings, "latencies": self.latencies, "refusals": self.refusals}
        more = [f"{count - MOST[kind]} more {kind}" for kind, count in counts.items() if count > MOST[kind]]
        if more:
            text = f"{', '.join(more)} came in this session and were counted only"
            self.post(ServiceWarned(self.participant, "too-many-messages", text))
