"""Grammar of patterns over the events of a meeting, for all places with patterns.

It is used by `clips[].when`, `agenda[].done_when`, `end`, `faults[].when` and all of `expect`.
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
"""Keys of which an event has exactly one."""


@frozen
class SpokenKeys:
    """Words heard in one turn: their content, and their speaker."""

    match: Annotated[str | None, PatternText()] = None
    """Regular expression that the words must match."""

    number: Annotated[float | None, Number()] = None
    """Number in the words, in digits or written out in English: `9000` is `9,000` and `nine thousand`, and
    `1500000` is `one and a half million`."""

    name: OptionalIdentifier = None
    """Participant who is named, by title or alias."""

    by: OptionalIdentifier = None
    """Participant who must have said them."""


@frozen
class EventKeys:
    """Event: one of `said`, `speaking`, `agenda`, `participant`, `tool`, `error`, ..."""

    said: SpokenKeys | None = None
    """Words that were said; they count when their turn is over."""

    speaking: OptionalIdentifier = None
    """Participant who is being heard."""

    for_: OptionalSeconds = None
    """With `speaking`: length of the sound."""

    agenda: OptionalIdentifier = None
    """Point of the agenda: `event: started` or `event: done`."""

    participant: OptionalIdentifier = None
    """Participant, with the happening in `event`."""

    event: Happening | None = None
    """With `agenda` or `participant`: the happening. `heard` comes with the first sound of a turn, while
    its speaker goes on; for the end of a turn, write `said` with `match: "."`.
    """

    tool: OptionalIdentifier = None
    """Tool whose call ended."""

    outcome: OptionalIdentifier = None
    """With `tool`: outcome of the call: `succeeded`, `failed`, `timed-out`, `cancelled`, `unknown`,
    `unanswered`; `answered` for a call that the app refused. A call that shares the result of another has
    its outcome.
    """

    arguments: Annotated[str | None, PatternText()] = None
    """With `tool`: regular expression that the JSON of its arguments must match."""

    result: Annotated[str | None, PatternText()] = None
    """With `tool`: regular expression that its result must match."""

    error: OptionalIdentifier = None
    """Failure: `any`, or a code as in `failures` of `result.json`."""

    ended: OptionalIdentifier = None
    """Reason for which the meeting ended."""

    granted: bool | None = None
    """For a clip: `true` for a grant of the floor to this participant."""

    at: OptionalSeconds = None
    """Time that the meeting has reached."""

    by: OptionalIdentifier = None
    """With `tool` and `error`: participant that must be concerned."""

    nth: OptionalCount = None
    """Number of the match, from 1."""

    after: OptionalSeconds = None
    """Delay after the event. Under `expect`: earliest time, counted from the expectation before it in an
    order, else from the start.
    """

    within: OptionalSeconds = None
    """Latest time, counted from the expectation before it in an order, else from the start."""

    except_: Identifier | tuple[Identifier, ...] | None = None
    """With `error`: codes that do not count. With `error` and measures of many observations: ids of the
    scenario's faults whose effects do not count.
    """

    @property
    def excepted(self) -> frozenset[str]:
        """Events that do not count."""
        named = self.except_ or ()
        return frozenset((named,) if isinstance(named, str) else named)
