"""Patterns over what was heard in a turn."""

from __future__ import annotations

import re

from attrs import frozen

from trialogue.errors import ScenarioError
from trialogue.model.plan import Said


@frozen
class SaidRule:
    """A `Said` with its pattern compiled."""

    pattern: re.Pattern[str]
    """Searched in one turn's heard text."""

    by: str | None
    """Only when this participant said it; None for anyone."""

    def fits(self, speaker: str, heard: str) -> bool:
        """Whether the speaker, in this turn, said it."""
        return self.by in {None, speaker} and self.pattern.search(heard) is not None


def compile_said(said: Said) -> SaidRule:
    """Compile a pattern; ScenarioError where it is none."""
    try:
        return SaidRule(re.compile(said.match), said.by)
    except re.error as error:
        raise ScenarioError(f"not a regular expression: {said.match!r}: {error}") from error
