"""The one grammar of patterns over what happens in a meeting, as an author writes them.

`clips[].when`, `agenda[].done_when`, `end`, `faults[].when` and all of `expect` are read by it.
"""

from __future__ import annotations

from typing import Annotated, Final

from trialogue.model.expectations import Happening
from trialogue.model.kinds import Number, PatternText
from trialogue.scenario.vocabulary import (
    Identifier,
    OptionalCount,
    OptionalIdentifier,
    OptionalSeconds,
)
from trialogue.values import frozen

EVENTS: Final = ("said", "speaking", "agenda", "participant", "tool", "error", "ended", "granted", "at")
"""The keys of which an event has one."""


@frozen
class SpokenKeys:
    """Words heard in one turn: what they contain, and who said them."""

    match: Annotated[str | None, PatternText()] = None
    """A regular expression that is in them."""

    number: Annotated[float | None, Number()] = None
    """A number that is said, in digits or in words: `9000` is `9,000` and `nine thousand`."""

    name: OptionalIdentifier = None
    """A participant who is named, by its title or any of its aliases."""

    by: OptionalIdentifier = None
    """Only when this participant said them."""


@frozen
class EventKeys:
    """Event: one of `said`, `speaking`, `agenda`, `participant`, `tool`, `error`, ..."""

    said: SpokenKeys | None = None
    """Words that were said; they count when their turn is over."""

    speaking: OptionalIdentifier = None
    """This participant is being heard."""

    for_: OptionalSeconds = None
    """With `speaking`: for so long."""

    agenda: OptionalIdentifier = None
    """This point of the agenda: `event: started` or `event: done`."""

    participant: OptionalIdentifier = None
    """This participant: `event` says what happens to it."""

    event: Happening | None = None
    """With `agenda` or `participant`: what happens."""

    tool: OptionalIdentifier = None
    """A call of this tool came to its end."""

    outcome: OptionalIdentifier = None
    """With `tool`: how it ended: `succeeded`, `failed`, `timed-out`, `cancelled`, `unknown`, `unanswered`."""

    arguments: Annotated[str | None, PatternText()] = None
    """With `tool`: a regular expression that is in the JSON of its arguments."""

    result: Annotated[str | None, PatternText()] = None
    """With `tool`: a regular expression that is in what came back."""

    error: OptionalIdentifier = None
    """Failure on the way: `any`, or a code as in `failures` of `result.json`."""

    ended: OptionalIdentifier = None
    """The meeting ended for this reason."""

    granted: bool | None = None
    """Of a clip: this very participant was granted the floor: `true`."""

    at: OptionalSeconds = None
    """The meeting has reached a time."""

    by: OptionalIdentifier = None
    """With `tool` and `error`: only of this participant."""

    nth: OptionalCount = None
    """Number of the match that counts, from 1."""

    after: OptionalSeconds = None
    """Delay behind it, where something is done. Under `expect`: earliest time, in an order since what
    stands before it, else since the start."""

    within: OptionalSeconds = None
    """Not after this: in an order since what stands before it, else since the start."""

    except_: Identifier | tuple[Identifier, ...] | None = None
    """With `error`: codes that do not count. With `error` and measures of many observations: faults of the
    scenario by their ids, whose doing does not count."""

    @property
    def excepted(self) -> frozenset[str]:
        """Events that do not count."""
        named = self.except_ or ()
        return frozenset((named,) if isinstance(named, str) else named)
