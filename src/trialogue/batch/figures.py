"""Figures that repeats are compared by: where they stand in `result.json`, and which way is worse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, cast

from trialogue.values import frozen

__all__ = ["FIGURES", "Figure", "figures_of"]


@frozen
class Figure:
    """One figure of a run."""

    name: str
    """Name that tables and baselines give it."""

    path: str
    """Path of the value in the result: names with points between them; a list counts its members."""

    unit: Literal["s", "", "%", "USD"]
    """Unit of counting."""

    worse: Literal["more", "less", ""] = "more"
    """Direction that is worse; empty for what is only told."""

    def told(self, value: float) -> str:
        """A value of it for people; a share is kept from 0 to 1, and told in percent."""
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
"""All of them, in the order of tables."""


def figures_of(result: Mapping[str, Any]) -> dict[str, float]:
    """The figures that a result has, by their names."""
    found = {figure.name: _value(result, figure.path) for figure in FIGURES}
    return {name: value for name, value in found.items() if value is not None}


def _value(result: Mapping[str, Any], path: str) -> float | None:
    if path == "turns":
        return float(sum(result["measures"]["causes"].values()))
    found: object = result
    for name in path.split("."):
        found = cast("Mapping[str, object]", found).get(name) if isinstance(found, Mapping) else None
    if isinstance(found, list | tuple):
        return float(len(cast("Sequence[object]", found)))
    return float(found) if isinstance(found, int | float) else None
