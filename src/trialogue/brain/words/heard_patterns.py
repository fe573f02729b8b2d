"""Patterns for the heard words of a turn."""

from __future__ import annotations

from trialogue.errors import ScenarioError
from trialogue.model.patterns import Pattern, PatternFault, compile_recorded
from trialogue.model.plan import Said
from trialogue.values import frozen


@frozen
class SaidRule:
    """A `Said` with its pattern compiled."""

    pattern: Pattern
    """Searched in one turn's heard text."""

    by: str | None
    """Only when this participant said it; None for anyone."""

    def fits(self, speaker: str, heard: str) -> bool:
        """Whether the speaker, in this turn, said it."""
        return self.by in {None, speaker} and self.pattern.search(heard)


def compile_said(said: Said) -> SaidRule:
    """Compiled pattern; ScenarioError for an invalid one."""
    try:
        return SaidRule(compile_recorded(said.match), said.by)
    except PatternFault as fault:
        raise ScenarioError(f"{said.match!r} {fault}") from fault
