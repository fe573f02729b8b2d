"""Patterns over what happens in a meeting, as an author writes them."""

from __future__ import annotations

from typing import Annotated

from attrs import frozen

from trialogue.model.kinds import PatternText
from trialogue.scenario.vocabulary import OptionalCount, OptionalIdentifier, OptionalSeconds


@frozen
class SaidKeys:
    """A pattern over what was said and heard in the meeting."""

    match: Annotated[str, PatternText()]
    """A regular expression, searched in one turn's words."""

    by: OptionalIdentifier = None
    """Only when this participant said it."""


@frozen
class MomentKeys:
    """A moment that is waited for: one of `speaking`, `said`, `granted` and `at`, and what narrows it."""

    speaking: OptionalIdentifier = None
    """This participant is being heard."""

    for_: OptionalSeconds = None
    """With `speaking`: for so long."""

    said: SaidKeys | None = None
    """Something was said, in a turn that is over."""

    granted: bool | None = None
    """This very participant was granted the floor: `true`."""

    at: OptionalSeconds = None
    """The meeting has come so far."""

    nth: OptionalCount = None
    """Which match counts, from 1."""

    after: OptionalSeconds = None
    """How long after the match."""
