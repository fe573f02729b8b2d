"""Keys of the floor with keys of their own: interruptions, and shares of the speech."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Final

from trialogue.brain.floor.policies import POLICIES
from trialogue.model.kinds import Percent
from trialogue.model.plan import Interrupters, WhileUnsure
from trialogue.scenario.vocabulary import OptionalCount, OptionalSeconds, OptionalStretch
from trialogue.values import frozen

FLOOR_TOOLS: Final = ("hand_off", "bid", "request_floor")
"""Tools that the rules answer, for every participant whose policy uses them."""


class Always(Enum):
    """Participants that may always interrupt: people and the chair."""

    ALWAYS = "always"


@frozen
class InterruptKeys:
    """Rules of interruptions: who may interrupt a turn, and what does not count as an interruption."""

    human: Always | None = None
    """People may always interrupt."""

    chair: Always | None = None
    """The chair may always interrupt, by `request_floor` with the priority `highest`."""

    agent: Interrupters | None = None
    """Whether an agent by ear may interrupt: `when-addressed` (the sentence being heard has its name), or
    `never`.
    """

    backchannel: OptionalSeconds = None
    """Length below which speech of at most three words does not take the floor."""

    while_unsure: WhileUnsure | None = None
    """Behaviour of an agent while it is not known whether speech beside its turn takes the floor: `duck` (it
    continues, more quietly), `talk` or `pause`.
    """

    resume: OptionalSeconds = None
    """Silence after which an agent that was stopped by a false interruption continues."""

    overlap: OptionalSeconds = None
    """Time for which a person may be heard beside an agent before the agent falls silent and may be cut off.
    """


@frozen
class ShareKeys:
    """Shares of the floor; a participant above its share comes after the others."""

    max: Annotated[str | None, Percent()] = None
    """Greatest share of all speech in the window, in percent: `50%`. It is not applied before a minute of
    speech.
    """

    over: OptionalStretch = None
    """Length of the window."""

    in_a_row: OptionalCount = None
    """Most turns in a row."""


def names_policy(text: str) -> bool:
    """Whether a text has the form `module:attribute` or can be the name of an app's policy."""
    module, colon, attribute = text.partition(":")
    if not colon:
        return text not in POLICIES and text.replace("-", "_").isidentifier()
    return attribute.isidentifier() and all(part.isidentifier() for part in module.split("."))
