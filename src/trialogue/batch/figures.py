"""Figures by which repeats are compared: their places in `result.json`, and their worse direction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from trialogue.report.page.runs import value_of
from trialogue.values import frozen

__all__ = ["FIGURES", "Figure", "figures_of"]


@frozen
class Figure:
    """Figure of a run."""

    name: str
    """Name in tables and baselines."""

    path: str
    """Path of the value in the result: names joined by points; a list gives the number of its members."""

    unit: Literal["s", "", "%", "USD"]
    """Unit of counting."""

    worse: Literal["more", "less", ""] = "more"
    """Direction that is worse; empty for a figure that is only shown."""

    def told(self, value: float) -> str:
        """Value for people; a share from 0 to 1 is shown in percent."""
        match self.unit:
            case "s":
                return f"{value:.2f} s" if abs(value) >= 1 else f"{value:.3f} s"
            case "%":
                return f"{value:.1%}"
            case "USD":
                return f"{value:.2f} USD"
            case "":
                return f"{value:.3g}"


FIGURES: Final = (
    Figure("duration", "duration_s", "s", ""),
    Figure("turns", "turns", "", ""),
    Figure("response p50", "measures.timing.response.p50", "s"),
    Figure("response p95", "measures.timing.response.p95", "s"),
    Figure("floor transfer p50", "measures.timing.transfer.p50", "s"),
    Figure("silence", "measures.timing.silence_share", "%"),
    Figure("overlap", "measures.timing.overlap.ratio", "%"),
    Figure("Gini", "measures.balance.gini", ""),
    Figure("interruptions", "measures.interruptions.tried", "", ""),
    Figure("sessions lost", "measures.sessions.lost", ""),
    Figure("refusals", "measures.refusals", ""),
    Figure("failures", "failures", ""),
    Figure("cost", "cost.usd", "USD"),
)
"""Figures in the order of tables."""


def figures_of(result: Mapping[str, Any]) -> dict[str, float]:
    """Figures of a result, by name."""
    found = {figure.name: value_of(result, figure.path) for figure in FIGURES}
    return {name: value for name, value in found.items() if value is not None}
