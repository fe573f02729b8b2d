"""Patterns for the heard words of a turn."""

from __future__ import annotations

from trialogue.errors import ScenarioError
from trialogue.model import patterns
from trialogue.model.patterns import LinearPattern, PatternFault
from trialogue.model.plan import Said
from trialogue.values import frozen


@frozen
class SaidRule:
    """Pattern of a `Said`, compiled."""

    pattern: LinearPattern
    """Pattern that is searched in one turn's heard words."""

    by: str | None
    """Participant who must have said it; None for any."""

    def fits(self, speaker: str, heard: str) -> bool:
        """Whether the words that a speaker was heard to say in a turn match."""
        return self.by in {None, speaker} and self.pattern.search(heard)


def compile_said(said: Said) -> SaidRule:
    """Compile a pattern; ScenarioError for an invalid one."""
    try:
        return SaidRule(patterns.compile(said.match), said.by)
    except PatternFault as fault:
        raise ScenarioError(f"{said.match!r} {fault}") from fault
